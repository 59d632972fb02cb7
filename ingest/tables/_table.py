"""Cells with the place they stand in. The rest of ingest knows tables, not formats."""

from __future__ import annotations

from dataclasses import dataclass, field

from kgpress.errors import InvalidInput


class TableError(InvalidInput):
    """A document that cannot be read as a table."""

    reason = "INVALID_TABLE"


@dataclass(frozen=True)
class Cell:
    """``row`` and ``column`` are 1-based and count the heading; ``line`` is where the row begins."""

    text: str
    row: int
    column: int
    line: int
    column_name: str


@dataclass(frozen=True)
class Row:
    number: int
    line: int
    cells: dict[str, Cell]
    #: Why the row cannot be used, or "".
    fault: str = ""

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        return cell.text if cell else ""


@dataclass(frozen=True)
class Grid:
    """A table of a document. ``heading`` in the order of columns."""

    heading: tuple[Cell, ...]
    rows: tuple[Row, ...] = field(repr=False)

    def has(self, column: str) -> bool:
        return any(cell.text == column for cell in self.heading)
