"""Documents to cells, by the ending of the path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ingest.tables._csv import Limits, read_csv
from ingest.tables._table import Box, Cell, Document, Grid, Row, Table, TableError

#: Ending -> reader.
READERS: dict[str, Callable[[Path], Grid]] = {".csv": read_csv}


def read_table(document: Path, path: str) -> Grid:
    """The table in a kept document; ``path`` is its path in the source.

    Raises:
        TableError: the format is not known, or the document cannot be read.
    """
    ending = PurePosixPath(path).suffix.lower()
    if ending not in READERS:
        raise TableError(f"{ending or 'no ending'} is no known format", remedy=f"known: {', '.join(READERS)}")
    return READERS[ending](document)


__all__ = [
    "READERS",
    "Box",
    "Cell",
    "Document",
    "Grid",
    "Limits",
    "Row",
    "Table",
    "TableError",
    "read_csv",
    "read_table",
]
