"""PyTorch -> one small ONNX file with a dynamic batch and the names of the original."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from kgpress.errors import ModelError

#: Understood by ONNX Runtime since 1.14 and by the converters for small devices.
OPSET = 17


def export_onnx(
    module: nn.Module,
    sample: np.ndarray | torch.Tensor | Sequence[torch.Tensor],
    path: Path,
    input_names: Sequence[str] = ("input",),
    output_names: Sequence[str] = ("output",),
    *,
    opset: int = OPSET,
    keep_batch_norm: bool = False,
) -> None:
    """Writes ``module`` in evaluation mode, constants folded, every byte that no runtime needs removed.

    The tracing exporter is used, not the newer one: on the time-series FCN it takes a fiftieth of the
    time, and its file is smaller (docs/decisions). Tensors get short names, since names are a
    noticeable share of a file of 12 KB.

    Args:
        sample: one batch of input, or one per input; the first axis is the batch.
        keep_batch_norm: leaves batch norm a layer of its own; by default it is folded into the
            convolution before it.

    Raises:
        ModelError: the module cannot be exported.
    """
    arguments = _arguments(sample)
    axes = {name: {0: "batch"} for name in [*input_names, *output_names]}
    was_training = module.training
    module.eval()
    mode = torch.onnx.TrainingMode.PRESERVE if keep_batch_norm else torch.onnx.TrainingMode.EVAL
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                arguments,
                str(path),
                input_names=list(input_names),
                output_names=list(output_names),
                dynamic_axes=axes,
                opset_version=opset,
                dynamo=False,
                training=mode,
                do_constant_folding=not keep_batch_norm,
            )
    except (RuntimeError, ValueError, TypeError, IndexError, torch.onnx.errors.OnnxExporterError) as error:
        raise ModelError(
            f"the model cannot be exported to ONNX: {str(error).strip().splitlines()[0][:200]}",
            remedy="give the model as ONNX",
            field="model",
        ) from error
    finally:
        module.train(was_training)
    model = onnx.load(path)
    shrink(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _arguments(sample: np.ndarray | torch.Tensor | Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    if isinstance(sample, np.ndarray):
        return (torch.from_numpy(np.ascontiguousarray(sample)),)
    return (sample,) if isinstance(sample, torch.Tensor) else tuple(sample)


def shrink(model: onnx.ModelProto) -> None:
    """Removes in place what no runtime needs and shortens internal names; inputs and outputs keep theirs.

    Models with subgraphs (If, Loop, Scan) keep their tensor names, since names cross scopes there.
    """
    graph = model.graph
    model.doc_string = model.producer_name = model.producer_version = ""
    graph.doc_string = ""
    graph.name = "g"
    del model.metadata_props[:]
    del graph.value_info[:]
    nested = False
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
        nested |= any(a.HasField("g") or a.graphs for a in node.attribute)
    for tensor in graph.initializer:
        tensor.doc_string = ""
    used = {name for node in graph.node for name in node.input} | {o.name for o in graph.output}
    if not nested:
        kept = [t for t in graph.initializer if t.name in used]
        if len(kept) < len(graph.initializer):
            del graph.initializer[:]
            graph.initializer.extend(kept)
        _rename(graph)


def _rename(graph: onnx.GraphProto) -> None:
    fixed = {v.name for v in [*graph.input, *graph.output]} | {""}
    fresh = (_short(i) for i in count())
    names: dict[str, str] = {}

    def renamed(name: str) -> str:
        if name in fixed:
            return name
        if name not in names:
            names[name] = next(candidate for candidate in fresh if candidate not in fixed)
        return names[name]

    for position, node in enumerate(graph.node):
        node.name = f"n{position}"
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = renamed(tensor.name)
    for annotation in graph.quantization_annotation:
        annotation.tensor_name = renamed(annotation.tensor_name)


def _short(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = letters[digit] + text
    return text
