"""PyTorch files. Nothing is unpickled without consent.

TorchScript's own unpickler builds tensors and strings only, but its program may read and write files;
such programs are refused. ``torch.export.load`` falls back to plain unpickling, evaluates symbolic
expressions and looks operators up by name, so a .pt2 is looked through before it is loaded.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from compressor._factory import call_factory
from compressor.model import _archive
from compressor.model._onnx_file import MAX_BYTES, not_a_model
from compressor.model._safetensors import read_safetensors
from kgpress.errors import ConsentNeeded, KgpressError, ModelError, TooLarge

#: What the loaders raise for a file that is cut off or altered.
_DAMAGED = (
    AssertionError, AttributeError, EOFError, ImportError, IndexError, KeyError, OSError, RuntimeError,
    TypeError, ValueError, pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip
_PICKLE_MAGIC = b"\x80"
_CONSENT = "read it only if you trust its origin: allow pickles (--allow-pickle), or export it as ONNX"


def sniff_torch(path: Path) -> str:
    """The PyTorch format of a file by its content, or "" where it is none."""
    if zipfile.is_zipfile(path):
        return _archive.kind(path)
    with path.open("rb") as file:
        head = file.read(16)
    if head[:1] == _PICKLE_MAGIC and 2 <= head[1] <= 5:
        return "pickle"
    if len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < path.stat().st_size:
        return "safetensors"
    if head[:2] == b"PK":
        raise not_a_model(path)  # a ZIP whose end is missing
    return ""


def read_torch(
    path: Path,
    kind: str,
    *,
    factory: Callable[[], nn.Module] | str | None,
    allow_pickle: bool,
) -> Any:
    """A module, TorchScript module or exported module.

    Raises:
        ModelError, ConsentNeeded, TooLarge: as in :func:`compressor.model.read_model`.
    """
    if path.stat().st_size > MAX_BYTES:
        raise TooLarge(f"{path.name} is larger than 2 GB", remedy="give a smaller model", field="model")
    if kind in ("pt2", "torchscript"):
        _archive.check(path)
    try:
        return READERS[kind](path, factory, allow_pickle)
    except KgpressError:
        raise
    except _DAMAGED as error:
        raise not_a_model(path) from error


class _Program(nn.Module):
    """An exported program: its mode was fixed when it was exported, and asking for another is an error."""

    def __init__(self, program: nn.Module) -> None:
        super().__init__()
        self.program = program

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.program(*inputs)

    def train(self, mode: bool = True) -> _Program:
        self.training = mode
        return self


def _read_pt2(path: Path, factory: Any, allow_pickle: bool) -> nn.Module:
    if not allow_pickle:
        reasons = _archive.code_in_pt2(path)
        if reasons:
            raise ConsentNeeded(
                f"{path.name} holds {reasons[0]}, which runs code when read",
                remedy=_CONSENT,
                field="allow_pickle",
            )
    with path.open("rb") as file:
        return _Program(torch.export.load(file).module())


def _read_torchscript(path: Path, factory: Any, allow_pickle: bool) -> nn.Module:
    if not allow_pickle:
        call = _archive.file_access_in_torchscript(path)
        if call:
            raise ConsentNeeded(
                f"the TorchScript in {path.name} calls {call}, which reaches outside the model",
                remedy=_CONSENT,
                field="allow_pickle",
            )
    return torch.jit.load(str(path), map_location="cpu").eval()


def _read_state_dict(path: Path, factory: Any, allow_pickle: bool) -> nn.Module:
    """A ZIP of torch.save: weights only at first; whole pickled modules need consent."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not allow_pickle:
            raise ConsentNeeded(
                f"{path.name} is a pickle that holds more than weights", remedy=_CONSENT, field="allow_pickle"
            ) from error
        state = torch.load(path, map_location="cpu", weights_only=False)
    if isinstance(state, nn.Module):
        return state.eval()
    return _filled(path, state, factory)


def _read_safetensors(path: Path, factory: Any, allow_pickle: bool) -> nn.Module:
    return _filled(path, read_safetensors(path), factory)


def _filled(path: Path, state: Any, factory: Any) -> nn.Module:
    """The factory's module with the file's weights."""
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not any(isinstance(v, torch.Tensor) for v in state.values()):
        raise not_a_model(path)
    if factory is None:
        raise ModelError(
            f"{path.name} holds weights only",
            remedy="name the function that builds the module (--factory module:function)",
            field="model_factory",
        )
    module = call_factory(factory)
    if not isinstance(module, nn.Module):
        raise ModelError(
            f"the factory returned {type(module).__name__}, not a torch.nn.Module",
            remedy="return the module",
            field="model_factory",
        )
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ModelError(
            f"the weights in {path.name} do not fit the factory's module: {detail}",
            remedy="check that the factory builds the model that the weights are of",
            field="model_factory",
        ) from error
    return module.eval()


READERS: dict[str, Callable[[Path, Any, bool], nn.Module]] = {
    "pt2": _read_pt2,
    "torchscript": _read_torchscript,
    "state_dict": _read_state_dict,
    "pickle": _read_state_dict,
    "safetensors": _read_safetensors,
}
