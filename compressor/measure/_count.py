"""Parameters and MACs read from the exported file.

Conventions. A parameter is one number of a constant tensor that an operator multiplies, adds or
looks up: weights, biases, batch norm's four vectors, whatever their type. Scales and zero points of
quantization are not parameters, and neither are shapes, axes, pads and other constants that only
steer an operator. One MAC is one multiply-add of one sample; counted are convolutions and matrix
products, biases and elementwise operators are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import numpy_helper

#: Inputs by position that hold parameters; other operators hold none.
_WEIGHTS: dict[str, tuple[int, ...]] = {
    "Conv": (1, 2),
    "ConvTranspose": (1, 2),
    "ConvInteger": (1,),
    "QLinearConv": (3, 8),
    "Gemm": (1, 2),
    "MatMul": (0, 1),
    "MatMulInteger": (0, 1),
    "QLinearMatMul": (0, 3),
    "Add": (0, 1),
    "Sub": (0, 1),
    "Mul": (0, 1),
    "Div": (0, 1),
    "PRelu": (1,),
    "Gather": (0,),
    "BatchNormalization": (1, 2, 3, 4),
    "InstanceNormalization": (1, 2),
    "LayerNormalization": (1, 2),
    "GroupNormalization": (1, 2),
    "LSTM": (1, 2, 3, 7),
    "GRU": (1, 2, 3),
    "RNN": (1, 2, 3),
    "Einsum": (0, 1),
}
_PASSING = {"DequantizeLinear", "Identity", "Cast", "Reshape", "Transpose", "Unsqueeze", "Squeeze", "Flatten"}


_Counter = Callable[[onnx.NodeProto, dict[str, list[int]]], int]


@dataclass(frozen=True)
class Counts:
    parameters: int
    nonzero_parameters: int
    #: Of one sample; None where a shape cannot be inferred.
    macs: int | None


def count(path: Path) -> Counts:
    """Counts of an ONNX file; external data is not needed for MACs, and read for zeros."""
    model = onnx.load(path)
    tensors = _weight_tensors(model.graph)
    sizes = [math.prod(t.dims) for t in tensors]
    zeros = sum(int((numpy_helper.to_array(t) == 0).sum()) for t in tensors)
    return Counts(sum(sizes), sum(sizes) - zeros, _macs(model))


def count_parameters(path: Path) -> tuple[int, int]:
    """(all, nonzero) parameters of an ONNX file."""
    counts = count(path)
    return counts.parameters, counts.nonzero_parameters


def count_macs(path: Path) -> int | None:
    """MACs of one sample; None where a shape cannot be inferred."""
    return _macs(onnx.load(path))


def _weight_tensors(graph: onnx.GraphProto) -> list[onnx.TensorProto]:
    constants = {t.name: t for t in graph.initializer}
    origin: dict[str, str] = {}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            constants[node.output[0]] = node.attribute[0].t
        elif (
            node.op_type in _PASSING and node.input and origin.get(node.input[0], node.input[0]) in constants
        ):
            origin[node.output[0]] = origin.get(node.input[0], node.input[0])
    found: dict[str, onnx.TensorProto] = {}
    for node in graph.node:
        for position in _WEIGHTS.get(node.op_type, ()):
            if position < len(node.input):
                name = origin.get(node.input[position], node.input[position])
                if name in constants:
                    found[name] = constants[name]
    return list(found.values())


def _macs(model: onnx.ModelProto) -> int | None:
    inferred = onnx.shape_inference.infer_shapes(_one_sample(model), data_prop=True)
    graph = inferred.graph
    shapes: dict[str, list[int]] = {t.name: list(t.dims) for t in graph.initializer}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        if value.type.tensor_type.HasField("shape"):
            shapes[value.name] = [d.dim_value for d in value.type.tensor_type.shape.dim]
    total = 0
    for node in graph.node:
        if node.op_type not in _MACS:
            continue
        try:
            macs = _MACS[node.op_type](node, shapes)
        except (KeyError, IndexError):
            return None
        if macs <= 0:
            return None
        total += macs
    return total


def _one_sample(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy with batch 1 at the inputs and nothing said of shapes inside."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    constants = {t.name for t in copy.graph.initializer}
    for value in copy.graph.input:
        dims = value.type.tensor_type.shape.dim
        if value.name not in constants and dims:
            dims[0].dim_value = 1
    for value in copy.graph.output:
        dims = value.type.tensor_type.shape.dim
        if dims and dims[0].dim_param:
            dims[0].dim_value = 1
    del copy.graph.value_info[:]
    return copy


def _conv_at(weight: int) -> _Counter:
    def macs(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
        kernel = shapes[node.input[weight]][1:]  # input channels per group, then the window
        return math.prod(shapes[node.output[0]]) * math.prod(kernel)

    return macs


def _conv_transpose(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
    return math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:])


def _gemm(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
    transposed = any(a.name == "transA" and a.i for a in node.attribute)
    return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][0 if transposed else -1]


def _matmul(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
    return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]


_MACS = {
    "Conv": _conv_at(1),
    "ConvInteger": _conv_at(1),
    "QLinearConv": _conv_at(3),
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "QLinearMatMul": _matmul,
}
