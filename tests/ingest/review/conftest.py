"""Results of a small document, and a client that keeps decisions as the service does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingest.documents import DocumentStore
from kgpress.errors import Conflict
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb
from tests.ingest.exchange.conftest import result

DOCUMENT = b"""# Results

## Quantization

| Model | FP32 | INT8 | Size |
|---|---|---|---|
| ResNet-50 | 76.1% | 75.9% | 24.5MB |
| VGG-16 | 71.6% | 71.1% | 34MB |
| SqueezeNet | 58.1% | 0.1% | 1.3MB |
"""
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()
_STATES = {
    ev.REVIEW_DECISION_ACCEPT: pb.EVIDENCE_STATE_ACCEPTED,
    ev.REVIEW_DECISION_CORRECT: pb.EVIDENCE_STATE_ACCEPTED,
    ev.REVIEW_DECISION_REJECT: pb.EVIDENCE_STATE_REJECTED,
}


def read(number: int, state: str = "PROPOSED", **fields: object) -> pb.ReferenceResult:
    """Row ``number`` (0-based) of the document's table, read with the cells that its fields are from."""
    names = ("ResNet-50", "VGG-16", "SqueezeNet")
    made = result(number, **({"model": names[number % 3], "confidence": 0.9} | fields))
    cell = {"document_hash": SHA256, "path": "docs/results.md", "row": number % 3 + 2, "line": number % 3 + 7}
    made.locator.cell.CopyFrom(pb.CellLocator(column=3, column_name="INT8", **cell))
    made.state = pb.EvidenceState.Value(f"EVIDENCE_STATE_{state}")
    made.interpretation_version = 1
    del made.interpretation.derivations[:]
    for field, column, name in (
        ("model", 1, "Model"),
        ("before.quality", 2, "FP32"),
        ("after.quality", 3, "INT8"),
    ):
        raw = names[number % 3] if field == "model" else f"raw {number}"
        entry = made.interpretation.derivations.add(field=field, origin="cell", raw=raw, confidence=0.9)
        entry.cell.CopyFrom(pb.CellLocator(row=number % 3 + 2, column=column, column_name=name))
    return made


class Service:
    """The evidence of a graph, in memory."""

    def __init__(self, *results: pb.ReferenceResult) -> None:
        self.results = {r.id: r for r in results}
        self.first = {r.id: (r.state, r.interpretation) for r in map(_copy, results)}
        self.reviews: dict[str, list[ev.Review]] = {id: [] for id in self.results}
        self.history: dict[str, list[pb.Interpretation]] = {id: [] for id in self.results}

    def search_evidence(self, request: ev.SearchEvidenceRequest) -> ev.SearchEvidenceResponse:
        found = [
            r
            for r in self.results.values()
            if (not request.states or r.state in request.states)
            and (not request.HasField("conflict") or r.conflict == request.conflict)
            and (not request.HasField("corrected") or request.corrected == bool(self.history[r.id]))
            and (not request.model or r.interpretation.model == request.model)
        ]
        at = int(request.page.token or 0)
        size = min(request.page.size, 2)
        page = pb.PageResponse(total=len(found), next_token=str(at + size) if at + size < len(found) else "")
        return ev.SearchEvidenceResponse(results=found[at : at + size], page=page)

    def get_evidence(self, id: str) -> ev.GetEvidenceResponse:
        return ev.GetEvidenceResponse(
            result=self.results[id], reviews=self.reviews[id], history=self.history[id]
        )

    def review_batch(self, reviews: Iterable[ev.ReviewEvidenceRequest]) -> list[pb.ReferenceResult]:
        return [self.review(request) for request in reviews]

    def review(self, request: ev.ReviewEvidenceRequest) -> pb.ReferenceResult:
        result, past = self.results[request.id], self.reviews[request.id]
        if request.interpretation_version not in (0, result.interpretation_version):
            raise Conflict("it reads differently by now", remedy="look again")
        for review in past:
            review.withdrawn = review.withdrawn or review.curator == request.curator
        if request.decision == ev.REVIEW_DECISION_CORRECT:
            self.history[result.id].append(pb.Interpretation())
            self.history[result.id][-1].CopyFrom(result.interpretation)
            result.interpretation.CopyFrom(request.correction)
            result.interpretation_version += 1
        past.append(ev.Review(decision=request.decision, curator=request.curator, note=request.note))
        past[-1].interpretation_version = result.interpretation_version
        standing = [r for r in past if not r.withdrawn and r.decision in _STATES]
        states = {_STATES[r.decision] for r in standing}
        result.conflict = len(states) > 1
        said = sorted(f"{r.curator}: {r.decision}" for r in standing)
        result.reasons[:] = [f"curators disagree: {', '.join(said)}"] if result.conflict else []
        fallback = pb.EVIDENCE_STATE_PROPOSED if states else self.first[result.id][0]
        result.state = states.pop() if len(states) == 1 else fallback
        return _copy(result)


def _copy(result: pb.ReferenceResult) -> pb.ReferenceResult:
    made = pb.ReferenceResult()
    made.CopyFrom(result)
    return made


@pytest.fixture
def documents(tmp_path: Path) -> DocumentStore:
    store = DocumentStore(tmp_path / "documents")
    store.put(DOCUMENT)
    return store
