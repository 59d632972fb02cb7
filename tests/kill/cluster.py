"""The service as it runs in production, in separate processes: Neo4j, Redis, server, worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kgpress.client import Client
from kgpress.errors import TimedOut, Unavailable
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, types_pb2
from tests.support import neo4j, redis

T = TypeVar("T")
LEASE_S = 2.5
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Cluster:
    """Starts, kills and restarts each part. Every part keeps its address."""

    folder: Path
    neo4j: neo4j.Server
    redis: redis.Server
    poll_s: float = 3.0
    port: int = field(default_factory=neo4j.free_port)
    server: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.client = Client(f"localhost:{self.port}")

    def start_server(self) -> None:
        options = {
            "listen": f"localhost:{self.port}",
            "neo4j-uri": self.neo4j.uri,
            "redis-url": self.redis.url,
            "artifacts": self.folder / "artifacts",
            "snapshots": self.folder / "snapshots",
            "lease-s": LEASE_S,
            "repush-s": 5,
            "max-attempts": 100,
            "store-wait-s": 60,
        }
        given = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self.server = self._start("server", "kg_service.server", given)

    def start_worker(self, *more: str) -> None:
        given = ["--server", f"localhost:{self.port}", "--redis-url", self.redis.url]
        given += ["--home", str(self.folder / "home"), "--poll", str(self.poll_s), *more]
        self.worker = self._start("worker", "compressor.worker", given)

    def kill_server(self) -> None:
        _kill(self.server)

    def kill_worker(self) -> None:
        _kill(self.worker)

    def restart_worker(self, *more: str) -> subprocess.Popen[bytes]:
        self.kill_worker()
        self.start_worker(*more)
        assert self.worker is not None
        return self.worker

    def stop(self) -> None:
        for process in (self.worker, self.server):
            if process is not None and process.poll() is None:
                _kill(process)
        self.client.close()
        self.redis.kill()

    def submit(self, spec: pb.JobSpec, key: str) -> pb.Job:
        """Accepted once the server says so; until then it is asked again with the same key."""
        return until_answered(lambda: self.client.submit(spec, key))

    def wait_for(self, job_ids: Sequence[str], timeout_s: float, *, also: pb.JobState = 0) -> list[pb.Job]:
        """The jobs once they have all ended (or reached ``also``)."""
        ended = {pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED, also}
        until = time.monotonic() + timeout_s
        while True:
            jobs = [until_answered(lambda id=id: self.client.job(id)) for id in job_ids]  # type: ignore[misc]
            left = [job for job in jobs if job.state not in ended]
            if not left:
                return jobs
            if time.monotonic() > until:
                raise AssertionError(f"{len(left)} jobs did not end: {self.logs()}")
            time.sleep(0.1)

    def wait_for_a_lease(self, timeout_s: float) -> None:
        """Returns once a worker has taken a job, or the time is over."""
        until = time.monotonic() + timeout_s
        before = self._leases()
        while self._leases() <= before and time.monotonic() < until:
            time.sleep(0.05)

    def _leases(self) -> int:
        return sum(job.attempts for job in until_answered(lambda: list(self.client.jobs(page_size=200))))

    def results(self, job_id: str) -> list[tuple[str, int, int, int]]:
        """(job, step, seed, repeat) of every accepted result of a job, in order."""
        request = evidence_pb2.SearchEvidenceRequest(
            job=job_id, states=[types_pb2.EVIDENCE_STATE_ACCEPTED], page=types_pb2.PageRequest(size=100)
        )
        found = until_answered(lambda: self.client.search_evidence(request)).results
        runs = [result.locator.run for result in found]
        return sorted((run.job, run.step, run.seed, run.repeat) for run in runs)

    def rows(self, cypher: str, **parameters: Any) -> list[list[Any]]:
        answer = until_answered(lambda: self.client.query(cypher, parameters))
        return [[value for value in row] for row in answer.rows]  # noqa: C416 (ListValue is no list)

    def logs(self) -> str:
        """The end of every log, for a failing test."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text('utf-8', 'replace')[-3000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )

    def _start(self, name: str, module: str, given: list[str]) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "KGPRESS_NEO4J_PASSWORD": self.neo4j.password,
            "OMP_NUM_THREADS": "1",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *given],
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def until_answered(call: Callable[[], T], timeout_s: float = 150.0) -> T:
    """The answer of a server that is being killed and restarted meanwhile."""
    until = time.monotonic() + timeout_s
    while True:
        try:
            return call()
        except (Unavailable, TimedOut):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
