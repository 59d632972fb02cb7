"""Printed numbers to the contract's units. What cannot be told is a doubt, what contradicts a fault."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from ingest.meaning._cells import UNITS, Number
from ingest.meaning._facts import Fact
from ingest.meaning._heads import Head

_HUNDRED = Decimal(100)
#: Above this a quality that is a fraction must be printed as a percentage.
_PERCENT_FROM = Decimal("1.5")
_TIME = {
    "ms": Decimal(1),
    "milliseconds": Decimal(1),
    "毫秒": Decimal(1),
    "us": Decimal("0.001"),
    "µs": Decimal("0.001"),
    "μs": Decimal("0.001"),
    "s": Decimal(1000),
    "sec": Decimal(1000),
    "second": Decimal(1000),
    "seconds": Decimal(1000),
}


def scale(facts: list[Fact]) -> None:
    """Sets ``value`` and ``how`` of all facts of one table."""
    _no_drops(facts)
    _one_accuracy(facts)
    groups: dict[object, list[Fact]] = defaultdict(list)
    sided = _both_sides(facts)
    for fact in facts:
        if fact.kind == "kept":
            _kept(fact)
        elif fact.kind == "quality":
            groups[_group(fact, sided)].append(fact)
        else:
            _measure(fact)
    for group in groups.values():
        _quality(group)
    percents = {f.row for f in facts if f.kind == "quality" and f.role == "value" and "percent" in f.how}
    for f in facts:
        if (
            f.kind == "quality"
            and f.role == "change"
            and not f.how
            and f.row in percents
            and f.scale == "fraction"
        ):
            f.value, f.how = f.value / _HUNDRED, "percent to fraction"


def _one_accuracy(facts: list[Fact]) -> None:
    """ "Top-1 accuracy" beside a plain "accuracy" is one metric, where no other accuracy is in the table."""
    names = {f.metric for f in facts if "accuracy" in f.metric}
    if names == {"accuracy", "Top-1 accuracy"}:
        for f in facts:
            if f.metric == "accuracy":
                f.metric = "Top-1 accuracy"


def _no_drops(facts: list[Fact]) -> None:
    """A column headed as a drop whose numbers are all as large as accuracies holds accuracies."""
    columns: dict[int, list[Fact]] = defaultdict(list)
    for f in facts:
        if f.kind == "quality" and f.role == "change" and f.scale == "fraction":
            columns[f.cell.column].append(f)
    for column in columns.values():
        low = min(abs(f.value) for f in column)
        high = max(abs(f.value) for f in column)
        if (
            len(column) > 1
            and not any(f.number.signed for f in column)
            and (low > 20 or 0.3 < low <= high <= 1)
        ):
            for f in column:
                f.role = "value"
                f.doubts.append(
                    f"headed {f.column.head.text[:40]!r}, but the values are as large as accuracies"
                )


def _kept(fact: Fact) -> None:
    """ "Compute kept (%)": what is left of a quantity, as a ratio."""
    percent = fact.number.unit == "%" or fact.head.percent or fact.value > 1
    data = fact.head.measures[0].data
    fact.kind = str(data["of"])
    fact.role = "kept"
    share = abs(fact.value) / _HUNDRED if percent else abs(fact.value)
    fact.value = 1 - share if data.get("complement") else share


def _both_sides(facts: list[Fact]) -> frozenset[tuple[int, str]]:
    """Rows that hold two values of one metric, so that the row itself tells how they are printed."""
    count: dict[tuple[int, str], int] = defaultdict(int)
    for f in facts:
        if f.kind == "quality" and f.role == "value":
            count[(f.row, f.metric)] += 1
    return frozenset(k for k, n in count.items() if n > 1)


def _group(fact: Fact, sided: frozenset[tuple[int, str]]) -> object:
    """Qualities that are printed alike: of one row where it has two sides, else of one metric."""
    if fact.by_row or (fact.row, fact.metric) in sided:
        return ("row", fact.row, fact.metric)
    return ("metric", fact.metric, fact.head.percent)


def _quality(group: list[Fact]) -> None:
    values = [abs(f.value) for f in group if f.role == "value" and f.number.unit != "%"]
    percent = any(v > _PERCENT_FROM for v in values) or (not values and any(f.head.percent for f in group))
    small = [v for v in values if v <= 1]
    mixed = percent and small and len(small) < len(values)
    digits = sorted(f.number.digits for f in group if f.role == "value" and abs(f.value) > _PERCENT_FROM)
    usual = digits[len(digits) // 2] if digits else 0
    for f in group:
        if f.role == "ratio":
            _ratio(f)
            continue
        if f.scale != "fraction":
            if f.number.unit == "%":
                f.value, f.how = f.value / _HUNDRED, "percent to fraction"
            continue
        if f.number.unit == "%" or (f.number.unit == "points"):
            f.value, f.how = f.value / _HUNDRED, "percent to fraction"
        elif f.role != "value":
            _difference(f, percent or f.column.head.percent)
        elif percent:
            if mixed and 0 < f.value <= 1 and f.number.digits >= max(3, usual + 1):
                f.faults.append(f"{f.number.raw} stands among percentages; it may be a fraction")
            f.value, f.how = f.value / _HUNDRED, "percent to fraction"
        elif f.head.percent and values and max(values) <= 1 and f.column.head.percent:
            f.doubts.append(f"{f.number.raw} stands under a heading of percentages")


def _difference(f: Fact, percent: bool) -> None:
    if f.role == "relative":
        if f.number.unit == "x" or abs(f.value) > _PERCENT_FROM:
            f.value = f.value if f.number.unit == "x" else f.value / _HUNDRED
    elif percent:
        f.value, f.how = f.value / _HUNDRED, "percent to fraction"


def _ratio(f: Fact) -> None:
    if f.number.unit == "%":
        f.value = f.value / _HUNDRED


def _measure(f: Fact) -> None:
    unit = f.number.unit
    if f.role in ("ratio", "relative", "change") or unit in ("%", "x"):
        if unit == "%":
            f.value = f.value / _HUNDRED
            f.role = "change" if f.number.signed or f.role == "change" else "ratio"
        elif unit == "x":
            f.role = "ratio"
        elif f.role == "change" and unit == "":
            f.role = "skip"
        if f.role != "value":
            return
    factor = _factor(f, unit)
    if factor is None:
        return
    if factor != 1:
        f.value, f.how = f.value * factor, f"times {factor:f}"


def _factor(f: Fact, unit: str) -> Decimal | None:
    family, factor = UNITS.get(unit, ("", Decimal(1)))
    heads = (f.head, f.column.head)
    if f.kind == "latency":
        if family == "ms":
            return factor
        stated = next((_TIME[h.unit] for h in heads if h.unit in _TIME), None)
        if stated is None:
            if not f.unit_nearby and "ms" not in f.line.head_text.lower() and "毫秒" not in f.head.text:
                f.doubts.append("the unit of the latency is not stated; read as milliseconds")
            return Decimal(1)
        return stated
    if f.kind in ("size", "memory"):
        if family == "bytes":
            return factor
        if unit in ("m", "g", "k", "b"):
            return UNITS[{"m": "mb", "g": "gb", "k": "kb", "b": "bytes"}[unit]][1]
        for h in heads:
            if h.unit in ("kb", "mb", "gb", "kib", "mib", "gib", "bytes"):
                if h.unit == "bytes" and f.number.digits and f.value < 100_000:
                    f.doubts.append("the heading says bytes, the values are fractions; read as MB")
                    return UNITS["mb"][1]
                return UNITS[h.unit][1]
            if h.unit in ("m", "g"):
                return UNITS[h.unit + "b"][1]
        if f.value >= 10_000:
            return Decimal(1)
        f.doubts.append("the unit of the size is not stated; read as MB")
        return UNITS["mb"][1]
    if f.kind in ("parameters", "macs"):
        if family in ("count", "giga"):
            return factor
        return _count(f, heads)
    return Decimal(1)


def _count(f: Fact, heads: tuple[Head, ...]) -> Decimal:
    for h in heads:
        if h.unit in ("m", "g", "k", "b", "t", "million", "billion"):
            return UNITS[h.unit][1]
        raw = h.measures[0].raw.lower() if h.measures else ""
        if f.kind == "macs" and re.match(r"[gmt](?:flop|mac|ops|mult)", raw):
            return UNITS[raw[0]][1]
        if raw == "nnz":
            return Decimal(1)
    if f.value >= 10_000:
        return Decimal(1)
    default = Decimal(10**9) if f.kind == "macs" else Decimal(10**6)
    f.doubts.append(f"the unit of the {f.kind} is not stated; read as {'G' if f.kind == 'macs' else 'M'}")
    return default


def of_inner(f: Fact, n: Number) -> tuple[str, Decimal] | None:
    """What a number in parentheses after ``f`` says: ("change", x) or ("kept", ratio)."""
    if n.unit == "x" and n.value > 0:
        inverse = f.kind in ("latency", "size", "parameters", "macs", "memory")
        return ("kept", 1 / n.value if inverse and n.value >= 1 else n.value)
    if not n.signed and not (f.kind == "quality" and f.column.head.inner_change):
        return None
    if f.kind == "quality":
        percent = n.unit in ("%", "points") or "percent" in f.how
        return ("change", n.value / _HUNDRED if percent and f.scale == "fraction" else n.value)
    if n.unit == "%":
        return ("kept", 1 + n.value / _HUNDRED)
    return None
