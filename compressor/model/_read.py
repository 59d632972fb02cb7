"""Reads a model by what the file holds, not only by what it is called."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from compressor._factory import call_factory
from compressor.model._onnx_file import input_specs, load_onnx, not_a_model, output_specs
from compressor.model._torch_file import read_torch, sniff_torch
from kgpress.errors import ModelError
from kgpress.v1.types_pb2 import TensorSpec


@dataclass
class SourceModel:
    """A model as it was given; exactly one of ``onnx_path`` and ``torch_module`` is set.

    Attributes:
        format: "onnx", "pt2", "torchscript", "state_dict", "safetensors", "pickle" or "factory".
        bytes_hash: SHA-256 of the file (of the weights where a factory built the model).
        size_bytes: of the file, 0 where there is none.
        inputs, outputs: as the file declares them; empty where it does not (PyTorch).
    """

    path: Path | None
    format: str
    bytes_hash: str
    size_bytes: int = 0
    onnx_path: Path | None = None
    torch_module: Any | None = None
    input_names: list[str] = field(default_factory=lambda: ["input"])
    output_names: list[str] = field(default_factory=lambda: ["output"])
    inputs: list[TensorSpec] = field(default_factory=list)
    outputs: list[TensorSpec] = field(default_factory=list)


def read_model(
    path: Path | None,
    *,
    format: str = "",
    factory: Callable[[], torch.nn.Module] | str | None = None,
    allow_pickle: bool = False,
    sample: np.ndarray | None = None,
    workdir: Path | None = None,
) -> SourceModel:
    """Reads a model without running code from it, unless the caller consents.

    Args:
        path: the file; None where ``factory`` builds the whole model.
        format: forces a format of :data:`FORMATS`; empty means by content.
        factory: makes the module that a state dict belongs to: a callable or ``module:function``.
        allow_pickle: the caller knows that a pickle runs code, and wants it read.
        sample, workdir: not needed for reading; accepted so that all steps are called alike.

    Raises:
        ModelError: missing, unreadable, truncated, or not a model.
        ConsentNeeded: reading it would run code in it.
        TooLarge: over 2 GB.
    """
    if path is None:
        if factory is None:
            raise ModelError("no model was given", remedy="name a model file", field="model")
        return _from_module(call_factory(factory), None, "factory")
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"there is no model file {path.name!r}", remedy="check the path", field="model")
    if path.stat().st_size == 0:
        raise not_a_model(path)
    kind = format or sniff(path)
    if kind not in FORMATS:
        raise ModelError(
            f"unknown model format {kind!r}", remedy=f"use one of {', '.join(FORMATS)}", field="model"
        )
    if kind == "onnx":
        model = load_onnx(path)
        return SourceModel(
            path,
            "onnx",
            file_hash(path),
            path.stat().st_size,
            onnx_path=path,
            input_names=[s.name for s in input_specs(model)],
            output_names=[s.name for s in output_specs(model)],
            inputs=input_specs(model),
            outputs=output_specs(model),
        )
    module = read_torch(path, kind, factory=factory, allow_pickle=allow_pickle)
    return _from_module(module, path, kind)


#: Formats that can be read.
FORMATS = ("onnx", "pt2", "torchscript", "state_dict", "safetensors", "pickle")


def sniff(path: Path) -> str:
    """The format by content: a ZIP or pickle is PyTorch's, safetensors has its header, the rest is ONNX."""
    return sniff_torch(path) or "onnx"


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_module(module: Any, path: Path | None, kind: str) -> SourceModel:
    if path is not None:
        digest, size = file_hash(path), path.stat().st_size
    else:
        digest, size = _state_hash(module), 0
    return SourceModel(path, kind, digest, size, torch_module=module)


def _state_hash(module: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name}:{tensor.dtype}:{tuple(tensor.shape)};".encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()
