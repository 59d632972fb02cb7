"""CSV and TSV of any dialect to one table: preamble lines before the heading, quoted line ends."""

from __future__ import annotations

import csv
import io
from collections import Counter

from ingest.tables import _limits
from ingest.tables._csv import Lines
from ingest.tables._grid import Context, Raw, tables
from ingest.tables._table import Table, TableError
from ingest.tables._text import clean, is_number


def read_delimited(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of delimited text. Formulas stay text; rows past the limits are cut."""
    delimiter = "\t" if path.lower().endswith(".tsv") else _delimiter(text)
    records = _records(text, delimiter, faults)
    if not records:
        return "", [], ""
    head = _heading(records)
    title = clean(" ".join(field for _, fields in records[:head] for field in fields))
    width = max(len(fields) for _, fields in records)
    if width > _limits.COLUMNS:
        raise TableError(
            f"the table has {width:,} columns, the limit is {_limits.COLUMNS:,}",
            remedy="split it or leave it out",
        )
    rows = [[Raw(clean(f), line) for f in fields] for line, fields in records[head:]]
    named = 1 if not any(is_number(f) for f in records[head][1]) or head else 0
    found = tables(rows, Context(lead=title[: _limits.PARAGRAPH_CHARS]), explicit=named)
    return "", found, title


def _delimiter(text: str) -> str:
    """The character that splits most of the first lines into the same number of fields, more than one."""
    sample = [line for line in text[:65_536].split("\n")[:50] if line.strip()]
    best, score = ",", 0.0
    for mark in ",\t;|":
        counts = Counter(len(fields) for fields in csv.reader(sample, delimiter=mark))
        fields, lines = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
        if fields > 1 and lines * fields**0.5 > score:
            best, score = mark, lines * fields**0.5
    return best


def _records(text: str, delimiter: str, faults: list[str]) -> list[tuple[int, list[str]]]:
    lines = Lines(io.StringIO(text), _limits.RECORD_CHARS)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    records: list[tuple[int, list[str]]] = []
    cells = 0
    while True:
        lines.begin_record()
        start = lines.number + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise TableError(
                f"the document is not CSV: {error} (line {start})", remedy="leave it out"
            ) from None
        if fields is None:
            return records
        if not any(f.strip() for f in fields):
            continue
        cells += len(fields)
        if len(records) >= _limits.ROWS or cells > _limits.CELLS:
            faults.append(f"the table was cut at line {start}: over {_limits.CELLS:,} cells")
            return records
        records.append((start, fields))


def _heading(records: list[tuple[int, list[str]]]) -> int:
    """Index of the heading: the first record as wide as most records are; those before are preamble."""
    widths = Counter(len(fields) for _, fields in records[:200])
    usual = max(widths, key=lambda w: (widths[w] * (w > 1), w))
    for i, (_, fields) in enumerate(records[:20]):
        if len(fields) >= usual and sum(bool(f.strip()) for f in fields) * 2 > usual:
            return i
    return 0
