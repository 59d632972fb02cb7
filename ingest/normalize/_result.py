"""A reading to a ReferenceResult: names and numbers of the contract, with derivations."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ingest._declaration import Source
from ingest.meaning._reading import Reading, Sides, Value
from ingest.normalize._checks import CHECKS
from ingest.normalize._names import family, name_fault, paper_facts
from ingest.normalize._strategy import InvalidInput, rule_for, sets_zeros, strategy_of
from ingest.tables import Grid
from kgpress.catalogue import load
from kgpress.strategy import Strategy
from kgpress.v1 import types_pb2 as pb

_DIRECTIONS = {"higher": pb.DIRECTION_HIGHER_IS_BETTER, "lower": pb.DIRECTION_LOWER_IS_BETTER}


@dataclass(frozen=True)
class Place:
    """The kept document that a reading comes from."""

    path: str
    sha256: str
    licence: str


def to_result(
    source: Source, reading: Reading, place: Place, papers: Grid | None, more: list[str]
) -> pb.ReferenceResult:
    """The result with its state: quarantined with reasons, proposed with doubts, or as declared."""
    reasons = [*reading.faults, *more]
    strategy = _strategy(source, reading, reasons)
    dataset = source.datasets.get(reading.names["dataset"], {})
    reasons += [f for kind in ("model", "dataset") if (f := name_fault(kind, reading.names[kind]))]
    if not dataset:
        reasons.append(f"the data set {reading.names['dataset'][:80]!r} is not declared")
    for check in CHECKS:
        reasons += check(reading)
    if reasons:
        state = pb.EVIDENCE_STATE_QUARANTINED
    elif reading.doubts or not source.accept:
        state = pb.EVIDENCE_STATE_PROPOSED
    else:
        state = pb.EVIDENCE_STATE_ACCEPTED
    title, year = paper_facts(source, reading.names.get("paper", ""), papers)
    return pb.ReferenceResult(
        locator=_locator(reading, place),
        source=pb.Source(
            kind=pb.SOURCE_KIND_DATASET,
            name=source.label,
            url=_url(source, reading),
            version=source.commit,
            licence=place.licence or source.licence,
            title=title,
            year=year,
        ),
        interpretation=_interpretation(source, reading, strategy, dataset),
        state=state,
        reasons=list(dict.fromkeys(reasons or reading.doubts)),
    )


def _url(source: Source, reading: Reading) -> str:
    """One address per paper, so that each paper is a source of its own in the graph."""
    paper = quote(reading.names.get("paper", ""))
    return f"https://github.com/{source.label}/tree/{source.commit}" + (f"#{paper}" if paper else "")


def _strategy(source: Source, reading: Reading, reasons: list[str]) -> Strategy | None:
    paper, method = reading.names.get("paper", ""), reading.names.get("method", "")
    rule = rule_for(source, paper, method)
    if rule is None:
        shown = " / ".join(filter(None, (paper, method)))[:80]
        reasons.append(f"the method {shown!r} is none of the catalogue")
        return None
    stated = {name: v.number for name, v in reading.settings.items()}
    if (saved := _kept(reading.sizes.get("parameters", Sides()))) is not None:
        stated["saved"] = 1 - saved
    try:
        return strategy_of(rule, stated)
    except InvalidInput as error:
        reasons.append(error.message)
        return None


def _kept(s: Sides) -> Decimal | None:
    if s.kept:
        return s.kept.number
    if s.after and s.before and s.before.number > 0:
        return Decimal(str(round(s.after.number / s.before.number, 6)))
    return None


def _locator(reading: Reading, place: Place) -> pb.Locator:
    cell = reading.anchor
    return pb.Locator(
        cell=pb.CellLocator(
            document_hash=place.sha256,
            path=place.path,
            line=cell.line,
            row=cell.row,
            column=cell.column,
            column_name=cell.column_name,
        )
    )


def _interpretation(
    source: Source, reading: Reading, strategy: Strategy | None, dataset: dict[str, Any]
) -> pb.Interpretation:
    metric = load().metric(reading.metric)
    out = pb.Interpretation(
        rules=source.rules,
        model=reading.names["model"],
        model_family=family(source, reading.names["model"]),
        dataset=reading.names["dataset"],
        domain=dataset.get("domain", ""),
        task=dataset.get("task", ""),
        strategy=strategy.to_proto() if strategy else None,
        metric=pb.Metric(name=metric.name, direction=_DIRECTIONS[metric.direction]),
        split="unknown",
        cluster=_cluster(reading),
    )
    for name, (origin, where) in reading.origins.items():
        out.derivations.add(field=name, origin=origin, raw=f"{reading.names[name]} @ {where}", confidence=1.0)
    _fill_quality(out, reading.quality)
    zeros = strategy is not None and sets_zeros(strategy)
    for name, sides in reading.sizes.items():
        _fill_size(out, name, sides, zeros and name == "parameters")
    for name, value in reading.settings.items():
        _derive(out, f"setting.{name}", value)
    for name, text in reading.context.items():
        out.derivations.add(field=f"context.{name}", origin="cell", raw=text, confidence=1.0)
    out.confidence = min([0.5] * bool(reading.doubts) + [d.confidence for d in out.derivations] or [0.0])
    return out


def _fill_quality(out: pb.Interpretation, q: Sides) -> None:
    """Two of (before, after, change) give the third; a change alone stays a change."""
    before, after = q.before, q.after
    if before and not after and q.change:
        after = _computed(before.number + q.change.number, before, "+", q.change)
    if after and not before and q.change:
        before = _computed(after.number - q.change.number, after, "-", q.change)
    if before:
        out.before.quality = float(before.number)
        _derive(out, "before.quality", before)
    if after:
        out.after.quality = float(after.number)
        _derive(out, "after.quality", after)
    if q.change and not (before and after):
        out.change.quality = float(q.change.number)
        _derive(out, "change.quality", q.change)


def _computed(number: Decimal, left: Value, sign: str, right: Value) -> Value:
    return Value(
        number,
        f"{left.raw} {sign} {right.raw}",
        f"{left.place}; {right.place}",
        left.how,
        confidence=min(left.confidence, right.confidence),
    )


def _fill_size(out: pb.Interpretation, name: str, sides: Sides, zeros: bool) -> None:
    """Sides where given, the ratio where only it is. Zeros left in place count as non-zero parameters."""
    after = "nonzero_parameters" if zeros else name
    for side, value, counted in (("before", sides.before, name), ("after", sides.after, after)):
        if value and 0 < value.number < 2**63:
            setattr(getattr(out, side), counted, round(value.number))
            _derive(out, f"{side}.{counted}", value)
    both = sides.before is not None and sides.after is not None
    if both and zeros and (kept := _kept(sides)) is not None:
        setattr(out.change, after, float(kept))
    elif sides.kept and not both:
        setattr(out.change, after, float(sides.kept.number))
        _derive(out, f"change.{after}", sides.kept)


def _derive(out: pb.Interpretation, field: str, value: Value) -> None:
    how = f"; {value.how}" if value.how else ""
    raw = f"{value.raw} @ {value.place}{how}"
    out.derivations.add(field=field, origin=value.origin, raw=raw, confidence=value.confidence)


def _cluster(reading: Reading) -> str:
    """The same for copies: same paper, model, data, method, run settings and rounded values."""
    q, names = reading.quality, reading.names
    kept = _kept(reading.sizes.get("parameters", Sides()))
    quality = q.after or q.change
    others = [s for n, s in sorted(reading.sizes.items()) if n != "parameters"]
    key = [
        *(names.get(n, "") for n in ("paper", "model", "dataset", "method")),
        reading.metric,
        list(reading.run),
        _rounded(quality.number, 4) if quality else "",
        _rounded(kept, 3) if kept is not None else "",
        [_rounded(s.kept.number, 3) for s in others if s.kept],
    ]
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]


def _rounded(number: Decimal, digits: int) -> str:
    return f"{float(number):.{digits}f}"
