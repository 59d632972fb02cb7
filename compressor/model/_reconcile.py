"""Do the module's weights add up to the file's?

Exporters merge equal tensors, so that the scale of a fresh batch norm and its variance are one tensor
of ones. Vectors are therefore counted once per use, unless the layers that use them share their matrix
too; tensors of two and more axes, which are shared on purpose, are counted once. Tensors of one element
are settings more often than weights, and left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import onnx
import torch
from torch import fx

from kgpress.errors import ModelError

_FLOATS = (
    onnx.TensorProto.FLOAT,
    onnx.TensorProto.DOUBLE,
    onnx.TensorProto.FLOAT16,
    onnx.TensorProto.BFLOAT16,
)


def reconcile(plain: onnx.ModelProto, module: fx.GraphModule) -> tuple[int, int]:
    """Compares the totals of all weights.

    Returns:
        Elements of parameters, and of stored constants (running statistics and the like).

    Raises:
        ModelError: the totals differ; the first layer whose weights do is named.
    """
    weights = {t.name: t for t in plain.graph.initializer if t.data_type in _FLOATS and math.prod(t.dims) > 1}
    counted: dict[tuple[str, str, int], int] = {}
    for node, anchor in _anchors(plain.graph, weights):
        for position, name in enumerate(node.input):
            if name in weights:
                vector = len(weights[name].dims) < 2
                place = position if vector and node.op_type.endswith("Normalization") else 0
                counted[name, anchor if vector else "", place] = math.prod(weights[name].dims)
    expected = sum(counted.values())
    parameters, constants = list(module.parameters()), _constants(module)
    found = _elements(parameters) + _elements(constants)
    if expected != found:
        raise ModelError(
            f"the converted model has {found} weights where the original has {expected}"
            f"{_first_mismatch(plain, module, weights)}",
            remedy="export the model again with opset 17",
            field="model",
        )
    return sum(p.numel() for p in parameters), _elements(constants)


def _anchors(
    graph: onnx.GraphProto, weights: dict[str, onnx.TensorProto]
) -> Iterator[tuple[onnx.NodeProto, str]]:
    """Each node with the weights that tell it from others: its own matrices, or those it adds a bias for."""
    of_product: dict[str, str] = {}
    for position, node in enumerate(graph.node):
        matrices = ",".join(n for n in node.input if n in weights and len(weights[n].dims) >= 2)
        vectors = ",".join(n for n in node.input if n in weights and len(weights[n].dims) < 2)
        if node.op_type == "MatMul" and matrices:
            of_product[node.output[0]] = matrices
        if node.op_type == "Add":
            matrices = next((of_product[n] for n in node.input if n in of_product), "")
        yield node, f"{matrices}+{vectors}" if matrices else str(position)


def _constants(module: torch.nn.Module) -> list[torch.Tensor]:
    return [b for b in module.buffers() if b.is_floating_point()]


def _elements(tensors: Sequence[torch.Tensor]) -> int:
    return sum(t.numel() for t in tensors if t.numel() > 1)


def _first_mismatch(
    plain: onnx.ModelProto, module: fx.GraphModule, weights: dict[str, onnx.TensorProto]
) -> str:
    asked = {
        node.name: sum(math.prod(weights[name].dims) for name in node.input if name in weights)
        for node in plain.graph.node
    }
    for node in module.graph.nodes:
        if node.op != "call_module":
            continue
        layer = module.get_submodule(str(node.target))
        loose = [a for a in node.all_input_nodes if a.op == "get_attr"]
        tensors = [*layer.parameters(), *layer.buffers(), *(_attribute(module, str(a.target)) for a in loose)]
        held = _elements([t for t in tensors if t.is_floating_point()])
        if asked.get(node.meta["layer"], held) != held:
            return f", first at layer {node.meta['layer']!r} ({node.meta['op']})"
    return ""


def _attribute(module: fx.GraphModule, target: str) -> torch.Tensor:
    path, _, leaf = target.rpartition(".")
    return getattr(module.get_submodule(path), leaf)
