"""Files of evidence into a graph."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg_service.evidence._lines import read_results
from kg_service.evidence._repository import EvidenceRepository
from kg_service.graph import GraphStore
from kgpress.v1 import types_pb2


def import_evidence(store: GraphStore, files: Iterable[Path]) -> dict[str, int]:
    """Imports files that a repository of ours wrote: their states hold, if the checks still pass.

    All files are read before anything is written. Returns how many were added, known already, and
    quarantined among the added.

    Raises:
        InvalidInput: a file is damaged.
    """
    results = [result for path in files for result in read_results(Path(path))]
    receipts = EvidenceRepository(store).append(results, accept_own_runs=True, keep_states=True)
    quarantined = types_pb2.EVIDENCE_STATE_QUARANTINED
    return {
        "added": sum(not r.duplicate for r in receipts),
        "duplicates": sum(r.duplicate for r in receipts),
        "quarantined": sum(r.state == quarantined for r in receipts if not r.duplicate),
    }
