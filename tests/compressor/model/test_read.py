"""Reading: by content, with care, and a one-sentence refusal for everything else."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from compressor.data import load_data
from compressor.model import _archive, fit_source, read_model, standardize
from kgpress.errors import ConsentNeeded, InvalidInput, ModelError, TooLarge

from .conftest import LENGTH, Export, fresh


@pytest.fixture
def onnx_file(exported: Export, rows: np.ndarray) -> Path:
    return exported("fcn", fresh("fcn"), "tracing", torch.from_numpy(rows[:2]))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, rows: np.ndarray) -> dict[str, Path]:
    """One small model in PyTorch's own formats."""
    folder = tmp_path_factory.mktemp("saved")
    module = small()
    x = torch.from_numpy(rows[:2])
    paths = {
        name: folder / name for name in ("state.pt", "script.pt", "whole.pt", "old.pt", "st.safetensors")
    }
    torch.save(module.state_dict(), paths["state.pt"])
    torch.save(module, paths["whole.pt"])
    torch.save(module.state_dict(), paths["old.pt"], _use_new_zipfile_serialization=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(module, x).save(str(paths["script.pt"]))
    paths["st.safetensors"].write_bytes(as_safetensors(module.state_dict()))
    paths["program.pt2"] = folder / "program.pt2"
    program = torch.export.export(module, (x,), dynamic_shapes=({0: torch.export.Dim("b", min=1, max=4096)},))
    torch.export.save(program, paths["program.pt2"])
    return paths


def as_safetensors(state: dict[str, torch.Tensor]) -> bytes:
    """As the format's own description has it."""
    header, data = {}, b""
    for name, tensor in state.items():
        content = tensor.numpy().tobytes()
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        extent = [len(data), len(data) + len(content)]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": extent}
        data += content
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return len(text).to_bytes(8, "little") + text + data


def small() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv1d(1, 4, 5, padding=2), nn.BatchNorm1d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * LENGTH, 3)
    ).eval()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("state.pt", "state_dict"),
        ("old.pt", "pickle"),
        ("st.safetensors", "safetensors"),
        ("script.pt", "torchscript"),
        ("program.pt2", "pt2"),
    ],
)
def test_pytorch_formats_by_content(
    name: str, kind: str, saved: dict[str, Path], rows: np.ndarray, tmp_path: Path
) -> None:
    """Under a name that says nothing, without consent, and with the same outputs."""
    path = Path(shutil.copy(saved[name], tmp_path / "model.bin"))
    source = read_model(path, factory=small)
    assert source.format == kind
    data = load_data(lambda: {"x_train": rows[:, 0], "y_train": np.arange(6) % 3})
    fitted = fit_source(source, data)
    assert fitted.sample.shape[1:] == (1, LENGTH)
    standard = standardize(source, fitted.sample, tmp_path / "work")
    with torch.no_grad():
        want, got = small()(torch.from_numpy(rows)), standard.module(torch.from_numpy(rows))
    np.testing.assert_allclose(got, want, atol=1e-5)


def test_a_state_dict_needs_its_factory(saved: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="holds weights only"):
        read_model(saved["state.pt"])
    with pytest.raises(ModelError, match="do not fit"):
        read_model(saved["state.pt"], factory=lambda: nn.Linear(2, 2))
    with pytest.raises(InvalidInput, match="cannot be imported"):
        read_model(saved["state.pt"], factory="no_such_module:build")
    with pytest.raises(InvalidInput, match="not a factory"):
        read_model(saved["state.pt"], factory="no colon")


def test_a_whole_pickled_module_needs_consent(saved: dict[str, Path]) -> None:
    with pytest.raises(ConsentNeeded, match="more than weights"):
        read_model(saved["whole.pt"])
    assert isinstance(read_model(saved["whole.pt"], allow_pickle=True).torch_module, nn.Module)


class _Payload:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("name", ["plain.pkl", "zipped.pt", "old.pt"])
def test_a_hostile_pickle_is_not_run(name: str, tmp_path: Path) -> None:
    target, path = tmp_path / "ran", tmp_path / name
    if name == "plain.pkl":
        path.write_bytes(pickle.dumps(_Payload(target)))
    else:
        torch.save({"w": _Payload(target)}, path, _use_new_zipfile_serialization=name == "zipped.pt")
    with pytest.raises((ConsentNeeded, ModelError)):
        read_model(path, factory=small)
    assert not target.exists()


