"""Hostile documents, made when they are needed. Run as a program it reads one under limits and measures.

python -m tests.ingest.tables.hostile NAME  ->  {"seconds", "megabytes", "error", "faults", "tables"}
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

Made = tuple[bytes, str]


def _wide_html() -> Made:
    row = "".join(f"<td>{i}.5</td>" for i in range(10_000))
    return f"<table><tr>{row}</tr><tr>{row}</tr></table>".encode(), "wide.html"


def _wide_markdown() -> Made:
    row = "|" + "1|" * 10_000
    return f"# T\n\n{row}\n|{'-|' * 10_000}\n{row}\n".encode(), "wide.md"


def _nested(depth: int) -> str:
    return "<table><tr><td>1.5" * depth + "</td></tr></table>" * depth


def _laughs() -> str:
    names = "abcdefghij"
    lines = ['<!DOCTYPE lolz [<!ENTITY a "lol">']
    lines += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    return "".join(lines) + "]><html><table><tr><td>&j;</td><td>1</td></tr></table></html>"


def _external() -> Made:
    text = (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><table><tr><td>&e;</td><td>2</td></tr></table>'
    )
    return text.encode(), "external.xhtml"


def _aliases() -> Made:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return "\n".join(lines).encode(), "aliases.yaml"


def _merges() -> Made:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{i}: &a{i}\n" + f"  <<: *a{i - 1}\n" * 10 for i in range(1, 12)]
    return "\n".join(lines).encode(), "merges.yaml"


def _tags() -> Made:
    text = '!!python/object/apply:os.system ["touch /tmp/kgpress-hostile"]\n'
    return f"a: {text}b: !!python/name:os.system\nc: !unknown {{x: 1.5}}\n".encode(), "tags.yaml"


def _formulas() -> Made:
    return b"name,value\n\"=cmd|' /C calc'!A0\",1.5\n@SUM(1+1),2.5\n+1-1,3.5\n", "formulas.csv"


def _pdf(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def pdf_of(
    content: bytes, extra: list[bytes] | None = None, resources: bytes = b"", flate: bool = False
) -> bytes:
    """A PDF of one page with the content stream given; objects 6 and up are ``extra``."""
    fonts = b"/Font << /F1 5 0 R >>"
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << %s %s >> >>"
            % (fonts, resources),
            b"<< /Length %d %s >>\nstream\n%s\nendstream"
            % (len(content), b"/Filter /FlateDecode" if flate else b"", content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *(extra or []),
        ]
    )


def _inflating() -> Made:
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b" " * MEBI) for _ in range(1_500)) + packer.flush()
    return pdf_of(stream, flate=True), "inflating.pdf"


def _forms() -> Made:
    """Forms that show the next form twenty times each."""
    extra = []
    for i in range(20):
        body = b"/X Do " * 20 if i < 19 else b"BT /F1 9 Tf (x) Tj ET "
        extra.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources "
            b"<< /XObject << /X %d 0 R >> >> /Length %d >>\nstream\n%s\nendstream" % (7 + i, len(body), body)
        )
    return pdf_of(b"/X Do", extra, b"/XObject << /X 6 0 R >>"), "forms.pdf"


def _scribbles() -> Made:
    return pdf_of(
        b"".join(b"%d %d m %d 700 l S " % (i % 600, i % 790, i % 599) for i in range(20_000))
    ), "s.pdf"


def _noise(name: str, size: int = 2_000_000) -> Made:
    return random.Random(7).randbytes(size), name


def _text_noise(name: str, size: int = 300_000) -> Made:
    marks = "|-+=:*_`~[]()<>&!#\\\"'{}\n\n \t0123abc,;./€漢"
    return "".join(random.Random(9).choices(marks, k=size)).encode(), name


MEBI = 1_000_000
CASES: dict[str, Callable[[], Made]] = {
    "columns-html": _wide_html,
    "columns-markdown": _wide_markdown,
    "columns-csv": lambda: ((",".join(["1"] * 10_000) + "\n").encode() * 20, "wide.csv"),
    "columns-rst": lambda: (("+" + "-+" * 10_000 + "\n|" + "1|" * 10_000 + "\n").encode() * 2, "wide.rst"),
    "nested-html": lambda: (_nested(1_000).encode(), "nested.html"),
    "nested-markdown": lambda: (f"# T\n\n{_nested(1_000)}\n\ntext\n".encode(), "nested.md"),
    "nested-divs": lambda: (b"<div>" * 200_000 + b"<table><tr><td>1</td></tr></table>", "divs.html"),
    "unclosed-tables": lambda: (b"<table><tr><td>1.5" * 200_000, "unclosed.html"),
    "spans": lambda: (
        b"<table>" + b"<tr><td rowspan=999999 colspan=999999>1</td></tr>" * 20_000,
        "spans.html",
    ),
    "spans-tall": lambda: (b"<table>" + b"<tr><td rowspan=65000>1</td><td>2</td></tr>" * 30_000, "tall.html"),
    "line-200mb-csv": lambda: (b"1," * (100 * MEBI), "line.csv"),
    "line-60mb-csv": lambda: (b"1," * (30 * MEBI), "line.csv"),
    "line-60mb-quoted": lambda: (b'a,b\n"' + b"x" * (60 * MEBI), "line.csv"),
    "line-2mb-markdown": lambda: (b"# T\n\n| a | b |\n|---|---|\n|" + b" 1 |" * 450_000, "line.md"),
    "line-15mb-html": lambda: (b"<table><tr><td>" + b"x" * (15 * MEBI), "line.html"),
    "line-15mb-yaml": lambda: (b"a: " + b"x " * (15 * MEBI // 2), "line.yaml"),
    "line-15mb-json": lambda: (b"[" + b"1," * (15 * MEBI // 2), "line.json"),
    "rows-csv": lambda: (b"a,b\n" + b"1,2\n" * (5 * MEBI), "rows.csv"),
    "tables-markdown": lambda: (b"|a|b|\n|-|-|\n|1|2|\n\n" * 95_000, "many.md"),
    "tables-html": lambda: (b"<table><tr><td>1</td><td>2</td></tr></table>" * 70_000, "many.html"),
    "cells-html": lambda: (b"<table>" + b"<tr><td>1<td>2" * 110_000, "cells.html"),
    "marks-count": lambda: (b"<b>" * (5 * MEBI), "marks.html"),
    "brackets": lambda: (
        b"[" * 5_000 + b"\n\n" + b"![](" * 50_000 + b"\n\n" + b"*a_" * 60_000,
        "brackets.md",
    ),
    "quotes": lambda: (b">" * 50_000 + b" a\n" + (b"> " * 300 + b"|a|\n") * 200, "quotes.md"),
    "lists": lambda: ("\n".join("  " * i + "- a" for i in range(3_000)).encode(), "lists.md"),
    "ticks": lambda: (b" ".join(b"`" * (i % 400 + 1) for i in range(20_000)), "ticks.md"),
    "angles": lambda: (b"<a " * 200_000 + b"\n\n" + b"<table " * 100_000, "angles.md"),
    "dashes": lambda: (
        (b"#" + b"-" * 5_000 + b"x\n") * 100 + (b"# |" + b"-+" * 3_000 + b"x\n") * 50,
        "dash.yaml",
    ),
    "pairs": lambda: (b"# " + b"a b" * 90_000 + b"\n" + (b"# " + b"a" * 290 + b"\n") * 5_000, "pairs.yaml"),
    "dollars": lambda: ((b"|" + b"$a\\b" * 30_000 + b"|b|\n") * 3 + b"|-|-|\n", "dollars.md"),
    "entities-html": lambda: (_laughs().encode(), "laughs.html"),
    "entities-xhtml": lambda: (b'<?xml version="1.0"?>' + _laughs().encode(), "laughs.xhtml"),
    "entities-external": _external,
    "aliases": _aliases,
    "merges": _merges,
    "tags": _tags,
    "deep-yaml": lambda: (b"[" * 500_000, "deep.yaml"),
    "deep-yaml-block": lambda: ("".join(" " * i + "a:\n" for i in range(3_000)).encode(), "deep.yaml"),
    "deep-json": lambda: (b'{"a":[' * 500_000, "deep.json"),
    "formulas": _formulas,
    "rst-grid": lambda: ((b"+" + b"--+" * 60 + b"\n|" + b" 1|" * 60 + b"\n") * 2_000, "grid.rst"),
    "rst-adornments": lambda: (b"ab\n==\n" * 200_000, "heads.rst"),
    "rst-include": lambda: (
        b".. include:: /etc/passwd\n\n.. csv-table:: T\n   :file: /etc/passwd\n",
        "include.rst",
    ),
    "pdf-inflating": _inflating,
    "pdf-forms": _forms,
    "pdf-scribbles": _scribbles,
    "pdf-noise": lambda: (b"%PDF-1.7\n" + _noise("")[0], "noise.pdf"),
    "pdf-cut": lambda: (pdf_of(b"BT /F1 9 Tf (x) Tj ET")[:300], "cut.pdf"),
    **{f"noise-{e}": (lambda e=e: _noise(f"n.{e}")) for e in ("md", "html", "csv", "yaml", "json", "rst")},  # type: ignore[misc]
    **{
        f"marks-{e}": (lambda e=e: _text_noise(f"n.{e}"))
        for e in ("md", "html", "csv", "yaml", "json", "rst")
    },  # type: ignore[misc]
}


def _spent() -> float:
    """Seconds of processor time, of reading processes too: other work on the machine does not count."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_kib() -> int:
    """Of this program alone: getrusage would count what it was started from, too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def measure(name: str) -> dict[str, object]:
    from ingest.tables import TableError, read_document

    data, path = CASES[name]()
    before = _peak_kib()
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    begin = _spent()
    found: dict[str, object] = {"error": "", "faults": [], "tables": 0, "cells": []}
    try:
        document = read_document(data, path)
        found["faults"] = list(document.faults)
        found["tables"] = len(document.tables)
        found["cells"] = [c.text for table in document.tables[:2] for c in table.cells()][:40]
    except TableError as error:
        found["error"] = str(error)
    found["seconds"] = round(_spent() - begin, 2)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    found["megabytes"] = round(max(_peak_kib(), child) / 1024)
    found["before"] = round(before / 1024)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
