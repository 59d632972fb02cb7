"""EvidenceService. What comes in here is a claim: own runs are only believed from a lease."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import grpc

from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.v1 import evidence_pb2 as pb
from kgpress.v1 import evidence_pb2_grpc, types_pb2

_BATCH = 200
_DOUBTS = (types_pb2.EVIDENCE_STATE_PROPOSED, types_pb2.EVIDENCE_STATE_QUARANTINED)


class EvidenceServicer(evidence_pb2_grpc.EvidenceServiceServicer):
    def __init__(self, components: Components) -> None:
        self._components = components
        self._evidence = components.evidence

    def SubmitEvidence(
        self, request_iterator: Iterable[pb.SubmitEvidenceRequest], context: grpc.ServicerContext
    ) -> pb.SubmitEvidenceResponse:
        response = pb.SubmitEvidenceResponse()
        results = _checked(request_iterator)
        while batch := list(itertools.islice(results, _BATCH)):
            response.receipts.extend(self._evidence.append(batch, accept_own_runs=False))
        receipts = response.receipts
        response.duplicates = sum(r.duplicate for r in receipts)
        response.added = len(receipts) - response.duplicates
        response.quarantined = sum(
            r.state == types_pb2.EVIDENCE_STATE_QUARANTINED and not r.duplicate for r in receipts
        )
        response.graph_revision = self._components.evidence_changed()
        return response

    def ReviewEvidence(
        self, request: pb.ReviewEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.ReviewEvidenceResponse:
        if request.decision == pb.REVIEW_DECISION_UNSPECIFIED:
            raise validate.refuse("decision", "is missing", "accept, reject, quarantine or supersede")
        result = self._evidence.review(
            request.id, request.decision, request.curator, request.note, request.superseded_by
        )
        self._components.evidence_changed(reviewed=True)
        return pb.ReviewEvidenceResponse(result=result)

    def SearchEvidence(
        self, request: pb.SearchEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.SearchEvidenceResponse:
        return self._evidence.search(request)

    def GetEvidence(
        self, request: pb.GetEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.GetEvidenceResponse:
        return self._evidence.get(request.id)


def _checked(requests: Iterable[pb.SubmitEvidenceRequest]) -> Iterator[types_pb2.ReferenceResult]:
    for position, request in enumerate(requests):
        result = request.result
        if result.locator.WhichOneof("kind") is None:
            raise validate.refuse(
                f"result[{position}].locator", "is missing", "say which cell or run it is from"
            )
        # Only the server decides on these; a doubt may come in, an acceptance may not.
        for name in ("id", "submitted_at", "interpretation_version"):
            result.ClearField(name)
        if result.state not in _DOUBTS:
            result.ClearField("state")
            result.ClearField("reasons")
        yield result
