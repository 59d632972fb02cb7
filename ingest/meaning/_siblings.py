"""Uncompressed sides in sibling documents: ``tflite_fp32/README.md`` beside ``tflite_int8/README.md``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from ingest.meaning._reading import Named, Reading, Value
from ingest.meaning._sides import Side, normal
from ingest.meaning._words import tag, without

#: A number from another document is a little less certain.
_CERTAINTY = 0.9


def key_of(path: str) -> str:
    """The path less the words for a precision or method: the same for siblings."""
    return "/".join(re.sub(r"[\W_]+", "", without(p, tag(p, ("variant",)))) for p in path.split("/"))


def join(documents: Iterable[tuple[str, list[Reading], list[Side]]]) -> None:
    """Fills ``before`` of readings whose document has none, from the one sibling that states it."""
    found = list(documents)
    bases: dict[str, list[tuple[str, Side]]] = defaultdict(list)
    for path, _, sides in found:
        for s in sides:
            bases[key_of(path)].append((path, s))
    for path, readings, own in found:
        if own:
            continue
        others = [(p, s) for p, s in bases.get(key_of(path), ()) if p != path]
        if others:
            for reading in readings:
                _fill(reading, others)
    _datasets([r for _, readings, _ in found for r in readings])


#: The same model of another version of a page: bases this far apart are of the same data.
_SAME_BASE = Decimal("0.01")


def _datasets(readings: list[Reading]) -> None:
    """Another version of a page may name the data set of the same model with about the same base."""
    named: dict[str, list[tuple[str, Reading]]] = defaultdict(list)
    bare: list[tuple[str, Reading]] = []
    for r in readings:
        model = normal(re.sub(r"\(.*?\)", "", r.names.get("model", "")))
        if not r.metric or r.quality.before is None or not model:
            continue
        own = r.fields.get("dataset")
        if own is None:
            bare.append((model, r))
        elif own.origin in ("cell", "heading"):
            named[model].append((normal(own.raw), r))
    for model, r in bare:
        found = named.get(model, [])
        near = [n for _, n in found if _near(n, r)]
        if near and len({dataset for dataset, _ in found}) == 1:
            own = near[0].fields["dataset"]
            r.names["dataset"] = own.raw
            r.fields["dataset"] = Named(own.raw, "sibling", f"{near[0].path}, {own.place}", _CERTAINTY)


def _near(a: Reading, b: Reading) -> bool:
    x, y = a.quality.before, b.quality.before
    return bool(x and y and a.lower == b.lower and abs(x.number - y.number) <= _SAME_BASE)


def _fill(reading: Reading, others: list[tuple[str, Side]]) -> None:
    if reading.metric and reading.quality.before is None:
        fitting = [
            (p, s)
            for p, s in others
            if s.fact.kind == "quality"
            and s.fact.metric == reading.metric
            and s.fact.role == "value"
            and _agrees(reading, s, "dataset")
        ]
        reading.quality.before = _one(fitting)
    for kind, sides in reading.sizes.items():
        if sides.before is None and kind in ("size", "parameters", "macs"):
            sides.before = _one([(p, s) for p, s in others if s.fact.kind == kind and s.fact.role == "value"])


def _agrees(reading: Reading, side: Side, name: str) -> bool:
    a, b = normal(reading.names.get(name, "")), side.key(name)
    return not a or not b or a == b or a in b or b in a


def _one(fitting: list[tuple[str, Side]]) -> Value | None:
    if len({s.fact.value for _, s in fitting}) != 1:
        return None
    path, s = fitting[0]
    return Value(s.fact.value, s.fact.number.raw, f"{path}, {s.fact.place}", s.fact.how, "cell", _CERTAINTY)
