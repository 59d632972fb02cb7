"""Results as rows for the graph, and back."""

from __future__ import annotations

import base64
import math
from typing import Any

from kg_service.evidence._check import LARGEST, read_strategy
from kg_service.evidence._identity import canonical_locator, digest, source_id
from kgpress.catalogue import load
from kgpress.errors import KgpressError
from kgpress.strategy import Strategy
from kgpress.v1 import types_pb2

_MEASURED = (
    *("quality", "size_bytes", "parameters", "nonzero_parameters", "macs", "latency_ms"),
    *("throughput_per_s", "memory_bytes"),
)
_MODEL_PROFILE = ("trainable_parameters", "layers", "macs", "size_bytes", "quality")
_DATASET_PROFILE = ("classes", "train_rows", "channels")


def state_name(state: int) -> str:
    """``accepted`` for EVIDENCE_STATE_ACCEPTED."""
    return types_pb2.EvidenceState.Name(state).removeprefix("EVIDENCE_STATE_").lower()  # type: ignore[arg-type]


def state_value(name: str) -> types_pb2.EvidenceState:
    return types_pb2.EvidenceState.Value(f"EVIDENCE_STATE_{name.upper()}")


def pack(message: Any) -> str:
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def result_row(result: types_pb2.ReferenceResult) -> dict[str, Any]:
    """Properties of a new ReferenceResult node; state and revision are the repository's."""
    bare = types_pb2.ReferenceResult(locator=result.locator, source=result.source)
    return {
        "id": result.id,
        "kind": result.locator.WhichOneof("kind"),
        "private": result.private,
        "cluster": result.interpretation.cluster or None,
        "job": result.locator.run.job or None,
        "document": result.locator.cell.document_hash or None,
        "path": result.locator.cell.path or None,
        "submitted_at": result.submitted_at.ToJsonString(),
        "locator": canonical_locator(result.locator),
        "payload": pack(bare),
    }


def source_row(source: types_pb2.Source) -> dict[str, Any]:
    kind = types_pb2.SourceKind.Name(source.kind).removeprefix("SOURCE_KIND_").lower()
    return {
        "id": source_id(source),
        "name": source.name,
        "kind": kind,
        "url": source.url,
        "version": source.version,
        "licence": source.licence,
        "title": source.title,
        "year": source.year if source.HasField("year") else None,
    }


def interpretation_row(result_id: str, version: int, reading: types_pb2.Interpretation) -> dict[str, Any]:
    """Properties of an Interpretation node under ``properties``, and the keys of what it is linked to."""
    strategy = strategy_of(reading)
    properties: dict[str, Any] = {
        "id": f"{result_id}#{version}",
        "version": version,
        "rules": reading.rules,
        "corrected": corrected(reading) or None,
        "model": reading.model,
        "family": reading.model_family or None,
        "dataset": reading.dataset,
        "domain": reading.domain or None,
        "task": reading.task or None,
        "hardware": reading.hardware or None,
        "runtime": reading.runtime or None,
        "strategy": strategy.text if strategy else reading.strategy.text,
        "methods": list(dict.fromkeys(strategy.methods)) if strategy else [],
        "types": _types(strategy) if strategy else [],
        "metric": reading.metric.name,
        "per_layer": reading.per_layer or None,
        "layer": reading.layer or None,
        "split": reading.split,
        "confidence": reading.confidence,
        "digest": digest(reading),
        "payload": pack(reading),
    }
    for side in ("before", "after"):
        for name in _MEASURED:
            properties[f"{name}_{side}"] = _number(getattr(reading, side), name)
    del properties["nonzero_parameters_before"]
    return {
        "result": result_id,
        "id": properties["id"],
        "properties": properties,
        "strategy": strategy.id if strategy else None,
        "model": reading.model or None,
        "family": reading.model_family or None,
        "dataset": reading.dataset or None,
        "domain": reading.domain or None,
        "task": reading.task or None,
        "metric": reading.metric.name or None,
        "hardware": _hardware(reading),
        "runtime": reading.runtime or None,
        "model_profile": _profile(reading.model_profile, "model_hash", _MODEL_PROFILE),
        "dataset_profile": _profile(reading.dataset_profile, "data_hash", _DATASET_PROFILE),
    }


def corrected(reading: types_pb2.Interpretation) -> bool:
    """Whether a curator had a hand in it."""
    return any(d.origin == "curator" for d in reading.derivations)


def strategy_of(reading: types_pb2.Interpretation) -> Strategy | None:
    """None where the catalogue does not know it (such a result is quarantined)."""
    try:
        return read_strategy(reading.strategy)
    except KgpressError:
        return None


def to_result(row: dict[str, Any]) -> types_pb2.ReferenceResult:
    """The result from the columns of ``get.cypher``."""
    result = types_pb2.ReferenceResult()
    result.ParseFromString(base64.b64decode(row["payload"]))
    result.id = row["id"]
    result.interpretation.ParseFromString(base64.b64decode(row["reading"]))
    result.interpretation_version = row["version"]
    result.state = state_value(row["state"])
    result.reasons.extend(row["reasons"] or [])
    result.private = bool(row["private"])
    result.conflict = bool(row["conflict"])
    result.submitted_at.FromJsonString(row["submitted_at"])
    return result


def to_interpretation(payload: str) -> types_pb2.Interpretation:
    reading = types_pb2.Interpretation()
    reading.ParseFromString(base64.b64decode(payload))
    return reading


def _number(measured: types_pb2.Measurement, name: str) -> float | int | None:
    """None where absent or where a store could not hold it (a quarantined result may bring such)."""
    value = getattr(measured, name)
    usable = measured.HasField(name) and math.isfinite(value) and abs(value) <= LARGEST  # type: ignore[arg-type]
    return value if usable else None


def _types(strategy: Strategy) -> list[str]:
    return list(dict.fromkeys(load().method(label).compression_type for label in strategy.methods))


def _hardware(reading: types_pb2.Interpretation) -> dict[str, Any] | None:
    if not reading.hardware:
        return None
    profile = reading.hardware_profile
    row: dict[str, Any] = {"name": reading.hardware}
    if profile.name == reading.hardware:
        row |= {"kind": profile.kind, "chipset": profile.chipset, "runtime": profile.runtime}
        row |= {"precisions": list(profile.precisions), "sparsity": profile.sparsity}
    return row


def _profile(message: Any, key: str, names: tuple[str, ...]) -> dict[str, Any] | None:
    id_ = getattr(message, key)
    if not id_:
        return None
    values = {n: getattr(message, n) for n in names if message.HasField(n)}
    return {"id": id_} | {n: v for n, v in values.items() if math.isfinite(v) and v <= LARGEST}
