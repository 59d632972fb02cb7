"""A result as a flat record (column -> value), and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from ingest.exchange._columns import BY_NAME, WRITTEN
from ingest.exchange._values import Bad, near, read_value
from kgpress.catalogue import load
from kgpress.errors import KgpressError
from kgpress.strategy import from_proto, parse
from kgpress.v1 import types_pb2 as pb

Record = dict[str, Any]
#: Where a value came from: column -> what was given.
Given = dict[str, Any]

_KINDS = {
    "paper": pb.SOURCE_KIND_PAPER,
    "document": pb.SOURCE_KIND_DOCUMENT,
    "dataset": pb.SOURCE_KIND_DATASET,
    "own_run": pb.SOURCE_KIND_OWN_RUN,
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_STATES = ("proposed", "accepted", "rejected", "quarantined", "superseded", "layer_point")
_SPLITS = ("validation", "test", "unknown")
_DIRECTIONS = {"higher": pb.DIRECTION_HIGHER_IS_BETTER, "lower": pb.DIRECTION_LOWER_IS_BETTER}
#: Said of the reading, not by the document.
_NOT_READ = ("catalogue_version", "rules", "confidence", "cluster", "split")
#: What before, after and delta may differ by in the metric's unit: binary rounding, no more.
_SAME = 1e-9
_MEASURED = ("interpretation.before.", "interpretation.after.", "interpretation.change.")


class BadRow(Exception):
    """Faults of one row: (column, sentence)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(faults)
        self.faults = faults


def to_record(result: pb.ReferenceResult) -> Record:
    """Every written column that has a value, in the order of the columns."""
    record: Record = {}
    for column in WRITTEN:
        value = _WRITE[column.name](result) if column.name in _WRITE else _field(result, column.path)
        if not (value is None or value is False or value in ("", [], {})):
            record[column.name] = value
    return record


def to_result(
    given: Given, units: dict[str, str], here: pb.CellLocator, written: Given | None = None
) -> pb.ReferenceResult:
    """The result that a row states.

    Args:
        given: Column -> text or JSON value, known columns only.
        units: Column -> unit given in the heading.
        here: The row's own place, used where it cites no other.
        written: Column -> what the file has, where ``given`` has another name for the same.

    Raises:
        BadRow: every fault of the row.
    """
    faults: list[tuple[str, str]] = []
    metric = _metric(given, faults)
    fraction = metric.fraction if metric else True
    values: Record = {}
    for name, raw in given.items():
        column = BY_NAME[name]
        try:
            if column.kind == "json":
                values[name] = raw
            elif (value := read_value(column, raw, units.get(name, ""), fraction)) is not None:
                values[name] = value
        except Bad as bad:
            faults.append((name, str(bad)))
    result = pb.ReferenceResult(locator=pb.Locator(cell=here))
    reading = result.interpretation
    reading.split, reading.confidence, result.source.kind = "unknown", 1.0, pb.SOURCE_KIND_DOCUMENT
    for name, value in values.items():
        try:
            if name in _READ:
                _READ[name](result, value)
            elif path := BY_NAME[name].path:
                _set(result, path, value)
        except UnicodeError:
            faults.append((name, "the text holds half a character"))
        except (Bad, KgpressError) as bad:
            faults.append((name, str(bad)))
    if metric:
        reading.metric.name, reading.metric.direction = metric.name, _DIRECTIONS[metric.direction]
    faults += _across(values, metric is not None, {name for name, _ in faults})
    if faults:
        raise BadRow(faults)
    if not result.state:
        del result.reasons[:]
    if "derivations" not in values:
        _derive(reading, given | (written or {}), values)
    _delta(result, values)
    return result


def _metric(given: Given, faults: list[tuple[str, str]]) -> Any:
    name = given.get("metric")
    if name is None or not str(name).strip():
        return None
    known = {m.name: m for m in load().metrics}
    metric = known.get(str(name).strip())
    if metric is None:
        faults.append(("metric", f"unknown metric {str(name)[:60]!r}; {near(str(name), known)}"))
    return metric


def _across(values: Record, metric: bool, faulty: set[str]) -> list[tuple[str, str]]:
    """What only the row as a whole can break."""
    found = [
        (c.name, f"{c.name} is missing; every result needs one")
        for c in BY_NAME.values()
        if c.required and c.name not in values and c.name not in faulty
    ]
    quality = [n for n in ("before", "after", "delta") if n in values]
    if quality and not metric and "metric" not in faulty:
        found.append((quality[0], "a quality without its metric; name the metric"))
    if quality and "dataset" not in values and "dataset" not in faulty:
        found.append(("dataset", "a quality without its data set; name it"))
    if len(quality) == 3 and abs(values["after"] - values["before"] - values["delta"]) > _SAME:
        found.append(("delta", "delta is not after - before; leave it out, or mend one of them"))
    measured = [n for n in values if n == "delta" or BY_NAME[n].path.startswith(_MEASURED)]
    if not measured and not faulty:
        found.append(("after", "nothing was measured; give at least one number"))
    confidence = values.get("confidence", 1.0)
    if not 0 <= confidence <= 1:
        found.append(("confidence", f"{confidence:g} is outside 0..1"))
    return found


def _delta(result: pb.ReferenceResult, values: Record) -> None:
    reading = result.interpretation
    if "delta" in values and not ("before" in values and "after" in values):
        reading.change.quality = values["delta"]


def _derive(reading: pb.Interpretation, given: Given, values: Record) -> None:
    for name in values:
        if name in _NOT_READ:
            continue
        if BY_NAME[name].path.startswith("interpretation.") or name in ("strategy", "metric", "delta"):
            field = BY_NAME[name].path.removeprefix("interpretation.") or name
            reading.derivations.add(
                field=field, origin="cell", raw=str(given[name]).strip(), confidence=reading.confidence
            )


