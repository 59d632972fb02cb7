"""Bytes to text, text to what a reader sees, and its language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from charset_normalizer import from_bytes

from ingest.tables import _limits
from ingest.tables._table import TableError

_BLANKS = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*[=:]\s*["']?([A-Za-z0-9_-]{2,40})""")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def clean(text: str) -> str:
    """Runs of blanks become one, none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0]


def decode(data: bytes, faults: list[str], limit: int = _limits.DOCUMENT_BYTES) -> str:
    """The text of a document, line ends as ``\\n``.

    UTF-8 (or 16 with a byte order mark) first, then what the document declares, then what its
    bytes look like. Bytes that still do not decode are replaced, which is a fault.

    Raises:
        TableError: more than ``limit`` bytes, or bytes that are no text.
    """
    if len(data) > limit:
        raise TableError(
            f"the document has {len(data):,} bytes, the limit is {limit:,}", remedy="split it or leave it out"
        )
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    if not bom and b"\0" in data[:4096]:
        raise TableError("the document is binary, not text", remedy="leave it out")
    text = _decoded(data, bom, faults)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, bom: str, faults: list[str]) -> str:
    try:
        return data.decode(bom or "utf-8")
    except UnicodeDecodeError as error:
        start = error.start
    names: list[str] = []
    if not bom:
        if declared := _DECLARED.search(data[:2048]):
            names.append(declared[1].decode("ascii"))
        best = from_bytes(data[max(0, start - 20_000) : start + 20_000], cp_isolation=_LIKELY).best()
        names += [best.encoding] if best else []
        names.append("gb18030")
    for name in names:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if isinstance(text, str):
            faults.append(f"the document is not UTF-8 (byte {start}); read as {name}")
            return text
    faults.append(f"the document is not UTF-8 (byte {start}); its odd bytes were replaced")
    return data.decode(bom or "utf-8", errors="replace")


_LIKELY = ["gb18030", "cp1252", "latin_1", "big5", "shift_jis", "euc_kr", "cp1251"]


def short_lines(text: str, faults: list[str], most: int = _limits.PROSE_LINES) -> list[str]:
    """The lines, each cut at its limit, and no more of them than the limit."""
    lines = text.split("\n")
    if len(lines) > most:
        faults.append(f"the document has {len(lines):,} lines and was cut at {most:,}")
        del lines[most:]
    limit = _limits.LINE_CHARS
    for number, line in enumerate(lines):
        if len(line) > limit:
            faults.append(f"line {number + 1} has {len(line):,} characters and was cut at {limit:,}")
            lines[number] = line[:limit]
    return lines


def language(texts: Iterable[str]) -> str:
    """ "zh" where at least a fifth as many Chinese characters as Latin letters stand, else "en"."""
    sample = " ".join(texts)[:200_000]
    chinese = len(_CJK.findall(sample))
    return "zh" if chinese >= 20 and chinese * 5 >= len(_LATIN.findall(sample)) else "en"


#: What a number cell begins with, once marks of approximation, sign and arrows are passed.
_NUMBER = re.compile(
    r"^[~≈<>≤≥=+\-−–±↑↓▲▼△▽$¥(\[*\s]*\d[\d.,'’\s]*(?:[eE][+-]?\d+)?"
    r"\s*(?P<unit>%|[xX×✕]|[A-Za-zµμ/²]{1,12}(?:\b|$))?(?P<rest>.*)$",
    re.DOTALL,
)


def is_number(text: str) -> bool:
    """Whether the text is a measured value, perhaps with a unit, a change or a remark behind it.

    "76.1", "3.5 ms", "1.2x", "92.1 (-0.3)", "25.5M / 4.1G", "-0.4%", "45.6±0.3" are; "8-bit",
    "224x224", "1.15.0UP3" and "2:4" are not.
    """
    text = text.strip()
    if not text or len(text) > 80 or not any(c.isdigit() for c in text):
        return False
    found = _NUMBER.match(text)
    if not found:
        return False
    rest = found["rest"].strip()
    if not rest:
        return True
    return bool(re.match(r"^[(\[/±+\-−–~→↑↓,;|*†‡§¹²³]|^[%xX×]", rest)) and not re.match(r"^-[A-Za-z]", rest)
