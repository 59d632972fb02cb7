"""Other services are the first users: a Node client that learns the contract by reflection."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kg_service.graph import open_embedded, start
from kg_service.server import RecommenderHolder, build, open_components
from kgpress.client import Client
from kgpress.errors import ModelError
from kgpress.v1 import recommendation_pb2 as rec

HERE = Path(__file__).parent


class Fixed:
    """Stands in for a snapshot: what is tested is the way there and back."""

    info = rec.SnapshotInfo(version="v1")

    def recommend(self, request: rec.RecommendRequest) -> rec.RecommendResponse:
        answer = rec.RecommendResponse(ranked=7, snapshot=self.info, embedding=[0.5, -0.25])
        answer.selected.prediction.strategy.text = "C4"
        answer.selected.prediction.quality_change.value = -0.0125
        answer.selected.prediction.size_bytes.value = request.limits.max_size_bytes
        return answer

    def add_results(self, results: Any) -> int:
        return 0


@pytest.fixture(scope="module")
def modules() -> Path:
    """The pinned packages, kept outside the clone by the lock's hash."""
    npm = shutil.which("npm")
    assert npm is not None, "no npm on the path (Debian: apt-get install nodejs npm)"
    key = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path.home() / ".cache" / "kgpress" / f"node-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            (folder / "done").touch()
    return folder / "node_modules"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = open_embedded(tmp_path_factory.mktemp("graph"))
    start(store)
    parts = open_components(store, artifacts_url=str(tmp_path_factory.mktemp("artifacts")), snapshots=None)
    snapshots = tmp_path_factory.mktemp("snapshots")
    (snapshots / "v1.npz").write_bytes(b"")
    parts.recommender = RecommenderHolder(snapshots, None, load=lambda path: Fixed())
    server = build(parts, ["localhost:0"])
    server.start()
    yield f"localhost:{server.ports[0]}"
    server.stop(0.2)
    store.close()


@pytest.fixture
def begin(modules: Path, address: str) -> Callable[..., subprocess.Popen[str]]:
    """Starts a command of the Node client."""

    def begin(command: str, argument: object = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["node", str(HERE / "client.js"), address, command, json.dumps(argument)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NODE_PATH": str(modules)},
        )

    return begin


def end(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def test_the_services_are_told(begin: Callable[..., Any]) -> None:
    told = set(end(begin("services")))
    assert {f"kgpress.v1.{name}Service" for name in ("Recommendation", "Evidence", "Compression")} <= told
    assert {"kgpress.v1.GraphService", "grpc.health.v1.Health"} <= told


def test_recommend(begin: Callable[..., Any]) -> None:
    request = {
        "subject": {"hardware": {"name": "x86-cpu"}, "model": {"trainable_parameters": 5}},
        "limits": {"max_size_bytes": 50_000},
    }
    answer = end(begin("recommend", request))
    assert "error" not in answer, answer["error"]
    assert answer["ranked"] == 7
    assert answer["selected"]["prediction"]["strategy"]["text"] == "C4"
    assert answer["selected"]["prediction"]["quality_change"]["value"] == -0.0125
    assert answer["selected"]["prediction"]["size_bytes"]["value"] == 50_000
    assert answer["embedding"] == [0.5, -0.25]


def test_an_error_comes_with_what_to_do(begin: Callable[..., Any]) -> None:
    error = end(begin("recommend", {"subject": {"hardware": {"name": "x86-cpuu"}}}))["error"]
    assert error["code"] == 3  # INVALID_ARGUMENT
    assert error["message"] == "unknown hardware 'x86-cpuu'"
    assert error["google.rpc.ErrorInfo"]["reason"] == "UNKNOWN_NAME"
    assert error["google.rpc.ErrorInfo"]["domain"] == "kgpress"
    assert "did you mean x86-cpu" in error["google.rpc.LocalizedMessage"]["message"]
    (violation,) = error["google.rpc.BadRequest"]["field_violations"]
    assert violation["field"] == "subject.hardware.name"


def test_a_job_is_submitted_and_watched_to_its_end(begin: Callable[..., Any], address: str) -> None:
    process = begin("compress")
    job_id = process.stderr.readline().strip()
    with Client(address) as worker:
        held = worker.acquire("a worker", job_id)
        worker.complete(job_id, held.fencing_token, error=ModelError("not a model", remedy="give ONNX"))
    answer = end(process)
    assert answer["artifact"]["size_bytes"] == len("not a model")
    assert answer["existing"] is False
    assert answer["again"] == {"id": job_id, "existing": True}
    states = [event["state"] for event in answer["events"]]
    assert (states[0], states[-1]) == ("JOB_STATE_QUEUED", "JOB_STATE_FAILED")
    numbers = [event["sequence"] for event in answer["events"]]
    assert numbers == sorted(set(numbers))
    assert answer["events"][-1]["job"]["error"]["reason"] == "INVALID_MODEL"


def test_the_lock_names_no_address() -> None:
    lock = (HERE / "package-lock.json").read_text()
    assert "://" not in lock
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
