"""What both clients share of building a request and of starting over after a break."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2

from kgpress.errors import KgpressError, TimedOut, Unavailable
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, graph_pb2, types_pb2

#: The server's own bound on a query where none is given (graph.proto).
QUERY_TIMEOUT_S = 30.0
#: How long a broken stream is tried again without a sign of life.
PATIENCE_S = 60.0


def query(
    cypher: str, parameters: Mapping[str, Any] | None, row_limit: int, timeout_s: float
) -> graph_pb2.QueryGraphRequest:
    given = struct_pb2.Struct()
    given.update(dict(parameters or {}))
    return graph_pb2.QueryGraphRequest(
        cypher=cypher, parameters=given, row_limit=row_limit, timeout_s=timeout_s
    )


def submit(spec: pb.JobSpec, idempotency_key: str) -> pb.SubmitJobRequest:
    # Without a key of the caller's, one per call: a retry of it is still one job.
    return pb.SubmitJobRequest(idempotency_key=idempotency_key or uuid.uuid4().hex, spec=spec)


def replacement(
    change: evidence_pb2.DocumentChange, results: Iterable[types_pb2.ReferenceResult]
) -> Iterator[evidence_pb2.ReplaceDocumentRequest]:
    """The stream: which document, then its results."""
    yield evidence_pb2.ReplaceDocumentRequest(change=change)
    for result in results:
        yield evidence_pb2.ReplaceDocumentRequest(result=result)


def jobs(states: Iterable[pb.JobState], size: int, token: str) -> pb.ListJobsRequest:
    return pb.ListJobsRequest(states=list(states), page=types_pb2.PageRequest(size=size, token=token))


def complete(
    job_id: str,
    fencing_token: int,
    result: pb.JobResult | None,
    error: KgpressError | pb.JobError | None,
    cancelled: bool,
    partial_result: pb.JobResult | None,
) -> pb.CompleteJobRequest:
    """Exactly one of result, error and cancelled.

    Raises:
        ValueError: none of them, or more than one.
    """
    if (result is not None) + (error is not None) + bool(cancelled) != 1:
        raise ValueError("a job ends with a result, with an error or cancelled: give exactly one")
    request = pb.CompleteJobRequest(job_id=job_id, fencing_token=fencing_token)
    if result is not None:
        request.result.CopyFrom(result)
    elif error is not None:
        request.error.CopyFrom(job_error(error) if isinstance(error, KgpressError) else error)
    else:
        request.cancelled = True
    if partial_result is not None:
        request.partial_result.CopyFrom(partial_result)
    return request


def job_error(error: KgpressError) -> pb.JobError:
    return pb.JobError(reason=error.reason, message=error.message, remedy=error.remedy)


def ended(target: str) -> Unavailable:
    return Unavailable(f"the server at {target} ended the stream early", remedy="try again in a moment")


class Resume:
    """How long to wait before a stream is opened again, and when to give up.

    Doubling with jitter from 0.2 to 5 s; every sign of life starts it anew, and a minute of
    failures ends it. A ``rolling`` stream is opened with a short deadline over and over, so that a
    peer that died silently is noticed.
    """

    def __init__(self, retries: int, *, rolling: bool = False) -> None:
        self._patience_s = PATIENCE_S if retries else 0.0
        self._rolling = rolling
        self.alive()

    def alive(self) -> None:
        self._failed = 0
        self._broken_since = 0.0

    def wait_s(self, error: KgpressError) -> float:
        """Seconds to wait; raises the error where it is not one of the connection."""
        if self._rolling and isinstance(error, TimedOut):
            return 0.0
        now = time.monotonic()
        self._broken_since = self._broken_since or now
        if not isinstance(error, Unavailable) or now - self._broken_since >= self._patience_s:
            raise error
        self._failed += 1
        return min(5.0, 0.2 * 2**self._failed) * random.uniform(0.5, 1.0)
