"""Brings data into the shape of a model that does not say what it takes."""

from __future__ import annotations

import numpy as np
import torch

from compressor.data import Dataset, fit_to_model
from compressor.model._read import SourceModel
from kgpress.errors import DataError, ModelError
from kgpress.v1.types_pb2 import TensorSpec


def fit_source(source: SourceModel, dataset: Dataset) -> Dataset:
    """:func:`compressor.data.fit_to_model` for any source.

    An ONNX file declares its input. A PyTorch module does not, so two rows are run through it, as they
    are and with a channel axis of 1, and what it takes is noted in ``source.inputs``.

    Raises:
        DataError: no form of the rows is taken.
    """
    if source.torch_module is None or source.inputs:
        return fit_to_model(dataset, source.inputs, source.outputs)
    shape = dataset.sample.shape[1:]
    dtype = dataset.sample.dtype.name
    refusals = []
    for candidate, kind in _candidates(shape, dtype):
        spec = TensorSpec(name=source.input_names[0], dtype=kind, shape=[-1, *candidate])
        try:
            rows = fit_to_model(dataset, [spec]).sample[:2]
            outputs = _run(source.torch_module, rows)
        except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, DataError) as error:
            refusals.append(str(error).strip().splitlines()[0] if str(error).strip() else "")
            continue
        names = [f"output_{i}" for i in range(len(outputs))] if len(outputs) > 1 else ["output"]
        source.output_names = names
        specs = [
            TensorSpec(name=name, dtype=o.dtype.name, shape=[-1, *o.shape[1:]])
            for name, o in zip(names, outputs, strict=True)
        ]
        fitted = fit_to_model(dataset, [spec], specs)
        source.inputs, source.outputs = [spec], specs
        return fitted
    raise DataError(
        f"the model takes no rows of shape (rows, {', '.join(map(str, shape))}): {refusals[0][:160]}",
        remedy="give data of the model's shape",
        field="data",
    )


def _candidates(shape: tuple[int, ...], dtype: str) -> list[tuple[tuple[int, ...], str]]:
    forms = [(1, *shape), shape] if len(shape) == 1 else [shape, (1, *shape)]
    kinds = [dtype] if dtype == "float32" else [dtype, "float32"]
    return [(form, kind) for kind in kinds for form in forms]


def _run(module: torch.nn.Module, rows: np.ndarray) -> list[np.ndarray]:
    with torch.no_grad():
        result = module(torch.from_numpy(np.ascontiguousarray(rows)))
    outputs = list(result) if isinstance(result, tuple | list) else [result]
    if not all(isinstance(o, torch.Tensor) and o.ndim > 0 and len(o) == len(rows) for o in outputs):
        raise ModelError("not one output per row", remedy="give a model with one output per row")
    return [o.numpy() for o in outputs]
