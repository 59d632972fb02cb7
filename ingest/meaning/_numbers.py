"""Written numbers to exact decimals, by the unit that the source declares for the column.

Nothing is guessed: a value that is not written as declared is a fault, never rescaled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from ingest._declaration import Column

_NUMBER = re.compile(r"[+-]?\d{1,24}(\.\d{1,24})?([eE][+-]?\d{1,2})?", re.ASCII)


class NumberFault(ValueError):
    """The cell does not hold a number of the declared unit."""


def _plain(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise NumberFault(f"{text[:40]!r} is not a number")
    return Decimal(text)


def _percent(text: str) -> Decimal:
    if not text.endswith("%"):
        raise NumberFault(f"{text[:40]!r} stands in a column of percentages without a % sign")
    return _plain(text[:-1].rstrip()) / 100


#: unit -> (reader, how it is described in a derivation).
UNITS: dict[str, tuple[Callable[[str], Decimal], str]] = {
    "number": (_plain, ""),
    "fraction": (_plain, ""),
    "percent": (_percent, "percent to fraction"),
    "percent number": (lambda text: _plain(text) / 100, "percent to fraction"),
    "millions": (lambda text: _plain(text) * 1_000_000, "millions to units"),
}


def read_number(text: str, column: Column) -> tuple[Decimal, str]:
    """The value and the transformations that were declared and applied.

    Raises:
        NumberFault: not written as declared.
    """
    reader, how = UNITS[column.unit]
    value = reader(text)
    steps = [how] if how else []
    if column.complement:
        value, steps = 1 - value, [*steps, "1 - x"]
    if column.inverse:
        if value == 0:
            raise NumberFault("a ratio of 0 cannot be inverted")
        value, steps = 1 / value, [*steps, "1 / x"]
    return value, ", ".join(steps)
