"""PDF to tables: ruled ones, and those with horizontal rules only, as papers have them.

A cell's place is its page and its box in points from the page's upper left corner.

A PDF is a program: streams that inflate without end, forms that show forms. So it is read in a process
of its own with little memory and time, which writes what it saw, event by event, as JSON lines.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from ingest.tables import _limits
from ingest.tables._flow import Flow
from ingest.tables._grid import Raw
from ingest.tables._marks import off
from ingest.tables._table import Box, Table, TableError
from ingest.tables._text import clean

Word = dict[str, Any]

#: Points: words nearer than this stand in one cell; lines nearer than this are one line.
_GAP, _LINE = 5.0, 3.0


def read_pdf(data: bytes, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of a PDF; what lies past a limit is left out with a fault.

    Raises:
        TableError: too large, encrypted, or no PDF.
    """
    if len(data) > _limits.PDF_BYTES:
        raise TableError(
            f"the PDF has {len(data):,} bytes, the limit is {_limits.PDF_BYTES:,}", remedy="leave it out"
        )
    flow = Flow(faults)
    output, ended = _run(data)
    for line in output.splitlines():
        try:
            kind, *values = json.loads(line)
        except ValueError:
            break
        if kind == "heading":
            flow.heading(*values)
        elif kind == "paragraph":
            flow.paragraph(*values)
        elif kind == "fault":
            faults.append(values[0])
        elif kind == "table":
            flow.table([[_raw(cell) for cell in row] for row in values[0]])
        elif kind == "end":
            ended = ""
    if ended and not flow.tables and not flow.prose:
        raise TableError(f"the PDF cannot be read: {ended}", remedy="look at it and leave it out")
    if ended:
        faults.append(f"the PDF was read in part: {ended}")
    return flow.title, list(flow.tables), flow.prose


def _run(data: bytes) -> tuple[bytes, str]:
    """What the reading process wrote, and why it may have ended early."""
    command = [sys.executable, "-m", "ingest.tables._pdf"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as child:
        try:
            output, _ = child.communicate(data, timeout=_limits.PDF_SECONDS + 3)
            return output, "it takes too much memory or time"
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
            return output, "it takes too much time"


def _environment() -> dict[str, str]:
    """Only what finds this package: the process that reads a stranger's file needs no more."""
    return {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PATH": os.defpath}


def _raw(cell: dict[str, Any]) -> Raw:
    cell["box"] = tuple(cell["box"]) if cell["box"] else None
    cell["links"], cell["notes"] = tuple(cell["links"]), tuple(cell["notes"])
    return Raw(**cell)


def _main() -> None:
    import pdfplumber

    # pdfminer warns of every oddity of a file; what matters is a fault of the document.
    logging.disable(logging.CRITICAL)
    data = sys.stdin.buffer.read()
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_limits.PDF_SECONDS, _limits.PDF_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_limits.PDF_MEMORY, _limits.PDF_MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # No such limits on this system: the parent's timeout remains.
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                if number > _limits.PDF_PAGES:
                    _say("fault", f"pages after the first {_limits.PDF_PAGES} were left out")
                    break
                _page(page, number)
                page.close()
    except Exception as error:
        # pdfminer meets a broken file with whatever its code stumbles over.
        _say("fault", f"the PDF does not parse: {clean(str(error))[:120] or type(error).__name__}")
        return
    _say("end")


def _say(kind: str, *values: object) -> None:
    sys.stdout.write(json.dumps([kind, *values]) + "\n")
    sys.stdout.flush()


def _page(page: Any, number: int) -> None:
    if len(page.chars) > _limits.PAGE_MARKS or len(page.edges) > _limits.PAGE_MARKS:
        _say("fault", f"page {number} has more than {_limits.PAGE_MARKS:,} marks and was left out")
        return
    words: list[Word] = page.extract_words(extra_attrs=["size"], use_text_flow=False, keep_blank_chars=False)
    regions = _regions(page)
    lines = _lines([w for w in words if not any(_inside(w, box) for box in regions)])
    body = Counter(round(w["size"], 1) for w in words).most_common(1)
    size = body[0][0] if body else 10.0
    events: list[tuple[float, int, Any]] = [(box[1], 1, box) for box in regions]
    events += [(line[0]["top"], 0, line) for line in lines]
    paragraph: list[str] = []
    bottom = 0.0
    for top, is_table, what in sorted(events, key=lambda e: (e[0], e[1])):
        if is_table or top - bottom > size * 0.9:
            _say("paragraph", " ".join(paragraph))
            paragraph = []
        if is_table:
            inner = [w for w in words if _inside(w, what)]
            rows = regions[what] or _columns(inner, number)
            _say("table", [[asdict(raw) for raw in row] for row in rows])
            bottom = what[3]
            continue
        text = " ".join(w["text"] for w in what)
        bottom = max(w["bottom"] for w in what)
        if what[0]["size"] > size * 1.12 and len(text) < 200 and not paragraph:
            _say("heading", 1 if what[0]["size"] > size * 1.5 else 2, text)
        else:
            paragraph.append(text)
    _say("paragraph", " ".join(paragraph))


def _inside(word: Word, box: Box) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words in lines from top to bottom, left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w["bottom"], w["x0"])):
        if lines and abs(word["bottom"] - lines[-1][0]["bottom"]) <= _LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w["x0"]) for line in lines]


