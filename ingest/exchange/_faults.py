"""What is wrong with a file that is imported, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgpress.errors import InvalidInput


@dataclass(frozen=True)
class Fault:
    """``line`` and ``column`` are 1-based: for CSV the field's number, else the character's."""

    file: str
    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.reason}"


class ImportRefused(InvalidInput):
    """Lines that cannot be imported; nothing of any file was."""

    reason = "IMPORT_REFUSED"

    def __init__(self, faults: Sequence[Fault]) -> None:
        count = len(faults)
        super().__init__(
            f"{count:,} fault{'s' if count != 1 else ''} in what is to be imported",
            remedy="mend them; nothing was imported",
            field="file",
        )
        self.faults = tuple(faults)
