"""CSV to cells, within bounds on memory: a hostile file ends in a :class:`TableError`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.tables._table import Cell, Grid, Row, TableError


@dataclass(frozen=True)
class Limits:
    """Characters of one record, columns and rows of one table."""

    record_chars: int = 1_000_000
    columns: int = 1_000
    rows: int = 200_000


def read_csv(path: Path, limits: Limits | None = None) -> Grid:
    """The file as UTF-8 CSV with one heading row; cells are stripped of outer blanks.

    Raises:
        TableError: not UTF-8, no heading, a heading twice, or over a limit.
    """
    limits = limits or Limits()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read(stream, limits)
    except UnicodeDecodeError as error:
        raise TableError(
            f"the document is not UTF-8 (byte {error.start})", remedy="declare its encoding or leave it out"
        ) from None
    except csv.Error as error:
        raise TableError(f"the document is not CSV: {error}", remedy="look at it and leave it out") from None


def _read(stream: io.TextIOBase, limits: Limits) -> Grid:
    lines = Lines(stream, limits.record_chars)
    reader = csv.reader(lines, strict=False)
    start, heading = _next(reader, lines)
    if heading is None or not any(h.strip() for h in heading):
        raise TableError("the document has no heading", remedy="look at it and leave it out")
    if len(heading) > limits.columns:
        raise TableError(
            f"the table has {len(heading)} columns, the limit is {limits.columns}",
            remedy="look at it and leave it out",
        )
    names = [h.strip() for h in heading]
    if twice := {n for n in names if n and names.count(n) > 1}:
        raise TableError(f"the heading names {sorted(twice)[0][:80]!r} twice", remedy="leave the table out")
    rows: list[Row] = []
    while True:
        start, fields = _next(reader, lines)
        if fields is None:
            break
        if len(rows) >= limits.rows:
            raise TableError(f"the table has more than {limits.rows} rows", remedy="split it")
        rows.append(_row(len(rows) + 2, start, fields, names))
    top = tuple(Cell(n, 1, i, 1, n) for i, n in enumerate(names, 1))
    return Grid(top, tuple(rows))


def _next(reader: Iterator[list[str]], lines: Lines) -> tuple[int, list[str] | None]:
    lines.begin_record()
    return lines.number + 1, next(reader, None)


def _row(number: int, line: int, fields: list[str], names: list[str]) -> Row:
    if len(fields) > len(names):
        fault = f"row {number} has {len(fields)} cells under {len(names)} headings"
        return Row(number, line, {}, fault)
    cells = {
        name: Cell(text.strip(), number, column, line, name)
        for column, (name, text) in enumerate(zip(names, fields, strict=False), 1)
    }
    return Row(number, line, cells)


class Lines(Iterator[str]):
    """Physical lines, never more than the limit for one record, which quotes may spread over lines."""

    def __init__(self, stream: io.TextIOBase, limit: int) -> None:
        self._stream, self._limit, self._used = stream, limit, 0
        self.number = 0

    def begin_record(self) -> None:
        self._used = 0

    def __next__(self) -> str:
        line = self._stream.readline(self._limit + 1)
        if not line:
            raise StopIteration
        self._used += len(line)
        if self._used > self._limit:
            raise TableError(
                f"a record has more than {self._limit} characters (line {self.number + 1})",
                remedy="look at the document and leave it out",
            )
        self.number += 1
        return line
