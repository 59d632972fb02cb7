"""A worker on a real server: every job ends once, whatever goes away meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from compressor.spool import Spool
from kgpress.errors import Cancelled, DataError, Forbidden, Unavailable
from kgpress.v1 import compression_pb2 as pb
from tests.worker.conftest import LEASE_S, InThread


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_job_is_done_and_its_results_are_evidence(rig: Any, measure: Any) -> None:
    job = rig.submit()
    done = rig.worker(measure(steps=3)).run(job.id)
    assert done.state == pb.JOB_STATE_SUCCEEDED
    assert [e.locator.run.step for e in rig.evidence(job.id)] == [0, 1, 2]
    assert {t.result_id for t in done.result.compress.trials} == {e.id for e in rig.evidence(job.id)}
    assert done.attempts == 1
    assert files(rig.folder / "worker") == []


def test_nothing_to_do(rig: Any, measure: Any) -> None:
    assert rig.worker(measure()).run() is None


def test_the_oldest_job_comes_first(rig: Any, measure: Any) -> None:
    first, second = rig.submit(), rig.submit()
    worker = rig.worker(measure())
    assert [worker.run().id, worker.run().id, worker.run()] == [first.id, second.id, None]


def test_a_fault_of_the_input_is_the_jobs_error(rig: Any) -> None:
    def fail(job: Any, services: Any, workdir: Path) -> pb.JobResult:
        raise DataError("x_train holds NaN", remedy="give missing=interpolate", field="x_train")

    done = rig.worker(fail).run(rig.submit().id)
    assert done.state == pb.JOB_STATE_FAILED
    assert (done.error.reason, done.error.message) == ("INVALID_DATA", "x_train holds NaN")
    assert done.error.remedy == "give missing=interpolate"


def test_a_fault_of_ours_ends_the_job_too(rig: Any) -> None:
    def fail(job: Any, services: Any, workdir: Path) -> pb.JobResult:
        raise ZeroDivisionError("by zero")

    done = rig.worker(fail).run(rig.submit().id)
    assert done.error.reason == "INTERNAL"
    assert "ZeroDivisionError: by zero" in done.error.message


def test_a_cancel_comes_back_by_heartbeat(rig: Any, measure: Any) -> None:
    started, free = threading.Event(), threading.Event()

    def until_cancelled(step: int, services: Any) -> None:
        started.set()
        while not free.wait(0.05):
            services.progress("execute", 0.5)

    job = rig.submit()
    running = InThread(rig.worker(measure(between=until_cancelled)), job.id)
    assert started.wait(10)
    rig.client.cancel(job.id)
    done = running.join()
    free.set()
    assert done.state == pb.JOB_STATE_CANCELLED
    assert len(rig.evidence(job.id)) == 1, "what was measured is kept"


def test_a_cancel_of_the_shells_own(rig: Any, measure: Any) -> None:
    cancel = threading.Event()
    job = rig.submit()
    done = rig.worker(measure(between=lambda step, services: cancel.set())).run(job.id, cancel)
    assert done.state == pb.JOB_STATE_CANCELLED


def test_what_a_pipeline_returns_after_a_cancel_is_a_partial_result(rig: Any) -> None:
    cancel = threading.Event()

    def stops_early(job: Any, services: Any, workdir: Path) -> pb.JobResult:
        cancel.set()
        with pytest.raises(Cancelled):
            services.progress("execute", 0.5)
        return pb.JobResult(compress=pb.CompressResult(notes=["so far"]))

    done = rig.worker(stops_early).run(rig.submit().id, cancel)
    assert done.state == pb.JOB_STATE_CANCELLED
    assert list(done.result.compress.notes) == ["so far"]


def test_a_stopping_worker_hands_its_job_back(rig: Any, measure: Any) -> None:
    job = rig.submit()
    first = rig.worker(measure(between=lambda step, services: first.stop.set()))
    assert first.run(job.id) is None
    assert rig.client.job(job.id).state == pb.JOB_STATE_QUEUED
    done = rig.worker(measure()).run(job.id)
    assert done.state == pb.JOB_STATE_SUCCEEDED
    assert [e.locator.run.step for e in rig.evidence(job.id)] == [0, 1]


def test_a_lost_lease_ends_the_work_without_a_trace(rig: Any, measure: Any) -> None:
    job = rig.submit()

    def loses_it(step: int, services: Any) -> None:
        if step == 0:
            rig.store.write("MATCH (j:Job {id: $id}) SET j.token = j.token + 1", id=job.id)
            services.report([])  # refused: an old token

    assert rig.worker(measure(between=loses_it)).run(job.id) is None
    assert rig.client.job(job.id).state == pb.JOB_STATE_RUNNING
    assert len(rig.evidence(job.id)) == 1


def test_a_lost_lease_is_noticed_by_heartbeat(rig: Any, measure: Any) -> None:
    job = rig.submit()
    seen = []

    def loses_it(step: int, services: Any) -> None:
        rig.store.write("MATCH (j:Job {id: $id}) SET j.token = j.token + 1", id=job.id)
        assert services._lease.lost.wait(5)
        seen.append(step)

    assert rig.worker(measure(between=loses_it)).run(job.id) is None
    assert seen == [0], "the next step still ran"


def test_a_lease_is_kept_for_longer_than_its_time(rig: Any, measure: Any) -> None:
    def slow(step: int, services: Any) -> None:
        threading.Event().wait(0.6 * LEASE_S)

    done = rig.worker(measure(between=slow)).run(rig.submit().id)
    assert (done.state, done.attempts) == (pb.JOB_STATE_SUCCEEDED, 1)


def test_the_server_goes_away_and_comes_back(rig: Any, measure: Any) -> None:
    def away(step: int, services: Any) -> None:
        if step == 0:
            rig.stop()
            threading.Timer(1.0, rig.start).start()

    job = rig.submit()
    done = rig.worker(measure(between=away)).run(job.id)
    assert done.state == pb.JOB_STATE_SUCCEEDED
    assert [e.locator.run.step for e in rig.evidence(job.id)] == [0, 1]


def test_what_could_not_be_reported_is_delivered_by_the_next_worker(rig: Any, measure: Any) -> None:
    job = rig.submit()

    def away(step: int, services: Any) -> None:
        rig.stop()

    home = rig.folder / "worker"
    with pytest.raises(Unavailable):
        rig.worker(measure(between=away), home, patience_s=0.5).run(job.id)
    assert len(Spool(home / "spool").results(job.id)) == 1, "step 1 was measured while the server was away"
    assert files(home / "work") == []

    rig.start()
    rig.wait_for(job.id, pb.JOB_STATE_QUEUED)
    seen = []

    def counts(job: pb.Job, services: Any, workdir: Path) -> pb.JobResult:
        seen.append(len(rig.evidence(job.id)))
        return pb.JobResult(compress=pb.CompressResult())

    rig.worker(counts, home).deliver_kept()
    assert seen == [2], "the kept report is delivered before the job is done again"
    assert files(home) == []


def test_an_end_that_could_not_be_told_is_told_by_the_next_worker(rig: Any, measure: Any) -> None:
    job = rig.submit()
    home = rig.folder / "worker"

    def away(step: int, services: Any) -> None:
        if step == 1:
            rig.stop()

    with pytest.raises(Unavailable):
        rig.worker(measure(between=away), home, patience_s=0.5).run(job.id)
    rig.start()
    rig.wait_for(job.id, pb.JOB_STATE_QUEUED)

    def never(job: Any, services: Any, workdir: Path) -> pb.JobResult:
        raise AssertionError("the work was done twice")

    rig.worker(never, home).deliver_kept()
    done = rig.client.job(job.id)
    assert done.state == pb.JOB_STATE_SUCCEEDED
    assert list(done.result.compress.notes) == ["measured"]
    assert len(rig.evidence(job.id)) == 2
    assert files(home) == []


def test_what_is_kept_of_an_ended_job_is_dropped(rig: Any, measure: Any) -> None:
    job = rig.submit()
    rig.worker(measure()).run(job.id)
    spool = Spool(rig.folder / "other" / "spool")
    spool.keep_results(job.id, [])
    spool.keep_results("unknown", [])
    rig.worker(measure(), rig.folder / "other").deliver_kept()
    assert spool.jobs() == []


def test_inputs_are_fetched_by_hash_and_once(rig: Any) -> None:
    read = []

    def fetches(job: pb.Job, services: Any, workdir: Path) -> pb.JobResult:
        model = job.spec.compress.subject.model
        model.name = "../../../etc/odd.onnx"
        path = services.fetch(model)
        assert services.fetch(model) == path
        assert workdir in path.parents
        assert path.name == "odd.onnx"
        read.append(path.read_bytes())
        return pb.JobResult(compress=pb.CompressResult())

    rig.worker(fetches).run(rig.submit().id)
    assert read == [b"model"]
    assert files(rig.folder / "worker") == []


@pytest.mark.parametrize("given", [pb.Input(local_path="/etc/hostname"), pb.Input(factory="os:getcwd")])
def test_this_machines_files_only_where_that_is_meant(rig: Any, given: pb.Input) -> None:
    def fetches(job: pb.Job, services: Any, workdir: Path) -> pb.JobResult:
        services.fetch(given)
        return pb.JobResult(compress=pb.CompressResult())

    refused = rig.worker(fetches).run(rig.submit().id)
    assert refused.error.reason == Forbidden.reason
    assert "upload the file" in refused.error.remedy
    allowed = rig.worker(fetches, allow_local=True).run(rig.submit().id)
    assert allowed.state == pb.JOB_STATE_SUCCEEDED


def test_progress_reaches_a_watcher(rig: Any, measure: Any) -> None:
    job = rig.submit()
    running = InThread(rig.worker(measure(between=lambda s, _: threading.Event().wait(1.2))), job.id)
    events = list(rig.client.watch(job.id))
    running.join()
    told = [event.progress for event in events if event.progress.stage == "measure"]
    assert told
    assert told[-1].elapsed_s > 0
    assert events[-1].job.state == pb.JOB_STATE_SUCCEEDED


def test_a_private_jobs_results_are_private(rig: Any, measure: Any) -> None:
    job = rig.submit(private=True)
    rig.worker(measure()).run(job.id)
    assert [e.private for e in rig.evidence(job.id)] == [True, True]


def test_a_full_disk_is_the_jobs_error_and_told(rig: Any, measure: Any) -> None:
    (rig.folder / "worker").mkdir()
    (rig.folder / "worker" / "spool").write_text("no folder")
    done = rig.worker(measure()).run(rig.submit().id)
    assert (done.state, done.error.reason) == (pb.JOB_STATE_FAILED, "OUTPUT_UNWRITABLE")
    assert "spool" in done.error.message
