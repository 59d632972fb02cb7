"""What the readers of all formats give: rows of known columns, each value with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingest.exchange._columns import BY_NAME
from ingest.exchange._faults import Fault
from ingest.exchange._values import near

#: Characters of one line. A line that is longer is no row of results.
MAX_LINE = 1_000_000


#: Faults of one file that are reported; then reading stops.
MAX_FAULTS = 1_000


@dataclass
class Row:
    """``places``: column -> (line, column) of its value; ``units``: column -> unit of its heading."""

    line: int
    column: int = 0
    given: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


@dataclass
class Read:
    """A file as read: what is faulty is not among the rows."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def full(self, file: str, line: int) -> bool:
        """Whether so much is wrong that reading on tells nothing new; it is said, once."""
        if len(self.faults) < MAX_FAULTS:
            return False
        self.faults.append(Fault(file, line, 1, "reading stops here: too many faults"))
        return True


def unknown(name: str) -> str:
    """Why there is no such column."""
    return f"unknown column {name[:60]!r}; {near(name, BY_NAME)}"


def decoded(data: bytes, file: str) -> tuple[str, list[Fault]]:
    """The file as text, or the place of its first bad byte."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        return "", [Fault(file, line, column, "this byte is no UTF-8; save the file as UTF-8")]
