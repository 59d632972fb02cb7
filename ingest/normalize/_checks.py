"""What a result must pass. A reason means quarantine: it is kept, shown, and teaches nothing."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from ingest.meaning._reading import Reading, Sides

#: Three published values, each rounded to 0.01pt, may miss one another by this much.
_ROUNDING = Decimal("0.0002")
#: A base this far from the median of its peers (same model, data set, metric) is doubted.
_BASE_OFF = Decimal("0.10")
_BASE_PARAMETERS_OFF = Decimal("0.25")
_PEERS = 3
#: A share stated beside two sides may miss their ratio by this much.
_SHARE_OFF = Decimal("0.02")
#: A larger share kept is no reduction.
_KEPT = Decimal("0.999")


def complete(r: Reading) -> list[str]:
    """Both sides of the quality (or its change), and some reduction."""
    q, reasons = r.quality, []
    if q.after is None and q.change is None:
        reasons.append("the quality after compression is not stated")
    elif q.change is None and q.before is None:
        reasons.append("the quality after compression is stated without the quality before")
    if not any(s.kept or (s.after and s.before) for s in r.sizes.values()):
        reasons.append("no reduction of parameters, size or operations is stated")
    kept = [k for s in r.sizes.values() if (k := _kept(s)) is not None]
    if kept and min(kept) > _KEPT:
        reasons.append(f"nothing is removed: {min(kept):.2%} are kept")
    return reasons


def _kept(s: Sides) -> Decimal | None:
    if s.kept:
        return s.kept.number
    return s.after.number / s.before.number if s.after and s.before and s.before.number else None


def quality_in_range(r: Reading) -> list[str]:
    q = r.quality
    sides = [("before", q.before), ("after", q.after)]
    reasons = [
        f"the quality {name} is {v.number:f}, not a fraction ({v.raw} in {v.place})"
        for name, v in sides
        if v and not 0 <= v.number <= 1
    ]
    if q.change and abs(q.change.number) > 1:
        reasons.append(f"the quality changes by {q.change.number:f} ({q.change.raw} in {q.change.place})")
    if q.before and q.change and not q.after and not 0 <= q.before.number + q.change.number <= 1:
        reasons.append(f"quality {q.before.raw} changed by {q.change.raw} is no fraction")
    return reasons


def quality_adds_up(r: Reading) -> list[str]:
    q = r.quality
    if q.before and q.after and q.change:
        off = q.after.number - q.before.number - q.change.number
        if abs(off) > _ROUNDING:
            return [f"{q.before.raw} changed by {q.change.raw} is not {q.after.raw}"]
    return []


def sizes_add_up(r: Reading) -> list[str]:
    reasons = []
    for name, s in r.sizes.items():
        for side in (s.before, s.after):
            if side and side.number <= 0:
                reasons.append(f"{name} is {side.raw} in {side.place}")
        if s.kept and not 0 < s.kept.number <= 1:
            reasons.append(
                f"the share of {name} kept is {s.kept.number:.4g} ({s.kept.raw} in {s.kept.place})"
            )
        if s.before and s.after and s.before.number > 0:
            ratio = s.after.number / s.before.number
            if ratio > 1:
                reasons.append(f"{name} grows from {s.before.raw} to {s.after.raw}")
            if s.kept and abs(ratio - s.kept.number) > _SHARE_OFF:
                reasons.append(f"{name}: {s.after.raw} of {s.before.raw} is not {s.kept.raw}")
    return reasons


def peers(readings: Iterable[Reading]) -> dict[int, list[str]]:
    """Reasons by position, from bases that are far from those of the same model elsewhere.

    One paper weighs once, so that a paper with many rows does not set the median.
    """
    readings = list(readings)
    groups = {
        ("quality", _BASE_OFF, False): lambda r: (r.names["model"], r.names["dataset"], r.metric),
        ("parameters", _BASE_PARAMETERS_OFF, True): lambda r: (r.names["model"], r.names["dataset"]),
    }
    reasons: dict[int, list[str]] = defaultdict(list)
    for (what, allowed, relative), key in groups.items():
        bases: dict[tuple[str, ...], dict[str, Decimal]] = defaultdict(dict)
        for r in readings:
            if value := _side(r, what).before:
                bases[key(r)].setdefault(r.names.get("paper", ""), value.number)
        for i, r in enumerate(readings):
            group = bases[key(r)]
            value = _side(r, what).before
            if value is None or len(group) < _PEERS:
                continue
            middle = statistics.median(group.values())
            off = abs(value.number - middle) / (middle if relative and middle else 1)
            if off > allowed:
                others = f"the median of {len(group)} papers is {middle:.6g}"
                reasons[i].append(f"{what} before is {value.raw} ({value.place}); {others}")
    return reasons


def _side(r: Reading, what: str) -> Sides:
    return r.quality if what == "quality" else r.sizes.get(what, Sides())


#: Checks that look at one reading.
CHECKS: tuple[Callable[[Reading], list[str]], ...] = (
    complete,
    quality_in_range,
    quality_adds_up,
    sizes_add_up,
)
