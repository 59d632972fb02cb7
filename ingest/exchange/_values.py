"""Texts of cells to values. What cannot be read is a :class:`Bad` with the remedy in it."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.exchange._columns import UNITS, Column

#: Characters of a name; a longer one is a paragraph that slipped into the wrong column.
MAX_NAME = 400
#: Largest whole number that every store holds.
LARGEST = 2**63 - 1

_NUMBER = re.compile(r"([+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?)\s*([^\s\d.,][^\s\d]{0,3})?")
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Bad(ValueError):
    """One sentence, and the remedy after a semicolon."""


def read_value(column: Column, given: Any, unit: str = "", fraction: bool = True) -> Any:
    """The value of a cell in the column's base unit; None where the cell is empty.

    Args:
        given: Text, or a JSON value.
        unit: The unit that the heading gives, for example "MB".
        fraction: Quality columns: whether the metric is a fraction.

    Raises:
        Bad: what is wrong with it.
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if column.kind == "flag":
        return _flag(given)
    if column.kind == "text":
        return _text(given)
    number = _number(given, column, unit, fraction)
    if column.kind == "count":
        if number != number.to_integral_value():
            raise Bad(f"{given!r} is no whole number of {column.unit or column.name}")
        return int(number)
    return float(number)


def near(name: str, known: Iterable[str]) -> str:
    """ "; did you mean ..." or the known names."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name[:60], names, n=3, cutoff=0.5)
    return f"did you mean {', '.join(close)}?" if close else f"known are {', '.join(names[:40])}"


def _text(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise Bad(f"{str(given)[:40]!r} is no text")
    text = str(given).strip()
    if len(text) > MAX_NAME:
        raise Bad(f"a text of {len(text):,} characters; {MAX_NAME} are the most")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in text):
        raise Bad("the text holds control characters; take them out")
    return text


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    known = _FLAGS.get(str(given).strip().lower())
    if known is None:
        raise Bad(f"{str(given)[:40]!r} is neither true nor false; write true or false")
    return known


def _number(given: Any, column: Column, heading: str, fraction: bool) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise Bad(f"{str(given)[:40]!r} is no number")
    match = _NUMBER.fullmatch(str(given).strip())
    if match is None:
        hint = "thousands take no separator" if "," in str(given) else f"write it like {_example(column)}"
        raise Bad(f"{str(given)[:40]!r} is no number; {hint}")
    unit = match[2] or heading
    factor = _factor(column, unit, fraction)
    try:
        number = Decimal(match[1]) * factor
    except InvalidOperation:
        raise Bad(f"{str(given)[:40]!r} is out of range") from None
    if not math.isfinite(float(number)) or (column.kind == "count" and not 0 <= number <= LARGEST):
        raise Bad(f"{str(given)[:40]!r} is out of range")
    if column.unit == "quality" and fraction and not unit and not -1 <= number <= 1:
        raise Bad(f"{given} is outside 0..1, and has no unit; a percentage is written {given}%")
    return number


def _factor(column: Column, unit: str, fraction: bool) -> Decimal:
    if not unit:
        return Decimal(1)
    units = UNITS.get(column.unit, {})
    if column.unit == "quality" and not fraction:
        units = {}
    if unit not in units:
        known = ", ".join(units) or "none"
        raise Bad(f"the unit {unit!r} is not one of {column.name}; possible: {known}")
    return Decimal(units[unit])


def _example(column: Column) -> str:
    return {"quality": "0.761 or 76.1%", "bytes": "4200000 or 4.2MB", "ms": "5.1 or 5.1ms"}.get(
        column.unit, "12.5"
    )
