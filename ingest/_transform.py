"""Kept documents to results: tables, meaning, normalize, in the order of the declaration."""

from __future__ import annotations

from collections.abc import Iterator

from ingest._declaration import Source, Table
from ingest._published import read_source
from ingest.documents import Kept
from ingest.items import Fault, Result
from ingest.meaning import read_rows
from ingest.normalize import Place, peers, to_result
from ingest.tables import Grid, TableError, read_table

#: The declared table that lists the papers, if there is one.
PAPERS = "papers"


def extract_documents(source: Source, documents: list[Kept]) -> Iterator[Result | Fault]:
    """Results of a source: by its declared tables where it has any, else by the general rules."""
    if source.tables:
        yield from transform(source, {kept.path: kept for kept in documents})
    else:
        yield from read_source(source, documents)


def transform(source: Source, documents: dict[str, Kept]) -> Iterator[Result | Fault]:
    """Results of all tables whose document is there; a table that cannot be read gives a fault.

    Args:
        documents: By path in the source.
    """
    grids: dict[str, Grid] = {}
    for table in source.tables:
        if table.path not in documents:
            continue
        try:
            grids[table.name] = read_table(documents[table.path].file, table.path)
        except TableError as error:
            yield Fault(table.path, str(error))
    for table in source.tables:
        grid = grids.get(table.name)
        if grid is None or table.layout == "lookup":
            continue
        if missing := _missing_columns(table, grid):
            yield Fault(table.path, f"the table has no column {missing[0]!r}; see its declaration")
            continue
        yield from _results(source, table, grid, grids, documents[table.path])


def _results(
    source: Source, table: Table, grid: Grid, grids: dict[str, Grid], kept: Kept
) -> Iterator[Result | Fault]:
    for row in grid.rows:
        if row.fault:
            yield Fault(table.path, row.fault)
    readings = list(read_rows(table, grid, grids))
    doubts = peers(readings)
    licence = next((f.licence for f in source.files if f.path == table.path), "")
    place = Place(table.path, kept.sha256, licence)
    lists = {f: (grids.get(c.table), c.column) for f, c in table.known.items()}
    known = {f: {r.text(column) for r in g.rows} if g else set() for f, (g, column) in lists.items()}
    for i, reading in enumerate(readings):
        for field, listed in known.items():
            if reading.names[field] not in listed:
                reading.faults.append(
                    f"the {field} {reading.names[field][:80]!r} is not in the source's list"
                )
        yield Result(table.path, to_result(source, reading, place, grids.get(PAPERS), doubts.get(i, [])))


def _missing_columns(table: Table, grid: Grid) -> list[str]:
    """Declared columns that the document lacks: it is not the document that was declared."""
    quantities = [*table.qualities.values(), *table.sizes.values()]
    columns = [c for q in quantities for part in q.parts.values() for c in part]
    columns += table.settings.values()
    wanted = [c.column for c in columns if not c.table]
    wanted += [*table.names.values(), *table.context, *table.distinguish]
    wanted += [r.column for r in (*table.quarantine, *table.doubt)]
    virtual = ("cell", "heading") if table.layout == "matrix" else ()
    return [c for c in dict.fromkeys(wanted) if c not in virtual and not grid.has(c)]
