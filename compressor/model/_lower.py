"""ONNX of any opset -> the plain form that the layers understand (opset 17 at most, constants resolved).

One small function per operator rewrites what newer opsets express differently. After it, the graph
claims opset 17 and has to pass the checker there, so nothing slips through half converted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from kgpress.errors import ModelError

#: Opset that the rewritten graph claims: the newest that onnx2torch converts as a whole.
TARGET_OPSET = 17
#: Older models are converted up to this one first.
OLDEST_OPSET = 13


@dataclass
class Lowering:
    """What the rewriting functions share."""

    constants: dict[str, np.ndarray]
    shapes: dict[str, list[int | None]]
    batch: int | None = None
    added: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, value: np.ndarray) -> str:
        name = f"kgpress_constant_{len(self.added)}"
        self.added.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        self.constants[name] = value
        return name

    def rank(self, name: str) -> int | None:
        shape = self.shapes.get(name)
        return None if shape is None else len(shape)


Rewrite = Callable[[Lowering, onnx.NodeProto], list[onnx.NodeProto]]


def lower(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function in the plain form; node names are kept, so that errors can name a layer.

    Raises:
        ModelError: an operator that has no equivalent, by name.
    """
    lowered = onnx.ModelProto()
    lowered.CopyFrom(model)
    opset = next((o.version for o in lowered.opset_import if o.domain in ("", "ai.onnx")), 0)
    if 0 < opset < OLDEST_OPSET:
        lowered = _convert_up(lowered, opset)
    graph = lowered.graph
    _drop_initializers_from_inputs(graph)
    _constants_to_initializers(graph)
    _skip_identities(graph)
    lowered = onnx.shape_inference.infer_shapes(lowered)
    graph = lowered.graph
    context = Lowering(constants(graph), _shapes(graph), _fixed_batch(graph))
    nodes: list[onnx.NodeProto] = []
    for position, node in enumerate(graph.node):
        node.name = node.name or f"{node.op_type}_{position}"
        rewrite = REWRITES.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        nodes += rewrite(context, node) if rewrite else [node]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(context.added)
    _drop_unused(graph)
    for entry in lowered.opset_import:
        if entry.domain in ("", "ai.onnx"):
            entry.version = min(entry.version, TARGET_OPSET)
    try:
        onnx.checker.check_model(lowered)
    except onnx.checker.ValidationError as error:
        raise ModelError(
            f"the model uses an operator that cannot be converted: {str(error).splitlines()[0][:200]}",
            remedy="export it with opset 17",
            field="model",
        ) from error
    return lowered


def constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    return {t.name: numpy_helper.to_array(t) for t in graph.initializer}


def attribute(node: onnx.NodeProto, name: str, default: Any = None) -> Any:
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def _convert_up(model: onnx.ModelProto, opset: int) -> onnx.ModelProto:
    try:
        return onnx.version_converter.convert_version(model, OLDEST_OPSET)
    except (RuntimeError, ValueError, onnx.version_converter.ConvertError) as error:
        raise ModelError(
            f"the model's opset {opset} cannot be converted to {OLDEST_OPSET}: {str(error)[:160]}",
            remedy=f"export it with opset {OLDEST_OPSET} or newer",
            field="model",
        ) from error


def _drop_initializers_from_inputs(graph: onnx.GraphProto) -> None:
    known = {t.name for t in graph.initializer}
    for value in [v for v in graph.input if v.name in known]:
        graph.input.remove(value)


def _constants_to_initializers(graph: onnx.GraphProto) -> None:
    outputs = {o.name for o in graph.output}
    for node in [n for n in graph.node if n.op_type == "Constant" and n.output[0] not in outputs]:
        value = node.attribute[0]
        if value.name == "value":
            array = numpy_helper.to_array(value.t)
        elif value.name in ("value_float", "value_floats"):
            array = np.asarray(helper.get_attribute_value(value), np.float32)
        elif value.name in ("value_int", "value_ints"):
            array = np.asarray(helper.get_attribute_value(value), np.int64)
        else:
            continue
        graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
        graph.node.remove(node)


