"""The exported file: small, checked, and nothing but the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from compressor.model import export_onnx, shrink
from kgpress.errors import ModelError

from .conftest import Export, fresh


def test_overhead_beside_the_weights(rows: np.ndarray, tmp_path: Path) -> None:
    """A file of 12 KB must not spend a tenth of it on names."""
    module = nn.Sequential(
        nn.Conv1d(1, 8, 8, padding="same"), nn.ReLU(), nn.Flatten(), nn.Linear(192, 3)
    ).eval()
    path = tmp_path / "m.onnx"
    export_onnx(module, rows[:2], path)
    weights = 4 * sum(p.numel() for p in module.parameters())
    assert path.stat().st_size - weights < 600


def test_batch_norm_is_folded_or_kept(rows: np.ndarray, tmp_path: Path) -> None:
    module = fresh("resnet")
    folded, kept = tmp_path / "folded.onnx", tmp_path / "kept.onnx"
    export_onnx(module, rows[:2], folded)
    export_onnx(module, rows[:2], kept, keep_batch_norm=True)

    def norms(path: Path) -> int:
        return sum(n.op_type == "BatchNormalization" for n in onnx.load(path).graph.node)

    assert norms(kept) == sum(isinstance(m, nn.BatchNorm1d) for m in module.modules())
    assert norms(folded) < norms(kept)
    outputs = [
        onnxruntime.InferenceSession(str(p), providers=["CPUExecutionProvider"]).run(None, {"input": rows})[0]
        for p in (folded, kept)
    ]
    np.testing.assert_allclose(outputs[0], outputs[1], atol=1e-5)


def test_the_module_s_mode_is_left_alone(rows: np.ndarray, tmp_path: Path) -> None:
    module = fresh("fcn").train()
    export_onnx(module, rows[:2], tmp_path / "m.onnx")
    assert module.training


def test_shrinking_keeps_the_function(exported: Export, rows: np.ndarray, tmp_path: Path) -> None:
    path = exported("resnet", fresh("resnet"), "tracing", torch.from_numpy(rows[:2]))
    model = onnx.load(path)
    shrink(model)
    onnx.checker.check_model(model, full_check=True)
    small = tmp_path / "small.onnx"
    onnx.save(model, small)
    assert small.stat().st_size < path.stat().st_size
    runs = [
        onnxruntime.InferenceSession(str(p), providers=["CPUExecutionProvider"]).run(None, {"series": rows})[
            0
        ]
        for p in (path, small)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])


def test_what_cannot_be_exported_is_refused_in_a_sentence(rows: np.ndarray, tmp_path: Path) -> None:
    class Unknown(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.linalg.eigvals(x.transpose(1, 2) @ x).real

    with pytest.raises(ModelError, match="cannot be exported") as refused:
        export_onnx(Unknown(), rows[:2], tmp_path / "m.onnx")
    assert "\n" not in str(refused.value)
