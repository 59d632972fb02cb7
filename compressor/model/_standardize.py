"""Any source -> ONNX -> PyTorch, proven to be the same model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from torch import nn

from compressor.model._convert import convert
from compressor.model._export import export_onnx
from compressor.model._lower import lower
from compressor.model._onnx_file import input_specs, load_onnx, output_specs
from compressor.model._parity import check_parity
from compressor.model._read import SourceModel
from compressor.model._reconcile import reconcile
from kgpress.errors import ModelError
from kgpress.v1.types_pb2 import TensorSpec


@dataclass
class StandardModel:
    """The model in the one form that compression works on.

    Attributes:
        module: fp32, in evaluation mode.
        onnx_path: the ONNX file that "base" is measured on: the user's own, or the one exported from it.
        inputs, outputs: as in that file, names kept.
        parity_max_abs, parity_max_rel: differences between the two on real rows (compressor.model._parity).
        trainable_parameters: elements of the module's parameters, shared ones once.
        non_trainable_parameters: elements of the batch norms' running statistics.
    """

    module: nn.Module
    onnx_path: Path
    inputs: list[TensorSpec]
    outputs: list[TensorSpec]
    parity_max_abs: float
    parity_max_rel: float
    trainable_parameters: int
    non_trainable_parameters: int

    @property
    def input_names(self) -> list[str]:
        return [spec.name for spec in self.inputs]

    @property
    def output_names(self) -> list[str]:
        return [spec.name for spec in self.outputs]


def standardize(source: SourceModel, sample: np.ndarray, workdir: Path) -> StandardModel:
    """Converts ``source`` and checks that function and weights are kept.

    Args:
        sample: real rows (at least 2), shaped as the model's input; parity is checked on them.
        workdir: where ONNX files are written.

    Raises:
        ModelError: a layer cannot be converted, or the converted model differs; the layer is named.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    base_path = _base_file(source, sample, workdir)
    base = load_onnx(base_path)
    detailed = base if source.torch_module is None else _detailed(source, sample, workdir)
    inputs = input_specs(base)
    if len(inputs) != 1:
        raise ModelError(
            f"the model has {len(inputs)} inputs ({', '.join(i.name for i in inputs)})",
            remedy="give a model with one input",
            field="model",
        )
    plain = lower(detailed)
    module = convert(plain)
    trainable, statistics = reconcile(plain, module)
    parity = check_parity(base, module, sample)
    return StandardModel(
        module=module,
        onnx_path=base_path,
        inputs=inputs,
        outputs=output_specs(base),
        parity_max_abs=parity.max_abs,
        parity_max_rel=parity.max_rel,
        trainable_parameters=trainable,
        non_trainable_parameters=statistics,
    )


def _base_file(source: SourceModel, sample: np.ndarray, workdir: Path) -> Path:
    if source.torch_module is not None:
        path = workdir / "base.onnx"
        export_onnx(source.torch_module, sample[:2], path, source.input_names, source.output_names)
        return path
    if source.onnx_path is None:
        raise ModelError("the model was read as neither ONNX nor PyTorch", remedy="give one of the two")
    model = onnx.load(source.onnx_path, load_external_data=False)
    if not any(t.data_location == onnx.TensorProto.EXTERNAL for t in model.graph.initializer):
        return source.onnx_path
    # One file, so that its size is the model's size and it can be moved.
    path = workdir / "base.onnx"
    onnx.save(load_onnx(source.onnx_path), path)
    return path


def _detailed(source: SourceModel, sample: np.ndarray, workdir: Path) -> onnx.ModelProto:
    """The PyTorch source with batch norm still a layer: it trains better, and is counted before folding."""
    assert source.torch_module is not None
    path = workdir / "detailed.onnx"
    export_onnx(
        source.torch_module,
        sample[:2],
        path,
        source.input_names,
        source.output_names,
        keep_batch_norm=True,
    )
    return load_onnx(path)