def _skip_identities(graph: onnx.GraphProto) -> None:
    """Identities and (in evaluation) dropouts do nothing; exporters use them for shared weights."""
    outputs = {o.name for o in graph.output}
    alias: dict[str, str] = {}
    for node in list(graph.node):
        node.input[:] = [alias.get(name, name) for name in node.input]
        idle = node.op_type == "Identity" or (node.op_type == "Dropout" and len(node.output) == 1)
        if idle and node.output[0] not in outputs:
            alias[node.output[0]] = node.input[0]
            graph.node.remove(node)


def _shapes(graph: onnx.GraphProto) -> dict[str, list[int | None]]:
    shapes: dict[str, list[int | None]] = {}
    for value in [*graph.value_info, *graph.input, *graph.output]:
        tensor = value.type.tensor_type
        if tensor.HasField("shape"):
            shapes[value.name] = [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]
    for constant in graph.initializer:
        shapes[constant.name] = list(constant.dims)
    return shapes


def _fixed_batch(graph: onnx.GraphProto) -> int | None:
    dims = [v.type.tensor_type.shape.dim[0] for v in graph.input if v.type.tensor_type.shape.dim]
    fixed = {d.dim_value for d in dims if d.HasField("dim_value")}
    return fixed.pop() if len(fixed) == 1 and len(dims) == len(graph.input) else None


def _drop_unused(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input} | {o.name for o in graph.output}
    for tensor in [t for t in graph.initializer if t.name not in used]:
        graph.initializer.remove(tensor)


# One function per operator.


