"""What results say of one another: units that mix, cells told twice, bases far from others, copies."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ingest.meaning._reading import Reading, Value
from ingest.normalize._general import Candidate, Origin, candidates
from ingest.normalize._key import key
from kgpress.catalogue import load
from kgpress.v1 import types_pb2 as pb

#: A base this far from the median of the same model, data set and metric elsewhere is doubted.
_BASE_OFF = 0.10
#: Documents that must state a base before one of them is measured by the others.
_ELSEWHERE = 3
#: An average column may miss the mean of its row by this much: it is rounded, and so are its parts.
_AVERAGE_OFF = 0.006
_AVERAGE_OF = 3


def results(documents: Iterable[tuple[Origin, list[Reading]]]) -> Iterator[pb.ReferenceResult]:
    """Results of the documents of one source, or of several, in their order, each with state and cluster."""
    made = [
        (origin, candidate) for origin, readings in documents for candidate in candidates(readings, origin)
    ]
    every = [c for _, c in made]
    _mixed_units(every)
    _elsewhere(every)
    _averages(every)
    for origin, candidate in _told_once(made):
        result = candidate.settle(origin.accept)
        result.interpretation.cluster = cluster(candidate)
        yield result


def cluster(candidate: Candidate) -> str:
    """The same for copies of one measurement: entities, method, device and printed values, not the place."""
    out = candidate.result.interpretation
    named = [candidate.model.key, candidate.dataset.key if candidate.dataset else "", out.metric.name]
    if not candidate.model.key:
        named.append(candidate.result.locator.cell.document_hash)
    steps = [[s.method, sorted(str(x) for x in s.settings)] for s in out.strategy.steps]
    values = [_digits(getattr(out, side).quality, 4) for side in ("before", "after")]
    values.append(_digits(out.change.quality, 4))
    if not out.metric.name or out.per_layer:
        values += [out.layer, key(out.runtime), *sorted(f"{k}={v}" for k, v in out.conditions.items())]
        values += [
            f"{f.name}={_digits(v, 6)}"
            for m in (out.before, out.after, out.change)
            for f, v in m.ListFields()
        ]
    told = [*named, steps, key(out.hardware), *values]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _digits(number: float, digits: int) -> str:
    return f"{number:.{digits}g}"


def _mixed_units(every: list[Candidate]) -> None:
    """83.09 and 0.8235 in one column: the smaller was written in another unit, and none says which."""
    columns: dict[tuple[str, int, int], list[Candidate]] = defaultdict(list)
    fractions = {m.name for m in load().metrics if m.fraction}
    for c in every:
        if c.result.interpretation.metric.name in fractions and c.reading.quality.after:
            cell = c.result.locator.cell
            columns[cell.document_hash + cell.path, cell.table, cell.column].append(c)
    for column in columns.values():
        large = [c for c in column if _written(c) > 1.5]
        small = [c for c in column if 0 < _written(c) <= 1]
        if not large or not small:
            continue
        finest = max(_decimals(c) for c in large)
        for c in small:
            # A collapse is printed to the digits of its column; a fraction among percentages to more.
            # Where the base of the same row is printed as a fraction too, the row itself says which it is.
            if _decimals(c) > finest and not _base_is_fraction(c):
                raw, other = c.reading.quality.after, large[0].reading.quality.after
                c.reasons.append(
                    f"{raw.raw if raw else ''} stands in one column with {other.raw if other else ''}"
                )


def _base_is_fraction(c: Candidate) -> bool:
    base = c.reading.quality.before
    return base is not None and _number(base) == float(base.number) and 0.02 < base.number <= 1


def _written(c: Candidate) -> float:
    """The number as it is printed; 0 where it carries its own unit."""
    return _number(c.reading.quality.after) if c.reading.quality.after else 0.0


def _number(value: Value) -> float:
    if "%" in value.raw:
        return 0.0
    try:
        return abs(float(value.raw.replace(",", "").split()[0]))
    except (ValueError, IndexError):
        return 0.0


def _decimals(c: Candidate) -> int:
    value = c.reading.quality.after
    return len(value.raw.split()[0].partition(".")[2].rstrip("%")) if value and value.raw.split() else 0


def _elsewhere(every: list[Candidate]) -> None:
    """Bases far from those of the same model elsewhere. One document weighs once."""
    groups: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for c in every:
        if (named := _named(c)) and c.result.interpretation.before.HasField("quality"):
            where = c.result.locator.cell.document_hash
            groups[named].setdefault(where, c.result.interpretation.before.quality)
    fractions = {m.name for m in load().metrics if m.fraction}
    for c in every:
        named = _named(c)
        if not named or named[2] not in fractions or not c.result.interpretation.before.HasField("quality"):
            continue
        bases = groups[named]
        middle = statistics.median(bases.values())
        before = c.result.interpretation.before.quality
        if len(bases) >= _ELSEWHERE and abs(before - middle) > _BASE_OFF:
            told = f"the median of {len(bases)} documents is {middle:.4g}"
            c.reasons.append(f"{named[2]} before is {before:.4g}; {told}")


def _named(c: Candidate) -> tuple[str, str, str] | None:
    metric = c.result.interpretation.metric.name
    if not (c.model.known and c.dataset and c.dataset.known and metric):
        return None
    return c.model.key, c.dataset.key, metric


def _averages(every: list[Candidate]) -> None:
    """An average that is not the mean of its row's tasks: of other tasks, or of another row."""
    rows: dict[tuple[object, ...], list[Candidate]] = defaultdict(list)
    for c in every:
        if c.dataset and c.reading.quality.after:
            cell, out = c.result.locator.cell, c.result.interpretation
            rows[
                cell.document_hash, cell.path, cell.table, cell.row, out.metric.name, out.strategy.text
            ].append(c)
    for row in rows.values():
        averages = [c for c in row if c.dataset and c.dataset.name == "average"]
        parts = [c.result.interpretation.after.quality for c in row if c not in averages]
        if len(averages) != 1 or len(parts) < _AVERAGE_OF:
            continue
        stated = averages[0].result.interpretation.after.quality
        mean, unread = statistics.fmean(parts), stated * (len(parts) + 1) - sum(parts)
        # One task of the row may have a heading that nobody knows.
        if abs(stated - mean) > _AVERAGE_OFF and not 0 <= unread <= 1:
            averages[0].doubts.append(f"the average {stated:.4g} is not that of its row, {mean:.4g}")


