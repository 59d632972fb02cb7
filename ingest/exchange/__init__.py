"""Evidence in and out of files that other tools read: docs/exchange.md."""

from ingest.exchange._columns import BY_NAME, COLUMNS, Column
from ingest.exchange._export import WRITERS, export, search_all, write_whole
from ingest.exchange._faults import Fault, ImportRefused
from ingest.exchange._import import READERS, Imported, import_files
from ingest.exchange._record import BadRow, to_record, to_result

__all__ = [
    "BY_NAME",
    "COLUMNS",
    "READERS",
    "WRITERS",
    "BadRow",
    "Column",
    "Fault",
    "ImportRefused",
    "Imported",
    "export",
    "import_files",
    "search_all",
    "to_record",
    "to_result",
    "write_whole",
]
