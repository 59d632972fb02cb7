"""The queue carries ids; what it loses is not lost."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from kg_service.graph import GraphStore
from kg_service.jobs import QUEUE_NAME, TASK_NAME, CeleryQueue, Jobs
from kgpress.v1 import compression_pb2 as pb
from tests.jobs.helpers import OPTIONS, Clock
from tests.support import redis as redis_server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A Redis of its own, since the test empties it."""
    server = redis_server.start(tmp_path)
    yield server.url
    server.stop()


def waiting(url: str) -> list[dict[str, Any]]:
    """The messages in the queue, as a worker would get them."""
    return [json.loads(raw) for raw in redis.Redis.from_url(url).lrange(QUEUE_NAME, 0, -1)]


@pytest.mark.redis
def test_a_pushed_job_is_a_task_with_its_id_alone(broker: str) -> None:
    CeleryQueue(broker).push("abc")
    (message,) = waiting(broker)
    assert message["headers"]["task"] == TASK_NAME
    assert message["headers"]["argsrepr"] == "['abc']"
    assert message["headers"]["kwargsrepr"] == "{}"


@pytest.mark.redis
def test_a_queue_that_lost_everything_is_filled_again(embedded: GraphStore, broker: str) -> None:
    clock = Clock()
    jobs = Jobs(embedded, CeleryQueue(broker), OPTIONS, clock)
    id = jobs.submit(pb.JobSpec(verify=pb.VerifySpec()))[0].id
    redis.Redis.from_url(broker).flushall()
    clock.now += OPTIONS.repush_s + 1
    jobs.sweep()
    assert [message["headers"]["argsrepr"] for message in waiting(broker)] == [f"['{id}']"]


def test_a_job_is_accepted_while_the_queue_is_gone(
    embedded: GraphStore, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    jobs = Jobs(embedded, CeleryQueue(f"redis://127.0.0.1:{port}/0"), OPTIONS, Clock())
    started = time.monotonic()
    id = jobs.submit(pb.JobSpec(verify=pb.VerifySpec()))[0].id
    assert time.monotonic() - started < 5
    assert "pushed again later" in caplog.text
    lease = jobs.acquire("a worker that asks")
    assert lease is not None
    assert lease.job.id == id
