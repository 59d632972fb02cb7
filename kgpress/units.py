"""Limits as people write them: ``1pt``, ``1%``, ``50KB``, ``5ms``, ``3m``.

KB = 1,000 bytes; ``1pt`` is an absolute percentage point, ``1%`` is relative to the base.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from kgpress.errors import InvalidInput

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_PATTERN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z%]*)\s*")


@dataclass(frozen=True)
class Drop:
    """An allowed loss of quality, as a fraction: 0.01 is 1pt, or 1% of the base."""

    value: float
    relative: bool


def parse_drop(text: str) -> Drop:
    number, unit = _split(text, "max-drop", "1pt or 1%")
    if unit not in ("pt", "%"):
        raise _refuse(text, "max-drop", "1pt (absolute) or 1% (relative to the base)")
    return Drop(number / 100, relative=unit == "%")


def parse_size(text: str) -> int:
    """Bytes."""
    number, unit = _split(text, "max-size", "50KB")
    if unit.upper() not in _SIZES:
        raise _refuse(text, "max-size", "50KB, 2MB or 1024B")
    return math.floor(number * _SIZES[unit.upper()])


def parse_latency(text: str) -> float:
    """Milliseconds."""
    return _scaled(text, "max-latency", _MILLISECONDS, "5ms")


def parse_duration(text: str) -> float:
    """Seconds."""
    return _scaled(text, "budget", _SECONDS, "3m or 90s")


def _scaled(text: str, field: str, units: dict[str, float], example: str) -> float:
    number, unit = _split(text, field, example)
    if unit not in units:
        raise _refuse(text, field, example)
    return number * units[unit]


def _split(text: str, field: str, example: str) -> tuple[float, str]:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise _refuse(text, field, example)
    return float(match[1]), match[2]


def _refuse(text: str, field: str, example: str) -> InvalidInput:
    return InvalidInput(f"{field} {text!r} is not understood", remedy=f"write {example}", field=field)
