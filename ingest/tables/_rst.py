"""reStructuredText by its lines: sections, paragraphs, and grid, simple, csv and list tables.

Directives are read, never run: nothing is included, nothing raw is passed on.
"""

from __future__ import annotations

import csv
import re

from docutils.parsers.rst.tableparser import SimpleTableParser, TableMarkupError
from docutils.statemachine import StringList

from ingest.tables import _limits
from ingest.tables._ascii import grid_rows
from ingest.tables._flow import Flow
from ingest.tables._grid import Raw
from ingest.tables._marks import off
from ingest.tables._table import Table
from ingest.tables._text import clean, short_lines

_ADORNED = re.compile(r"^([!-/:-@\[-`{-~])\1{2,}\s*$")
_SIMPLE = re.compile(r"^\s*=+(?: +=+)+\s*$")
_GRID = re.compile(r"^\s*\+-[-+]*\+\s*$")
_DIRECTIVE = re.compile(r"^(\s*)\.\. (?P<name>[\w:-]+)::\s*(?P<title>.*)$")
_OPTION = re.compile(r"^\s+:(?P<name>[\w-]+):\s*(?P<value>.*)$")
_TABLES = frozenset({"table", "csv-table", "list-table", "flat-table"})
_ROLE = re.compile(r":[\w:+.-]+:`([^`]*)`")
_LINK = re.compile(r"`([^`<]*?)\s*<([^`<>]{1,2000})>`_{0,2}")
_REFERENCE = re.compile(r"\|(\w[^|]*)\|(?!\w)|`([^`]+)`_{0,2}|(?<!\w)(\w[\w.-]*)__?(?=$|[\s,.;:)])")
_NOTE = re.compile(r"\s*\[(#?\w{0,20}|\*)\]_")
#: Lines of one drawn table that docutils' parser, which goes cell by cell, is given.
_DRAWN_LINES = 3_000