def _reduce(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Opset 18 made the axes an input; the plain form has them as an attribute."""
    if attribute(node, "axes") is not None:
        return [node]
    if len(node.input) < 2 or not node.input[1]:
        if attribute(node, "noop_with_empty_axes", 0):
            return [helper.make_node("Identity", [node.input[0]], list(node.output), name=node.name)]
        axes = None
    elif node.input[1] in context.constants:
        axes = [int(a) for a in np.atleast_1d(context.constants[node.input[1]])]
    else:
        return [node]
    keep = int(attribute(node, "keepdims", 1) or 0)
    settings: dict[str, Any] = {"keepdims": keep} | ({"axes": axes} if axes else {})
    return [helper.make_node(node.op_type, [node.input[0]], list(node.output), name=node.name, **settings)]


def _reshape(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """A constant shape with the batch written out keeps any batch; (N, -1) becomes Flatten."""
    target = context.constants.get(node.input[1])
    if target is None:
        return [node]
    shape = [int(d) for d in target]
    given = context.shapes.get(node.input[0])
    zero_is_copy = not attribute(node, "allowzero", 0)
    batch_first = bool(shape) and (
        (shape[0] == 0 and zero_is_copy)
        or (context.batch is not None and given is not None and given[:1] == [shape[0]] == [context.batch])
        or (shape[0] == -1 and _rest_is_known(shape, given))
    )
    if batch_first and len(shape) == 2 and given is not None and len(given) >= 2:
        return [helper.make_node("Flatten", [node.input[0]], list(node.output), name=node.name, axis=1)]
    if batch_first and shape[0] != -1:
        shape[0] = 0
    inputs = [node.input[0], context.constant(np.asarray(shape, np.int64))]
    return [helper.make_node("Reshape", inputs, list(node.output), name=node.name)]


def _rest_is_known(shape: list[int], given: list[int | None] | None) -> bool:
    """Whether (-1, a, b) keeps the batch, that is, a*b is all of the rest."""
    if given is None or any(d is None for d in given[1:]) or any(d <= 0 for d in shape[1:]):
        return False
    return bool(np.prod([d for d in given[1:] if d is not None]) == np.prod(shape[1:]))


def _gelu(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Opset 20; x/2 (1 + erf(x/sqrt 2)), or its tanh approximation."""
    x, y = node.input[0], node.output[0]

    def part(op: str, inputs: list[str], suffix: str) -> onnx.NodeProto:
        output = y if suffix == "out" else f"{y}_{suffix}"
        return helper.make_node(op, inputs, [output], name=f"{node.name}_{suffix}")

    def number(value: float) -> str:
        return context.constant(np.asarray(value, np.float32))

    if attribute(node, "approximate", b"none") == b"tanh":
        inner = [
            part("Mul", [x, x], "square"),
            part("Mul", [f"{y}_square", x], "cube"),
            part("Mul", [f"{y}_cube", number(0.044715)], "scaled"),
            part("Add", [x, f"{y}_scaled"], "sum"),
            part("Mul", [f"{y}_sum", number(float(np.sqrt(2 / np.pi)))], "inner"),
            part("Tanh", [f"{y}_inner"], "bend"),
        ]
    else:
        inner = [
            part("Mul", [x, number(float(1 / np.sqrt(2)))], "inner"),
            part("Erf", [f"{y}_inner"], "bend"),
        ]
    return [
        *inner,
        part("Add", [f"{y}_bend", number(1.0)], "gate"),
        part("Mul", [x, f"{y}_gate"], "gated"),
        part("Mul", [f"{y}_gated", number(0.5)], "out"),
    ]


def _explicit_padding(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """auto_pad SAME_* -> pads, where the size is known or the stride is 1."""
    mode = attribute(node, "auto_pad", b"NOTSET")
    if mode not in (b"SAME_UPPER", b"SAME_LOWER"):
        return [node]
    if node.op_type == "Conv":
        kernel = [d or 1 for d in (context.shapes.get(node.input[1]) or [])[2:]]
    else:
        kernel = list(attribute(node, "kernel_shape", []))
    rank = len(kernel)
    strides = list(attribute(node, "strides", [1] * rank))
    dilations = list(attribute(node, "dilations", [1] * rank))
    sizes = (context.shapes.get(node.input[0]) or [None] * (rank + 2))[2:]
    begin, end = [], []
    for size, k, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        if stride == 1:
            total = (k - 1) * dilation
        elif size is not None:
            total = max((-(-size // stride) - 1) * stride + (k - 1) * dilation + 1 - size, 0)
        else:
            return [node]
        small, large = total // 2, total - total // 2
        begin.append(small if mode == b"SAME_UPPER" else large)
        end.append(large if mode == b"SAME_UPPER" else small)
    kept = [a for a in node.attribute if a.name not in ("auto_pad", "pads")]
    fresh = helper.make_node(node.op_type, list(node.input), list(node.output), name=node.name)
    fresh.attribute.extend([*kept, helper.make_attribute("pads", begin + end)])
    return [fresh]


def _split(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Opset 18 added num_outputs; the plain form names the sizes."""
    parts = attribute(node, "num_outputs")
    if parts is None:
        return [node]
    axis = int(attribute(node, "axis", 0) or 0)
    shape = context.shapes.get(node.input[0])
    size = shape[axis] if shape else None
    if size is None:
        return [node]
    chunk = -(-size // int(parts))
    sizes = [min(chunk, size - start) for start in range(0, size, chunk)]
    inputs = [node.input[0], context.constant(np.asarray(sizes, np.int64))]
    return [helper.make_node("Split", inputs, list(node.output), name=node.name, axis=axis)]


def _without(*names: str) -> Rewrite:
    """Drops attributes that only restate the default (newer opsets write them out)."""

    def rewrite(context: Lowering, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        for found in [a for a in node.attribute if a.name in names]:
            node.attribute.remove(found)
        return [node]

    return rewrite


REWRITES: dict[str, Rewrite] = {
    **dict.fromkeys(
        [
            f"Reduce{kind}"
            for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare")
        ],
        _reduce,
    ),
    "AveragePool": _explicit_padding,
    "Cast": _without("saturate", "round_mode"),
    "Conv": _explicit_padding,
    "Gelu": _gelu,
    "MaxPool": _explicit_padding,
    "Reshape": _reshape,
    "Split": _split,
}