# --- columns that are no plain field ------------------------------------------------------------------


def _write_strategy(result: pb.ReferenceResult) -> str:
    message = result.interpretation.strategy
    try:
        return from_proto(message).text
    except KgpressError:
        return message.text


def _write_method(result: pb.ReferenceResult) -> str:
    try:
        labels = from_proto(result.interpretation.strategy).methods
        return " > ".join(load().method(label).name for label in labels)
    except KgpressError:
        return ""


def _write_delta(result: pb.ReferenceResult) -> float | None:
    reading = result.interpretation
    if reading.before.HasField("quality") and reading.after.HasField("quality"):
        return reading.after.quality - reading.before.quality
    return reading.change.quality if reading.change.HasField("quality") else None


def _name(enum: Any, prefix: str, value: int) -> str:
    return str(enum.Name(value)).removeprefix(prefix).lower() if value else ""


def _message(message: Any) -> Any:
    return MessageToDict(message, preserving_proto_field_name=True)


_WRITE: dict[str, Callable[[pb.ReferenceResult], Any]] = {
    "id": lambda r: r.id,
    "state": lambda r: _name(pb.EvidenceState, "EVIDENCE_STATE_", r.state),
    "reasons": lambda r: list(r.reasons),
    "conflict": lambda r: r.conflict,
    "locator": lambda r: _message(r.locator),
    "source_kind": lambda r: _name(pb.SourceKind, "SOURCE_KIND_", r.source.kind),
    "strategy": _write_strategy,
    "method": _write_method,
    "metric": lambda r: r.interpretation.metric.name,
    "conditions": lambda r: dict(sorted(r.interpretation.conditions.items())),
    "delta": _write_delta,
    "derivations": lambda r: [_message(d) for d in r.interpretation.derivations],
}


def _read_state(result: pb.ReferenceResult, value: str) -> None:
    if value not in _STATES:
        raise Bad(f"{value!r} is no state; {near(value, _STATES)}")
    if value in ("proposed", "quarantined"):
        result.state = pb.EvidenceState.Value(f"EVIDENCE_STATE_{value.upper()}")


def _read_reasons(result: pb.ReferenceResult, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Bad("reasons are a list of sentences")
    result.reasons.extend(value)


def _read_locator(result: pb.ReferenceResult, value: Any) -> None:
    result.locator.CopyFrom(_parsed(value, pb.Locator(), "locator"))
    cell = result.locator.cell
    cited = result.locator.run.job or _SHA256.fullmatch(cell.document_hash)
    if result.locator.WhichOneof("kind") is None or not cited:
        raise Bad("the locator names no document by its SHA-256; leave it out to cite this file")


def _read_source_kind(result: pb.ReferenceResult, value: str) -> None:
    if value not in _KINDS:
        raise Bad(f"{value!r} is no kind of source; {near(value, _KINDS)}")
    result.source.kind = _KINDS[value]


def _read_conditions(result: pb.ReferenceResult, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(v, str | int | float) for v in value.values()):
        raise Bad('conditions are names with texts, for example {"batch": "1"}')
    result.interpretation.conditions.update({str(k): str(v) for k, v in value.items()})


def _read_derivations(result: pb.ReferenceResult, value: Any) -> None:
    if not isinstance(value, list):
        raise Bad("derivations are a list")
    for entry in value:
        result.interpretation.derivations.append(_parsed(entry, pb.Derivation(), "derivation"))


def _read_split(result: pb.ReferenceResult, value: str) -> None:
    if value not in _SPLITS:
        raise Bad(f"{value!r} is no split; {near(value, _SPLITS)}")
    result.interpretation.split = value


def _read_strategy(result: pb.ReferenceResult, value: str) -> None:
    """A given version stays: a newer catalogue alone is no other reading of an exported result."""
    version = result.interpretation.strategy.catalogue_version
    result.interpretation.strategy.CopyFrom(parse(value).to_proto())
    if version:
        result.interpretation.strategy.catalogue_version = version


def _vocabulary(field: str, known: Callable[[], list[str]]) -> Callable[[pb.ReferenceResult, str], None]:
    def read(result: pb.ReferenceResult, value: str) -> None:
        if value not in known():
            raise Bad(f"unknown {field} {value!r}; {near(value, known())}")
        setattr(result.interpretation, field, value)

    return read


_READ: dict[str, Callable[[pb.ReferenceResult, Any], None]] = {
    "state": _read_state,
    "reasons": _read_reasons,
    "locator": _read_locator,
    "source_kind": _read_source_kind,
    "conditions": _read_conditions,
    "derivations": _read_derivations,
    "split": _read_split,
    "domain": _vocabulary("domain", lambda: [d.name for d in load().domains]),
    "task": _vocabulary("task", lambda: [t.name for t in load().tasks]),
    "strategy": _read_strategy,
}


def _parsed(value: Any, message: Any, what: str) -> Any:
    try:
        return ParseDict(value, message)
    except (ParseError, TypeError, AttributeError, ValueError, RecursionError):
        raise Bad(f"this is no {what} (see kgpress.v1 in proto/)") from None


def _field(result: pb.ReferenceResult, path: str) -> Any:
    *parents, leaf = path.split(".")
    message = reduce(getattr, parents, result)
    field = message.DESCRIPTOR.fields_by_name[leaf]
    value = getattr(message, leaf)
    absent = not message.HasField(leaf) if field.has_presence else not value and leaf != "confidence"
    return None if absent else value


def _set(result: pb.ReferenceResult, path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    setattr(reduce(getattr, parents, result), leaf, value)
