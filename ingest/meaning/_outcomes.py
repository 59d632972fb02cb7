"""Facts of a document to readings: one per compressed variant and metric."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ingest._rules import Rule
from ingest.meaning._ambient import TRUST, ambient
from ingest.meaning._cells import read
from ingest.meaning._entities import entities, pool
from ingest.meaning._facts import facts
from ingest.meaning._reading import Named, Reading, Sides, Value
from ingest.meaning._scale import of_inner, scale
from ingest.meaning._sides import Bases, Side, has_full_precision, lone_halves, partner, sides
from ingest.meaning._words import tag, task_metric
from ingest.tables._table import Document, Table

#: What a reading's ``sizes`` may hold.
MEASURES = ("latency", "throughput", "size", "parameters", "macs", "memory")
#: The anchor without a metric: the first of these that is stated.
ANCHORS = ("latency", "throughput", "size", "parameters", "macs", "memory")
_CONFIGURATION = ("hardware", "runtime", "batch", "threads", "input")


def outcomes(document: Document, rules: tuple[Rule, ...] = ()) -> tuple[list[Reading], list[Side]]:
    """Readings of the document's compressed variants, and all uncompressed sides (for siblings)."""
    tables = []
    for table in map(_with_heading, document.tables):
        around = ambient(document, table, rules)
        found = facts(table, around, document.text)
        scale(found)
        tables.append((table, around, found))
    half_is_base = not has_full_precision([f for _, _, f in tables])
    by_table = [sides(f, around, half_is_base) for _, around, f in tables]
    lone_halves(by_table)
    pool([(t, g) for (t, _, _), g in zip(tables, by_table, strict=True)])
    before = [s for group in by_table for s in group if s.side == "before"]
    readings: list[Reading] = []
    for group in by_table:
        own = Bases(group)
        readings.extend(_readings(document, group, own, before))
    return readings, before


def _with_heading(table: Table) -> Table:
    """A table without heading whose first row is one: words only, over numbers."""
    if table.heading or len(table.rows) < 3 or table.kind != "grid":
        return table
    first, *rest = table.rows
    if any(read(c.text).numbers for c in first) or not any(read(c.text).numbers for r in rest for c in r):
        return table
    return replace(table, heading=(first,), rows=tuple(rest))


def _readings(document: Document, group: list[Side], own: Bases, every: list[Side]) -> Iterator[Reading]:
    for members in entities(group):
        yield from _of_entity(document, members, own, every)


def _of_entity(document: Document, members: list[Side], own: Bases, every: list[Side]) -> Iterator[Reading]:
    values = [s for s in members if s.fact.role == "value"]
    qualities = [s for s in values if s.fact.kind == "quality"]
    changes = [s for s in members if s.fact.kind == "quality" and s.fact.role in ("change", "relative")]
    configurations: dict[tuple[str, ...], list[Side]] = defaultdict(list)
    for s in members:
        if s.fact.kind in MEASURES:
            configurations[_configuration(s)].append(s)
    free = [s for s in members if s.fact.kind in MEASURES and s.fact.kind in ("size", "parameters", "macs")]
    timed = {k: [s for s in g if s not in free] for k, g in configurations.items()}
    timed = _with_ratios(_by_column({k: g for k, g in timed.items() if g}))
    first = next(iter(timed.values()), [])
    for q in qualities:
        yield _reading(document, q, [*first, *free], changes, own, every)
    lone = [
        c for c in changes if c.fact.role == "change" and not any(_of_one(q, c, qualities) for q in qualities)
    ]
    for c in lone:
        yield _reading(document, c, [*first, *free], [c], own, every)
    groups = list(timed.values())
    start = 1 if qualities or lone else 0
    for g in groups[start:]:
        yield _reading(document, None, g if start else [*g, *free], [], own, every)
    if not qualities and not lone and not groups and any(s.fact.role == "value" for s in free):
        yield _reading(document, None, free, [], own, every)


def _by_column(timed: dict[tuple[str, ...], list[Side]]) -> dict[tuple[str, ...], list[Side]]:
    """Columns that measure the same and differ by a word that is not known ("armv7", "armv8") are apart."""
    out: dict[tuple[str, ...], list[Side]] = defaultdict(list)
    for key, group in timed.items():
        seen: Counter[tuple[str, int]] = Counter()
        for s in group:
            nth = 0
            if s.fact.role == "value":
                nth = seen[s.fact.kind, s.fact.row]
                seen[s.fact.kind, s.fact.row] += 1
            out[(*key, str(nth)) if nth else key].append(s)
    return out


def _with_ratios(timed: dict[tuple[str, ...], list[Side]]) -> dict[tuple[str, ...], list[Side]]:
    """A speed-up that names no configuration is of the only one that the row measures."""
    measured = [k for k, g in timed.items() if any(s.fact.role == "value" for s in g)]
    if len(measured) != 1:
        return timed
    extra = [s for k, g in timed.items() if k != measured[0] for s in g]
    return {measured[0]: [*timed[measured[0]], *extra]}


