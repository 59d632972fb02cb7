"""What may happen to a job, as functions on its record. They write nothing themselves."""

from __future__ import annotations

from kg_service.jobs._record import JobRecord, artifacts_in, from_json, to_json
from kgpress.errors import LeaseLost
from kgpress.v1 import compression_pb2 as pb

#: The reason with which a worker that stops hands its job back.
WORKER_STOPPED = "WORKER_STOPPED"


def acquire(record: JobRecord, worker: str, now_ms: int, lease_ms: int) -> bool:
    """Gives a queued job to the worker under a new token; False where it is not free."""
    if record.state != "queued":
        return False
    record.state = "running"
    record.worker = worker
    record.attempts += 1
    record.token += 1
    record.lease_until_ms = now_ms + lease_ms
    record.add_event()
    return True


def check_lease(record: JobRecord, token: int) -> None:
    """Whether the worker with this token still holds the job.

    Raises:
        LeaseLost: it was handed on, or has ended.
    """
    if record.state == "running" and record.token == token:
        return
    raise LeaseLost(
        f"the lease {token} on job {record.id} is over: the job is {record.state}",
        remedy="drop the work; what was reported is kept, and the job goes on elsewhere",
        field="fencing_token",
    )


def heartbeat(
    record: JobRecord, token: int, progress: pb.Progress | None, now_ms: int, lease_ms: int
) -> bool:
    """Extends the lease and notes progress; True where the worker is asked to stop."""
    check_lease(record, token)
    record.lease_until_ms = now_ms + lease_ms
    if progress is not None:
        record.add_event(progress)
    return record.cancel_requested


def cancel(record: JobRecord, now_ms: int) -> None:
    """Ends a queued job, asks the worker of a running one, leaves an ended one as it is."""
    if record.finished or record.cancel_requested:
        return
    record.cancel_requested = True
    if record.state == "queued":
        _finish(record, "cancelled", now_ms)
    else:
        record.add_event()


def complete(record: JobRecord, request: pb.CompleteJobRequest, now_ms: int) -> None:
    """Ends the job as its worker says. Saying it twice changes nothing."""
    if record.finished and record.token == request.fencing_token:
        return
    check_lease(record, request.fencing_token)
    outcome = request.WhichOneof("outcome")
    if outcome == "error" and request.error.reason == WORKER_STOPPED and not record.cancel_requested:
        requeue(record)
        return
    partial = request.partial_result if request.HasField("partial_result") else None
    result = request.result if outcome == "result" else partial
    if result is not None:
        record.result = to_json(result)
        record.artifacts = artifacts_in(from_json(record.spec, pb.JobSpec()), result)
    stopped = outcome == "cancelled" or request.error.reason in (WORKER_STOPPED, "CANCELLED")
    if outcome == "result":
        _finish(record, "succeeded", now_ms)
    elif stopped:
        _finish(record, "cancelled", now_ms)
    else:
        fail(record, request.error, now_ms)


def expire(record: JobRecord, now_ms: int, max_attempts: int) -> bool:
    """Takes an overdue lease away; False where the worker was heard of in the meantime."""
    if record.state != "running" or record.lease_until_ms >= now_ms:
        return False
    if record.cancel_requested:
        _finish(record, "cancelled", now_ms)
    elif record.attempts >= max_attempts:
        lost = pb.JobError(
            reason="WORKER_LOST",
            message=f"the job's worker went away {record.attempts} times, last {record.worker or 'unnamed'}",
            remedy="look into the workers' logs (memory is the usual cause), then submit again",
        )
        fail(record, lost, now_ms)
    else:
        requeue(record)
    return True


def requeue(record: JobRecord) -> None:
    record.state = "queued"
    record.lease_until_ms = 0
    record.pushed_ms = 0
    record.add_event()


def fail(record: JobRecord, error: pb.JobError, now_ms: int) -> None:
    record.error = to_json(error)
    _finish(record, "failed", now_ms)


def _finish(record: JobRecord, state: str, now_ms: int) -> None:
    record.state = state
    record.lease_until_ms = 0
    record.finished_ms = now_ms
    record.add_event()
