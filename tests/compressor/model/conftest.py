"""Small models in every form that a user may have."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from compressor.baseline import build

LENGTH = 24


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def rows() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 1, LENGTH)).astype(np.float32)


def fresh(arch: str) -> nn.Module:
    """A baseline whose batch norms have seen data, so that folding them changes weights."""
    torch.manual_seed(0)
    model = build(arch, 1, 3)
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(16, 1, LENGTH) * 2 + 1)
    return model.eval()


Export = Callable[..., Path]


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """(module, how) -> ONNX as PyTorch writes it; made once per pair."""
    folder = tmp_path_factory.mktemp("exported")

    def export(name: str, module: nn.Module, how: str, sample: torch.Tensor) -> Path:
        path = folder / f"{name}-{how}.onnx"
        if path.exists():
            return path
        batch = {0: "batch"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if how == "dynamo":
                shapes = ({0: torch.export.Dim("batch")},)
                torch.onnx.export(
                    module,
                    (sample,),
                    path,
                    dynamo=True,
                    external_data=False,
                    verbose=False,
                    dynamic_shapes=shapes,
                )
            else:
                options = {
                    "tracing": {"dynamic_axes": {"series": batch, "scores": batch}},
                    "fixed batch": {},
                    "batch norm kept": {
                        "dynamic_axes": {"series": batch, "scores": batch},
                        "training": torch.onnx.TrainingMode.PRESERVE,
                        "do_constant_folding": False,
                    },
                    "old opset": {"opset_version": 11, "dynamic_axes": {"series": batch, "scores": batch}},
                }[how]
                torch.onnx.export(
                    module,
                    (sample[:1] if how == "fixed batch" else sample,),
                    str(path),
                    input_names=["series"],
                    output_names=["scores"],
                    dynamo=False,
                    **options,
                )
        return path

    return export
