"""Plain ONNX graph -> torch.fx module, operator by operator through onnx2torch's converters.

onnx2torch's own ``convert`` copies a weight once per use and keeps loose weights as buffers; here a
shared weight stays one parameter, and every weight can be trained.
"""

from __future__ import annotations

import inspect
import keyword
import re
import warnings
from operator import getitem

import onnx
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
        self.weights = nn.Module()
        self.root.add_module("weights", self.weights)
        self.values: dict[str, fx.Node] = {}
        self.names: set[str] = {"weights", "training"}

    def build(self) -> fx.GraphModule:
        for name in self.graph.input_values:
            self.values[name] = self.fx_graph.placeholder(self._unique(name))
        self.biases = biased_products(self.graph)
        for node in self.graph.nodes.values():
            if node.unique_name in self.biases.values():
                continue  # its bias went into the linear layer
            self._add(node)
        results = [self._value(name) for name in self.graph.output_values]
        self.fx_graph.output(results[0] if len(results) == 1 else tuple(results))
        self.fx_graph.lint()
        module = fx.GraphModule(self.root, self.fx_graph)
        share_parameters(module, self._shared())
        return module.eval()

    def _add(self, node: OnnxNode) -> None:
        module, inputs = self._layer(node)
        outputs, values_in = node.output_values, node.input_values
        addition = self.graph.nodes.get(self.biases.get(node.unique_name, ""))
        if addition is not None:
            bias = bias_of(self.graph, addition)
            assert bias is not None
            module.bias = nn.Parameter(self.graph.initializers[bias].to_torch().clone())
            outputs, values_in = addition.output_values, (*values_in, bias)
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
        result.meta["outputs"] = outputs
        result.meta["inputs"] = values_in
        result.meta["op"] = node.operation_type
        if len(outputs) == 1:
            self.values[outputs[0]] = result
            return
        for index, output in enumerate(outputs):
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
        if name in self.values:
            return self.values[name]
        if self.graph.value_type(name) != ValueType.GRAPH_INITIALIZER:
            raise ModelError(
                f"value {name!r} of the model has no origin", remedy="export it again", field="model"
            )
        weight = self._weight(name, node)
        if is_shared_on_purpose(self.graph, name):
            self.values[name] = weight
        return weight

    def _weight(self, name: str, node: OnnxNode | None) -> fx.Node:
        tensor = self.graph.initializers[name].to_torch().clone()
        attribute = self._unique(name)
        operator = node.operation_type if node is not None else ""
        trains = tensor.is_floating_point() and (tensor.numel() > 1 or operator == "PRelu")
        if trains and operator not in _SETTINGS_ONLY:
            self.weights.register_parameter(attribute, nn.Parameter(tensor))
        else:
            self.weights.register_buffer(attribute, tensor)
        # The attribute is on self.root, which becomes the module only later.
        with warnings.catch_warnings(action="ignore"):
            return self.fx_graph.get_attr(f"weights.{attribute}")

    def _unique(self, name: str) -> str:
        base = re.sub(r"\W", "_", name).strip("_") or "value"
        base = f"v_{base}" if base[0].isdigit() or keyword.iskeyword(base) else base
        fresh, number = base, 1
        while fresh in self.names:
            fresh, number = f"{base}_{number}", number + 1
        self.names.add(fresh)
        return fresh

    def _shared(self) -> list[list[fx.Node]]:
        """Layers, in order, that use the same matrix."""
        users: dict[str, list[fx.Node]] = {}
        for node in self.fx_graph.nodes:
            for name in node.meta["inputs"][1:] if node.op == "call_module" else ():
                if name in self.graph.initializers and is_shared_on_purpose(self.graph, name):
                    users.setdefault(name, []).append(node)
        return [nodes for nodes in users.values() if len(nodes) > 1]


def biased_products(graph: OnnxGraph) -> dict[str, str]:
    """MatMul node -> the Add node that adds a constant vector to its result, and nothing else uses it."""
    uses: dict[str, list[OnnxNode]] = {}
    for node in graph.nodes.values():
        for name in node.input_values:
            uses.setdefault(name, []).append(node)
    found = {}
    for node in graph.nodes.values():
        users = uses.get(node.output_values[0], []) if node.operation_type == "MatMul" else []
        if (
            len(users) != 1
            or users[0].operation_type != "Add"
            or node.output_values[0] in graph.output_values
        ):
            continue
        matrix = graph.initializers.get(node.input_values[1])
        bias = bias_of(graph, users[0])
        if matrix is None or bias is None or matrix.to_torch().dim() != 2:
            continue
        if graph.initializers[bias].to_torch().shape == matrix.to_torch().shape[1:]:
            found[node.unique_name] = users[0].unique_name
    return found


def bias_of(graph: OnnxGraph, addition: OnnxNode) -> str | None:
    """The constant vector of an Add, if there is exactly one."""
    constant = [name for name in addition.input_values if name in graph.initializers]
    return (
        constant[0] if len(constant) == 1 and graph.initializers[constant[0]].to_torch().dim() == 1 else None
    )


def is_shared_on_purpose(graph: OnnxGraph, name: str) -> bool:
    """Exporters merge equal vectors (fresh batch norms, zero biases), which training has to keep apart."""
    return graph.initializers[name].to_torch().dim() >= 2


def share_parameters(module: fx.GraphModule, shared: list[list[fx.Node]]) -> None:
    """Layers made from the same matrix hold the same parameter again; vectors too where they are the same."""
    for first, *others in shared:
        twins = dict(module.get_submodule(str(first.target)).named_parameters())
        for other in others:
            all_same = other.meta["inputs"][1:] == first.meta["inputs"][1:]
            layer = module.get_submodule(str(other.target))
            for name, parameter in list(layer.named_parameters()):
                path, _, leaf = name.rpartition(".")
                twin = twins.get(name)
                if twin is not None and twin.shape == parameter.shape and (all_same or twin.dim() >= 2):
                    layer.get_submodule(path).register_parameter(leaf, twin)


def _remedy(operator: str, error: Exception) -> str:
    if operator in _RECURRENT:
        return f"{operator} is not supported yet; give a model without recurrent or control-flow layers"
    detail = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
    return f"replace the layer or export with opset 17 ({detail})"
