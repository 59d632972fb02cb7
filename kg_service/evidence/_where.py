"""Filters of a search as conditions in Cypher. Values are parameters, never text of the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kg_service.evidence._rows import state_name
from kgpress import strategy
from kgpress.errors import InvalidInput, KgpressError
from kgpress.v1 import evidence_pb2

_MATCH = (
    "MATCH (s:Source)<-[:FROM_SOURCE]-(r:ReferenceResult)"
    "-[:INTERPRETED_AS]->(i:Interpretation {current: true})"
)
#: Where a filter of equal text is held.
_EQUAL = {
    "source": "s.name",
    "job": "r.job",
    "document_hash": "r.document",
    "path": "r.path",
    "cluster": "r.cluster",
    "model": "i.model",
    "dataset": "i.dataset",
    "strategy": "i.strategy",
    "metric": "i.metric",
    "family": "i.family",
    "domain": "i.domain",
    "hardware": "i.hardware",
    "runtime": "i.runtime",
}
_FLAGS = {"conflict": "r.conflict", "corrected": "i.corrected", "per_layer": "i.per_layer"}
_OTHER = {
    "method": "$method IN i.methods",
    "compression_type": "$compression_type IN i.types",
    "not_reviewed_by": "(r.curators IS NULL OR NOT $not_reviewed_by IN r.curators)",
    "reason": "any(told IN r.reasons WHERE toLower(told) CONTAINS $reason)",
    "min_confidence": "i.confidence >= $min_confidence",
    "max_confidence": "i.confidence <= $max_confidence",
}
_VALUES: dict[str, Callable[[Any], Any]] = {"reason": str.lower, "strategy": lambda t: canonical(t)}


def where(request: evidence_pb2.SearchEvidenceRequest) -> tuple[str, dict[str, Any]]:
    """MATCH and WHERE over source ``s``, result ``r`` and reading ``i``, and their parameters.

    Raises:
        InvalidInput: a bound on the confidence lies outside 0..1.
    """
    conditions, parameters = [], {}
    if request.states:
        conditions.append("r.state IN $states")
        parameters["states"] = [state_name(s) for s in request.states]
    for field, value in request.ListFields():
        name = field.name
        if name in _EQUAL:
            conditions.append(f"{_EQUAL[name]} = ${name}")
        elif name in _OTHER:
            conditions.append(_OTHER[name])
        elif name in _FLAGS:
            conditions.append(f"coalesce({_FLAGS[name]}, false) = ${name}")
        else:
            continue
        parameters[name] = _VALUES.get(name, lambda v: v)(value)
        if name.endswith("_confidence") and not 0 <= value <= 1:
            raise InvalidInput(f"{name} is {value:g}", remedy="give 0 to 1", field=name)
    text = f"{_MATCH} WHERE {' AND '.join(conditions)}" if conditions else _MATCH
    return text, parameters


def canonical(text: str) -> str:
    """The text as the graph prints it, where it parses."""
    try:
        return strategy.parse(text).text
    except KgpressError:
        return text
