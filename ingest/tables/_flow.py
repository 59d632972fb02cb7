"""Headings, paragraphs and tables in the order of the document, to tables that know their surroundings."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.tables import _limits
from ingest.tables._grid import Context, Raw, tables
from ingest.tables._table import Table, TableError
from ingest.tables._text import clean, cut

#: A paragraph that calls itself a table's caption.
_CAPTION = re.compile(r"^(?:table|tab\.|表格?)\s*[\dIVX]+(?:[.\-]\d+)*\s*[:.：、\s]", re.IGNORECASE)


class Flow:
    """Collects a document from top to bottom; a reader calls it, then takes ``tables`` and ``prose``."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.title = ""
        self._found: list[Table] = []
        self._sections: list[tuple[int, str]] = []
        self._lead = self._caption = ""
        self._open: list[int] = []
        self._prose: list[str] = []
        self._prose_chars = 0
        self._cells = 0
        self.full = False

    @property
    def sections(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._sections)

    def heading(self, level: int, text: str) -> None:
        text = cut(clean(text), _limits.PARAGRAPH_CHARS)
        if not text:
            return
        if not self.title:
            self.title = text
        while self._sections and self._sections[-1][0] >= level:
            self._sections.pop()
        self._sections.append((level, text))
        self._lead = self._caption = ""
        self._open = []
        self._keep(text)

    def paragraph(self, text: str) -> None:
        text = clean(text)
        if not text:
            return
        shown = cut(text, _limits.PARAGRAPH_CHARS)
        for i in self._open:
            table = self._found[i]
            if not table.trail:
                caption = shown if not table.caption and _CAPTION.match(shown) else table.caption
                self._found[i] = replace(table, trail=shown, caption=caption)
        self._open = []
        self._lead = shown
        self._caption = shown if _CAPTION.match(shown) else ""
        self._keep(text)

    def table(self, rows: list[list[Raw]], caption: str = "", explicit: int | None = None) -> None:
        """Adds what stands in the rows; a table over a limit is left out with a fault."""
        if self.full:
            return
        context = Context(clean(caption) or self._caption, self.sections, self._lead)
        try:
            self.add(tables(rows, context, explicit))
        except TableError as error:
            self.faults.append(str(error))

    def add(self, found: list[Table]) -> None:
        for table in found:
            self._cells += table.width * (len(table.heading) + len(table.rows))
            if len(self._found) >= _limits.TABLES or self._cells > _limits.DOCUMENT_CELLS:
                self.full = True
                self.faults.append(
                    f"tables after the first {len(self._found):,} were left out: "
                    f"the limit is {_limits.TABLES:,} tables and {_limits.DOCUMENT_CELLS:,} cells"
                )
                return
            self._open.append(len(self._found))
            self._found.append(
                replace(
                    table,
                    index=len(self._found),
                    sections=table.sections or self.sections,
                    lead=table.lead or self._lead,
                )
            )

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(self._found)

    @property
    def prose(self) -> str:
        return cut("\n".join(self._prose), _limits.PROSE_CHARS)

    def _keep(self, text: str) -> None:
        if self._prose_chars < _limits.PROSE_CHARS:
            self._prose.append(text)
            self._prose_chars += len(text) + 1
