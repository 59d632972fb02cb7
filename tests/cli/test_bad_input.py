"""Bad input: one sentence that names the fault and the remedy, an exit code, nothing half-written."""

from __future__ import annotations

import errno
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

COMPRESS = ("--hardware", "x86-cpu", "--max-drop", "1pt", "--strategy", "C4")


@pytest.fixture
def refused(shell, tmp_path) -> Callable[..., str]:
    """Runs a compression that must be refused and returns what it said."""

    def run(model: Path, *args: object) -> str:
        out = tmp_path / "out"
        ran = shell("compress", model, *args, *COMPRESS, "--out", out)
        assert ran.code == 2, ran.err
        assert "Traceback" not in ran.err
        sentences = [line for line in ran.err.splitlines() if line.startswith("kgpress: ")]
        assert len(sentences) == 1, ran.err
        assert ";" in sentences[0], f"no remedy: {sentences[0]}"
        assert list(out.iterdir()) == []
        return sentences[0]

    return run


def variant(data: Path, target: Path, **changes: np.ndarray | None) -> Path:
    arrays = dict(np.load(data)) | changes
    np.savez(target, **{name: array for name, array in arrays.items() if array is not None})
    return target


def test_not_a_model(refused, model_and_data, tmp_path) -> None:
    file = tmp_path / "model.onnx"
    file.write_text("this is no model")
    assert "model.onnx" in refused(file, "--data", model_and_data[1])


def test_truncated_onnx(refused, model_and_data, tmp_path) -> None:
    file = tmp_path / "cut.onnx"
    whole = model_and_data[0].read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert "cut.onnx" in refused(file, "--data", model_and_data[1])


@pytest.mark.parametrize("location", ["../secret.bin", "{absolute}"])
def test_external_data_outside_its_folder(refused, model_and_data, tmp_path, location: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\0" * 100_000)
    model = onnx.load(model_and_data[0])
    tensor = model.graph.initializer[0]
    size = len(onnx.numpy_helper.to_array(tensor).tobytes())
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"location": location.format(absolute=secret), "length": str(size)}.items():
        tensor.external_data.add(key=key, value=value)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    said = refused(folder / "model.onnx", "--data", model_and_data[1])
    assert "outside the model's folder" in said


def test_pickle_without_consent(refused, model_and_data, tmp_path) -> None:
    class Mark:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "code-was-run",))

    file = tmp_path / "model.pkl"
    file.write_bytes(pickle.dumps(Mark()))
    assert "--allow-pickle" in refused(file, "--data", model_and_data[1]).replace(
        "allow_pickle", "--allow-pickle"
    )
    assert not (tmp_path / "code-was-run").exists()


def test_zip_slip(refused, model_and_data, tmp_path) -> None:
    file = tmp_path / "model.pt2"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../slipped.txt", "x")
        archive.writestr("archive_format", "pt2")
    refused(file, "--data", model_and_data[1])
    assert not (tmp_path.parent.parent / "slipped.txt").exists()


def test_missing_files(refused, model_and_data, tmp_path) -> None:
    assert "none.onnx" in refused(tmp_path / "none.onnx", "--data", model_and_data[1])
    assert "none.npz" in refused(model_and_data[0], "--data", tmp_path / "none.npz")


def broken(data: Path) -> dict[str, tuple[dict[str, np.ndarray | None], str]]:
    arrays = dict(np.load(data))
    nan = arrays["x_train"].copy()
    nan[3, 0, 5] = np.nan
    infinite = arrays["x_val"].copy()
    infinite[0, 0, 0] = np.inf
    return {
        "nan": ({"x_train": nan}, "NaN"),
        "infinity": ({"x_val": infinite}, "Inf"),
        "labels out of range": ({"y_val": arrays["y_val"] + 7}, "label"),
        "shape": ({"x_train": arrays["x_train"][:, :, :20]}, "shape"),
        "text": ({"x_train": arrays["x_train"].astype(str)}, "x_train"),
        "objects": ({"x_train": arrays["x_train"].astype(object)}, "x_train"),
        "empty": ({"x_test": arrays["x_test"][:0], "y_test": arrays["y_test"][:0]}, "empty"),
        "one class": ({f"y_{n}": np.zeros_like(arrays[f"y_{n}"]) for n in ("train", "val", "test")}, "class"),
        "unequal counts": ({"y_train": arrays["y_train"][:-1]}, "rows"),
    }


@pytest.mark.parametrize(
    "fault",
    [
        "nan",
        "infinity",
        "labels out of range",
        "shape",
        "text",
        "objects",
        "empty",
        "one class",
        "unequal counts",
    ],
)
def test_bad_data(refused, model_and_data, tmp_path, fault: str) -> None:
    model, data = model_and_data
    changes, said = broken(data)[fault]
    file = variant(data, tmp_path / "bad.npz", **changes)
    assert said.lower() in refused(model, "--data", file).lower()


def test_an_impossible_limit_returns_the_best_and_says_so(shell, model_and_data, tmp_path) -> None:
    model, data = model_and_data
    ran = shell("compress", model, "--data", data, *COMPRESS, "--max-size", "100B", "--out", tmp_path)
    assert ran.code == 3, ran.err
    assert "LIMITS NOT MET" in " ".join(ran.out.split())
    assert (tmp_path / "model.onnx").stat().st_size > 100
    assert '"limits_not_met"' in (tmp_path / "report.json").read_text()


def test_a_full_disk_leaves_nothing_half_written(
    shell, session_client, model_and_data, tmp_path, monkeypatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(session_client, "download", full)
    model, data = model_and_data
    ran = shell("compress", model, "--data", data, *COMPRESS, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "No space left" in ran.err
    assert "kgpress jobs fetch" in ran.err
    assert list((tmp_path / "out").iterdir()) == []


def test_an_absent_server_is_said(shell) -> None:
    ran = shell("jobs", "list", "--server", "127.0.0.1:9")
    assert ran.code == 6
    assert "server" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("cypher", ["CREATE (n:Domain {name: 'x'})", "MATCH (n) DETACH DELETE n", "MATCH (n"])
def test_the_analysts_query_only_reads(shell, cypher: str) -> None:
    before = shell("graph", "query", "MATCH (n) RETURN count(n) AS n", "--csv").out
    ran = shell("graph", "query", cypher)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert shell("graph", "query", "MATCH (n) RETURN count(n) AS n", "--csv").out == before


def test_data_without_labels_cannot_be_pruned_and_says_so(shell, model_and_data, tmp_path) -> None:
    model, data = model_and_data
    unlabelled = variant(data, tmp_path / "x.npz", y_train=None, y_val=None, y_test=None)
    ran = shell(
        "compress", model, "--data", unlabelled, "--hardware", "x86-cpu", "--metric", "agreement",
        "--strategy", "C2(ratio=0.5,epochs=20)", "--out", tmp_path / "out",
    )  # fmt: skip
    assert ran.code in (2, 4)
    assert "label" in ran.err


def test_where_nothing_is_better_the_base_is_kept_and_returned(shell, model_and_data, tmp_path) -> None:
    model, data = model_and_data
    strategy = "C2(ratio=0.95,epochs=0)"
    ran = shell(
        "compress", model, "--data", data, "--hardware", "x86-cpu", "--max-drop", "1pt",
        "--strategy", strategy, "--out", tmp_path,
    )  # fmt: skip
    assert ran.code == 3, ran.err
    assert "base model is kept" in " ".join(ran.out.split())
    assert (tmp_path / "model.onnx").read_bytes() == model.read_bytes()
