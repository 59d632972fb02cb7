"""A worker process ends in order whenever it is asked to, its start included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import redis

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Server]:
    server = redis.start(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["starts", "Connected to redis", "without a queue"])
def test_an_idle_worker_ends(
    queue: redis.Server, tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    """It needs no server for that: nobody listens at the address it is given."""
    url = [] if moment == "without a queue" else ["--redis-url", queue.url]
    given = ["--server", "localhost:1", "--home", str(tmp_path), *url]
    log = tmp_path / "log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "compressor.worker", *given],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=output,
            stderr=output,
        )
    sign = "cannot be reached" if not url else moment
    until = time.monotonic() + 300
    while sign not in log.read_text():
        assert worker.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)
    worker.send_signal(number)
    assert worker.wait(120) == 0, log.read_text()
    assert "Traceback" not in log.read_text()
