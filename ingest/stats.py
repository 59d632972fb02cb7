"""What evidence there is: counted by source, state, family, domain, hardware and metric."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from kgpress.v1 import evidence_pb2, types_pb2

#: What is counted by, in the order in which it is shown.
FIELDS = ("family", "domain", "task", "compression_type", "hardware", "metric")
STATES = ("accepted", "proposed", "quarantined", "rejected", "superseded")
_TOP_REASONS = 20
_SHOWN = 15
_DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|-?\d[\d.,]*(?:e[+-]?\d+)?")


class Count(Protocol):
    """The part of kgpress.client.Client that is needed."""

    def count_evidence(
        self, by: Iterable[str] = (), filter: evidence_pb2.SearchEvidenceRequest | None = None
    ) -> evidence_pb2.CountEvidenceResponse: ...


def stats(client: Count) -> dict[str, Any]:
    """Counts as a JSON object. Points of single layers are no results and are counted apart.

    ``by``: field -> name -> state -> results; names in order of their accepted results.
    """
    results = evidence_pb2.SearchEvidenceRequest(per_layer=False)
    layers = evidence_pb2.SearchEvidenceRequest(per_layer=True)
    quarantined = evidence_pb2.SearchEvidenceRequest(per_layer=False)
    quarantined.states.append(types_pb2.EVIDENCE_STATE_QUARANTINED)
    whole = client.count_evidence(["state"], results)
    conflicts = client.count_evidence([], evidence_pb2.SearchEvidenceRequest(conflict=True)).total
    points = client.count_evidence(["source"], layers)
    return {
        "graph_revision": whole.graph_revision,
        "results": whole.total.results,
        "groups": whole.total.groups,
        "measurements": whole.total.clusters,
        "conflicts": conflicts.results,
        "states": {
            c.keys[0]: {"results": c.results, "groups": c.groups, "measurements": c.clusters}
            for c in whole.counts
        },
        "by": {field: _by_state(client, field, results) for field in ("source", *FIELDS)},
        "layer_points": {
            "points": points.total.results,
            "by_source": {c.keys[0]: c.results for c in points.counts},
        },
        "quarantine_reasons": _reasons(client.count_evidence(["reason"], quarantined)),
    }


def _by_state(
    client: Count, field: str, request: evidence_pb2.SearchEvidenceRequest
) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for count in client.count_evidence([field, "state"], request).counts:
        table[count.keys[0] or "(not stated)"][count.keys[1]] = count.results
    order = sorted(table, key=lambda n: ([-table[n].get(s, 0) for s in STATES], n))
    return {name: table[name] for name in order}


def _reasons(response: evidence_pb2.CountEvidenceResponse) -> list[dict[str, Any]]:
    """Reasons that differ in names and numbers only are one kind, shown by its most frequent example."""
    kinds: dict[str, dict[str, Any]] = {}
    for count in sorted(response.counts, key=lambda c: (-c.results, list(c.keys))):
        kind = _DETAIL.sub("…", count.keys[0])
        entry = kinds.setdefault(kind, {"reason": kind, "results": 0, "example": count.keys[0]})
        entry["results"] += count.results
    return sorted(kinds.values(), key=lambda e: (-e["results"], e["reason"]))[:_TOP_REASONS]


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The counts as text; long tables are cut, and say so."""
    yield (
        f"{found['results']:,} results, {found['groups']:,} groups of model, data set and methods, "
        f"{found['measurements']:,} measurements"
    )
    for state in STATES:
        if count := found["states"].get(state):
            yield f"  {state:12} {count['results']:8,}  in {count['groups']:,} groups"
    yield f"{found['conflicts']:,} conflicts between curators"
    yield f"{found['layer_points']['points']:,} points of single layers (counted apart)"
    for field, table in found["by"].items():
        yield ""
        yield f"{field.replace('_', ' '):40}" + "".join(f"{state:>13}" for state in STATES)
        for name, states in list(table.items())[:_SHOWN]:
            yield f"{name[:39]:40}" + "".join(f"{states.get(state, 0):13,}" for state in STATES)
        if len(table) > _SHOWN:
            yield f"… and {len(table) - _SHOWN:,} more (--json shows all)"
    if found["quarantine_reasons"]:
        yield ""
        yield "quarantined because"
        for entry in found["quarantine_reasons"]:
            yield f"{entry['results']:8,}  {entry['example']}"
