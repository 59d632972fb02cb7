"""A real server on a real embedded graph, that can go away and come back, and worker makers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compressor.worker import RunJob, Worker
from kg_service.graph import open_embedded, start
from kg_service.jobs import JobOptions
from kg_service.server import ServerOptions, build, open_components
from kgpress.client import Client
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2
from tests.support.results import own_run

# Longer than a client's reconnecting takes (2 s at most), on a busy machine too.
LEASE_S = 4.0


class Rig:
    """One graph, one address, and a server that is there or not."""

    def __init__(self, store: Any, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.address = f"unix:{folder}/s"
        self.client = Client(self.address, retries=0)
        self._server: Any = None

    def start(self) -> None:
        components = open_components(
            self.store,
            artifacts_url=str(self.folder / "artifacts"),
            snapshots=None,
            local=True,
            job_options=JobOptions(lease_s=LEASE_S, max_attempts=20, poll_s=0.05),
        )
        self._server = build(components, [self.address], options=ServerOptions(housekeeping_s=0.2))
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(0.2)
        self._server = None

    def submit(self, private: bool = False) -> pb.Job:
        (self.folder / "m.onnx").write_bytes(b"model")
        model = self.client.upload(self.folder / "m.onnx")
        file = pb.Input(artifact=model.hash, name="m.onnx")
        spec = pb.CompressSpec(private=private, subject=pb.ModelAndData(model=file, data=file))
        spec.hardware.name = "x86-cpu"
        return self.client.submit(pb.JobSpec(compress=spec))

    def evidence(self, job_id: str) -> list[types_pb2.ReferenceResult]:
        from kgpress.v1 import evidence_pb2

        return list(self.client.search_evidence(evidence_pb2.SearchEvidenceRequest(job=job_id)).results)

    def worker(self, run_job: RunJob, home: Path | None = None, **options: Any) -> Worker:
        options = {"patience_s": 20.0, **options}
        return Worker(
            Client(self.address, retries=0), home or self.folder / "worker", run_job=run_job, **options
        )

    def wait_for(self, job_id: str, *states: pb.JobState) -> pb.Job:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            job = self.client.job(job_id)
            if job.state in states:
                return job
            time.sleep(0.05)
        raise AssertionError(f"the job stayed {pb.JobState.Name(job.state)}")


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    store = open_embedded(tmp_path_factory.mktemp("graph"))
    start(store)
    yield store
    store.close()


@pytest.fixture
def rig(graph: Any, tmp_path: Path) -> Iterator[Rig]:
    graph.write("MATCH (j:Job) DETACH DELETE j")
    made = Rig(graph, tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def measure() -> Callable[..., RunJob]:
    """A pipeline that reports ``steps`` results and calls ``between`` after each."""

    def make(steps: int = 2, between: Callable[[int, Any], None] = lambda step, services: None) -> RunJob:
        def run_job(job: pb.Job, services: Any, workdir: Path) -> pb.JobResult:
            (workdir / "scratch").write_text("left over")
            result = pb.JobResult(compress=pb.CompressResult(notes=["measured"]))
            for step in range(steps):
                services.progress("measure", step / steps)
                ids = services.report([own_run(job.id, step)])
                assert len(ids) == 1
                assert len(ids[0]) == 64
                result.compress.trials.add(step=step, result_id=ids[0])
                between(step, services)
            services.progress("write back", 1.0)
            return result

        return run_job

    return make


class InThread:
    """Runs a worker's job beside the test."""

    def __init__(self, worker: Worker, job_id: str = "", cancel: threading.Event | None = None) -> None:
        self.outcome: Any = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(worker, job_id, cancel), daemon=True)
        self._thread.start()

    def _run(self, worker: Worker, job_id: str, cancel: threading.Event | None) -> None:
        try:
            self.outcome = worker.run(job_id, cancel)
        except BaseException as error:
            self.error = error

    def join(self) -> Any:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.outcome
