"""Is the converted module the same function, with the same weights, as the original?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import fx

from compressor.model._onnx_file import run_rows, session
from kgpress.errors import ModelError

#: Largest allowed difference, relative to the reference output's largest magnitude.
TOLERANCE = 1e-4
#: Below this share of the output's largest magnitude a relative difference says nothing.
_RELATIVE_FLOOR = 1e-3


@dataclass(frozen=True)
class Parity:
    """Differences over all outputs: the largest, and the largest relative to |reference|.

    The relative one is taken where |reference| is at least a thousandth of the output's largest value.
    """

    max_abs: float
    max_rel: float


def check_parity(reference: onnx.ModelProto, module: fx.GraphModule, sample: np.ndarray) -> Parity:
    """Runs both on real rows.

    Raises:
        ModelError: they differ by more than the tolerance; the first layer that differs is named.
    """
    expected = run_rows(session(reference), sample)
    try:
        found = forward(module, sample)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise ModelError(
            f"the converted model does not run at {_place(reference, module, sample)}: "
            f"{str(error).strip().splitlines()[0][:160]}",
            remedy="export the model with a dynamic batch dimension",
            field="model",
        ) from error
    max_abs = max_rel = 0.0
    for want, got in zip(expected, found, strict=True):
        if want.shape != got.shape or not within(want, got):
            place = _place(reference, module, sample)
            raise ModelError(
                f"the converted model differs from the original, first at {place}",
                remedy="replace that layer, or export the model with another opset",
                field="model",
            )
        if want.size and np.issubdtype(want.dtype, np.floating):
            difference = np.abs(want.astype(np.float64) - got)
            max_abs = max(max_abs, float(difference.max()))
            large = np.abs(want) >= _RELATIVE_FLOOR * max(float(np.abs(want).max()), 1e-30)
            max_rel = max(max_rel, float((difference[large] / np.abs(want[large])).max(initial=0.0)))
    return Parity(max_abs, max_rel)


def forward(module: torch.nn.Module, sample: np.ndarray) -> list[np.ndarray]:
    """All outputs of the module on a batch, as arrays."""
    with torch.no_grad():
        result = module(torch.from_numpy(np.ascontiguousarray(sample)))
    outputs = result if isinstance(result, tuple | list) else [result]
    return [o.numpy() for o in outputs]


def within(want: np.ndarray, got: np.ndarray) -> bool:
    if want.shape != got.shape:
        return False
    if not np.issubdtype(want.dtype, np.floating):
        return bool(np.array_equal(want, got))
    if not np.array_equal(np.isfinite(want), np.isfinite(got)):
        return False
    finite = np.isfinite(want)
    if not finite.any():
        return True
    scale = float(np.abs(want[finite]).max())
    return bool(np.abs(want[finite].astype(np.float64) - got[finite]).max() <= TOLERANCE * scale)


def _place(reference: onnx.ModelProto, module: fx.GraphModule, sample: np.ndarray) -> str:
    layer = first_difference(reference, module, sample)
    return f"layer {layer[0]!r} ({layer[1]})" if layer else "its outputs"


def first_difference(
    reference: onnx.ModelProto, module: fx.GraphModule, sample: np.ndarray
) -> tuple[str, str] | None:
    """(layer, operator) of the first value in the graph's order that differs; None where all agree."""
    inferred = onnx.shape_inference.infer_shapes(reference)
    typed = {v.name: v for v in inferred.graph.value_info}
    outputs = {v.name for v in inferred.graph.output}
    for node in inferred.graph.node:
        for name in node.output:
            if name in typed and name not in outputs:
                inferred.graph.output.append(typed[name])
    runtime = _unoptimized(inferred)
    names = [o.name for o in runtime.get_outputs()]
    expected = dict(zip(names, run_rows(runtime, sample), strict=True))
    recorder = _Recorder(module, expected)
    try:
        with torch.no_grad():
            recorder.run(torch.from_numpy(np.ascontiguousarray(sample)))
    except (RuntimeError, ValueError, IndexError, TypeError):
        return recorder.found or recorder.last
    return recorder.found


def _unoptimized(model: onnx.ModelProto) -> ort.InferenceSession:
    """Without fusions, so that every value in between exists."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class _Recorder(fx.Interpreter):
    """Compares each node's value with the original's as it is computed."""

    def __init__(self, module: fx.GraphModule, expected: dict[str, np.ndarray]) -> None:
        super().__init__(module)
        self.expected = expected
        self.found: tuple[str, str] | None = None
        self.last: tuple[str, str] | None = None

    def run_node(self, n: fx.Node) -> object:
        if "layer" in n.meta:
            self.last = (n.meta["layer"], n.meta["op"])
        value = super().run_node(n)
        if self.found is None and "layer" in n.meta:
            parts = value if isinstance(value, tuple | list) else [value]
            for name, part in zip(n.meta["outputs"], parts, strict=False):
                want = self.expected.get(name)
                if want is not None and not within(want, part.numpy()):
                    self.found = self.last
        return value
