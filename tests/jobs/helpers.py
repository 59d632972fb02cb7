"""What the tests of jobs share."""

from __future__ import annotations

from typing import Any

from kg_service.jobs import JobOptions
from kgpress.v1 import compression_pb2 as pb

OPTIONS = JobOptions(lease_s=10, max_attempts=3, repush_s=20, poll_s=0.05)


class Clock:
    """Seconds since 1970, turned by the test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class RecordingQueue:
    polling = False

    def __init__(self) -> None:
        self.pushed: list[str] = []

    def push(self, job_id: str) -> bool:
        self.pushed.append(job_id)
        return True


def result(note: str = "done") -> pb.JobResult:
    return pb.JobResult(compress=pb.CompressResult(notes=[note]))


def done(job_id: str, token: int, **outcome: Any) -> pb.CompleteJobRequest:
    outcome = outcome or {"result": result()}
    return pb.CompleteJobRequest(job_id=job_id, fencing_token=token, **outcome)