def _told_once(made: list[tuple[Origin, Candidate]]) -> Iterator[tuple[Origin, Candidate]]:
    """One cell that spans the rows of many boards is one quality: later rows keep only their own numbers."""
    seen: set[tuple[object, ...]] = set()
    places: set[bytes] = set()
    for origin, c in made:
        identity = c.result.locator.SerializeToString(deterministic=True)
        if identity in places:
            continue
        places.add(identity)
        anchor, out = c.reading.anchor, c.result.interpretation
        begun = getattr(anchor, "origin", (0, 0))
        place = begun if any(begun) else (anchor.row, anchor.column)
        cell = (origin.sha256, origin.path, c.reading.table_index, place, anchor.line)
        told = (*cell, out.metric.name, out.model, out.dataset, out.strategy.text, out.layer)
        again = told in seen and bool(out.metric.name)
        seen.add(told)
        if not again:
            yield origin, c
            continue
        for side in (out.before, out.after, out.change):
            side.ClearField("quality")
        out.ClearField("metric")
        if out.after.ListFields():
            _without_quality(c)
            yield origin, c


def _without_quality(c: Candidate) -> None:
    """What is left is told by the row's other numbers, which need no data set."""
    c.result.interpretation.dataset = ""
    c.dataset = None
    c.doubts = [d for d in c.doubts if "data set" not in d]
    c.result.interpretation.conditions["repeats"] = "the quality of another row"
