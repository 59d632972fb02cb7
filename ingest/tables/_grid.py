"""Placed cells to a rectangular table: spans resolved, heading rows told from body rows, bands found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.tables import _limits
from ingest.tables._table import Box, Cell, Table, TableError
from ingest.tables._text import is_number

#: Texts of cells that hold no value.
BLANK = frozenset({"", "-", "--", "—", "–", "/", "\\", "n/a", "na", "none", "nan", "x", "×"})


@dataclass(slots=True)
class Raw:
    """A cell as the format's reader found it, before its place is known."""

    text: str
    line: int = 0
    across: int = 1
    down: int = 1
    head: bool = False
    xpath: str = ""
    page: int = 0
    box: Box | None = None
    bold: bool = False
    struck: bool = False
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Context:
    """Where a table stands in its document."""

    caption: str = ""
    sections: tuple[str, ...] = ()
    lead: str = ""
    trail: str = ""


Placed = list[list[Cell]]


def place(rows: Sequence[Sequence[Raw]]) -> tuple[Placed, list[list[Raw | None]]]:
    """The rectangular grid of rows with spans, and the raw cell that begins at each place.

    Raises:
        TableError: more columns, rows or cells than the limits allow.
    """
    if len(rows) > _limits.ROWS:
        raise TableError(f"a table has {len(rows):,} rows, the limit is {_limits.ROWS:,}", remedy="split it")
    grid: list[dict[int, tuple[Raw, int, int]]] = [{} for _ in rows]
    width = total = 0
    for r, row in enumerate(rows):
        c = 0
        for raw in row:
            while c in grid[r]:
                c += 1
            across = max(1, min(raw.across, _limits.COLUMNS + 1))
            down = max(1, min(raw.down, len(rows) - r))
            width = max(width, c + across)
            total += across * down
            if width > _limits.COLUMNS or total > _limits.CELLS:
                raise TableError(
                    f"a table (line {raw.line}) has more than {_limits.COLUMNS:,} columns "
                    f"or {_limits.CELLS:,} cells",
                    remedy="split it or leave it out",
                )
            for rr in range(r, r + down):
                for cc in range(c, c + across):
                    grid[rr].setdefault(cc, (raw, r, c))
            c += across
    if width * len(rows) > _limits.CELLS:
        raise TableError(f"a table has more than {_limits.CELLS:,} cells", remedy="split it or leave it out")
    return _filled(grid, rows, width)


def _filled(
    grid: list[dict[int, tuple[Raw, int, int]]], rows: Sequence[Sequence[Raw]], width: int
) -> tuple[Placed, list[list[Raw | None]]]:
    placed: Placed = []
    starts: list[list[Raw | None]] = []
    for r, known in enumerate(grid):
        line = rows[r][0].line if rows[r] else 0
        cells: list[Cell] = []
        begun: list[Raw | None] = []
        for c in range(width):
            raw, top, left = known.get(c, (None, r, c))
            if raw is None:
                cells.append(Cell("", r + 1, c + 1, line))
                begun.append(None)
                continue
            spanned = (top, left) != (r, c)
            cells.append(
                Cell(
                    text=raw.text[: _limits.CELL_CHARS],
                    row=r + 1,
                    column=c + 1,
                    line=raw.line,
                    xpath=raw.xpath,
                    page=raw.page,
                    box=raw.box,
                    bold=raw.bold,
                    struck=raw.struck,
                    links=raw.links,
                    notes=raw.notes,
                    spanned=spanned,
                    origin=(top + 1, left + 1) if spanned else (0, 0),
                )
            )
            begun.append(None if spanned else raw)
        placed.append(cells)
        starts.append(begun)
    return placed, starts


def tables(rows: Sequence[Sequence[Raw]], context: Context, explicit: int | None = None) -> list[Table]:
    """The tables in a sequence of rows: more than one where a new heading begins in the middle.

    Args:
        explicit: How many leading rows the document itself marks as heading; None if it marks none
            (then ``Raw.head`` of the cells and the contents decide).

    Raises:
        TableError: over a limit.
    """
    placed, starts = place([row for row in rows if row])
    if not placed or not any(cell.text for row in placed for cell in row):
        return []
    pieces: list[Table] = []
    begin = 0
    first = _heading_rows(placed, starts, 0, explicit)
    count = first
    r = begin + count
    while r < len(placed):
        if r - begin > count and _new_heading(placed, starts, begin, count, r):
            pieces.append(_table(placed[begin:r], count, context))
            begin, count = r, _heading_rows(placed, starts, r, None)
            r += max(count, 1)
        else:
            r += 1
    pieces.append(_table(placed[begin:], count, context))
    return pieces


def _heading_rows(placed: Placed, starts: list[list[Raw | None]], begin: int, explicit: int | None) -> int:
    """How many rows from ``begin`` are heading."""
    count = explicit if explicit is not None else 0
    if explicit is None:
        while begin + count < len(placed) and _all_head(starts[begin + count]):
            count += 1
    count = min(count, len(placed) - begin)
    if count == len(placed) - begin and count > 1:
        # All of it is marked as heading: a table of th cells only. The contents decide.
        count = 0
    if count == 0 or not any(c.text for row in placed[begin : begin + count] for c in row):
        count = max(count, _inferred(placed, begin + count) + count)
    while begin + count + 1 < len(placed) and count and _continues(placed, begin, count):
        count += 1
    return count


