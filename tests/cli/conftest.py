"""A small trained model with its data, and a shell in this process on a home of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def model_and_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A 1D CNN that separates two frequencies, as ONNX, and its data as .npz."""
    import torch

    from compressor.model import export_onnx

    folder = tmp_path_factory.mktemp("subject")
    rng = np.random.default_rng(0)

    def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.integers(0, 2, count)
        t = np.arange(32) / 32
        phase = rng.uniform(0, 6.28, (count, 1))
        x = np.sin(2 * np.pi * np.where(y[:, None] == 1, 5, 2) * t + phase) + rng.normal(0, 0.3, (count, 32))
        return x[:, None, :].astype(np.float32), y.astype(np.int64)

    data = {}
    for name, count in {"train": 128, "val": 200, "test": 200}.items():
        data[f"x_{name}"], data[f"y_{name}"] = rows(count)
    np.savez(folder / "data.npz", **data)

    torch.manual_seed(0)
    layers = torch.nn
    module = layers.Sequential(
        layers.Conv1d(1, 32, 7, padding=3),
        layers.ReLU(),
        layers.Conv1d(32, 32, 5, padding=2),
        layers.ReLU(),
        layers.AdaptiveAvgPool1d(1),
        layers.Flatten(),
        layers.Linear(32, 2),
    )
    x, y = torch.from_numpy(data["x_train"]), torch.from_numpy(data["y_train"])
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(module(x), y).backward()
        optimizer.step()
    export_onnx(module.eval(), data["x_train"][:2], folder / "model.onnx", ["series"], ["logits"])
    return folder / "model.onnx", folder / "data.npz"


@pytest.fixture(scope="session")
def session_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    from kgpress import local

    client = local.open_in_process(tmp_path_factory.mktemp("home"))
    yield client
    client.close()


@pytest.fixture
def shell(
    session_client: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Runs ``kgpress ARGS`` as the command does, on one local server for all tests."""
    from kgpress import local
    from kgpress.cli import main

    monkeypatch.setattr(local, "connect", lambda *_: session_client)

    def run(*args: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["kgpress", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run
