"""What the tests of the server share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from kg_service.server import Components, Server, ServerOptions, build
from kgpress.errors import KgpressError
from kgpress.rpc_status import from_rpc_error
from kgpress.strategy import parse
from kgpress.v1 import (
    compression_pb2_grpc,
    evidence_pb2_grpc,
    graph_pb2_grpc,
    recommendation_pb2,
    recommendation_pb2_grpc,
    types_pb2,
)

STRATEGY = "C2(ratio=0.5) > C4"


@dataclass
class Info:
    graph_revision: int = 0
    version: str = "stub"
    results: int = 0


class StubRecommender:
    """Answers at once and remembers the results that were laid over it."""

    def __init__(self, graph_revision: int = 0, version: str = "stub", known: set[str] | None = None) -> None:
        self.info = Info(graph_revision, version)
        self.known = set(known or ())
        self.fault: Exception | None = None

    def add_results(self, results: Any) -> int:
        new = {result.id for result in results} - self.known
        self.known |= new
        return len(new)

    def recommend(self, request: recommendation_pb2.RecommendRequest) -> recommendation_pb2.RecommendResponse:
        if self.fault is not None:
            raise self.fault
        snapshot = recommendation_pb2.SnapshotInfo(
            version=self.info.version, graph_revision=self.info.graph_revision
        )
        citations = [recommendation_pb2.Citation(result_id=id) for id in sorted(self.known)]
        selected = recommendation_pb2.RankedStrategy(rank=1, evidence=citations)
        return recommendation_pb2.RecommendResponse(selected=selected, snapshot=snapshot, ranked=1)


@dataclass
class Stubs:
    """Every service over one channel."""

    target: str
    channel: grpc.Channel = field(init=False)

    def __post_init__(self) -> None:
        self.channel = grpc.insecure_channel(self.target)
        self.recommendation = recommendation_pb2_grpc.RecommendationServiceStub(self.channel)
        self.evidence = evidence_pb2_grpc.EvidenceServiceStub(self.channel)
        self.compression = compression_pb2_grpc.CompressionServiceStub(self.channel)
        self.worker = compression_pb2_grpc.WorkerServiceStub(self.channel)
        self.graph = graph_pb2_grpc.GraphServiceStub(self.channel)


@dataclass
class Running:
    server: Server
    components: Components
    stubs: Stubs

    def stop(self) -> None:
        self.stubs.channel.close()
        self.server.stop(1)


def run(components: Components, **options: Any) -> Running:
    server = build(components, ["127.0.0.1:0"], options=ServerOptions(**{"housekeeping_s": 0.2} | options))
    server.start()
    return Running(server, components, Stubs(f"127.0.0.1:{server.ports[0]}"))


def refused(call: Callable[[], Any]) -> KgpressError:
    """The error that a call ends in, as a client sees it."""
    try:
        call()
    except grpc.RpcError as error:
        return from_rpc_error(error)
    raise AssertionError("the call went through")


def eventually(true: Callable[[], bool], within_s: float = 10.0) -> bool:
    waited = threading.Event()
    for _ in range(int(within_s / 0.05)):
        if true():
            return True
        waited.wait(0.05)
    return False


def own_run(job: str, step: int = 0, **fields: Any) -> types_pb2.ReferenceResult:
    """A result as a worker reports it."""
    run = types_pb2.RunLocator(job=job, step=step)
    reading = types_pb2.Interpretation(
        rules="run/1",
        model="fcn",
        dataset="ItalyPowerDemand",
        domain="time series",
        task="time series classification",
        strategy=parse(STRATEGY).to_proto(),
        hardware="x86-cpu",
        metric=types_pb2.Metric(name="accuracy", direction=types_pb2.DIRECTION_HIGHER_IS_BETTER),
        before=types_pb2.Measurement(quality=0.96, size_bytes=1_060_000, parameters=264_000, rows=500),
        after=types_pb2.Measurement(quality=0.95, size_bytes=45_000, parameters=66_000, rows=500),
        split="validation",
        confidence=1.0,
    )
    return types_pb2.ReferenceResult(
        locator=types_pb2.Locator(run=run),
        source=types_pb2.Source(kind=types_pb2.SOURCE_KIND_OWN_RUN, name="own runs"),
        interpretation=reading,
        **fields,
    )


def published(document: str, row: int = 1) -> types_pb2.ReferenceResult:
    """A result as the crawler submits it."""
    result = own_run("")
    cell = types_pb2.CellLocator(document_hash=document, path="table.csv", row=row, column=1)
    result.locator.cell.CopyFrom(cell)
    result.source.CopyFrom(types_pb2.Source(kind=types_pb2.SOURCE_KIND_PAPER, name="a paper"))
    result.interpretation.split = "unknown"
    return result


def no_snapshot() -> Path:
    return Path("/nonexistent/snapshot.npz")
