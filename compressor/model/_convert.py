"""Plain ONNX graph -> torch.fx module, operator by operator through onnx2torch's converters.

onnx2torch's own ``convert`` copies a weight once per use and keeps loose weights as buffers; here a
shared weight stays one parameter, and every weight can be trained.
"""

from __future__ import annotations

import inspect
import keyword
import re
from operator import getitem

import onnx
import torch
from onnx2torch.node_converters import get_converter
from onnx2torch.onnx_graph import OnnxGraph, ValueType
from onnx2torch.onnx_node import OnnxNode
from torch import fx, nn

from compressor.model.layers import LAYERS
from kgpress.errors import ModelError

#: Operators whose further inputs are settings, not weights.
_SETTINGS_ONLY = frozenset(
    {"Clip", "Expand", "Pad", "Range", "Resize", "Slice", "Tile", "Where", "Equal", "Greater", "Less", "Pow"}
)
#: Operators of recurrent nets and control flow; named in the refusal, since people look for them.
_RECURRENT = frozenset({"LSTM", "GRU", "RNN", "Loop", "Scan", "If"})


def convert(model: onnx.ModelProto) -> fx.GraphModule:
    """The module, in evaluation mode; each node's ``meta["layer"]`` is the ONNX node's name.

    Raises:
        ModelError: an operator that cannot be converted, with the layer named.
    """
    model = onnx.shape_inference.infer_shapes(model)
    graph = OnnxGraph(model.graph)
    opset = {entry.domain: entry.version for entry in model.opset_import}
    return _Builder(graph, opset).build()


class _Builder:
    def __init__(self, graph: OnnxGraph, opset: dict[str, int]) -> None:
        self.graph = graph
        self.opset = opset
        self.fx_graph = fx.Graph()
        self.root = nn.Module()
        self.root.add_module("weights", nn.Module())
        self.values: dict[str, fx.Node] = {}
        self.names: set[str] = {"weights", "training"}

    def build(self) -> fx.GraphModule:
        for name in self.graph.input_values:
            self.values[name] = self.fx_graph.placeholder(self._unique(name))
        for node in self.graph.nodes.values():
            self._add(node)
        results = [self._value(name) for name in self.graph.output_values]
        self.fx_graph.output(results[0] if len(results) == 1 else tuple(results))
        self.fx_graph.lint()
        module = fx.GraphModule(self.root, self.fx_graph)
        share_parameters(module, self._shared())
        return module.eval()

    def _add(self, node: OnnxNode) -> None:
        module, inputs = self._layer(node)
        name = self._unique(f"{node.operation_type}_{len(self.fx_graph.nodes)}".lower())
        self.root.add_module(name, module)
        values = [self._value(value, node) if value else None for value in inputs]
        parameters = list(inspect.signature(module.forward).parameters)
        first_gap = values.index(None) if None in values else len(values)
        named = zip(parameters[first_gap:], values[first_gap:], strict=False)
        result = self.fx_graph.call_module(
            name, tuple(values[:first_gap]), {key: value for key, value in named if value is not None}
        )
        result.meta["layer"] = node.name or name
        result.meta["outputs"] = node.output_values
        result.meta["inputs"] = node.input_values
        result.meta["op"] = node.operation_type
        if len(node.output_values) == 1:
            self.values[node.output_values[0]] = result
            return
        for index, output in enumerate(node.output_values):
            if output:
                self.values[output] = self.fx_graph.call_function(getitem, (result, index))

    def _layer(self, node: OnnxNode) -> tuple[nn.Module, tuple[str, ...]]:
        try:
            own = LAYERS.get(node.operation_type)
            converted = own(node, self.graph) if own and node.domain in ("", "ai.onnx") else None
            if converted is not None:
                return converted
            converter = get_converter(node.operation_type, self.opset[node.domain], node.domain)
            module, mapping = converter(node, self.graph)
        except (NotImplementedError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise ModelError(
                f"layer {node.name!r} ({node.operation_type}) cannot be converted to PyTorch",
                remedy=_remedy(node.operation_type, error),
                field="model",
            ) from error
        return module, mapping.inputs

    def _value(self, name: str, node: OnnxNode | None = None) -> fx.Node:
        if name not in self.values:
            if self.graph.value_type(name) != ValueType.GRAPH_INITIALIZER:
                raise ModelError(
                    f"value {name!r} of the model has no origin", remedy="export it again", field="model"
                )
            self.values[name] = self._weight(name, node)
        return self.values[name]

    def _weight(self, name: str, node: OnnxNode | None) -> fx.Node:
        tensor = self.graph.initializers[name].to_torch().clone()
        attribute = self._unique(name)
        trains = tensor.is_floating_point() and tensor.numel() > 1
        if trains and (node is None or node.operation_type not in _SETTINGS_ONLY):
            self.root.weights.register_parameter(attribute, nn.Parameter(tensor))
        else:
            self.root.weights.register_buffer(attribute, tensor)
        # The attribute is on self.root, which becomes the module only later.
        with fx_quiet():
            return self.fx_graph.get_attr(f"weights.{attribute}")

    def _unique(self, name: str) -> str:
        base = re.sub(r"\W", "_", name).strip("_") or "value"
        base = f"v_{base}" if base[0].isdigit() or keyword.iskeyword(base) else base
        fresh, number = base, 1
        while fresh in self.names:
            fresh, number = f"{base}_{number}", number + 1
        self.names.add(fresh)
        return fresh

    def _shared(self) -> dict[str, list[str]]:
        """Initializer -> modules (in order) that hold a copy of it."""
        users: dict[str, list[str]] = {}
        for node in self.fx_graph.nodes:
            if node.op == "call_module":
                for name in node.meta["inputs"][1:]:
                    if name in self.graph.initializers:
                        users.setdefault(name, []).append(str(node.target))
        return {name: modules for name, modules in users.items() if len(modules) > 1}


def fx_quiet() -> object:
    """``Graph.get_attr`` warns where the graph has no owner yet."""
    import warnings

    return warnings.catch_warnings(action="ignore")


def share_parameters(module: fx.GraphModule, shared: dict[str, list[str]]) -> None:
    """Layers that were made from the same initializer hold the same parameter again."""
    for users in shared.values():
        first, *others = (module.get_submodule(name) for name in users)
        for other in others:
            for name, parameter in list(other.named_parameters()):
                path, _, leaf = name.rpartition(".")
                twin = dict(first.named_parameters()).get(name)
                if twin is not None and twin.shape == parameter.shape and torch.equal(twin, parameter):
                    other.get_submodule(path).register_parameter(leaf, twin)


def _remedy(operator: str, error: Exception) -> str:
    if operator in _RECURRENT:
        return f"{operator} is not supported yet; give a model without recurrent or control-flow layers"
    detail = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
    return f"replace the layer or export with opset 17 ({detail})"
