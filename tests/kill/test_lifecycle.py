"""Redis or the graph gone in mid-job and back; cancel; Ctrl-C and SIGTERM of a worker."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from kgpress.v1 import compression_pb2 as pb
from tests.kill.cluster import Cluster
from tests.support import neo4j, redis

pytestmark = [pytest.mark.neo4j, pytest.mark.redis, pytest.mark.slow]

# Trains for long enough to be stopped in the middle.
LONG = ("C2(ratio=0.1,epochs=2000)",)


def test_redis_goes_in_mid_job_and_comes_back(cluster: Cluster, spec: Callable[..., pb.JobSpec]) -> None:
    first = cluster.submit(spec(1), "redis-1")
    cluster.wait_for([first.id], 120, also=pb.JOB_STATE_RUNNING)
    cluster.redis.kill()
    second = cluster.submit(spec(2), "redis-2")  # accepted although there is no queue
    done = cluster.wait_for([first.id, second.id], 120)
    assert [job.state for job in done] == [pb.JOB_STATE_SUCCEEDED] * 2, cluster.logs()
    cluster.redis = redis.start(cluster.folder / "redis", cluster.redis.port)
    third = cluster.submit(spec(3), "redis-3")
    (last,) = cluster.wait_for([third.id], 120)
    assert last.state == pb.JOB_STATE_SUCCEEDED
    for job in (first, second, third):
        assert len(cluster.results(job.id)) == 2


def test_the_graph_goes_in_mid_job_and_comes_back(cluster: Cluster, spec: Callable[..., pb.JobSpec]) -> None:
    job = cluster.submit(spec(4), "graph-1")
    cluster.wait_for([job.id], 120, also=pb.JOB_STATE_RUNNING)
    home, port = cluster.neo4j.home, cluster.neo4j.port
    cluster.neo4j.kill()
    time.sleep(2 * 2.5)
    cluster.neo4j.process = neo4j.start(home, port).process
    (done,) = cluster.wait_for([job.id], 180)
    assert done.state == pb.JOB_STATE_SUCCEEDED, cluster.logs()
    assert cluster.results(job.id) == [(job.id, 0, 4, 0), (job.id, 1, 4, 0)]


def test_a_cancel_ends_the_work(cluster: Cluster, spec: Callable[..., pb.JobSpec]) -> None:
    job = cluster.submit(spec(5, LONG), "cancel-1")
    cluster.wait_for([job.id], 120, also=pb.JOB_STATE_RUNNING)
    cluster.client.cancel(job.id)
    started = time.monotonic()
    (done,) = cluster.wait_for([job.id], 120)
    assert done.state == pb.JOB_STATE_CANCELLED
    assert time.monotonic() - started < 15
    after = cluster.submit(spec(6), "cancel-2")
    assert cluster.wait_for([after.id], 120)[0].state == pb.JOB_STATE_SUCCEEDED, "the worker goes on"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_asked_to_end_hands_its_job_back(
    cluster: Cluster, spec: Callable[..., pb.JobSpec], number: signal.Signals
) -> None:
    worker = cluster.restart_worker("--grace", "1")
    job = cluster.submit(spec(7, LONG), f"handed-back-{number}")
    cluster.wait_for([job.id], 120, also=pb.JOB_STATE_RUNNING)
    worker.send_signal(number)
    assert worker.wait(120) == 0, cluster.logs()
    assert "Traceback" not in (cluster.folder / "worker.log").read_text()
    left = cluster.client.job(job.id)
    assert (left.state, left.attempts) == (pb.JOB_STATE_QUEUED, 1), "it waited for the lease to run out"
    assert list((cluster.folder / "home" / "work").iterdir()) == []
    assert cluster.client.cancel(job.id).state == pb.JOB_STATE_CANCELLED


def test_a_short_job_is_finished_before_the_worker_ends(
    cluster: Cluster, spec: Callable[..., pb.JobSpec]
) -> None:
    worker = cluster.restart_worker("--grace", "60")
    job = cluster.submit(spec(8), "finished-1")
    cluster.wait_for([job.id], 120, also=pb.JOB_STATE_RUNNING)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(120) == 0, cluster.logs()
    assert cluster.client.job(job.id).state == pb.JOB_STATE_SUCCEEDED


def test_a_worker_without_a_queue(cluster: Cluster, spec: Callable[..., pb.JobSpec]) -> None:
    """Last: the queue stays away."""
    cluster.redis.kill()
    worker = cluster.restart_worker()
    job = cluster.submit(spec(9), "queueless-1")
    assert cluster.wait_for([job.id], 120)[0].state == pb.JOB_STATE_SUCCEEDED, cluster.logs()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(120) == 0, cluster.logs()
