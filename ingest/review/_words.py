"""Results, derivations and decisions in words, safe to print: control characters of documents are blanked."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.exchange import BY_NAME, to_record
from ingest.review._edit import EDITABLE, field_of
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb

#: Shown beside what can be corrected.
_SHOWN = ("layer", "confidence")


def plain(text: str) -> str:
    """One line without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)


def state(result: pb.ReferenceResult) -> str:
    """ "accepted", "proposed, in conflict"."""
    name = pb.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()
    return f"{name}, in conflict" if result.conflict else name


def line(result: pb.ReferenceResult) -> str:
    """A result on one line: what, by which method, from which to which value."""
    record = to_record(result)
    values = []
    for name in ("", "size", "parameters", "latency", "throughput"):
        sides = [record.get(f"{name}_{side}" if name else side) for side in ("before", "after")]
        if any(value is not None for value in sides):
            label = name or record.get("metric", "?")
            values.append(f"{label} " + " -> ".join("-" if v is None else f"{v:.6g}" for v in sides))
    on = f" on {record['dataset']}" if "dataset" in record else ""
    said = f"{record.get('model', '?')}{on}: {record.get('strategy', '?')}  {'; '.join(values)}"
    return plain(f"{said}  [{record.get('source', '?')}]")


def fields(result: pb.ReferenceResult) -> Iterator[tuple[str, str, str, str, str]]:
    """Column, value, origin, confidence and raw text of what the result says; then what else was read."""
    record = to_record(result)
    derived: dict[str, list[pb.Derivation]] = {}
    for derivation in result.interpretation.derivations:
        derived.setdefault(derivation.field, []).append(derivation)
    names = [c.name for c in EDITABLE] + [n for n in _SHOWN if n not in {c.name for c in EDITABLE}]
    for name in names:
        if name not in record:
            continue
        found = derived.pop(field_of(name), [])
        yield (name, plain(_value(name, record[name])), *_derivation(found))
    for key, value in record.get("conditions", {}).items():
        yield (plain(key), plain(value), *_derivation(derived.pop(f"conditions.{key}", [])))
    for field, found in derived.items():
        yield (plain(field), "", *_derivation(found))


def _derivation(found: list[pb.Derivation]) -> tuple[str, str, str]:
    if not found:
        return "", "", ""
    origins = ", ".join(dict.fromkeys(d.origin for d in found))
    raw = "; ".join(f"{d.raw}{_place(d.cell)}" for d in found)
    return plain(origins), f"{min(d.confidence for d in found):.2f}", plain(raw)


def _place(cell: pb.CellLocator) -> str:
    return f" @ row {cell.row}, column {cell.column}" if cell.row else ""


def _value(name: str, value: object) -> str:
    unit = BY_NAME[name].unit
    text = (
        f"{value:,}" if isinstance(value, int) else f"{value:.6g}" if isinstance(value, float) else str(value)
    )
    return f"{text} {unit}" if unit in ("bytes", "ms", "per s") else text


def reviews(detail: ev.GetEvidenceResponse) -> Iterator[str]:
    """Decisions, oldest first."""
    for review in detail.reviews:
        verb = ev.ReviewDecision.Name(review.decision).removeprefix("REVIEW_DECISION_").lower()
        when = review.decided_at.ToDatetime().strftime("%Y-%m-%d %H:%M")
        gone = " (no longer)" if review.withdrawn else ""
        note = f": {review.note}" if review.note else ""
        yield plain(f"{when} {review.curator}: {verb}{gone}{note}")
