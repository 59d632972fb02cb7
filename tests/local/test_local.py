"""What the local path wires: evidence on the first start, jobs in this process, snapshots."""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from kgpress import local
from kgpress._local.place import place
from kgpress.client import Client
from kgpress.errors import Cancelled, KgpressError
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2
from tests.support.results import own_run


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shipped") / "own.jsonl.gz"
    with gzip.open(file, "wt") as lines:
        for step in range(3):
            lines.write(json_format.MessageToJson(own_run("shipped-job", step), indent=None) + "\n")
    return file


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path, shipped: Path) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_shipped_evidence", lambda: [shipped])
        patch.setenv("KGPRESS_HOME", str(home))
        opened = local.open_in_process(home)
        yield opened
        opened.close()


def evidence(client: Client) -> int:
    return client.search_evidence(evidence_pb2.SearchEvidenceRequest(job="shipped-job")).page.total


def test_a_new_home_knows_the_shipped_evidence(client: Client, home: Path) -> None:
    assert evidence(client) == 3
    assert (home / "graph" / "shipped.sha256").exists()


def test_a_job_that_another_worker_holds_is_waited_for(client: Client) -> None:
    spec = pb.JobSpec(verify=pb.VerifySpec())
    spec.verify.subject.model.local_path = "/nowhere.onnx"
    job = client.submit(spec)
    held = client.acquire("another", job.id)
    cancel = threading.Event()
    threading.Timer(1.5, cancel.set).start()
    with pytest.raises(Cancelled, match="goes on elsewhere"):
        local.run_worker(client, job.id, cancel)
    client.complete(job.id, held.fencing_token, cancelled=True)
    assert local.run_worker(client, job.id).state == pb.JOB_STATE_CANCELLED


def test_a_job_runs_in_this_process_and_a_fault_is_its_error(client: Client, home: Path) -> None:
    spec = pb.JobSpec(verify=pb.VerifySpec())
    spec.verify.subject.model.local_path = str(home / "nowhere.onnx")
    job = client.submit(spec)
    done = local.run_worker(client, job.id)
    assert done.state == pb.JOB_STATE_FAILED
    assert done.error.reason in ("INVALID_MODEL", "INVALID_INPUT", "INVALID_DATA")
    assert done.error.remedy


def test_the_newest_snapshot_answers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kg_service import recommendation

    monkeypatch.setattr(recommendation.Recommender, "load", staticmethod(lambda path: path))
    for name in ("older", "newer"):
        (home / "snapshots").mkdir(exist_ok=True)
        (home / "snapshots" / f"{name}.npz").write_bytes(b"")
        time.sleep(0.02)
    try:
        assert str(local.recommender(home)).endswith("newer.npz")
    finally:
        for name in ("older", "newer"):
            (home / "snapshots" / f"{name}.npz").unlink()


def test_the_trainer_is_given_the_running_graph(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {}

    def run(command: list[str], env: dict[str, str], stderr: Any, **_: Any) -> Any:
        given.update(env, command=command)
        stderr.write("epoch 1\nerror: nothing to learn from; import evidence\n")
        stderr.flush()
        return subprocess.CompletedProcess(command, 2 if fails else 0, stdout="/x/abc123.npz\n")

    monkeypatch.setattr(local, "connect", lambda home: contextlib.nullcontext(client))
    monkeypatch.setattr(subprocess, "run", run)
    fails = False
    assert local.train_once(home) == "abc123"
    bolt = place(home).read_state()["bolt"]
    assert {given[f"KGPRESS_BOLT_{name.upper()}"] for name in bolt} == set(bolt.values())
    assert given["command"][-1] == str(home / "snapshots")
    assert bolt["password"] not in " ".join(given["command"])
    fails = True
    with pytest.raises(KgpressError, match="the training failed: nothing to learn from; import evidence"):
        local.train_once(home)


def test_closing_frees_the_home_and_the_evidence_comes_once(
    client: Client, home: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last: it closes the client that the other tests share."""
    client.close()
    read = []
    monkeypatch.setattr("kg_service.evidence.import_evidence", lambda store, files: read.append(files))
    monkeypatch.setattr(local, "_shipped_evidence", lambda: [shipped])
    with local.open_in_process(home) as again:
        assert evidence(again) == 3
    assert read == []
