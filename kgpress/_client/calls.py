"""Every call of the contract as data, so that the sync and the async client cannot drift apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from kgpress.v1 import compression_pb2_grpc, evidence_pb2_grpc, graph_pb2_grpc, recommendation_pb2_grpc

_PACKAGE = "kgpress.v1"

#: gRPC itself stops at five attempts.
MAX_RETRIES = 4


@dataclass(frozen=True)
class Call:
    """One method of one service.

    Attributes:
        service, method: Names as in the contract.
        deadline_s: Used where the caller gives none.
        retry: Repeating it is harmless, so a broken connection is retried.
        field: The response's field that the caller wants; "" means all of it.
    """

    service: str
    method: str
    deadline_s: float
    retry: bool = True
    field: str = ""


_RECOMMENDATION, _EVIDENCE, _GRAPH, _COMPRESSION, _WORKER = (
    "RecommendationService",
    "EvidenceService",
    "GraphService",
    "CompressionService",
    "WorkerService",
)

STUBS: dict[str, Any] = {
    _RECOMMENDATION: recommendation_pb2_grpc.RecommendationServiceStub,
    _EVIDENCE: evidence_pb2_grpc.EvidenceServiceStub,
    _GRAPH: graph_pb2_grpc.GraphServiceStub,
    _COMPRESSION: compression_pb2_grpc.CompressionServiceStub,
    _WORKER: compression_pb2_grpc.WorkerServiceStub,
}

RECOMMEND = Call(_RECOMMENDATION, "Recommend", 10)
PREDICT = Call(_RECOMMENDATION, "Predict", 30)
EMBEDDING = Call(_RECOMMENDATION, "GetStrategyEmbedding", 10)
STRATEGIES = Call(_RECOMMENDATION, "ListStrategies", 10)

# Safe to repeat: a known locator with the same reading adds nothing.
SUBMIT_EVIDENCE = Call(_EVIDENCE, "SubmitEvidence", 600)
# Every review is appended, so a repeat would be a second one.
REVIEW = Call(_EVIDENCE, "ReviewEvidence", 30, retry=False, field="result")
REVIEW_BATCH = Call(_EVIDENCE, "ReviewEvidenceBatch", 120, retry=False, field="results")
# Safe to repeat: superseded results stay so, and known ones add nothing.
REPLACE_DOCUMENT = Call(_EVIDENCE, "ReplaceDocument", 300)
TRUST_SOURCE = Call(_EVIDENCE, "TrustSource", 120, field="accepted")
COUNT_EVIDENCE = Call(_EVIDENCE, "CountEvidence", 60)
SUBMIT_ENTITIES = Call(_EVIDENCE, "SubmitEntities", 300)
ENTITIES = Call(_EVIDENCE, "ListEntities", 30)
SEARCH_EVIDENCE = Call(_EVIDENCE, "SearchEvidence", 30)
GET_EVIDENCE = Call(_EVIDENCE, "GetEvidence", 10)

# On top of the query's own time limit.
QUERY = Call(_GRAPH, "QueryGraph", 10)
GRAPH_STATUS = Call(_GRAPH, "GetGraphStatus", 30)

UPLOAD = Call(_COMPRESSION, "UploadArtifact", 600, field="artifact")
# A download and a watch resume by themselves, from where they stood.
DOWNLOAD = Call(_COMPRESSION, "DownloadArtifact", 600, retry=False)
WATCH = Call(_COMPRESSION, "WatchJob", 60, retry=False)
# Safe to repeat: the client always sends an idempotency key.
SUBMIT = Call(_COMPRESSION, "SubmitJob", 30, field="job")
JOB = Call(_COMPRESSION, "GetJob", 10, field="job")
JOBS = Call(_COMPRESSION, "ListJobs", 30)
CANCEL = Call(_COMPRESSION, "CancelJob", 30, field="job")

# A repeat whose first answer was lost would wait for its own lease.
ACQUIRE = Call(_WORKER, "AcquireLease", 30, retry=False)
HEARTBEAT = Call(_WORKER, "Heartbeat", 10, retry=False)
REPORT = Call(_WORKER, "ReportResults", 60, field="result_ids")
COMPLETE = Call(_WORKER, "CompleteJob", 60, field="job")

ALL = [value for value in list(globals().values()) if isinstance(value, Call)]


def wanted(call: Call, response: Any) -> Any:
    """The part of a response that the caller asked for."""
    return getattr(response, call.field) if call.field else response


def service_config(retries: int) -> str:
    """gRPC's own retries (exponential backoff with jitter) for the calls that may be repeated."""
    if retries < 1:
        return json.dumps({})
    policy = {
        "maxAttempts": min(retries, MAX_RETRIES) + 1,
        "initialBackoff": "0.2s",
        "maxBackoff": "3s",
        "backoffMultiplier": 2.5,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    names = [{"service": f"{_PACKAGE}.{c.service}", "method": c.method} for c in ALL if c.retry]
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": policy}]})
