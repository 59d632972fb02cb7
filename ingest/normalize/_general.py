"""Readings of the general rules to results: names resolved, methods to strategies, numbers to fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ingest.meaning._reading import Named, Reading, Sides, Value
from ingest.normalize._names import name_fault
from ingest.normalize._plausible import check
from ingest.normalize._published import strategy_of
from ingest.normalize._resolve import Entity, resolve
from ingest.normalize._strategy import sets_zeros
from kgpress.catalogue import load
from kgpress.errors import KgpressError
from kgpress.strategy import Strategy
from kgpress.v1 import types_pb2 as pb

RULES = "general/1"
#: From this certainty on a result that passes every check needs no curator.
ACCEPTED_FROM = 0.8
_DIRECTIONS = {"higher": pb.DIRECTION_HIGHER_IS_BETTER, "lower": pb.DIRECTION_LOWER_IS_BETTER}
#: Size of a reading -> (field of Measurement, field of Change, whether it is counted in whole numbers).
_FIELDS = {
    "size": ("size_bytes", "size", True),
    "parameters": ("parameters", "parameters", True),
    "macs": ("macs", "macs", True),
    "memory": ("memory_bytes", "memory", True),
    "latency": ("latency_ms", "latency", False),
    "throughput": ("throughput_per_s", "throughput", False),
}
_LARGEST = 2**63
_NAMES = ("model", "dataset", "hardware", "runtime")
#: Conditions that are settings of methods, and the words they may have; none: whole numbers.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "scale": ("per_channel", "per_tensor"),
    "zero_point": ("asymmetric", "symmetric"),
    "samples": (),
    "accumulator_bits": (),
}
#: What a reading's fields hold besides conditions.
_NO_CONDITIONS = frozenset((*_NAMES, "metric", "method", "weight_bits", "activation_bits", "sparsity"))


@dataclass(frozen=True)
class Origin:
    """The kept document and its source, as far as they are known."""

    path: str
    sha256: str
    source: pb.Source
    rules: str = RULES
    #: Whether what passes every check is accepted, or waits for a curator.
    accept: bool = False
    #: Where the document was fetched.
    url: str = ""


@dataclass
class Candidate:
    """A result before it is compared with the others. ``reasons`` quarantine, ``doubts`` propose."""

    reading: Reading
    result: pb.ReferenceResult
    model: Entity
    dataset: Entity | None = None
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def settle(self, accept: bool) -> pb.ReferenceResult:
        """The result with its state and reasons.

        A point of one layer never is an accepted result of its model.
        """
        told = list(dict.fromkeys(self.reasons or self.doubts))
        state = pb.EVIDENCE_STATE_ACCEPTED if accept else pb.EVIDENCE_STATE_PROPOSED
        if self.reasons:
            state = pb.EVIDENCE_STATE_QUARANTINED
        elif self.reading.per_layer:
            state, told = pb.EVIDENCE_STATE_LAYER_POINT, []
        elif self.doubts:
            state = pb.EVIDENCE_STATE_PROPOSED
        self.result.state = state
        del self.result.reasons[:]
        self.result.reasons.extend(told)
        return self.result


def candidates(readings: Iterable[Reading], origin: Origin) -> Iterator[Candidate]:
    """One candidate a reading, checked alone; see :mod:`ingest.normalize._across` for the others."""
    for reading in readings:
        yield _candidate(reading, origin)


def _candidate(reading: Reading, origin: Origin) -> Candidate:
    model = _entity(reading, "model")
    dataset = _entity(reading, "dataset") if reading.names.get("dataset") else None
    out = pb.Interpretation(rules=origin.rules, split="unknown", per_layer=reading.per_layer)
    made = Candidate(
        reading,
        pb.ReferenceResult(locator=_locator(reading, origin), source=origin.source, interpretation=out),
        model,
        dataset,
        list(reading.faults),
        list(reading.doubts),
    )
    out = made.result.interpretation
    strategy = _strategy(made)
    _fill_names(out, made)
    _fill_metric(made)
    zeros = strategy is not None and sets_zeros(strategy)
    for name, sides in reading.sizes.items():
        _fill_size(made, name, sides, zeros and name == "parameters")
    for name, named in reading.fields.items():
        if name not in _NO_CONDITIONS and named.raw:
            out.conditions[name] = named.raw[:120]
    out.layer = reading.layer[:120]
    out.confidence = round(max(0.0, min(1.0, reading.confidence)), 4)
    if out.confidence < ACCEPTED_FROM:
        made.doubts.append(f"how it is read is certain to {out.confidence:.2f} only")
    made.reasons += check(made.reading, made.result)
    return made


def _entity(reading: Reading, kind: str) -> Entity:
    return resolve(kind, reading.names.get(kind, ""))


def _strategy(made: Candidate) -> Strategy | None:
    reading = made.reading
    stated: dict[str, Any] = {}
    for name in ("weight_bits", "activation_bits"):
        named = reading.fields.get(name)
        if named and named.raw.isdigit() and 0 < int(named.raw) <= 32:
            stated[name] = int(named.raw)
    if "sparsity" in reading.fields and (share := _share(reading.fields["sparsity"].raw)) is not None:
        stated |= {"sparsity": share, "ratio": share}
    for name, words in _SETTINGS.items():
        if name in reading.fields and (raw := reading.fields[name].raw) and (not words or raw in words):
            stated[name] = raw if words else int(raw) if raw.isdigit() else None
    texts = [m.raw for m in reading.methods]
    try:
        strategy = strategy_of(texts, stated)
    except KgpressError as error:
        made.reasons.append(error.message)
        return None
    out = made.result.interpretation
    for named in reading.methods:
        _derive(out, "strategy", named)
    if strategy is None:
        made.doubts.append(f"the document names no method of compression ({' '.join(texts)[:60]!r})")
        return None
    out.strategy.CopyFrom(strategy.to_proto())
    for name in stated:
        if name in reading.fields:
            _derive(out, f"setting.{name}", reading.fields[name])
    return strategy


def _share(raw: str) -> float | None:
    """A share as it is written: "80%" or "0.8"; a bare 80 is not one."""
    text = raw.strip()
    try:
        value = Decimal(text.rstrip("%").strip()) / (100 if text.endswith("%") else 1)
    except ArithmeticError:
        return None
    return float(value) if 0 <= value < 1 else None


def _fill_names(out: pb.Interpretation, made: Candidate) -> None:
    reading = made.reading
    for kind in _NAMES:
        raw = reading.names.get(kind, "")
        if not raw:
            continue
        entity = {"model": made.model, "dataset": made.dataset}.get(kind) or resolve(kind, raw)
        if fault := name_fault(kind, entity.name):
            made.reasons.append(fault)
            continue
        setattr(out, kind, entity.name)
        if kind in reading.fields:
            _derive(out, kind, reading.fields[kind], entity)
    facts = made.model.facts
    out.model_family = str(facts.get("family", ""))
    stated = made.dataset.facts if made.dataset else {}
    out.domain = str(stated.get("domain") or facts.get("domain") or "")
    out.task = str(stated.get("task") or facts.get("task") or "")
    if not out.model:
        made.doubts.append("the model is not named")
    if reading.metric and not out.dataset:
        made.doubts.append("the data set is not named")


def _fill_metric(made: Candidate) -> None:
    reading, out = made.reading, made.result.interpretation
    if not reading.metric:
        return
    entity = resolve("metric", reading.metric)
    if not entity.known:
        made.doubts.append(f"the metric {reading.metric[:40]!r} is not known")
        return
    metric = load().metric(entity.name)
    out.metric.CopyFrom(pb.Metric(name=metric.name, direction=_DIRECTIONS[metric.direction]))
    if "metric" in reading.fields:
        _derive(out, "metric", reading.fields["metric"], entity)
    q = reading.quality
    for side, value in (("before", q.before), ("after", q.after)):
        if value:
            getattr(out, side).quality = float(value.number)
            _value(out, f"{side}.quality", value)
    if q.change and not (q.before and q.after):
        if q.after and not q.before:
            out.before.quality = float(q.after.number - q.change.number)
            _value(out, "before.quality", q.change)
        elif q.before and not q.after:
            out.after.quality = float(q.before.number + q.change.number)
            _value(out, "after.quality", q.change)
        else:
            out.change.quality = float(q.change.number)
            _value(out, "change.quality", q.change)


def _fill_size(made: Candidate, name: str, sides: Sides, zeros: bool) -> None:
    """Sides where given, the ratio where only it is; zeros left in place are non-zero parameters."""
    if name not in _FIELDS:
        return
    out = made.result.interpretation
    own, ratio, whole = _FIELDS[name]
    for side, value in (("before", sides.before), ("after", sides.after)):
        if value is None:
            continue
        counted = "nonzero_parameters" if zeros and side == "after" else own
        if not 0 < value.number < _LARGEST:
            made.reasons.append(f"{name} {side} is {value.raw} ({value.place})")
            continue
        number = round(value.number) if whole else float(value.number)
        if whole and number == 0:
            continue
        setattr(getattr(out, side), counted, number)
        _value(out, f"{side}.{counted}", value)
    kept = sides.kept
    if kept and not (sides.before and sides.after):
        changed = "nonzero_parameters" if zeros else ratio
        setattr(out.change, changed, float(kept.number))
        _value(out, f"change.{changed}", kept)


def _locator(reading: Reading, origin: Origin) -> pb.Locator:
    cell = reading.anchor
    return pb.Locator(
        cell=pb.CellLocator(
            document_hash=origin.sha256,
            path=origin.path,
            line=cell.line,
            row=cell.row,
            column=cell.column,
            column_name=cell.column_name[:200],
            xpath=cell.xpath,
            page=cell.page,
            box=cell.box or (),
            url=origin.url,
            table=reading.table_index,
            part=reading.part,
        )
    )


def _derive(out: pb.Interpretation, name: str, named: Named, entity: Entity | None = None) -> None:
    raw = named.raw[:100] + (f" @ {named.place[:60]}" if named.place else "")
    confidence = min(named.confidence, entity.confidence if entity and entity.known else 1.0)
    out.derivations.add(field=name, origin=named.origin, raw=raw, confidence=confidence)


def _value(out: pb.Interpretation, name: str, value: Value) -> None:
    how = f"; {value.how}" if value.how else ""
    raw = f"{value.raw[:60]} @ {value.place[:80]}{how}"
    added = out.derivations.add(field=name, origin=value.origin, raw=raw, confidence=value.confidence)
    if value.cell is not None:
        added.cell.row, added.cell.column = value.cell.row, value.cell.column
        added.cell.line, added.cell.table = value.cell.line, value.table
        added.cell.column_name = value.cell.column_name[:200]