#: Names that a change's heading uses for whatever the table measures.
_GENERAL = frozenset({"accuracy", "score", "mAP", "AP"})


def _same_metric(change: str, metric: str) -> bool:
    return change == metric or change in _GENERAL


def _of_one(quality: Side, change: Side, qualities: list[Side]) -> bool:
    """Whether a column of differences is of this quality: by its name, or because there is no other."""
    if quality.fact.metric == change.fact.metric:
        return True
    return len(qualities) == 1 and change.fact.metric in _GENERAL


def _configuration(s: Side) -> tuple[str, ...]:
    return tuple(s.key(name) for name in _CONFIGURATION)


def _reading(
    document: Document,
    quality: Side | None,
    measured: list[Side],
    changes: list[Side],
    own: Bases,
    every: list[Side],
) -> Reading:
    anchor = quality or _anchor(measured)
    reading = Reading(
        table=f"table {anchor.fact.table}",
        path=document.path,
        anchor=anchor.fact.cell,
        metric=quality.fact.metric if quality else "",
        names={},
        heading=anchor.fact.column.head.text,
        table_index=anchor.fact.table,
    )
    reading.layer = anchor.fact.line.layer
    reading.per_layer = bool(reading.layer)
    reading.part, reading.lower = anchor.fact.part, anchor.fact.lower
    certainties = [anchor.certainty]
    if quality is not None:
        _fill_quality(reading, quality, changes, own, every, certainties)
        reading.fields["metric"] = Named(
            quality.fact.metric,
            "cell" if quality.fact.by_row else "heading",
            quality.fact.head.text[:80],
            quality.fact.guessed,
        )
    for kind in MEASURES:
        found = [s for s in measured if s.fact.kind == kind]
        if found:
            reading.sizes[kind] = _size(reading, kind, found, own, every)
            if not reading.sizes[kind].any:
                del reading.sizes[kind]
    _name(reading, anchor, measured, quality)
    if (
        reading.metric in ("accuracy", "Top-1 accuracy")
        and task_metric(reading.names.get("dataset", "")) == "perplexity"
    ):
        reading.doubts.append("an accuracy on a corpus of language models may be a perplexity")
    reading.methods = methods_of(anchor)
    for s in [anchor, *measured]:
        reading.faults += [x for x in s.fact.faults if x not in reading.faults]
        reading.doubts += [x for x in s.fact.doubts if x not in reading.doubts]
    if anchor.why:
        reading.doubts.append(anchor.why)
    reading.confidence = min(
        [
            *certainties,
            *(n.confidence for k, n in reading.fields.items() if k != "label"),
            *(n.confidence for n in reading.methods),
        ]
        or [0.5]
    )
    return reading


def _anchor(measured: list[Side]) -> Side:
    for kind in ANCHORS:
        for s in measured:
            if s.fact.kind == kind and s.fact.role == "value":
                return s
    return measured[0]


def _value(s: Side, number: Decimal | None = None, raw: str = "", how: str = "") -> Value:
    f = s.fact
    return Value(
        f.value if number is None else number,
        raw or f.number.raw,
        f.place,
        how or f.how,
        "cell",
        s.certainty,
        f.cell,
        f.table,
    )


def _fill_quality(
    reading: Reading,
    q: Side,
    changes: list[Side],
    own: Bases,
    every: list[Side],
    certainties: list[float],
) -> None:
    f = q.fact
    if f.role == "value":
        reading.quality.after = _value(q)
        before = partner(q, own) or _elsewhere(q, every)
        if before is not None:
            reading.quality.before = _value(before)
            if f.table == before.fact.table and f.row == before.fact.row:
                _model_of_base(q, before)
            certainties.append(
                before.certainty if before.fact.table == f.table else min(before.certainty, 0.85)
            )
            reading.faults += [x for x in before.fact.faults if x not in reading.faults]
    for c in changes:
        if (
            _same_metric(c.fact.metric, f.metric)
            and c.fact.role == "change"
            and c.fact.part == f.part
            and reading.quality.change is None
        ):
            reading.quality.change = _value(c, _signed(c, reading.quality, f.lower))
    for n in f.inner:
        inner = of_inner(f, n)
        if inner and inner[0] == "change" and not reading.quality.change and not _relative(reading, inner[1]):
            reading.quality.change = _value(q, _inner_signed(q, inner[1], n.signed, reading.quality), n.raw)


def _model_of_base(q: Side, before: Side) -> None:
    """Where columns are methods and one is a model, it is that model which they compress."""
    model = before.things.get("model")
    if model is not None and before.own("model") and not q.own("model"):
        q.things["model"] = Named(model.raw, model.origin, model.place, min(model.confidence, 0.85))


def _relative(reading: Reading, change: Decimal) -> bool:
    """Whether a difference in parentheses is relative to the base: 69.76, then "69.47(-0.42)"."""
    before, after = reading.quality.before, reading.quality.after
    if not (before and after and before.number):
        return False
    real = after.number - before.number
    return abs(real - change) > Decimal("0.0004") > abs(real / before.number - change)


