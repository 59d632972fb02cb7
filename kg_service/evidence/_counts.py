"""How many results there are of each kind."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kg_service.evidence._where import where
from kg_service.evidence._write import query
from kg_service.graph import GraphStore
from kgpress.errors import UnknownName
from kgpress.v1 import evidence_pb2

#: What can be counted by, and where it is held. Lists count under each of their entries.
KEYS = {
    "state": "r.state",
    "source": "s.name",
    "source_kind": "s.kind",
    "licence": "s.licence",
    "year": "s.year",
    "model": "i.model",
    "family": "i.family",
    "dataset": "i.dataset",
    "domain": "i.domain",
    "task": "i.task",
    "metric": "i.metric",
    "hardware": "i.hardware",
    "runtime": "i.runtime",
    "method": "i.methods",
    "compression_type": "i.types",
    "strategy": "i.strategy",
    "rules": "i.rules",
    "per_layer": "coalesce(i.per_layer, false)",
    "conflict": "coalesce(r.conflict, false)",
    "reason": "r.reasons",
}


@dataclass
class _Count:
    results: int = 0
    groups: set[Any] = field(default_factory=set)
    clusters: set[str] = field(default_factory=set)

    def add(self, row: dict[str, Any]) -> None:
        self.results += 1
        self.groups.add((row["model"], row["dataset"], tuple(row["methods"] or ())))
        self.clusters.add(row["cluster"])

    def message(self, keys: Iterable[str] = ()) -> evidence_pb2.EvidenceCount:
        return evidence_pb2.EvidenceCount(
            keys=keys, results=self.results, groups=len(self.groups), clusters=len(self.clusters)
        )


def count(
    store: GraphStore, request: evidence_pb2.CountEvidenceRequest
) -> evidence_pb2.CountEvidenceResponse:
    """Counts results that match, by the fields asked for, the most first.

    Raises:
        UnknownName: a field that is not counted by.
    """
    for name in request.by:
        if name not in KEYS:
            raise UnknownName("field to count by", name, list(KEYS), field="by")
    match, parameters = where(request.filter)
    keys = "".join(f"{KEYS[name]} AS key{at}, " for at, name in enumerate(request.by))
    revision = store.revision()
    rows = store.read(f"{match}\n{query('count').replace('__KEYS__ ', keys)}", **parameters)
    total, counts = _Count(), collections.defaultdict[tuple[str, ...], _Count](_Count)
    for row in rows:
        total.add(row)
        values = [_texts(row[f"key{at}"]) for at in range(len(request.by))]
        for key in itertools.product(*values) if values else ():
            counts[key].add(row)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1].results, entry[0]))
    return evidence_pb2.CountEvidenceResponse(
        counts=[found.message(key) for key, found in ordered], total=total.message(), graph_revision=revision
    )


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(v) for v in value] or [""]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return ["" if value is None else str(value)]
