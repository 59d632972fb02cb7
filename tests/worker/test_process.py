"""The worker process: what the queue carries, its poller, and how it says that it cannot start."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from compressor import celery_app
from compressor.celery_app import Poller, Shutdown, make_app, run_safely
from compressor.worker import Worker, main
from kg_service import jobs
from kgpress.client import Client
from kgpress.errors import Unavailable
from kgpress.v1 import compression_pb2 as pb
from tests.worker.conftest import InThread


def test_worker_and_server_mean_the_same_queue() -> None:
    assert (celery_app.TASK_NAME, celery_app.QUEUE_NAME) == (jobs.TASK_NAME, jobs.QUEUE_NAME)


def test_a_lost_worker_loses_no_message(rig: Any, measure: Any) -> None:
    app = make_app("memory://", rig.worker(measure()))
    task = app.tasks[celery_app.TASK_NAME]
    assert (app.conf.task_acks_late, app.conf.worker_prefetch_multiplier) == (True, 1)
    job = rig.submit()
    task.run(job.id)
    assert rig.client.job(job.id).state == pb.JOB_STATE_SUCCEEDED
    task.run(job.id)  # delivered twice: there is nothing left to do
    assert rig.client.job(job.id).attempts == 1


def test_a_server_that_is_away_does_not_end_the_worker(tmp_path: Path) -> None:
    worker = Worker(Client(f"unix:{tmp_path}/none", retries=0), tmp_path, patience_s=0.1)
    assert run_safely(worker) is False
    with pytest.raises(Unavailable):
        worker.run()


def test_the_poller_finds_jobs_and_drains(rig: Any, measure: Any) -> None:
    worker = rig.worker(measure())
    poller = Poller(worker, every_s=0.1)
    poller.start()
    jobs = [rig.submit() for _ in range(3)]
    for job in jobs:
        rig.wait_for(job.id, pb.JOB_STATE_SUCCEEDED)
    poller.draining.set()
    poller.join(10)
    assert not poller.is_alive()
    late = rig.submit()
    threading.Event().wait(0.5)
    assert rig.client.job(late.id).state == pb.JOB_STATE_QUEUED


def test_a_job_that_outlasts_the_grace_is_handed_back(rig: Any, measure: Any) -> None:
    started = threading.Event()

    def endless(step: int, services: Any) -> None:
        started.set()
        while True:
            services.progress("execute", 0.5)
            threading.Event().wait(0.05)

    worker = rig.worker(measure(between=endless))
    shutdown = Shutdown(worker, Poller(worker, 1), grace_s=0.5)
    job = rig.submit()
    running = InThread(worker, job.id)
    assert started.wait(10)
    shutdown()
    assert running.join() is None
    assert rig.client.job(job.id).state == pb.JOB_STATE_QUEUED


def test_a_second_signal_does_not_wait_for_the_grace(rig: Any, measure: Any) -> None:
    worker = rig.worker(measure())
    shutdown = Shutdown(worker, Poller(worker, 1), grace_s=1000)
    shutdown()
    assert not worker.stop.is_set()
    shutdown()
    assert worker.stop.is_set()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "no server address was given"),
        (["--server", "kg.example:50051"], "not on this machine and no TLS was given"),
    ],
)
def test_a_worker_that_cannot_start(
    given: list[str], said: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGPRESS_SERVER", raising=False)
    assert main([*given, "--home", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert len(err.strip().splitlines()) == 1
