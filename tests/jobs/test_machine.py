"""What may happen to a job, without a store."""

from __future__ import annotations

from typing import Any

import pytest

from kg_service.jobs import _machine as machine
from kg_service.jobs._record import JobRecord
from kgpress.v1 import compression_pb2 as pb


def record(**fields: Any) -> JobRecord:
    made = JobRecord(
        id="j", key="", kind="verify", spec="{}", spec_hash="", private=False, submitted_ms=1_000
    )
    for name, value in fields.items():
        setattr(made, name, value)
    made.changed.clear()
    return made


@pytest.mark.parametrize("now_ms", [4_999, 5_000])
def test_a_heartbeat_between_look_and_lock_keeps_the_lease(now_ms: int) -> None:
    running = record(state="running", lease_until_ms=5_000)
    assert not machine.expire(running, now_ms, max_attempts=3)
    assert (running.state, running.changed) == ("running", set())
    assert machine.expire(running, 5_001, max_attempts=3)


def test_only_what_changed_is_written() -> None:
    queued = record()
    assert machine.acquire(queued, "w", now_ms=2_000, lease_ms=500)
    expected = {"state", "worker", "attempts", "token", "lease_until_ms", "sequence", "events"}
    assert set(queued.changes()) == expected
    assert queued.lease_until_ms == 2_500


def test_a_stopped_worker_after_a_cancel_request_ends_the_job() -> None:
    running = record(state="running", token=1, cancel_requested=True)
    stopped = pb.CompleteJobRequest(fencing_token=1, error=pb.JobError(reason=machine.WORKER_STOPPED))
    machine.complete(running, stopped, now_ms=9_000)
    assert (running.state, running.finished_ms) == ("cancelled", 9_000)


def test_a_record_reads_back_what_it_wrote_and_passes_over_the_rest() -> None:
    written = record(state="running", token=7).properties()
    assert JobRecord.from_row(written | {"of_a_newer_version": 1}).properties() == written


def test_events_do_not_grow_without_end() -> None:
    running = record(state="running")
    for number in range(1_200):
        running.add_event(pb.Progress(stage=f"stage {number}"))
    events = list(running.events_after(0))
    assert len(events) == 500
    assert events[-1].sequence == 1_200
