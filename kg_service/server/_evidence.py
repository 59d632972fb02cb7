"""EvidenceService. What comes in here is a claim: own runs are only believed from a lease."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import grpc

from kg_service.evidence import LARGEST_DOCUMENT
from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.v1 import evidence_pb2 as pb
from kgpress.v1 import evidence_pb2_grpc, types_pb2

_BATCH = 2_000
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
        return self._counted(response)

    def ReviewEvidence(
        self, request: pb.ReviewEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.ReviewEvidenceResponse:
        if request.decision == pb.REVIEW_DECISION_UNSPECIFIED:
            raise validate.refuse("decision", "is missing", "accept, reject, quarantine or supersede")
        (result,) = self._evidence.review_all([request])
        self._components.evidence_changed(reviewed=True)
        return pb.ReviewEvidenceResponse(result=result)

    def ReviewEvidenceBatch(
        self, request: pb.ReviewEvidenceBatchRequest, context: grpc.ServicerContext
    ) -> pb.ReviewEvidenceBatchResponse:
        results = self._evidence.review_all(list(request.reviews))
        if results:
            self._components.evidence_changed(reviewed=True)
        return pb.ReviewEvidenceBatchResponse(results=results)

    def ReplaceDocument(
        self, request_iterator: Iterable[pb.ReplaceDocumentRequest], context: grpc.ServicerContext
    ) -> pb.ReplaceDocumentResponse:
        requests = iter(request_iterator)
        first = next(requests, pb.ReplaceDocumentRequest())
        if first.WhichOneof("part") != "change":
            raise validate.refuse("change", "is missing", "say first which document has changed")
        results = itertools.islice(_checked(requests), LARGEST_DOCUMENT + 1)
        receipts, superseded, carried = self._evidence.replace_document(first.change, results)
        submitted = self._counted(pb.SubmitEvidenceResponse(receipts=receipts), reviewed=bool(superseded))
        return pb.ReplaceDocumentResponse(submitted=submitted, superseded=superseded, carried_over=carried)

    def TrustSource(
        self, request: pb.TrustSourceRequest, context: grpc.ServicerContext
    ) -> pb.TrustSourceResponse:
        accepted = self._evidence.trust_source(
            request.source, precision=request.precision, checked=request.checked, curator=request.curator
        )
        self._components.evidence_changed()
        return pb.TrustSourceResponse(accepted=accepted)

    def CountEvidence(
        self, request: pb.CountEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.CountEvidenceResponse:
        return self._evidence.count(request)

    def SubmitEntities(
        self, request_iterator: Iterable[pb.SubmitEntitiesRequest], context: grpc.ServicerContext
    ) -> pb.SubmitEntitiesResponse:
        added, changed = self._evidence.submit_entities(request.entity for request in request_iterator)
        revision = self._components.evidence_changed()
        return pb.SubmitEntitiesResponse(added=added, changed=changed, graph_revision=revision)

    def ListEntities(
        self, request: pb.ListEntitiesRequest, context: grpc.ServicerContext
    ) -> pb.ListEntitiesResponse:
        return self._evidence.entities(request)

    def SearchEvidence(
        self, request: pb.SearchEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.SearchEvidenceResponse:
        return self._evidence.search(request)

    def GetEvidence(
        self, request: pb.GetEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.GetEvidenceResponse:
        return self._evidence.get(request.id)

    def _counted(
        self, response: pb.SubmitEvidenceResponse, *, reviewed: bool = False
    ) -> pb.SubmitEvidenceResponse:
        receipts = response.receipts
        response.duplicates = sum(r.duplicate for r in receipts)
        response.added = len(receipts) - response.duplicates
        response.quarantined = sum(
            r.state == types_pb2.EVIDENCE_STATE_QUARANTINED and not r.duplicate for r in receipts
        )
        response.graph_revision = self._components.evidence_changed(reviewed=reviewed)
        return response


def _checked(
    requests: Iterable[pb.SubmitEvidenceRequest | pb.ReplaceDocumentRequest],
) -> Iterator[types_pb2.ReferenceResult]:
    for position, request in enumerate(requests):
        result = request.result
        if result.locator.WhichOneof("kind") is None:
            raise validate.refuse(
                f"result[{position}].locator", "is missing", "say which cell or run it is from"
            )
        # Only the server decides on these; a doubt may come in, an acceptance may not.
        for name in ("id", "submitted_at", "interpretation_version"):
            result.ClearField(name)
        result.ClearField("conflict")
        if result.state not in _DOUBTS:
            result.ClearField("state")
            result.ClearField("reasons")
        yield result
