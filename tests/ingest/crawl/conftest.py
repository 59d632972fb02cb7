"""Small sources of our own in the shapes of every kind, a server that takes evidence, and deaths on cue."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_status import rpc_status

from kgpress.errors import NotFound
from kgpress.rpc_status import to_status
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import evidence_pb2_grpc
from kgpress.v1 import types_pb2 as pb

HEADING = "Model,Top1,Base,MParams,BaseM"

_SOURCE = """
[source]
name = "{name}"
rules = "{name}/1"
owner = "someone"
repository = "tables"
licence = "MIT"
[acceptance]
accept = true
[[strategy]]
paper = "li"
steps = ["C2"]
[dataset."CIFAR-10"]
domain = "computer vision"
task = "image classification"
classes = 10
"""
_TABLE = """
[[table]]
name = "{path}"
path = "{path}"
names = {{ model = "Model" }}
constants = {{ paper = "li", dataset = "CIFAR-10" }}
[table.qualities.accuracy]
after = [{{ column = "Top1", unit = "percent" }}]
before = [{{ column = "Base", unit = "percent" }}]
[table.sizes.parameters]
after = [{{ column = "MParams", unit = "millions" }}]
before = [{{ column = "BaseM", unit = "millions" }}]
"""


def table(*accuracies: float, model: str = "VGG-16") -> bytes:
    """A declared CSV table with one result for each accuracy after compression."""
    rows = [f"{model},{a}%,93.25%,{5 + i},15" for i, a in enumerate(accuracies)]
    return "\n".join([HEADING, *rows]).encode()


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., str]:
    return declaring(tmp_path)


def declaring(folder: Path) -> Callable[..., str]:
    """Writes a declaration: ``crawl`` is its fetching part, ``tables`` the paths of declared CSV tables."""

    def write(crawl: str, tables: tuple[str, ...] = (), name: str = "small") -> str:
        text = _SOURCE.format(name=name) + crawl + "".join(_TABLE.format(path=p) for p in tables)
        file = folder / f"{name}.toml"
        file.write_text(text)
        return str(file)

    return write


def lines(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


class TakesEvidence(evidence_pb2_grpc.EvidenceServiceServicer):
    """Keeps what is submitted as a real server would, in memory."""

    def __init__(self) -> None:
        self.results: dict[bytes, pb.ReferenceResult] = {}
        self.batches = 0
        #: Called after each batch.
        self.after: Callable[[int], None] = lambda batch: None

    def SubmitEvidence(self, requests: Any, context: Any) -> ev.SubmitEvidenceResponse:
        answer = self._take([r.result for r in requests])
        self.batches += 1
        self.after(self.batches)
        return answer

    def ReplaceDocument(self, requests: Any, context: Any) -> ev.ReplaceDocumentResponse:
        change, *rest = requests
        submitted = self._take([r.result for r in rest])
        place, superseded = change.change, 0
        for result in self.results.values():
            cell = result.locator.cell
            old = cell.path == place.path and cell.document_hash != place.new_hash
            if old and result.source.name == place.source and result.state != pb.EVIDENCE_STATE_SUPERSEDED:
                result.state = pb.EVIDENCE_STATE_SUPERSEDED
                superseded += 1
        return ev.ReplaceDocumentResponse(submitted=submitted, superseded=superseded)

    def GetEvidence(self, request: Any, context: Any) -> ev.GetEvidenceResponse:
        for key, result in self.results.items():
            if key.hex() == request.id:
                return ev.GetEvidenceResponse(result=result)
        return context.abort_with_status(rpc_status.to_status(to_status(NotFound("there is none"))))

    def _take(self, results: list[pb.ReferenceResult]) -> ev.SubmitEvidenceResponse:
        answer = ev.SubmitEvidenceResponse()
        for result in results:
            key = result.locator.SerializeToString(deterministic=True)
            known = key in self.results
            self.results.setdefault(key, result)
            answer.added += not known
            answer.duplicates += known
            answer.receipts.add(id=key.hex(), duplicate=known)
        return answer


@pytest.fixture
def evidence() -> Iterator[tuple[TakesEvidence, str]]:
    """A server that takes evidence over gRPC, and its address."""
    taker = TakesEvidence()
    server = grpc.server(ThreadPoolExecutor(2))
    evidence_pb2_grpc.add_EvidenceServiceServicer_to_server(taker, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield taker, f"127.0.0.1:{port}"
    server.stop(0)
