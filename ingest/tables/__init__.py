"""Documents to cells, by ending and content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ingest.tables import _limits
from ingest.tables._csv import Limits, read_csv
from ingest.tables._data import read_json_document, read_yaml_document
from ingest.tables._delimited import read_delimited
from ingest.tables._html import read_html
from ingest.tables._markdown import read_markdown
from ingest.tables._pdf import is_pdf, read_pdf
from ingest.tables._rst import read_rst
from ingest.tables._table import Box, Cell, Document, Grid, Row, Table, TableError
from ingest.tables._text import decode, language
from kgpress.v1.types_pb2 import CellLocator

#: (text, path, faults) -> title, tables, prose.
Reader = Callable[[str, str, list[str]], tuple[str, list[Table], str]]

#: Format -> endings, most bytes, reader.
READERS: dict[str, tuple[tuple[str, ...], int, Reader]] = {
    "markdown": ((".md", ".markdown", ".mdx", ".mkd"), _limits.PROSE_BYTES, read_markdown),
    "html": ((".html", ".htm", ".xhtml"), _limits.HTML_BYTES, read_html),
    "rst": ((".rst", ".rest"), _limits.PROSE_BYTES, read_rst),
    "yaml": ((".yaml", ".yml"), _limits.TREE_BYTES, read_yaml_document),
    "json": ((".json", ".jsonl", ".ndjson"), _limits.TREE_BYTES, read_json_document),
    "csv": ((".csv", ".tsv"), _limits.DOCUMENT_BYTES, read_delimited),
}

_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S
)


def format_of(path: str, head: bytes = b"") -> str:
    """The format by the path's ending, else by the first bytes; "" if neither tells."""
    if is_pdf(head):
        return "pdf"
    ending = PurePosixPath(path.split("?", 1)[0]).suffix.lower()
    for name, (endings, _, _) in READERS.items():
        if ending in endings:
            return name
    return "html" if _HTML.match(head[:4096].decode("utf-8", "replace")) else ""


def read_document(data: bytes, path: str) -> Document:
    """All tables of a document.

    Args:
        path: In its source; its ending tells the format where the content does not.

    Raises:
        TableError: the format is not known, or the document is over a limit or cannot be read.
    """
    if len(data) > _limits.DOCUMENT_BYTES:
        raise TableError(
            f"the document has {len(data):,} bytes, the limit is {_limits.DOCUMENT_BYTES:,}",
            remedy="split it or leave it out",
        )
    form = format_of(path, data[:4096])
    if form == "pdf":
        faults: list[str] = []
        return _document(data, path, form, read_pdf(data, path, faults), faults)
    if form not in READERS:
        ending = PurePosixPath(path).suffix.lower()
        raise TableError(f"{ending or 'no ending'} is no known format", remedy=f"known: {', '.join(READERS)}")
    _, limit, reader = READERS[form]
    faults = []
    text = decode(data, faults, limit)
    return _document(data, path, form, reader(text, path, faults), faults)


def _document(
    data: bytes, path: str, form: str, read: tuple[str, list[Table], str], faults: list[str]
) -> Document:
    title, tables, prose = read
    texts = [title, *(t for table in tables for t in table.sections)]
    texts += [cell.text for table in tables[:200] for row in table.heading + table.rows[:50] for cell in row]
    return Document(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        format=form,
        title=title,
        language=language([*texts, prose[:5_000]]),
        tables=tuple(replace(table, index=i) for i, table in enumerate(tables)),
        text=prose,
        faults=tuple(faults[:50]),
    )


@lru_cache(maxsize=4)
def _read(data: bytes, path: str) -> Document:
    return read_document(data, path)


def open_cell(data: bytes, path: str, locator: CellLocator) -> str:
    """The text of the cell that a locator names.

    Raises:
        TableError: the bytes are not the document of the locator, or it names no cell of it.
    """
    document = _read(data, path)
    if locator.document_hash and locator.document_hash != document.sha256:
        raise TableError("the document is not the one that the locator names", remedy="fetch that version")
    if locator.table >= len(document.tables):
        raise TableError(
            f"the document has {len(document.tables)} tables, the locator names table {locator.table}",
            remedy="read the document again",
        )
    cell = document.tables[locator.table].cell(locator.row, locator.column)
    if cell is None or (locator.line and cell.line != locator.line):
        raise TableError(
            f"table {locator.table} has no row {locator.row}, column {locator.column} at line {locator.line}",
            remedy="read the document again",
        )
    return cell.text


def read_table(document: Path, path: str) -> Grid:
    """The one table of a kept CSV document for a declared reading; ``path`` is its path in the source.

    Raises:
        TableError: the format is not known, or the document cannot be read.
    """
    ending = PurePosixPath(path).suffix.lower()
    if ending != ".csv":
        raise TableError(f"{ending or 'no ending'} is no known format", remedy="declared readings know .csv")
    return read_csv(document)


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
    "format_of",
    "open_cell",
    "read_csv",
    "read_document",
    "read_table",
]
