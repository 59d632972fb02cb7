"""The table of calls covers the contract, and the two clients offer the same."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from typing import Any

import pytest

from kgpress._client import calls
from kgpress.client import AsyncClient, Client
from kgpress.v1 import compression_pb2, evidence_pb2, graph_pb2, recommendation_pb2

MODULES = (compression_pb2, evidence_pb2, graph_pb2, recommendation_pb2)


def public(cls: type) -> dict[str, Any]:
    return {n: m for n, m in inspect.getmembers(cls) if callable(m) and not n.startswith("_")}


def test_every_call_of_the_contract_is_in_the_table() -> None:
    declared = {
        (service.name, method.name)
        for module in MODULES
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    assert {(call.service, call.method) for call in calls.ALL} == declared


def test_the_two_clients_offer_the_same() -> None:
    sync, asynchronous = public(Client), public(AsyncClient)
    assert sync.keys() == asynchronous.keys()
    for name, method in sync.items():
        ours = inspect.signature(method).parameters
        theirs = inspect.signature(asynchronous[name]).parameters
        assert list(ours.values()) == list(theirs.values()), name
        assert method.__doc__ == asynchronous[name].__doc__, name


def test_every_call_has_a_deadline_and_every_method_takes_one() -> None:
    assert all(call.deadline_s > 0 for call in calls.ALL)
    no_calls = {"close", "from_channel", "from_environment"}
    for name, method in public(Client).items():
        assert name in no_calls or "timeout" in inspect.signature(method).parameters, name


def test_only_harmless_calls_are_retried() -> None:
    config = json.loads(calls.service_config(4))
    (entry,) = config["methodConfig"]
    names = {name["method"] for name in entry["name"]}
    assert not names & {"ReviewEvidence", "AcquireLease", "Heartbeat", "WatchJob", "DownloadArtifact"}
    assert {"Recommend", "SubmitJob", "ReportResults", "CompleteJob"} <= names
    assert entry["retryPolicy"]["maxAttempts"] == 5


_BLOCKED = ("torch", "numpy", "onnx", "onnxruntime", "neo4j", "celery", "redis", "scrapy", "pykeen", "fsspec")
_IMPORT = """
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")
sys.meta_path.insert(0, Absent())
import {module}
"""


@pytest.mark.parametrize(
    "module", ["kgpress.client", "kgpress.local", "kgpress._local.client", "kgpress._local.daemon"]
)
def test_the_client_needs_the_base_install_only(module: str) -> None:
    code = _IMPORT.format(blocked=set(_BLOCKED) | {"kg_service", "compressor", "ingest"}, module=module)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    refused = subprocess.run([sys.executable, "-c", code + "\nimport numpy"], capture_output=True, text=True)
    assert "No module named 'numpy'" in refused.stderr, "the block blocks nothing"
