"""Evidence in and out of files that other tools read: docs/exchange.md."""

from ingest.exchange._columns import COLUMNS, table
from ingest.exchange._export import WRITERS, export, search_all, write_whole
from ingest.exchange._faults import Fault, ImportRefused
from ingest.exchange._import import READERS, Imported, import_files

__all__ = [
    "COLUMNS",
    "READERS",
    "WRITERS",
    "Fault",
    "ImportRefused",
    "Imported",
    "export",
    "import_files",
    "search_all",
    "table",
    "write_whole",
]