def _inner_signed(q: Side, x: Decimal, signed: bool, quality: Sides) -> Decimal:
    """ "75.42 (0.73)" under "Accuracy (drop)" lost 0.73; a sign in parentheses counts from the base."""
    if not q.fact.column.head.inner_change:
        return x
    if quality.before and quality.after:
        real = quality.after.number - quality.before.number
        return x if abs(real - x) <= abs(real + x) else -x
    return (
        x
        if q.fact.lower or not re.search(r"drop|loss|degrad|下降|损失", q.fact.column.head.text, re.I)
        else -x
    )


def _signed(c: Side, quality: Sides, lower: bool) -> Decimal:
    """A change as after - before: "drop 0.5" is -0.5 of the metric where more is better."""
    x = c.fact.value
    if quality.before and quality.after:
        real = quality.after.number - quality.before.number
        return x if abs(real - x) <= abs(real + x) else -x
    if c.fact.number.signed:
        return x
    words = c.fact.column.head.text.lower()
    if re.search(r"drop|loss|degrad|decrease|下降|损失|掉点", words):
        return x if lower else -x
    return x


def _elsewhere(after: Side, every: list[Side]) -> Side | None:
    """A base in another table of the document: only where all that fit agree, and the model is named."""
    if not after.things.get("model") or after.around.alone:
        return None
    fitting = [
        s
        for s in every
        if s.fact.table != after.fact.table
        and s.key("model") == after.key("model")
        and s.key("dataset") == after.key("dataset")
    ]
    found = partner(after, Bases(fitting))
    if (
        found is None
        or len(
            {
                s.fact.value
                for s in fitting
                if s.fact.metric == after.fact.metric and s.fact.kind == after.fact.kind
            }
        )
        > 1
    ):
        return None
    return found


def _size(reading: Reading, kind: str, found: list[Side], own: Bases, every: list[Side]) -> Sides:
    out = Sides()
    for s in found:
        f = s.fact
        if f.role == "value":
            if out.after is None:
                out.after = _value(s)
                before = partner(s, own)
                if before is not None:
                    out.before = _value(before)
            for n in f.inner:
                inner = of_inner(f, n)
                if inner and inner[0] == "kept" and out.kept is None:
                    out.kept = _value(s, inner[1], n.raw)
        elif f.role == "kept":
            out.kept = out.kept or _value(s)
        elif f.role == "change" and f.number.unit == "%" and out.kept is None:
            out.kept = _value(s, 1 + f.value if f.number.signed else 1 - f.value)
        elif f.role == "ratio" and out.kept is None and f.value > 0:
            ratio = f.value if f.number.unit != "x" or f.value < 1 or kind == "throughput" else 1 / f.value
            out.kept = _value(s, ratio)
    return out


def _name(reading: Reading, anchor: Side, measured: list[Side], quality: Side | None) -> None:
    for name, named in anchor.things.items():
        if name != "method":
            reading.fields[name] = named
    for s in measured:
        if s.fact.kind in ("latency", "throughput", "memory"):
            for name in _CONFIGURATION:
                if name in s.things and (name not in reading.fields or s.own(name)):
                    reading.fields[name] = s.things[name]
    if quality is None:
        reading.fields.pop("dataset", None)
    for name in ("model", "dataset", "hardware", "runtime"):
        if name in reading.fields:
            reading.names[name] = reading.fields[name].raw
    reading.names["method"] = ", ".join(n.raw for n in methods_of(anchor))


def methods_of(s: Side) -> tuple[Named, ...]:
    """What was done, as the heading, the row, and where they are silent, the surroundings word it."""
    f = s.fact
    out: list[Named] = []
    strong = [v for v in f.column.head.variants if int(v.data["level"]) > 0]
    if strong:
        out.append(Named(" ".join(v.raw for v in strong), "heading", f.column.head.text[:80]))
    out += [m for m in f.line.methods if m not in out]
    if declared := s.around.forced.get("method"):
        return (declared, *[m for m in out if tag(m.raw, ("variant",))])
    if not out and (declared := s.around.things.get("method")):
        return (declared,)
    said = {v.data.get("technique") for v in (*f.column.head.variants, *f.line.variants)} - {None}
    quantized = any(
        v.data.get("family") == "quantization" for v in (*f.column.head.variants, *f.line.variants)
    )
    around = [v for v in s.around.variants if int(v.data["level"]) > 0]
    more = quantized and not said and any(v.data.get("technique") for v in around)
    told = any(v.data.get("family") for v in (*f.column.head.variants, *f.line.variants))
    if told or around:
        # A word that is not known beside a known one only says more of it.
        out = [replace(m, confidence=max(m.confidence, 0.82)) for m in out]
    if around and (not out or more or not told):
        origin = s.around.variant_origin
        out.append(Named(" ".join(v.raw for v in around), origin, "", TRUST.get(origin, 0.8)))
    return tuple(out)
