"""CSV: one heading, one result a row. A text that a spreadsheet would run is written with a ' before it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from ingest.exchange._columns import BY_NAME, WRITTEN
from ingest.exchange._faults import Fault
from ingest.exchange._record import Record
from ingest.exchange._rows import MAX_LINE, Read, Row, decoded, unknown

#: What spreadsheets take for a formula, also behind blanks and in full width, with the ' of earlier escapes.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_MAX_COLUMNS = 200
_HEADING = re.compile(r"\s*(\w+)\s*(?:[\[(]\s*([^\])]+?)\s*[\])])?\s*")


def guarded(text: str) -> str:
    """The text so that no spreadsheet executes it; :func:`unguarded` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write(records: Iterable[Record]) -> str:
    """All columns, always; numbers and JSON are typed by their column, texts are guarded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.name for c in WRITTEN])
    for record in records:
        writer.writerow([_cell(c.kind, record.get(c.name)) for c in WRITTEN])
    return out.getvalue()


def _cell(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if kind == "flag":
        return "true" if value else "false"
    return repr(value) if kind in ("number", "count") else guarded(str(value))


def read(data: bytes, file: str) -> Read:
    """Rows with the line they begin on; faults of the file's shape."""
    text, faults = decoded(data, file)
    result = Read(faults=faults)
    if faults:
        return result
    # The limit is of the whole process: other readers keep theirs.
    limit = csv.field_size_limit(MAX_LINE)
    try:
        _rows(text, file, result)
    finally:
        csv.field_size_limit(limit)
    return result


def _rows(text: str, file: str, result: Read) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[tuple[str, str]] | None = None
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            result.faults.append(Fault(file, begins, 1, f"no CSV from here on: {error}"))
            break
        line, begins = begins, reader.line_num + 1
        if result.full(file, line):
            break
        if not any(cell.strip() for cell in cells):
            continue
        if heading is None:
            heading = _heading(cells, line, file, result.faults)
            if result.faults:
                break
        elif len(cells) != len(heading):
            reason = f"{len(cells)} fields, and the heading has {len(heading)}"
            result.faults.append(Fault(file, line, min(len(cells), len(heading)) + 1, reason))
        else:
            row = _row(cells, heading, line)
            result.faults += _unpack(row, file)
            result.rows.append(row)
    if heading is None and not result.faults:
        result.faults.append(Fault(file, 1, 1, "the file is empty; its first line names the columns"))


def _heading(cells: list[str], line: int, file: str, faults: list[Fault]) -> list[tuple[str, str]]:
    names: list[tuple[str, str]] = []
    if len(cells) > _MAX_COLUMNS:
        faults.append(
            Fault(file, line, _MAX_COLUMNS + 1, f"{len(cells):,} columns; {_MAX_COLUMNS} are the most")
        )
        return names
    for number, cell in enumerate(cells, 1):
        match = _HEADING.fullmatch(cell)
        name = match[1].lower() if match else cell
        if name not in BY_NAME:
            only = "; the separator is the comma" if ";" in cell or "\t" in cell else ""
            faults.append(Fault(file, line, number, only.removeprefix("; ") or unknown(cell)))
        elif name in [n for n, _ in names]:
            faults.append(Fault(file, line, number, f"a second column {name!r}"))
        names.append((name, (match[2] or "") if match else ""))
    return names


def _row(cells: list[str], heading: list[tuple[str, str]], line: int) -> Row:
    row = Row(line)
    for number, (cell, (name, unit)) in enumerate(zip(cells, heading, strict=True), 1):
        if cell.strip():
            row.given[name] = cell if BY_NAME[name].kind == "json" else unguarded(cell)
            row.places[name] = (line, number)
            row.units[name] = unit
    return row


def _unpack(row: Row, file: str) -> list[Fault]:
    """Texts of json columns to what they hold."""
    faults = []
    for name in [n for n in row.given if BY_NAME[n].kind == "json"]:
        try:
            row.given[name] = json.loads(row.given[name])
        except (ValueError, RecursionError):
            del row.given[name]
            faults.append(Fault(file, *row.places[name], f"{name} is no JSON; leave it out"))
    return faults
