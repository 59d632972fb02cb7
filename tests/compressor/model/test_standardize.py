"""ONNX -> PyTorch: the same function, the same weights, the same names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper, numpy_helper
from torch import nn

from compressor.model import _standardize as under_test
from compressor.model import export_onnx, layers, read_model, standardize
from kgpress.errors import ModelError

from .conftest import LENGTH, Export, fresh

HOW = [
    "tracing",
    "batch norm kept",
    "fixed batch",
    "old opset",
    pytest.param("dynamo", marks=pytest.mark.slow),
]


def run(path: Path, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    fixed = session.get_inputs()[0].shape[0]
    parts = [x] if not isinstance(fixed, int) else [x[i : i + fixed] for i in range(0, len(x), fixed)]
    return np.concatenate([session.run(None, {name: part})[0] for part in parts])


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("arch", ["fcn", "resnet"])
def test_what_pytorch_exports_becomes_the_same_module(
    arch: str, how: str, exported: Export, rows: np.ndarray, tmp_path: Path
) -> None:
    module = fresh(arch)
    path = exported(arch, module, how, torch.from_numpy(rows[:2]))
    standard = standardize(read_model(path), rows, tmp_path)
    with torch.no_grad():
        want, got = module(torch.from_numpy(rows)), standard.module(torch.from_numpy(rows))
    np.testing.assert_allclose(got, want, atol=1e-5, rtol=1e-4)
    np.testing.assert_allclose(run(path, rows), want, atol=1e-5, rtol=1e-4)
    assert standard.parity_max_abs < 1e-5
    if how == "batch norm kept":
        assert standard.trainable_parameters == sum(p.numel() for p in module.parameters())
        statistics = sum(b.numel() for n, b in module.named_buffers() if "running" in n)
        assert standard.non_trainable_parameters == statistics


def test_round_trip_keeps_names_function_and_takes_any_batch(
    exported: Export, rows: np.ndarray, tmp_path: Path
) -> None:
    path = exported("resnet", fresh("resnet"), "fixed batch", torch.from_numpy(rows[:2]))
    standard = standardize(read_model(path), rows, tmp_path)
    assert standard.input_names == ["series"]
    assert standard.output_names == ["scores"]
    again = tmp_path / "again.onnx"
    export_onnx(standard.module, rows[:2], again, standard.input_names, standard.output_names)
    assert [v.name for v in onnx.load(again).graph.input] == ["series"]
    assert [v.name for v in onnx.load(again).graph.output] == ["scores"]
    np.testing.assert_allclose(run(again, rows), run(path, rows), atol=1e-5)
    assert again.stat().st_size < path.stat().st_size


def test_every_weight_can_be_trained(exported: Export, rows: np.ndarray, tmp_path: Path) -> None:
    """A vector that the exporter leaves loose is a parameter, not a buffer, and gets a gradient."""

    class Loose(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.rand(LENGTH) + 0.5)
            self.head = nn.Linear(LENGTH, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(torch.tanh(x * self.scale)).flatten(1)

    path = exported("loose", Loose().eval(), "tracing", torch.from_numpy(rows[:2]))
    standard = standardize(read_model(path), rows, tmp_path)
    standard.module(torch.from_numpy(rows)).square().sum().backward()
    assert standard.trainable_parameters == LENGTH + LENGTH * 3 + 3
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in standard.module.parameters())


def test_a_layer_used_twice_stays_one_layer(exported: Export, tmp_path: Path) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(16, 16)
            self.head = nn.Linear(16, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.inner(torch.relu(self.inner(x)))).mean(1)

    x = np.random.default_rng(0).normal(size=(4, 5, 16)).astype(np.float32)
    path = exported("twice", Twice().eval(), "tracing", torch.from_numpy(x[:2]))
    standard = standardize(read_model(path), x, tmp_path)
    assert standard.trainable_parameters == 16 * 16 + 16 + 16 * 3 + 3
    linear = [m for m in standard.module.modules() if isinstance(m, nn.Linear)]
    assert linear[0].weight is linear[1].weight
    assert linear[0].bias is linear[1].bias


def test_equal_batch_norms_are_not_tied(exported: Export, rows: np.ndarray, tmp_path: Path) -> None:
    """Exporters merge equal vectors; training would otherwise move both norms at once."""
    module = nn.Sequential(
        nn.Conv1d(1, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.Conv1d(4, 4, 3), nn.BatchNorm1d(4), nn.Flatten()
    ).eval()
    path = exported("equal norms", module, "batch norm kept", torch.from_numpy(rows[:2]))
    standard = standardize(read_model(path), rows, tmp_path)
    norms = [m for m in standard.module.modules() if isinstance(m, nn.BatchNorm1d)]
    assert len(norms) == 2
    assert norms[0].weight is not norms[1].weight
    assert standard.trainable_parameters == sum(p.numel() for p in module.parameters())


def test_a_pytorch_source_keeps_batch_norm_for_training(rows: np.ndarray, tmp_path: Path) -> None:
    source = read_model(None, factory=lambda: fresh("fcn"))
    standard = standardize(source, rows, tmp_path)
    assert sum(isinstance(m, nn.BatchNorm1d) for m in standard.module.modules()) == 3
    # What "base" is measured on is what would be deployed: batch norm folded.
    assert not any(n.op_type == "BatchNormalization" for n in onnx.load(standard.onnx_path).graph.node)


def test_a_wrong_layer_is_refused_by_name(
    exported: Export, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that is wrong from the third layer on: the refusal names that layer."""
    path = exported("fcn", fresh("fcn"), "tracing", torch.from_numpy(rows[:2]))
    monkeypatch.setitem(
        layers.LAYERS, "ReduceMean", lambda node, graph: (layers.Mean((-1,), True), node.input_values[:1])
    )
    with pytest.raises(ModelError, match=r"(does not run|differs).*") as refused:
        standardize(read_model(path), rows, tmp_path)
    assert "ReduceMean" in str(refused.value)