def _regions(page: Any) -> dict[Box, list[list[Raw]]]:
    """Boxes of tables, with their cells where they are ruled all round."""
    regions: dict[Box, list[list[Raw]]] = {}
    if any(e["orientation"] == "v" for e in page.edges):
        for table in page.find_tables():
            rows = _ruled(page, table)
            if len(rows) > 1 and max(len(r) for r in rows) > 1:
                regions[tuple(table.bbox)] = rows
    rules = [e for e in page.edges if e["orientation"] == "h" and e["x1"] - e["x0"] > 60]
    groups: dict[tuple[int, int], list[float]] = {}
    for rule in rules:
        groups.setdefault((round(rule["x0"] / 4), round(rule["x1"] / 4)), []).append(rule["top"])
    for (left, right), tops in sorted(groups.items()):
        tops = sorted(tops)
        runs: list[list[float]] = [[tops[0]]]
        for above, below in pairwise(tops):
            # Two rules far apart belong to two tables; three close ones are one table's.
            if below - above > 400:
                runs.append([])
            runs[-1].append(below)
        for run in runs:
            distinct = [t for i, t in enumerate(run) if not i or t - run[i - 1] > 2]
            box = (left * 4 - 3.0, distinct[0], right * 4 + 3.0, distinct[-1])
            if len(distinct) >= 3 and not any(_overlap(box, other) for other in regions):
                regions[box] = []
    return regions


def _overlap(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _ruled(page: Any, table: Any) -> list[list[Raw]]:
    """Cells of a table ruled all round; a cell over several columns or rows spans them."""
    xs = sorted({round(c[0]) for c in table.cells})
    ys = sorted({round(c[1]) for c in table.cells})
    if len(xs) > _limits.COLUMNS or len(table.cells) > 20_000:
        return []
    rows: list[list[Raw]] = [[] for _ in ys]
    for cell in sorted(table.cells, key=lambda c: (round(c[1]), c[0])):
        text = clean(page.crop(cell, strict=False).extract_text() or "")
        shown, notes = off(text)
        across = sum(round(cell[0]) <= x < round(cell[2]) - 1 for x in xs)
        down = sum(round(cell[1]) <= y < round(cell[3]) - 1 for y in ys)
        rows[ys.index(round(cell[1]))].append(
            Raw(shown, 0, across, down, page=page.page_number, box=_rounded(cell), notes=notes)
        )
    return rows


def _columns(words: list[Word], number: int) -> list[list[Raw]]:
    """Cells of a table without vertical rules: columns are the strips that no line's words cross."""
    lines = [_phrases(line) for line in _lines(words)]
    lines = [line for line in lines if line]
    if len(lines) < 2:
        return []
    usual = Counter(len(line) for line in lines).most_common(1)[0][0]
    strips: list[list[float]] = []
    for line in lines:
        # Lines with fewer phrases are titles over several columns: they do not tell where columns lie.
        if len(line) < usual:
            continue
        for x0, x1, *_ in line:
            touching = [s for s in strips if s[0] < x1 + 1 and x0 < s[1] + 1]
            merged = [min([x0, *(s[0] for s in touching)]), max([x1, *(s[1] for s in touching)])]
            strips = [s for s in strips if s not in touching] + [merged]
    strips.sort()
    rows: list[list[Raw]] = []
    for line in lines:
        cells: dict[int, Raw] = {}
        for x0, x1, top, bottom, text in line:
            covered = [i for i, s in enumerate(strips) if s[0] < x1 and x0 < s[1]]
            if not covered:
                covered = [
                    min(range(len(strips)), key=lambda i: abs((strips[i][0] + strips[i][1]) - (x0 + x1)))
                ]
            first = covered[0]
            place = _rounded((x0, top, x1, bottom))
            if first in cells:
                text = f"{cells[first].text} {text}"
            shown, notes = off(clean(text))
            cells[first] = Raw(shown, 0, len(covered), 1, page=number, box=place, notes=notes)
        rows.append(_padded(cells, len(strips), number))
    return rows


def _padded(cells: dict[int, Raw], width: int, number: int) -> list[Raw]:
    row: list[Raw] = []
    at = 0
    while at < width:
        raw = cells.get(at) or Raw("", page=number)
        row.append(raw)
        at += max(1, raw.across)
    return row


def _phrases(line: list[Word]) -> list[tuple[float, float, float, float, str]]:
    """Words of a line joined where the gap between them is a blank's."""
    phrases: list[tuple[float, float, float, float, str]] = []
    for word in line:
        x0, x1, top, bottom, text = word["x0"], word["x1"], word["top"], word["bottom"], word["text"]
        if phrases and x0 - phrases[-1][1] < min(_GAP, 0.45 * word["size"] + 0.5):
            last = phrases.pop()
            x0, top, bottom, text = last[0], min(last[2], top), max(last[3], bottom), f"{last[4]} {text}"
        phrases.append((x0, x1, top, bottom, text))
    return phrases


def _rounded(box: Sequence[float]) -> Box:
    left, top, right, bottom = (round(float(v), 1) for v in box)
    return left, top, right, bottom


def is_pdf(head: bytes) -> bool:
    return bool(re.match(rb"\s*%PDF-", head[:1024]))


if __name__ == "__main__":
    _main()
