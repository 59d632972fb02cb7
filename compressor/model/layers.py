"""Layers in the form that compression works on; what is not named here onnx2torch converts.

Each function takes an ONNX node and returns the module with the names of the values it is called with,
or None where onnx2torch's own converter serves.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from onnx2torch.onnx_graph import OnnxGraph
from onnx2torch.onnx_node import OnnxNode
from torch import nn

Converted = tuple[nn.Module, tuple[str, ...]]


class Mean(nn.Module):
    """Mean over fixed axes: global pooling as exporters write it."""

    def __init__(self, dims: tuple[int, ...], keepdim: bool) -> None:
        super().__init__()
        self.dims = dims
        self.keepdim = keepdim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(self.dims, keepdim=self.keepdim)


class Reshape(nn.Module):
    """Reshape to a fixed shape; 0 keeps the dimension of the input."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(self.shape)])


def _mean(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    axes = node.attributes.get("axes")
    if not axes:
        return None
    return Mean(tuple(axes), bool(node.attributes.get("keepdims", 1))), node.input_values[:1]


def _reshape(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    shape = graph.initializers.get(node.input_values[1])
    if shape is None or node.attributes.get("allowzero", 0):
        return None
    return Reshape(tuple(int(d) for d in shape.to_torch())), node.input_values[:1]


def _matmul(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    """x @ W with a constant matrix is a linear layer, so pruning and low rank see it as one."""
    right = graph.initializers.get(node.input_values[1])
    if right is None:
        return None
    weight = right.to_torch()
    if weight.dim() != 2 or not weight.is_floating_point():
        return None
    linear = nn.Linear(weight.shape[0], weight.shape[1], bias=False, dtype=weight.dtype)
    linear.weight.data = weight.T.contiguous()
    return linear, node.input_values[:1]


def _gemm(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    """As onnx2torch does it, with the weight contiguous and a bias given as (1, n) understood."""
    attributes = node.attributes
    constant = [graph.initializers.get(name) for name in node.input_values[1:]]
    if attributes.get("transA", 0) or any(c is None for c in constant):
        return None
    weight = constant[0].to_torch() * attributes.get("alpha", 1.0)
    weight = weight if attributes.get("transB", 0) else weight.T
    bias = constant[1].to_torch() * attributes.get("beta", 1.0) if len(constant) > 1 else None
    if bias is not None:
        bias = bias.reshape(-1).expand(weight.shape[0]) if bias.numel() in (1, weight.shape[0]) else None
        if bias is None:
            return None
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
    linear.weight.data = weight.contiguous()
    if bias is not None:
        linear.bias.data = bias.clone()
    return linear, node.input_values[:1]


def _flatten(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    axis = node.attributes.get("axis", 1)
    return (nn.Flatten(1), node.input_values[:1]) if axis == 1 else None


def _global_average(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    value = graph.value_info.get(node.input_values[0])
    rank = len(value.type.tensor_type.shape.dim) if value is not None else 0
    return (Mean(tuple(range(2, rank)), True), node.input_values[:1]) if rank > 2 else None


def _conv(node: OnnxNode, graph: OnnxGraph) -> Converted | None:
    """Uneven padding that keeps the length is PyTorch's "same", which stays one layer."""
    attributes = node.attributes
    pads = attributes.get("pads") or []
    rank = len(pads) // 2
    constant = [graph.initializers.get(name) for name in node.input_values[1:]]
    if (
        pads[:rank] == pads[rank:]
        or set(attributes.get("strides", [1])) != {1}
        or any(c is None for c in constant)
    ):
        return None
    weight = constant[0].to_torch()
    dilations = attributes.get("dilations", [1] * rank)
    total = [(k - 1) * d for k, d in zip(weight.shape[2:], dilations, strict=True)]
    if pads != [t // 2 for t in total] + [t - t // 2 for t in total]:
        return None
    groups = attributes.get("group", 1)
    kinds: dict[int, Callable[..., nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
    conv = kinds[rank](
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        padding="same",
        dilation=tuple(dilations),
        groups=groups,
        bias=len(constant) > 1,
        dtype=weight.dtype,
    )
    state = {"weight": weight, "bias": constant[1].to_torch()} if len(constant) > 1 else {"weight": weight}
    conv.load_state_dict(state)
    return conv, node.input_values[:1]


LAYERS: dict[str, Callable[[OnnxNode, OnnxGraph], Converted | None]] = {
    "Conv": _conv,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": _global_average,
    "MatMul": _matmul,
    "ReduceMean": _mean,
    "Reshape": _reshape,
}
