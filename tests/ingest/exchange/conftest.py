"""Results in memory, and a client that keeps them as a server would."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from kgpress.strategy import parse
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb


def result(
    number: int = 0, strategy: str = "C2(ratio=?,epochs=?) > C4", **fields: object
) -> pb.ReferenceResult:
    """A published result in line ``number`` of a document."""
    cell = pb.CellLocator(document_hash="ab" * 32, path="docs/results.md", line=10 + number, row=3, column=4)
    made = pb.ReferenceResult(
        id=f"{number:064x}",
        locator=pb.Locator(cell=cell),
        source=pb.Source(
            kind=pb.SOURCE_KIND_DOCUMENT, name="acme/bench", url="https://acme.test/b", licence="MIT"
        ),
        state=pb.EVIDENCE_STATE_ACCEPTED,
        interpretation=pb.Interpretation(
            rules="general/1",
            model="ResNet-50",
            model_family="ResNet",
            dataset="ImageNet",
            domain="computer vision",
            task="image classification",
            strategy=parse(strategy).to_proto(),
            hardware="x86-cpu",
            metric=pb.Metric(name="accuracy", direction=pb.DIRECTION_HIGHER_IS_BETTER),
            before=pb.Measurement(quality=0.7613, size_bytes=97_800_000, latency_ms=1.25e-05),
            after=pb.Measurement(quality=0.0, size_bytes=24_500_000),
            change=pb.Change(latency=0.1 + 0.2),
            split="unknown",
            confidence=0.9,
            conditions={"batch": "1"},
            cluster="c0ffee",
        ),
    )
    made.interpretation.derivations.add(
        field="model", origin="cell", raw='ResNet50, v1 "x"\n=1', confidence=0.9
    )
    for name, value in fields.items():
        setattr(made.interpretation, name, value)
    return made


class Memory:
    """Keeps what is submitted, by locator; gives back pages of two."""

    def __init__(self, *results: pb.ReferenceResult) -> None:
        self.results = list(results)

    def submit_evidence(self, results: Iterable[pb.ReferenceResult]) -> ev.SubmitEvidenceResponse:
        answer = ev.SubmitEvidenceResponse()
        for given in results:
            key = hashlib.sha256(given.locator.SerializeToString(deterministic=True)).hexdigest()
            known = any(r.id == key for r in self.results)
            answer.duplicates += known
            answer.added += not known
            if not known:
                self.results.append(pb.ReferenceResult())
                self.results[-1].CopyFrom(given)
                self.results[-1].id = key
        return answer

    def search_evidence(self, request: ev.SearchEvidenceRequest) -> ev.SearchEvidenceResponse:
        at = int(request.page.token or 0)
        page = pb.PageResponse(total=len(self.results))
        if at + 2 < len(self.results):
            page.next_token = str(at + 2)
        return ev.SearchEvidenceResponse(results=self.results[at : at + 2], page=page)


@pytest.fixture
def memory() -> type[Memory]:
    return Memory
