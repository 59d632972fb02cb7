"""The place a result was read from: its table with the cells marked, or the lines around it, or neither."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest.tables import Document as TableDocument
from ingest.tables import Table, TableError, read_document
from kgpress.v1 import types_pb2 as pb

#: Rows shown above and below a marked one, and columns in all.
_AROUND = 40
_MOST_COLUMNS = 60
_LINES_AROUND = 12
_MAX_CHARS = 400
_CACHED = 8
#: How derivations of declared tables name their cell.
_PLACE = re.compile(r" @ row (\d{1,7}), column (\d{1,5})\b")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Documents(Protocol):
    """The part of ingest.documents.DocumentStore that a review needs."""

    def holds(self, sha256: str) -> bool: ...
    def path(self, sha256: str) -> Path: ...


@dataclass(frozen=True)
class Shown:
    """One cell as shown; ``mark``: "anchor", "field" (a field was read from it), "heading" or ""."""

    text: str
    mark: str = ""


@dataclass
class Excerpt:
    """What is shown beside a result. ``why``: why there is no table, in one sentence."""

    title: str = ""
    above: list[str] = field(default_factory=list)
    #: Row numbers and cells; all rows of one width.
    rows: list[tuple[int, list[Shown]]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    #: (line number, text, whether it is the result's).
    lines: list[tuple[int, str, bool]] = field(default_factory=list)
    why: str = ""
    #: Row and column within ``rows`` of the anchor.
    anchor: tuple[int, int] | None = None


class Sources:
    """Opens locators in a document store; the last few documents stay read."""

    def __init__(self, documents: Documents | None) -> None:
        self._documents = documents
        self._read: OrderedDict[str, tuple[bytes, TableDocument | None]] = OrderedDict()

    def excerpt(self, result: pb.ReferenceResult) -> Excerpt:
        """Never fails: what cannot be shown is said in ``why``."""
        if result.locator.WhichOneof("kind") == "run":
            run = result.locator.run
            return Excerpt(why=f"an own run: job {run.job}, step {run.step}, seed {run.seed}")
        cell = result.locator.cell
        title = f"{result.source.name}  {cell.path}" + (f"  page {cell.page}" if cell.page else "")
        if not _SHA256.fullmatch(cell.document_hash):
            return Excerpt(title, why="the locator names no document by its SHA-256")
        if self._documents is None or not self._documents.holds(cell.document_hash):
            return Excerpt(title, why=f"the document {cell.document_hash[:12]} is not on this machine")
        data, document = self._open(cell.document_hash, cell.path)
        table = _table(document, cell)
        if table is not None:
            return _of_table(title, table, result)
        return _of_lines(title, data, cell.line)

    def _open(self, sha256: str, path: str) -> tuple[bytes, TableDocument | None]:
        if sha256 not in self._read:
            assert self._documents is not None
            data = self._documents.path(sha256).read_bytes()
            try:
                document = read_document(data, path)
            except TableError:
                document = None
            self._read[sha256] = (data, document)
            while len(self._read) > _CACHED:
                self._read.popitem(last=False)
        self._read.move_to_end(sha256)
        return self._read[sha256]


def _table(document: TableDocument | None, cell: pb.CellLocator) -> Table | None:
    """The table that holds the cell; None where the document has it no more."""
    if document is None or not cell.row or cell.table >= len(document.tables):
        return None
    table = document.tables[cell.table]
    return table if table.cell(cell.row, cell.column) is not None else None


def _of_table(title: str, table: Table, result: pb.ReferenceResult) -> Excerpt:
    anchor = result.locator.cell
    marks = {(anchor.row, anchor.column): "anchor"}
    for derivation in result.interpretation.derivations:
        cell = derivation.cell
        elsewhere = cell.document_hash not in ("", anchor.document_hash)
        if cell.row and cell.table == anchor.table and not elsewhere:
            marks.setdefault((cell.row, cell.column), "field")
        elif not cell.row and (said := _PLACE.search(derivation.raw)):
            marks.setdefault((int(said[1]), int(said[2])), "field")
    heading = len(table.heading)
    grid = table.heading + table.rows
    first = max(heading, min(row for row, _ in marks) - 1 - _AROUND)
    last = min(len(grid), max(row for row, _ in marks) + _AROUND)
    if last - first > 6 * _AROUND:  # a baseline far away: the anchor matters more
        first, last = max(heading, anchor.row - 1 - _AROUND), min(len(grid), anchor.row + _AROUND)
    columns = _columns(table.width, {column for _, column in marks}, anchor.column)
    excerpt = Excerpt(title, columns=columns)
    excerpt.above = [text for text in (" > ".join(table.sections), table.caption) if text]
    for number in [*range(heading), *range(first, last)]:
        cells = []
        for column in columns:
            cell = grid[number][column - 1]
            mark = marks.get((number + 1, column), "heading" if number < heading else "")
            cells.append(Shown(_short(cell.text), mark))
        excerpt.rows.append((number + 1, cells))
        if number + 1 == anchor.row and anchor.column in columns:
            excerpt.anchor = (len(excerpt.rows) - 1, columns.index(anchor.column))
    return excerpt


def _columns(width: int, marked: set[int], anchor: int) -> list[int]:
    """All columns, or the first ones, the marked ones and those around the anchor."""
    if width <= _MOST_COLUMNS:
        return list(range(1, width + 1))
    kept = {*range(1, 6), *range(max(1, anchor - 10), min(width, anchor + 10) + 1)}
    kept |= {c for c in sorted(marked)[: _MOST_COLUMNS // 2] if 1 <= c <= width}
    return sorted(kept)


def _of_lines(title: str, data: bytes, line: int) -> Excerpt:
    if not line:
        return Excerpt(title, why="the document has no table at this locator any more")
    lines = data.decode("utf-8", errors="replace").split("\n")
    first = max(1, line - _LINES_AROUND)
    shown = [
        (number, _short(lines[number - 1]), number == line)
        for number in range(first, min(len(lines), line + _LINES_AROUND) + 1)
    ]
    return Excerpt(title, lines=shown)


def _short(text: str) -> str:
    """One line of bounded length without control characters: a document may hold terminal commands."""
    clean = "".join(c if c.isprintable() else " " for c in text[:_MAX_CHARS])
    return clean + ("…" if len(text) > _MAX_CHARS else "")
