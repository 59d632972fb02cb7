"""Applies a table's declaration to its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ingest._declaration import PARTS, Column, Quantity, Remark, Table
from ingest.meaning._numbers import NumberFault, read_number
from ingest.meaning._reading import Reading, Sides, Value
from ingest.tables import Cell, Grid, Row

#: Two readings of one quantity agree within this share of it (published values are rounded).
AGREE = Decimal("0.02")
#: The same for qualities, in absolute units: three values rounded to 0.01pt.
AGREE_QUALITY = Decimal("0.0002")


def place(cell: Cell) -> str:
    return f"row {cell.row}, column {cell.column} ({cell.column_name})"


def read_rows(table: Table, grid: Grid, grids: dict[str, Grid]) -> Iterator[Reading]:
    """Readings of every row that states an outcome; rows that state none give none."""
    for row in grid.rows:
        for virtual, anchor in _outcomes(table, grid, row):
            yield from _read_row(table, virtual, anchor, grids)


def _outcomes(table: Table, grid: Grid, row: Row) -> Iterator[tuple[Row, Cell | None]]:
    """The row itself, or one row per outcome cell of a matrix.

    A matrix's outcome row has two more columns: "cell", and "heading" with what the pattern captured.
    """
    if table.layout != "matrix":
        yield row, None
        return
    for top in grid.heading:
        match = re.fullmatch(table.pattern, top.text)
        cell = row.cells.get(top.text)
        if match and cell and cell.text:
            heading = Cell(match[1], top.row, top.column, top.line, top.text)
            yield Row(row.number, row.line, row.cells | {"cell": cell, "heading": heading}), cell


def _read_row(table: Table, row: Row, anchor: Cell | None, grids: dict[str, Grid]) -> Iterator[Reading]:
    faults: list[str] = []
    sizes = {name: _sides(q, row, grids, faults, name) for name, q in table.sizes.items()}
    stated = {m: q for m, q in table.qualities.items() if _is_stated(q, row)}
    if not stated:
        if not any(s.any for s in sizes.values()):
            return
        first = next(iter(table.qualities))
        stated = {first: table.qualities[first]}
    for metric, quantity in stated.items():
        own = list(faults)
        quality = _sides(quantity, row, grids, own, metric, AGREE_QUALITY)
        reading = Reading(
            table=table.name,
            path=table.path,
            anchor=anchor or _anchor(quantity, table.sizes, row),
            metric=metric,
            names=table.constants | {f: row.text(c) for f, c in table.names.items()},
            quality=quality,
            sizes=sizes,
            faults=own,
        )
        reading.settings = {n: v for n, c in table.settings.items() if (v := _value(c, row, grids, own, n))}
        reading.origins = dict.fromkeys(table.constants, ("declaration", f"table {table.name}"))
        reading.origins |= {f: ("cell", place(row.cells[c])) for f, c in table.names.items() if row.text(c)}
        reading.context = {c: row.text(c) for c in table.context if row.text(c)}
        reading.run = tuple(row.text(c) for c in table.distinguish)
        reading.faults += _remarks(table.quarantine, row)
        reading.doubts += _remarks(table.doubt, row)
        yield reading


def _is_stated(quantity: Quantity, row: Row) -> bool:
    columns = quantity.parts["after"] + quantity.parts["change"]
    return any(row.text(c.column) for c in columns if not c.table)


def _anchor(quantity: Quantity, sizes: dict[str, Quantity], row: Row) -> Cell:
    """The first filled cell of the outcome, in the order of the declaration."""
    for q in (quantity, *sizes.values()):
        for part in ("after", "change", "kept"):
            for column in q.parts[part]:
                if row.text(column.column):
                    return row.cells[column.column]
    return next(iter(row.cells.values()))


def _remarks(remarks: tuple[Remark, ...], row: Row) -> list[str]:
    return [r.reason for r in remarks if re.search(r.matches, row.text(r.column), re.IGNORECASE)]


def _sides(
    quantity: Quantity,
    row: Row,
    grids: dict[str, Grid],
    faults: list[str],
    name: str,
    agree: Decimal | None = None,
) -> Sides:
    sides = Sides()
    for part in PARTS:
        values = [v for c in quantity.parts[part] if (v := _value(c, row, grids, faults, name))]
        if not values:
            continue
        for other in values[1:]:
            allowed = agree if agree is not None else AGREE * abs(values[0].number)
            if abs(other.number - values[0].number) > allowed:
                faults.append(f"{name} {part}: {values[0].raw} and {other.raw} ({other.place}) do not agree")
        setattr(sides, part, values[0])
    if quantity.ratio_only:
        _only_ratio(sides, name, faults)
    return sides


def _only_ratio(sides: Sides, name: str, faults: list[str]) -> None:
    """after / before where both are in an unknown common unit; the sides themselves are dropped."""
    after, before = sides.after, sides.before
    sides.after = sides.before = None
    if not (after and before) or before.number == 0:
        return
    ratio = Value(
        after.number / before.number,
        f"{after.raw} / {before.raw}",
        f"{after.place} / {before.place}",
        "ratio",
    )
    if sides.kept and abs(sides.kept.number - ratio.number) > AGREE:
        faults.append(f"{name}: {sides.kept.raw} ({sides.kept.place}) is not {ratio.raw}")
    sides.kept = ratio


def _value(column: Column, row: Row, grids: dict[str, Grid], faults: list[str], name: str) -> Value | None:
    try:
        if column.table:
            return _joined(column, row, grids)
        cell = row.cells.get(column.column)
        if cell is None or not cell.text:
            return None
        number, how = read_number(cell.text, column)
    except NumberFault as fault:
        faults.append(f"{name}: {fault}")
        return None
    origin = "heading" if cell.row == 1 else "cell"
    return Value(number, cell.text, place(cell), how, origin)


def _joined(column: Column, row: Row, grids: dict[str, Grid]) -> Value | None:
    """A value from other rows; ``where`` values that begin with "=" name a column of this row."""
    grid = grids.get(column.table)
    if grid is None:
        raise NumberFault(f"the table {column.table} that {column.column} is joined from was not read")
    wanted = {k: row.text(v[1:]) if v.startswith("=") else v for k, v in column.where.items()}
    cells = [
        r.cells[column.column]
        for r in grid.rows
        if r.text(column.column) and all(r.text(k) == v for k, v in wanted.items())
    ]
    if not cells:
        return None
    read = [read_number(c.text, column) for c in cells]
    numbers = [n for n, _ in read]
    if column.aggregate == "one" and len(set(numbers)) > 1:
        raise NumberFault(f"{column.column} of {column.table} is not one value")
    number = sum(numbers, Decimal(0)) / len(numbers)
    how = ", ".join(filter(None, [read[0][1], column.aggregate if column.aggregate != "one" else ""]))
    shown = list(dict.fromkeys(c.text for c in cells))
    places = f"table {column.table}, {column.column}, rows {','.join(str(c.row) for c in cells[:8])}"
    return Value(number, "; ".join(shown), places, how, "cell", 0.95)
