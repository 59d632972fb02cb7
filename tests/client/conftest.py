"""A scripted server, and both clients behind one blocking face so that each test runs on both."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_status import rpc_status

from kgpress.client import AsyncClient, Client
from kgpress.errors import KgpressError
from kgpress.rpc_status import to_status
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import compression_pb2_grpc, evidence_pb2_grpc, recommendation_pb2_grpc
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import recommendation_pb2 as rec


class Script(
    recommendation_pb2_grpc.RecommendationServiceServicer,
    evidence_pb2_grpc.EvidenceServiceServicer,
    compression_pb2_grpc.CompressionServiceServicer,
):
    """Answers as told. ``faults`` are raised one per call before any answer is given."""

    def __init__(self) -> None:
        self.faults: list[KgpressError] = []
        self.calls: list[Any] = []
        self.sleep_s = 0.0
        self.padding = 0
        self.files: dict[str, bytes] = {}
        self.chunks: list[int] = []
        self.break_after_chunks: int | None = None
        self.events: list[pb.WatchJobResponse] = []
        self.break_after_events: int | None = None

    def _begin(self, request: Any, context: grpc.ServicerContext) -> None:
        self.calls.append(request)
        time.sleep(self.sleep_s)
        if self.faults:
            context.abort_with_status(rpc_status.to_status(to_status(self.faults.pop(0))))

    def Recommend(self, request: rec.RecommendRequest, context: Any) -> rec.RecommendResponse:
        self._begin(request, context)
        return rec.RecommendResponse(ranked=7, explanation="x" * self.padding)

    def ReviewEvidence(self, request: ev.ReviewEvidenceRequest, context: Any) -> ev.ReviewEvidenceResponse:
        self._begin(request, context)
        return ev.ReviewEvidenceResponse()

    def SubmitEvidence(self, requests: Iterator[Any], context: Any) -> ev.SubmitEvidenceResponse:
        got = list(requests)
        self._begin(got, context)
        return ev.SubmitEvidenceResponse(added=len(got))

    def SubmitJob(self, request: pb.SubmitJobRequest, context: Any) -> pb.SubmitJobResponse:
        self._begin(request, context)
        return pb.SubmitJobResponse(job=pb.Job(id="j1", idempotency_key=request.idempotency_key))

    def ListJobs(self, request: pb.ListJobsRequest, context: Any) -> pb.ListJobsResponse:
        start = int(request.page.token or 0)
        answer = pb.ListJobsResponse(jobs=[pb.Job(id=str(n)) for n in range(start, start + 2)])
        answer.page.next_token = str(start + 2) if start < 4 else ""
        return answer

    def UploadArtifact(self, requests: Iterator[Any], context: Any) -> pb.UploadArtifactResponse:
        header = next(requests).header
        parts = [request.chunk for request in requests]
        self.chunks = [len(part) for part in parts]
        content = b"".join(parts)
        assert hashlib.sha256(content).hexdigest() == header.hash
        assert len(content) == header.size_bytes
        self.files[header.hash] = content
        return pb.UploadArtifactResponse(
            artifact=pb.Artifact(hash=header.hash, size_bytes=len(content), name=header.name)
        )

    def DownloadArtifact(self, request: pb.DownloadArtifactRequest, context: Any) -> Iterator[Any]:
        self._begin(request, context)
        content = self.files[request.hash]
        yield pb.DownloadArtifactResponse(artifact=pb.Artifact(hash=request.hash, size_bytes=len(content)))
        for number, start in enumerate(range(request.offset, len(content), 2**20)):
            if number == self.break_after_chunks:
                self.break_after_chunks = None
                context.abort(grpc.StatusCode.UNAVAILABLE, "broken")
            yield pb.DownloadArtifactResponse(chunk=content[start : start + 2**20])

    def WatchJob(self, request: pb.WatchJobRequest, context: Any) -> Iterator[pb.WatchJobResponse]:
        self._begin(request, context)
        left = [event for event in self.events if event.sequence > request.after_sequence]
        for number, event in enumerate(left):
            if number == self.break_after_events:
                self.break_after_events = None
                context.abort(grpc.StatusCode.UNAVAILABLE, "broken")
            yield event


class Blocking:
    """An AsyncClient that waits: every method runs on a loop in a thread of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._client = self._wait(self._make(*args, **options))

    async def _make(self, *args: Any, **options: Any) -> AsyncClient:
        return AsyncClient(*args, **options)

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(*args: Any, **options: Any) -> Any:
            made = method(*args, **options)
            return self._iterate(made) if hasattr(made, "__anext__") else self._wait(made)

        return call

    def _iterate(self, stream: Any) -> Iterator[Any]:
        while True:
            try:
                yield self._wait(anext(stream))
            except StopAsyncIteration:
                return


def serve(script: Script, address: str, credentials: grpc.ServerCredentials | None = None) -> Any:
    """A started server and its port."""
    server = grpc.server(ThreadPoolExecutor(4))
    recommendation_pb2_grpc.add_RecommendationServiceServicer_to_server(script, server)
    evidence_pb2_grpc.add_EvidenceServiceServicer_to_server(script, server)
    compression_pb2_grpc.add_CompressionServiceServicer_to_server(script, server)
    if credentials is None:
        port = server.add_insecure_port(address)
    else:
        port = server.add_secure_port(address, credentials)
    server.start()
    return server, port


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def address(script: Script, tmp_path: Path) -> Iterator[str]:
    server, _ = serve(script, f"unix:{tmp_path}/s")
    yield f"unix:{tmp_path}/s"
    server.stop(0).wait()


@pytest.fixture(params=[Client, Blocking], ids=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes a client of the kind under test."""
    made = []

    def make(*args: Any, **options: Any) -> Any:
        made.append(request.param(*args, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make: Callable[..., Any], address: str) -> Any:
    return make(address)
