"""Real Neo4j and Redis, and a small but real model with its data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kgpress.v1 import compression_pb2 as pb
from tests.kill.cluster import Cluster
from tests.support import neo4j, redis


@pytest.fixture(scope="session")
def graph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j.Server]:
    server = neo4j.start(tmp_path_factory.mktemp("neo4j"))
    yield server
    server.kill()


@pytest.fixture(scope="module")
def cluster(graph_server: neo4j.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """With a server and a worker; one for the tests of a file, since a start takes seconds."""
    folder = tmp_path_factory.mktemp("cluster")
    made = Cluster(folder, graph_server, redis.start(folder / "redis"))
    made.start_server()
    made.start_worker()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A one-layer 1D CNN as ONNX, and two frequencies as .npz."""
    import torch

    from compressor.model import export_onnx

    folder = tmp_path_factory.mktemp("subject")
    rng = np.random.default_rng(0)
    data = {}
    for name, count in {"train": 64, "val": 64, "test": 32}.items():
        y = rng.integers(0, 2, count)
        t = np.arange(24) / 24
        x = np.sin(2 * np.pi * np.where(y[:, None] == 1, 5, 2) * t + rng.uniform(0, 6.28, (count, 1)))
        data[f"x_{name}"], data[f"y_{name}"] = x[:, None, :].astype(np.float32), y
    np.savez(folder / "data.npz", **data)
    torch.manual_seed(0)
    nn = torch.nn
    layers = (nn.Conv1d(1, 8, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 2))
    export_onnx(nn.Sequential(*layers).eval(), data["x_train"][:2], folder / "m.onnx", ["x"], ["y"])
    return folder / "m.onnx", folder / "data.npz"


@pytest.fixture
def spec(cluster: Cluster, files: tuple[Path, Path]) -> Callable[..., pb.JobSpec]:
    """Makes specifications of jobs of a second or two; the files are uploaded first."""

    def make(seed: int = 0, strategies: tuple[str, ...] = ("C4", "C7(rate=0.5,epochs=0)")) -> pb.JobSpec:
        from tests.kill.cluster import until_answered

        model, data = (until_answered(lambda file=file: cluster.client.upload(file)) for file in files)
        subject = pb.ModelAndData(
            model=pb.Input(artifact=model.hash, name="m.onnx"),
            data=pb.Input(artifact=data.hash, name="data.npz"),
            metric="accuracy",
        )
        compress = pb.CompressSpec(subject=subject, seed=seed, strategies=strategies)
        compress.hardware.name = "x86-cpu"
        return pb.JobSpec(compress=compress)

    return make