def test_a_slightly_wrong_weight_is_refused_by_name(
    exported: Export, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = exported("fcn", fresh("fcn"), "tracing", torch.from_numpy(rows[:2]))
    convert = under_test.convert

    def spoiled(model: onnx.ModelProto) -> torch.fx.GraphModule:
        module = convert(model)
        [m for m in module.modules() if isinstance(m, nn.Conv1d)][1].weight.data *= 1.01
        return module

    monkeypatch.setattr(under_test, "convert", spoiled)
    second = [n.name for n in onnx.load(path).graph.node if n.op_type == "Conv"][1]
    with pytest.raises(ModelError, match="differs from the original") as refused:
        standardize(read_model(path), rows, tmp_path)
    assert f"{second!r} (Conv)" in refused.value.message


def test_a_lost_weight_is_refused_by_name(
    exported: Export, rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = exported("fcn", fresh("fcn"), "tracing", torch.from_numpy(rows[:2]))
    convert = under_test.convert

    def spoiled(model: onnx.ModelProto) -> torch.fx.GraphModule:
        module = convert(model)
        next(m for m in module.modules() if isinstance(m, nn.Conv1d)).bias = None
        return module

    monkeypatch.setattr(under_test, "convert", spoiled)
    with pytest.raises(ModelError, match=r"265027|weights where the original has") as refused:
        standardize(read_model(path), rows, tmp_path)
    assert "(Conv)" in refused.value.message


def test_a_recurrent_layer_is_refused_by_name(exported: Export, tmp_path: Path) -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.LSTM(4, 8, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.memory(x)[0][:, -1]

    x = np.zeros((3, 5, 4), np.float32)
    path = exported("lstm", Recurrent().eval(), "tracing", torch.from_numpy(x[:2]))
    with pytest.raises(ModelError, match="'/memory/LSTM' \\(LSTM\\) cannot be converted") as refused:
        standardize(read_model(path), x, tmp_path)
    assert "not supported yet" in refused.value.remedy


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_of_opset_20(approximate: str, tmp_path: Path) -> None:
    path = tmp_path / "gelu.onnx"
    node = helper.make_node("Gelu", ["x"], ["y"], name="gelu", approximate=approximate)
    onnx.save(_graph([node], [], ["b", 5], ["b", 5], opset=20), path)
    x = np.linspace(-3, 3, 20, dtype=np.float32).reshape(4, 5)
    standard = standardize(read_model(path), x, tmp_path)
    want = nn.functional.gelu(torch.from_numpy(x), approximate=approximate)
    np.testing.assert_allclose(standard.module(torch.from_numpy(x)), want, atol=1e-6)


@pytest.mark.parametrize(("mode", "stride"), [("SAME_UPPER", 1), ("SAME_LOWER", 1), ("SAME_UPPER", 2)])
def test_padding_that_keeps_the_size(mode: str, stride: int, tmp_path: Path) -> None:
    weight = np.random.default_rng(0).normal(size=(4, 2, 8)).astype(np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="c", auto_pad=mode, strides=[stride])
    path = tmp_path / "same.onnx"
    onnx.save(_graph([node], [("w", weight)], ["b", 2, 24], ["b", 4, 24 // stride]), path)
    x = np.random.default_rng(1).normal(size=(3, 2, 24)).astype(np.float32)
    standard = standardize(read_model(path), x, tmp_path)
    np.testing.assert_allclose(standard.module(torch.from_numpy(x)).detach(), run(path, x), atol=1e-5)


def _graph(
    nodes: list[onnx.NodeProto],
    weights: list[tuple[str, np.ndarray]],
    shape_in: list[str | int],
    shape_out: list[str | int],
    opset: int = 17,
) -> onnx.ModelProto:
    float32 = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", float32, shape_in)],
        [helper.make_tensor_value_info("y", float32, shape_out)],
        [numpy_helper.from_array(value, name) for name, value in weights],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
