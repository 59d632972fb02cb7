"""JSON lines: one object a line, its keys the columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

from ingest.exchange._columns import BY_NAME
from ingest.exchange._faults import Fault
from ingest.exchange._record import Record
from ingest.exchange._rows import MAX_LINE, Read, Row, decoded, unknown

_BLANK = " \t\r"


def write(records: Iterable[Record]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records)


def read(data: bytes, file: str) -> Read:
    """Rows and faults, each with the line and the character of its value."""
    text, faults = decoded(data, file)
    result = Read(faults=faults)
    # Not splitlines(): it also breaks at characters that may stand inside a JSON text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if result.full(file, number):
            break
        row = Row(number)
        try:
            if len(line) > MAX_LINE:
                raise JSONDecodeError("the line is too long", line, MAX_LINE)
            for name, value, at in _pairs(line):
                _add(row, name, value, at)
        except _Unknown as error:
            result.faults.append(Fault(file, number, error.at, str(error)))
            continue
        except JSONDecodeError as error:
            result.faults.append(Fault(file, number, error.pos + 1, f"no JSON object: {error.msg}"))
            continue
        except (ValueError, RecursionError):
            result.faults.append(Fault(file, number, 1, "numbers or nesting beyond all measure"))
            continue
        result.rows.append(row)
    if not result.rows and not result.faults:
        result.faults.append(Fault(file, 1, 1, "the file is empty; it takes one JSON object a line"))
    return result


class _Unknown(Exception):
    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


def _add(row: Row, name: str, value: Any, at: int) -> None:
    if name not in BY_NAME:
        raise _Unknown(unknown(name), at)
    if name in row.given:
        raise _Unknown(f"a second {name!r}", at)
    if isinstance(value, dict | list) and BY_NAME[name].kind != "json":
        raise _Unknown(f"{name} takes a single value", at)
    row.given[name], row.places[name] = value, (row.line, at)


def _pairs(line: str) -> Iterable[tuple[str, Any, int]]:
    """Key, value and the value's 1-based character of one object; nothing may follow it."""
    at = _skip(line, 0)
    if line[at : at + 1] != "{":
        raise JSONDecodeError("it begins with {", line, at)
    at = _skip(line, at + 1)
    if line[at : at + 1] == "}":
        at = _skip(line, at + 1)
    else:
        while True:
            if line[at : at + 1] != '"':
                raise JSONDecodeError('a name in " is expected', line, at)
            name, at = scanstring(line, at + 1)
            at = _skip(line, at)
            if line[at : at + 1] != ":":
                raise JSONDecodeError("a : is expected", line, at)
            begins = _skip(line, at + 1)
            value, at = _DECODER.raw_decode(line, begins)
            yield name, value, begins + 1
            at = _skip(line, at)
            mark, at = line[at : at + 1], at + 1
            if mark == "}":
                at = _skip(line, at)
                break
            if mark != ",":
                raise JSONDecodeError("a , or } is expected", line, at - 1)
            at = _skip(line, at)
    if at != len(line):
        raise JSONDecodeError("something follows the object", line, at)


def _skip(line: str, at: int) -> int:
    while at < len(line) and line[at] in _BLANK:
        at += 1
    return at


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
