"""Jobs on every store: no job is lost, none is done under two leases, none counts twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kg_service.graph import GraphStore
from kg_service.jobs import Jobs, PollingQueue
from kgpress.errors import Conflict, InvalidInput, LeaseLost, NotFound
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2
from tests.jobs.helpers import OPTIONS, Clock, RecordingQueue, done, result

Spec = Callable[..., pb.JobSpec]
RUNNING, QUEUED = pb.JOB_STATE_RUNNING, pb.JOB_STATE_QUEUED


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue() -> RecordingQueue:
    return RecordingQueue()


@pytest.fixture
def jobs(store: GraphStore, queue: RecordingQueue, clock: Clock) -> Jobs:
    return Jobs(store, queue, OPTIONS, clock)


@pytest.fixture
def other_server(store: GraphStore, queue: RecordingQueue, clock: Clock) -> Jobs:
    """A second server on the same graph."""
    return Jobs(store, queue, OPTIONS, clock)


@pytest.fixture
def spec() -> Spec:
    def make(**fields: Any) -> pb.JobSpec:
        return pb.JobSpec(compress=pb.CompressSpec(campaign=uuid.uuid4().hex, **fields))

    return make


def test_the_same_key_and_specification_is_the_same_job(
    jobs: Jobs, spec: Spec, queue: RecordingQueue
) -> None:
    asked = spec(seed=2**63 + 1)
    first, existing = jobs.submit(asked, "key")
    assert (existing, first.state, first.spec) == (False, QUEUED, asked)
    again, existing = jobs.submit(asked, "key")
    assert (existing, again.id) == (True, first.id)
    with pytest.raises(Conflict, match="another specification"):
        jobs.submit(spec(), "key")
    assert set(queue.pushed) == {first.id}


def test_without_a_key_each_submit_is_a_job(jobs: Jobs, spec: Spec) -> None:
    asked = spec()
    assert jobs.submit(asked)[0].id != jobs.submit(asked)[0].id


def test_one_key_at_once_from_many_makes_one_job(jobs: Jobs, other_server: Jobs, spec: Spec) -> None:
    asked = spec()
    servers = [jobs, other_server] * 6
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda server: server.submit(asked, "raced"), servers))
    assert len({job.id for job, _ in made}) == 1
    assert sum(not existing for _, existing in made) == 1
    assert jobs.page()[2] == 1


def test_an_empty_specification_is_refused(jobs: Jobs) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        jobs.submit(pb.JobSpec())


def test_a_job_runs_to_its_end(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w1")
    assert lease is not None
    assert (lease.job.id, lease.job.state, lease.job.attempts) == (id, RUNNING, 1)
    assert not jobs.heartbeat(id, lease.token, pb.Progress(stage="execute", fraction=0.5))
    assert jobs.get(id).progress.stage == "execute"
    ended = jobs.complete(done(id, lease.token))
    assert (ended.state, ended.result) == (pb.JOB_STATE_SUCCEEDED, result())
    assert ended.HasField("finished_at")


def test_the_oldest_queued_job_comes_first(jobs: Jobs, spec: Spec, clock: Clock) -> None:
    ids = []
    for _ in range(3):
        clock.now += 1
        ids.append(jobs.submit(spec())[0].id)
    leases = [jobs.acquire("w") for _ in range(4)]
    assert [lease and lease.job.id for lease in leases] == [*ids, None]


def test_a_job_is_leased_to_one_of_many(jobs: Jobs, other_server: Jobs, spec: Spec) -> None:
    ids = {jobs.submit(spec())[0].id for _ in range(4)}
    servers = [jobs, other_server] * 6
    with ThreadPoolExecutor(12) as pool:
        leases = list(pool.map(lambda pair: pair[1].acquire(f"w{pair[0]}"), enumerate(servers)))
    got = [lease.job.id for lease in leases if lease]
    assert sorted(got) == sorted(ids)


def test_by_id_only_a_queued_job_is_leased(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    assert jobs.acquire("w1", id) is not None
    assert jobs.acquire("w2", id) is None
    with pytest.raises(NotFound, match="no job"):
        jobs.acquire("w2", "absent")


def test_a_silent_worker_loses_its_job_and_its_token(jobs: Jobs, spec: Spec, clock: Clock) -> None:
    id = jobs.submit(spec())[0].id
    old = jobs.acquire("w1")
    assert old is not None
    clock.now += 9
    jobs.heartbeat(id, old.token)
    clock.now += 9
    assert jobs.sweep().expired == 0, "the heartbeat extended the lease"
    clock.now += 2
    assert jobs.sweep().expired == 1
    assert jobs.sweep().expired == 0
    assert jobs.get(id).state == QUEUED
    new = jobs.acquire("w2")
    assert new is not None
    assert new.token > old.token
    for stale in (
        lambda: jobs.heartbeat(id, old.token),
        lambda: jobs.leased(id, old.token),
        lambda: jobs.complete(done(id, old.token)),
    ):
        with pytest.raises(LeaseLost, match="is over"):
            stale()
    assert jobs.leased(id, new.token).id == id
    assert jobs.complete(done(id, new.token)).attempts == 2


def test_an_overdue_lease_is_good_until_it_is_taken(jobs: Jobs, spec: Spec, clock: Clock) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w1")
    assert lease is not None
    clock.now += 3600
    assert jobs.heartbeat(id, lease.token) is False
    assert jobs.sweep().expired == 0


def test_many_sweepers_take_a_lease_once(
    jobs: Jobs, other_server: Jobs, spec: Spec, clock: Clock, queue: RecordingQueue
) -> None:
    id = jobs.submit(spec())[0].id
    jobs.acquire("w1")
    clock.now += 11
    queue.pushed.clear()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda server: server.sweep(), [jobs, other_server] * 4))
    assert sum(c.expired for c in counts) == 1
    assert queue.pushed == [id]


def test_a_job_that_costs_too_many_workers_fails_with_the_reason(
    jobs: Jobs, spec: Spec, clock: Clock
) -> None:
    id = jobs.submit(spec())[0].id
    for attempt in range(OPTIONS.max_attempts):
        assert jobs.acquire(f"w{attempt}") is not None
        clock.now += 11
        jobs.sweep()
    job = jobs.get(id)
    assert (job.state, job.error.reason) == (pb.JOB_STATE_FAILED, "WORKER_LOST")
    assert "3 times" in job.error.message
    assert job.error.remedy
    assert jobs.acquire("w") is None


def test_completing_twice_changes_nothing(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    first = jobs.complete(done(id, lease.token))
    assert jobs.complete(done(id, lease.token, error=pb.JobError(reason="LATE"))) == first
    with pytest.raises(LeaseLost):
        jobs.complete(done(id, lease.token + 1))


def test_a_failure_keeps_reason_and_remedy(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    error = pb.JobError(reason="INVALID_MODEL", message="the file is cut off", remedy="export it again")
    job = jobs.complete(done(id, lease.token, error=error))
    assert (job.state, job.error) == (pb.JOB_STATE_FAILED, error)


def test_a_worker_that_stops_hands_its_job_back(jobs: Jobs, spec: Spec, queue: RecordingQueue) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    queue.pushed.clear()
    assert jobs.complete(done(id, lease.token, error=pb.JobError(reason="WORKER_STOPPED"))).state == QUEUED
    assert queue.pushed == [id]
    assert jobs.acquire("w2") is not None


def test_an_outcome_is_asked_for(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    with pytest.raises(InvalidInput, match="outcome"):
        jobs.complete(pb.CompleteJobRequest(job_id=id, fencing_token=lease.token))


def test_cancel_ends_a_queued_job(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    assert jobs.cancel(id).state == pb.JOB_STATE_CANCELLED
    assert jobs.acquire("w") is None
    assert jobs.cancel(id).state == pb.JOB_STATE_CANCELLED


def test_cancel_asks_the_worker_and_keeps_what_it_had(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    asked = jobs.cancel(id)
    assert (asked.state, asked.cancel_requested) == (RUNNING, True)
    assert jobs.heartbeat(id, lease.token) is True
    job = jobs.complete(done(id, lease.token, cancelled=True, partial_result=result("half")))
    assert (job.state, job.result) == (pb.JOB_STATE_CANCELLED, result("half"))


def test_cancel_counts_when_the_worker_is_dead(jobs: Jobs, spec: Spec, clock: Clock) -> None:
    id = jobs.submit(spec())[0].id
    jobs.acquire("w")
    jobs.cancel(id)
    clock.now += 11
    jobs.sweep()
    assert jobs.get(id).state == pb.JOB_STATE_CANCELLED


def test_a_job_that_the_queue_lost_is_pushed_again(
    jobs: Jobs, spec: Spec, clock: Clock, queue: RecordingQueue
) -> None:
    id = jobs.submit(spec())[0].id
    queue.pushed.clear()
    clock.now += 19
    assert jobs.sweep().pushed == 0
    clock.now += 2
    assert jobs.sweep().pushed == 1
    assert jobs.sweep().pushed == 0
    assert queue.pushed == [id]


def test_a_polled_queue_needs_no_second_push(store: GraphStore, spec: Spec, clock: Clock) -> None:
    polled = Jobs(store, PollingQueue(), OPTIONS, clock)
    polled.submit(spec())
    clock.now += 1000
    assert polled.sweep().pushed == 0


def test_pages_stay_stable_while_jobs_come_in(jobs: Jobs, spec: Spec, clock: Clock) -> None:
    ids = []
    for position in range(7):
        clock.now += position % 2  # several in one millisecond
        ids.append(jobs.submit(spec())[0].id)
    page, token, total = jobs.page(types_pb2.PageRequest(size=3))
    assert total == 7
    seen = [job.id for job in page]
    clock.now += 5
    jobs.submit(spec())
    while token:
        page, token, _ = jobs.page(types_pb2.PageRequest(size=3, token=token))
        seen += [job.id for job in page]
    assert sorted(seen) == sorted(ids)
    assert len(seen) == len(set(seen))


def test_pages_of_some_states(jobs: Jobs, spec: Spec) -> None:
    kept = jobs.submit(spec())[0].id
    jobs.cancel(jobs.submit(spec())[0].id)
    page, token, total = jobs.page(states=[QUEUED])
    assert ([job.id for job in page], token, total) == ([kept], "", 1)


@pytest.mark.parametrize("token", ["garbage", "W10=", "bnVsbA==", "é"])
def test_a_token_that_is_none_is_refused(jobs: Jobs, token: str) -> None:
    with pytest.raises(InvalidInput, match="page token"):
        jobs.page(types_pb2.PageRequest(token=token))


def test_a_watcher_sees_rising_numbers_and_the_job_at_last(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    seen: list[pb.WatchJobResponse] = []
    watcher = threading.Thread(target=lambda: seen.extend(jobs.watch(id)))
    watcher.start()
    lease = jobs.acquire("w")
    assert lease is not None
    for stage in ("verify", "execute", "execute", "measure"):
        jobs.heartbeat(id, lease.token, pb.Progress(stage=stage))
    jobs.complete(done(id, lease.token))
    watcher.join(10)
    assert not watcher.is_alive()
    numbers = [event.sequence for event in seen]
    assert numbers == sorted(set(numbers))
    assert [e.HasField("job") for e in seen] == [False] * (len(seen) - 1) + [True]
    assert seen[-1].job.result == result()


def test_watching_resumes_after_a_number(jobs: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    lease = jobs.acquire("w")
    assert lease is not None
    for stage in ("verify", "execute", "execute"):
        jobs.heartbeat(id, lease.token, pb.Progress(stage=stage))
    jobs.complete(done(id, lease.token))
    whole = list(jobs.watch(id))
    assert [e.progress.stage for e in whole if e.state == RUNNING] == ["", "verify", "execute"]
    assert list(jobs.watch(id, whole[1].sequence)) == whole[2:]
    assert list(jobs.watch(id, whole[-1].sequence)) == whole[-1:], "the end is always told"


def test_a_watcher_sees_what_another_server_wrote(jobs: Jobs, other_server: Jobs, spec: Spec) -> None:
    id = jobs.submit(spec())[0].id
    events = jobs.watch(id)
    assert next(events).state == QUEUED
    assert other_server.acquire("w") is not None
    assert next(events).state == RUNNING


def test_files_of_open_and_late_jobs_are_referenced(jobs: Jobs, clock: Clock) -> None:
    model, data, output = "a" * 64, "b" * 64, "c" * 64
    subject = pb.ModelAndData(model=pb.Input(artifact=model), data=pb.Input(artifact=data))
    id = jobs.submit(pb.JobSpec(compress=pb.CompressSpec(subject=subject)))[0].id
    assert jobs.artifacts(100) == {model, data}
    lease = jobs.acquire("w")
    assert lease is not None
    trial = pb.Trial(artifact=pb.Artifact(hash=output))
    jobs.complete(done(id, lease.token, result=pb.JobResult(compress=pb.CompressResult(trials=[trial]))))
    assert jobs.artifacts(100) == {model, data, output}
    clock.now += 101
    assert jobs.artifacts(100) == set()
