"""What a result of the general rules must pass alone. A reason means quarantine; nothing is rescaled."""

from __future__ import annotations

from decimal import Decimal

from ingest.meaning._reading import Reading, Sides
from kgpress.catalogue import load
from kgpress.v1 import types_pb2 as pb

#: Three published values, each rounded to its last digit, may miss one another by so many of those digits.
_DIGITS = Decimal("1.6")
#: A share stated beside two sides may miss their ratio by this much, relatively.
_SHARE_OFF = Decimal("0.03")
#: More than this, and before and after are likely of two things.
_GROWTH = Decimal(2)
#: Compression that gains more than this of a fraction compares two things.
_GAIN = 0.30
#: No file, no latency of a model is below or above.
_BOUNDS = {
    "latency": (Decimal("0.0001"), Decimal(10_000_000)),
    "throughput": (Decimal("0.0001"), Decimal(100_000_000)),
    "size": (Decimal(100), Decimal(10) ** 13),
    "parameters": (Decimal(10), Decimal(10) ** 13),
    "macs": (Decimal(100), Decimal(10) ** 17),
    "memory": (Decimal(100), Decimal(10) ** 13),
}


def check(reading: Reading, result: pb.ReferenceResult) -> list[str]:
    """The reasons to doubt this result, one sentence each, without its full stop."""
    return [
        *_quality_in_range(result.interpretation),
        *_adds_up(reading),
        *_sizes(reading),
        *_unexpected_gain(result.interpretation),
    ]


def _quality_in_range(out: pb.Interpretation) -> list[str]:
    known = {m.name: m for m in load().metrics}
    metric = known.get(out.metric.name)
    if metric is None:
        return []
    low = (-1.0 if metric.fraction else float("-inf")) if metric.signed else 0.0
    high = 1.0 if metric.fraction else float("inf")
    reasons = []
    for name in ("before", "after"):
        side = getattr(out, name)
        if side.HasField("quality") and not low <= side.quality <= high:
            reasons.append(f"{metric.name} {name} is {side.quality:g}, outside {low:g} to {high:g}")
    if metric.fraction and abs(out.change.quality) > 1:
        reasons.append(f"{metric.name} changes by {out.change.quality:g}, more than 1")
    return reasons


def _adds_up(reading: Reading) -> list[str]:
    """Before, after and change, where all three are stated, agree within their last digits."""
    q = reading.quality
    if not (q.before and q.after and q.change):
        return []
    digit = max(_last_digit(v.number) for v in (q.before, q.after, q.change))
    off = abs(q.after.number - q.before.number - q.change.number)
    if off > _DIGITS * digit:
        return [f"{q.before.raw} changed by {q.change.raw} is not {q.after.raw}"]
    return []


def _last_digit(number: Decimal) -> Decimal:
    exponent = number.normalize().as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), 0)) if isinstance(exponent, int) else Decimal(0)


def _sizes(reading: Reading) -> list[str]:
    reasons = []
    for name, sides in reading.sizes.items():
        low, high = _BOUNDS.get(name, (Decimal(0), Decimal("Infinity")))
        for value in (sides.before, sides.after):
            if value and not low <= value.number <= high:
                reasons.append(f"{name} is {value.raw} ({value.place}), no {name} of a model")
        reasons += _ratio(name, sides)
    return reasons


def _ratio(name: str, sides: Sides) -> list[str]:
    if sides.kept and not 0 < sides.kept.number < 1000:
        return [f"the ratio of {name} is {sides.kept.raw} ({sides.kept.place})"]
    if not (sides.before and sides.after) or sides.before.number <= 0:
        return []
    ratio = sides.after.number / sides.before.number
    if name in ("size", "parameters") and ratio > _GROWTH:
        return [f"{name} grows from {sides.before.raw} to {sides.after.raw}"]
    if sides.kept and abs(ratio - sides.kept.number) > _SHARE_OFF * max(ratio, sides.kept.number):
        return [f"{name}: {sides.after.raw} after {sides.before.raw} is not the stated {sides.kept.raw}"]
    return []


def _unexpected_gain(out: pb.Interpretation) -> list[str]:
    """A loss may be total (a collapse stays); a large gain means that two things are compared."""
    if not (out.before.HasField("quality") and out.after.HasField("quality")):
        return []
    known = {m.name: m for m in load().metrics}
    metric = known.get(out.metric.name)
    if metric is None or not metric.fraction:
        return []
    gain = out.after.quality - out.before.quality
    gain = gain if metric.direction == "higher" else -gain
    if gain > _GAIN:
        return [f"{metric.name} improves from {out.before.quality:g} to {out.after.quality:g}"]
    return []