def read_rst(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of reStructuredText."""
    flow = Flow(faults)
    _Reader([line.expandtabs(8) for line in short_lines(text, faults)], flow).read()
    return flow.title, list(flow.tables), flow.prose


def inline(source: str, line: int = 0, across: int = 1, down: int = 1, head: bool = False) -> Raw:
    """A cell from inline markup: text, weight, link targets, footnote marks."""
    links = [found[1] for found in _LINK.findall(source)]
    notes = [note or "#" for note in _NOTE.findall(source)]
    text = _NOTE.sub("", _LINK.sub(r"\1", _ROLE.sub(r"\1", source)))
    text = text.replace("``", "")
    bold = bool(re.fullmatch(r"\s*\*\*[^*]+\*\*\s*", text))
    text = re.sub(r"(?<!\\)\*{1,2}(?=\S)([^*]+?)(?<=\S)\*{1,2}", r"\1", text)
    text = _REFERENCE.sub(lambda m: m[1] or m[2] or m[3], text)
    text, marks = off(clean(re.sub(r"\\(.)", r"\1", text)))
    return Raw(text, line, across, down, head, bold=bold, links=tuple(links), notes=(*notes, *marks))


class _Reader:
    def __init__(self, lines: list[str], flow: Flow) -> None:
        self.lines, self.flow = lines, flow
        self._levels: list[str] = []
        self._caption = ""

    def read(self) -> None:
        at = 0
        while at < len(self.lines):
            at = self._step(at)

    def _step(self, at: int) -> int:
        line = self.lines[at]
        if not line.strip():
            return at + 1
        after = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        if directive := _DIRECTIVE.match(line):
            return self._directive(at, directive)
        if _GRID.match(line):
            end = self._while(at, lambda text: text.strip()[:1] in ("+", "|"))
            rows = grid_rows(self.lines[at : min(end, at + _DRAWN_LINES)], at + 1)
            if not rows:
                self.flow.faults.append(f"the grid table at line {at + 1} does not parse, or is too large")
            self._emit(rows, None)
            return max(end, at + 1)
        if _SIMPLE.match(line):
            return self._simple(at)
        if _ADORNED.match(line) and after.strip() and at + 2 < len(self.lines):
            below = self.lines[at + 2]
            if _ADORNED.match(below) and below.strip()[0] == line[0]:
                self._heading(after, line[0] * 2)
                return at + 3
        if (
            _ADORNED.match(after)
            and not line.startswith(" ")
            and len(after.rstrip()) >= min(len(line.strip()), 4)
        ):
            self._heading(line, after[0])
            return at + 2
        if line.lstrip().startswith(".."):
            return self._while(at + 1, lambda text: not text.strip() or text.startswith(" "))
        end = self._while(
            at, lambda text: bool(text.strip()) and not _GRID.match(text) and not _SIMPLE.match(text)
        )
        end = max(end, at + 1)
        self.flow.paragraph(inline(" ".join(self.lines[at:end])).text)
        return end

    def _while(self, at: int, keep: object) -> int:
        end = at
        while end < len(self.lines) and keep(self.lines[end]):  # type: ignore[operator]
            end += 1
        return end

    def _heading(self, text: str, style: str) -> None:
        if style not in self._levels:
            self._levels.append(style)
        self.flow.heading(self._levels.index(style) + 1, inline(text).text)

    def _emit(self, rows: list[list[Raw]], explicit: int | None) -> None:
        shown = [[self._shown(raw) for raw in row] for row in rows]
        self.flow.table(shown, self._caption, explicit)
        self._caption = ""

    @staticmethod
    def _shown(raw: Raw) -> Raw:
        return inline(raw.text, raw.line, raw.across, raw.down, raw.head)

    def _simple(self, at: int) -> int:
        """A table under ``=== ===`` borders, the last of which is followed by a blank line."""
        borders = [at]
        end = at + 1
        while end < len(self.lines):
            if _SIMPLE.match(self.lines[end]):
                borders.append(end)
                if end + 1 >= len(self.lines) or not self.lines[end + 1].strip():
                    break
            end += 1
        if len(borders) < 2 or borders[-1] - at > _DRAWN_LINES:
            return at + 1
        end = borders[-1] + 1
        block = self.lines[at:end]
        margin = len(block[0]) - len(block[0].lstrip())
        try:
            _, head, body = SimpleTableParser().parse(StringList([line[margin:].rstrip() for line in block]))
        except (TableMarkupError, AssertionError, IndexError, ValueError) as error:
            self.flow.faults.append(f"the table at line {at + 1} does not parse: {clean(str(error))[:120]}")
            return end
        rows = [
            [
                Raw(" ".join(cell[3]), at + cell[2] + 1, cell[1] + 1, cell[0] + 1, part is head)
                for cell in row
                if cell
            ]
            for part in (head, body)
            for row in part
        ]
        self._emit(rows, len(head) or None)
        return end

    def _directive(self, at: int, found: re.Match[str]) -> int:
        indent = len(found[1])
        end = self._while(at + 1, lambda text: not text.strip() or len(text) - len(text.lstrip()) > indent)
        name = found["name"].split(":")[-1]
        if name not in _TABLES:
            # Notes, tabs and the like hold text and tables as the page does; comments and code hold none.
            return (
                at + 1
                if name in ("note", "tab", "tip", "important", "rst-class", "dropdown", "only")
                else end
            )
        options: dict[str, str] = {}
        body = at + 1
        while body < end and (option := _OPTION.match(self.lines[body])):
            options[option["name"]] = option["value"].strip()
            body += 1
        self._caption = inline(found["title"]).text
        if name == "table":
            return body
        if name == "csv-table":
            self._csv(body, end, options)
        else:
            self._list(body, end, options)
        self._caption = ""
        return end

    def _csv(self, begin: int, end: int, options: dict[str, str]) -> None:
        if "file" in options or "url" in options:
            self.flow.faults.append(f"the table at line {begin} stands in another file, which was not read")
            return
        rows: list[list[Raw]] = []
        mark = {"tab": "\t", "space": " "}.get(
            options.get("delim", ","), options.get("delim", ",")[:1] or ","
        )
        heads = _number(options.get("header-rows"))
        if "header" in options:
            heads += 1
            rows.append(
                [
                    inline(f, begin)
                    for f in next(csv.reader([options["header"]], delimiter=mark, skipinitialspace=True))
                ]
            )
        reader = csv.reader(
            (line.strip() + "\n" for line in self.lines[begin:end]), delimiter=mark, skipinitialspace=True
        )
        line = begin + 1
        try:
            for fields in reader:
                if any(fields):
                    rows.append([inline(f, line) for f in fields])
                line = begin + 1 + reader.line_num
        except csv.Error as error:
            self.flow.faults.append(f"the csv-table at line {begin} does not parse: {error}")
        self.flow.table(rows, self._caption, heads or None)

    def _list(self, begin: int, end: int, options: dict[str, str]) -> None:
        rows: list[list[tuple[int, list[str]]]] = []
        for number in range(begin, end):
            line = self.lines[number].strip()
            if found := re.match(r"^[*+] +- ?(.*)$", line):
                rows.append([(number + 1, [found[1]])])
            elif rows and (found := re.match(r"^-(?: +(.*))?$", line)):
                rows[-1].append((number + 1, [found[1] or ""]))
            elif rows and line:
                rows[-1][-1][1].append(line)
        raws = [[inline(" ".join(parts), line) for line, parts in row[: _limits.COLUMNS + 1]] for row in rows]
        self.flow.table(raws, self._caption, _number(options.get("header-rows")) or None)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 4 else 0