def _all_head(begun: list[Raw | None]) -> bool:
    cells = [raw for raw in begun if raw is not None]
    return bool(cells) and all(raw.head or not raw.text for raw in cells) and any(raw.head for raw in cells)


def _inferred(placed: Placed, begin: int) -> int:
    """One row of words over rows of numbers is a heading though nothing marks it."""
    if begin >= len(placed) - 1:
        return 0
    top = placed[begin]
    words = {c.text for c in top if c.text}
    if len(words) < min(2, len(top)) or any(is_number(c.text) for c in top[1:]):
        return 0
    below = placed[begin + 1 : begin + 30]
    valued = sum(any(is_number(c.text) for c in row) for row in below)
    return 1 if valued or len(words) == len(top) else 0


def _continues(placed: Placed, begin: int, count: int) -> bool:
    """Whether the row after the heading still belongs to it.

    It does if a cell of the heading reaches down into it; or if it names, without a number, the parts
    of columns that the heading spans, repeats or leaves empty, and numbers stand below.
    """
    row, last = placed[begin + count], placed[begin + count - 1]
    heading = placed[begin : begin + count]
    if any(is_number(c.text) for c in row if not c.spanned):
        return False
    own = [c for c in row if not c.spanned and c.text.lower() not in BLANK]
    if not own or len({c.text for c in row if c.text}) < 2:
        return False
    reaches = any(c.spanned and c.origin[0] - 1 >= begin and c.origin[0] - 1 < begin + count for c in row)
    wide = [
        c
        for c in own
        if (above := last[c.column - 1]).spanned
        or not above.text
        or any(o.text == above.text for o in last if o.column != above.column)
    ]
    if not wide:
        return False
    if not reaches and len(own) > len(wide) and len(wide) * 2 < len(own):
        return False
    below = placed[begin + count + 1 : begin + count + 12]
    columns = [c.column - 1 for c in wide]
    valued = any(is_number(r[c].text) for r in below for c in columns)
    unnamed = any(not h[c].text or h[c].spanned for h in heading[-1:] for c in columns)
    return valued and (reaches or unnamed)


def _new_heading(placed: Placed, starts: list[list[Raw | None]], begin: int, count: int, r: int) -> bool:
    """Whether body row ``r`` begins another table under its own heading."""
    if r >= len(placed) - 1 or any(c.spanned and c.origin[0] - 1 < r for c in placed[r]):
        return False
    texts = [c.text for c in placed[r]]
    if count and texts == [c.text for c in placed[begin + count - 1]]:
        return True
    filled = [raw for raw in starts[r] if raw is not None and raw.text]
    if len(filled) < 2 or not all(raw.head for raw in filled):
        return False
    return not any(is_number(t) for t in texts)


def _table(placed: Placed, count: int, context: Context) -> Table:
    offset = placed[0][0].row - 1 if placed and placed[0] else 0
    if offset:
        placed = [[_moved(c, offset) for c in row] for row in placed]
    heading = tuple(tuple(row) for row in placed[:count])
    bare = Table(0, heading, ())
    width = len(placed[0])
    names = [" / ".join(bare.header_path(c)) for c in range(1, width + 1)] if count else [""] * width
    body = tuple(
        tuple(_named(c, names[i]) if names[i] else c for i, c in enumerate(row)) for row in placed[count:]
    )
    heading = tuple(tuple(_named(c, c.text) for c in row) for row in heading)
    return Table(
        0,
        heading,
        body,
        context.caption,
        context.sections,
        context.lead,
        context.trail,
        bands=_bands(body, width),
    )


def _named(cell: Cell, name: str) -> Cell:
    """The same cell, named: nobody else has seen it yet, and a copy of each is half of the time."""
    object.__setattr__(cell, "column_name", name)
    return cell


def _moved(cell: Cell, offset: int) -> Cell:
    row, column = cell.origin
    if cell.spanned and row - offset < 1:
        return replace(cell, row=cell.row - offset, spanned=False, origin=(0, 0))
    return replace(cell, row=cell.row - offset, origin=(row - offset, column) if cell.spanned else (0, 0))


def _bands(body: Sequence[Sequence[Cell]], width: int) -> dict[int, str]:
    if width < 2:
        return {}
    bands: dict[int, str] = {}
    for row in body:
        texts = {c.text for c in row}
        first = row[0]
        whole = len(texts) == 1 and first.text and all(c.spanned for c in row[1:])
        lone = first.text and not any(c.text for c in row[1:])
        if (
            (whole or lone)
            and not is_number(first.text)
            and not (first.spanned and first.origin[0] != first.row)
        ):
            bands[first.row] = first.text
    # A table of bands only is a list in one column.
    return bands if len(bands) * 2 <= len(body) or len(bands) < len(body) - 1 else {}