def rewritten(
    source: Path, target: Path, changes: dict[str, bytes], added: dict[str, bytes] | None = None
) -> Path:
    """A copy of an archive with entries replaced by their ending, and others added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        root = old.namelist()[0].partition("/")[0]
        for info in old.infolist():
            ending = next((e for e in changes if info.filename.endswith(e)), None)
            new.writestr(info.filename, changes[ending] if ending else old.read(info))
        for name, content in (added or {}).items():
            new.writestr(f"{root}/{name}", content)
    return target


def test_a_program_with_a_pickle_inside_needs_consent(saved: dict[str, Path], tmp_path: Path) -> None:
    """torch.export.load would fall back to plain unpickling of the sample inputs."""
    import io

    buffer = io.BytesIO()
    torch.save((_Payload(tmp_path / "ran"),), buffer)
    path = rewritten(saved["program.pt2"], tmp_path / "m.pt2", {"sample_inputs/model.pt": buffer.getvalue()})
    with pytest.raises(ConsentNeeded, match="a pickle"):
        read_model(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda node: node.update(target="torch.os.system"), "torch.os.system"),
        (lambda node: node.update(target="_operator.__class__.x"), "_operator.__class__.x"),
        (lambda node: node.update(target="torch.ops.aten.__init__.__globals__"), "__globals__"),
        (lambda node: node.update(expr_str="__import__('os').mkdir('ran')"), "an expression"),
        (lambda node: node.update(use_pickle=True), "pickled weights"),
    ],
)
def test_code_in_a_program_needs_consent(
    change: object, reason: str, saved: dict[str, Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(saved["program.pt2"]) as archive:
        name = next(n for n in archive.namelist() if n.endswith("models/model.json"))
        program = json.loads(archive.read(name))
    change(program["graph_module"]["graph"]["nodes"][0])  # type: ignore[operator]
    path = rewritten(
        saved["program.pt2"], tmp_path / "m.pt2", {"models/model.json": json.dumps(program).encode()}
    )
    with pytest.raises(ConsentNeeded, match=reason):
        read_model(path)


def test_compiled_code_in_a_program_needs_consent(saved: dict[str, Path], tmp_path: Path) -> None:
    path = rewritten(
        saved["program.pt2"], tmp_path / "m.pt2", {}, {"data/aotinductor/model/a.so": b"\x7fELF"}
    )
    with pytest.raises(ConsentNeeded, match="compiled code"):
        read_model(path)


@pytest.mark.parametrize("entry", ["../../out", "/tmp/out", "C:\\out", "a/../../out"])
@pytest.mark.parametrize("name", ["program.pt2", "script.pt"])
def test_an_entry_that_leads_out_is_refused(
    entry: str, name: str, saved: dict[str, Path], tmp_path: Path
) -> None:
    path = Path(shutil.copy(saved[name], tmp_path / name))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, b"x")
    with pytest.raises(ModelError, match="leads out of it"):
        read_model(path)


def test_a_link_in_an_archive_is_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(saved["script.pt"], tmp_path / "m.pt"))
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="leads out of it"):
        read_model(path)


def test_an_archive_that_swells_is_refused(
    saved: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive, "MAX_BYTES", 1000)
    with pytest.raises(TooLarge, match="unpacks to"):
        read_model(saved["script.pt"])


def test_a_script_that_reads_files_needs_consent(saved: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(saved["script.pt"]) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".py"))
        program = archive.read(name) + b"\n    x = torch.from_file('/etc/passwd')\n"
    path = rewritten(saved["script.pt"], tmp_path / "m.pt", {name: program})
    with pytest.raises(ConsentNeeded, match=r"torch\.from_file"):
        read_model(path)


@pytest.mark.parametrize(
    "content", [b"", b"not a model", b"\x00" * 500, b"\x80\x02}q\x00.", b"PK\x03\x04cut", b"{}"]
)
def test_what_is_no_model_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx is not a") as refused:
        read_model(path)
    assert refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("name", ["onnx", "state.pt", "script.pt", "program.pt2", "st.safetensors", "old.pt"])
def test_cut_files_are_refused(
    name: str, share: float, saved: dict[str, Path], onnx_file: Path, tmp_path: Path
) -> None:
    whole = onnx_file if name == "onnx" else saved[name]
    path = tmp_path / whole.name
    content = whole.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError) as refused:
        read_model(path, factory=small)
    assert "\n" not in str(refused.value)


def test_a_missing_file_and_an_unknown_format(tmp_path: Path, onnx_file: Path) -> None:
    with pytest.raises(ModelError, match="there is no model file"):
        read_model(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match="unknown model format"):
        read_model(onnx_file, format="keras")
    with pytest.raises(ModelError, match="no model was given"):
        read_model(None)


@pytest.mark.parametrize(
    "location", ["../weights.bin", "/etc/hostname", "a/../../weights.bin", "C:\\weights.bin"]
)
def test_external_data_outside_the_folder_is_refused(location: str, onnx_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "weights.bin").write_bytes(b"\0" * 10**6)
    path = folder / "m.onnx"
    model = onnx.load(onnx_file)
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="outside the model's folder"):
        read_model(path)


def test_external_data_through_a_link_is_refused(onnx_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    path = folder / "m.onnx"
    onnx.save(onnx.load(onnx_file), path, save_as_external_data=True, location="w.bin", size_threshold=0)
    (folder / "w.bin").rename(tmp_path / "w.bin")
    (folder / "w.bin").symlink_to(tmp_path / "w.bin")
    with pytest.raises(ModelError, match="outside the model's folder"):
        read_model(path)


def test_external_data_beside_the_model_is_read(onnx_file: Path, rows: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    onnx.save(onnx.load(onnx_file), path, save_as_external_data=True, location="w.bin", size_threshold=0)
    standard = standardize(read_model(path), rows, tmp_path / "work")
    # One file, whose size is the model's size.
    assert standard.onnx_path.stat().st_size > 10**6
    (tmp_path / "w.bin").unlink()
    with pytest.raises(ModelError, match="is missing"):
        read_model(path)
