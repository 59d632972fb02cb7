"""Cells with the place they stand in. The rest of ingest knows documents and tables, not formats.

A :class:`Document` holds :class:`Table` objects of resolved :class:`Cell` grids; the declared
readings (:mod:`ingest.sources`) use the narrower :class:`Grid`, one heading row and unique names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kgpress.errors import InvalidInput

Box = tuple[float, float, float, float]


class TableError(InvalidInput):
    """A document that cannot be read as a table."""

    reason = "INVALID_TABLE"


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a table's grid.

    Attributes:
        text: As a reader sees it: no markup, no link targets, blanks collapsed.
        row: 1-based in the grid with spans resolved, heading rows counted.
        column: 1-based in the same grid.
        line: 1-based line of the document where the cell's source begins; 0 where there are none (PDF).
        column_name: The column's header path, joined with " / "; the text itself in the heading.
        xpath: HTML: the cell in its document; in Markdown: in its ``<table>`` fragment.
        page: PDF: 1-based.
        box: PDF: left, top, right, bottom in points from the page's upper left.
        bold: All of the text is bold.
        struck: All of the text is struck through.
        links: Targets of links in the cell.
        notes: Footnote marks that were taken off the text.
        spanned: Repeats a cell that began elsewhere: at ``origin``, whose line and xpath it has.
        origin: Row and column where the cell began; (0, 0) unless ``spanned``.
    """

    text: str
    row: int
    column: int
    line: int = 0
    column_name: str = ""
    xpath: str = ""
    page: int = 0
    box: Box | None = None
    bold: bool = False
    struck: bool = False
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    spanned: bool = False
    origin: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Table:
    """A rectangular table.

    Attributes:
        index: 0-based in the document.
        heading: Heading rows, each of full width; empty where the table has none.
        rows: Body rows, each of full width. Band rows (see ``bands``) are among them.
        caption: The table's own caption, or "".
        sections: Headings from the document's title down to the table's section.
        lead: The paragraph right before, at most 1,000 characters.
        trail: The paragraph right after, at most 1,000 characters.
        kind: "grid"; "records" (YAML, JSON: key path and inherited scalars as leading columns, then
            the record's own scalars); "keyed" (blocks of ``key: value`` lines: a column per key, a row
            per block, the block's own title in the first column).
        bands: Grid row -> text, for body rows that only title the rows below them: one text spans all
            columns, or the first cell is filled and all others are empty.
        labels: How many leading columns only name the row ("records" and "keyed"; 0 if unknown).
    """

    index: int
    heading: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)
    caption: str = ""
    sections: tuple[str, ...] = ()
    lead: str = ""
    trail: str = ""
    kind: str = "grid"
    bands: dict[int, str] = field(default_factory=dict)
    labels: int = 0

    @property
    def width(self) -> int:
        first = self.heading[0] if self.heading else self.rows[0] if self.rows else ()
        return len(first)

    def header_path(self, column: int) -> tuple[str, ...]:
        """The heading texts over a 1-based column, outermost first, repeats and blanks left out."""
        path: list[str] = []
        for row in self.heading:
            text = row[column - 1].text
            if text and (not path or path[-1] != text):
                path.append(text)
        return tuple(path)

    def band(self, row: int) -> str:
        """The text of the nearest band row above grid row ``row``, or ""."""
        above = [r for r in self.bands if r < row]
        return self.bands[max(above)] if above else ""

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell at a 1-based grid place, heading rows counted; None outside."""
        rows = self.heading + self.rows
        if 1 <= row <= len(rows) and 1 <= column <= len(rows[row - 1]):
            return rows[row - 1][column - 1]
        return None

    def cells(self) -> Iterator[Cell]:
        """All cells, heading first, row by row."""
        for row in self.heading + self.rows:
            yield from row


@dataclass(frozen=True)
class Document:
    """A document read to its tables.

    Attributes:
        path: In its source.
        sha256: Of the bytes.
        format: "markdown", "html", "rst", "csv", "json", "yaml" or "pdf".
        title: The first top heading, or "".
        language: "zh" where Chinese characters dominate headings and cells, else "en".
        text: Plain prose without tables, at most 20,000 characters.
        faults: What was cut or could not be read, one sentence each.
    """

    path: str
    sha256: str
    format: str
    title: str
    language: str
    tables: tuple[Table, ...] = field(repr=False)
    text: str = field(default="", repr=False)
    faults: tuple[str, ...] = ()


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
    """A declared table: ``heading`` in the order of columns, whose names are unique."""

    heading: tuple[Cell, ...]
    rows: tuple[Row, ...] = field(repr=False)

    def has(self, column: str) -> bool:
        return any(cell.text == column for cell in self.heading)
