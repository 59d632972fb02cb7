"""C4: weights and activations as 8-bit integers, with ranges calibrated on training rows.

Jacob et al. 2018, executed by ONNX Runtime's static quantization in QDQ form: activations uint8
with a zero point (or int8 around zero), weights int8 around zero, biases int32 with the scale of
input times weight. Batch norm is folded before, by the export.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType
from onnxruntime.quantization import quantize_static as ort_quantize_static

from compressor.measure import open_session, quiet
from compressor.method._state import Context, State
from compressor.model import shrink
from kgpress.errors import Infeasible, ModelError, NotYetExecutable
from kgpress.strategy import Step

_BATCH = 64
_ACTIVATIONS = {"asymmetric": QuantType.QUInt8, "symmetric": QuantType.QInt8}
_REMEDY = "use a strategy without C4"


class StaticInt8:
    """Quantizes the exported file."""

    label = "C4"
    on = "file"

    def apply(self, state: State, step: Step, context: Context) -> State:
        if step["bits"] != 8:
            raise NotYetExecutable(
                f"C4 with {step['bits']} bits is not yet executable", remedy="use bits=8", field="strategy"
            )
        x = context.dataset.x_train
        if x is None:
            raise Infeasible(
                "static quantization needs training rows to calibrate on",
                remedy="give x_train",
                field="data",
            )
        rows = _drawn(x, int(step.get("samples", 0) or 0), context.seed)
        model = onnx.load(state.file)
        path = context.workdir / "int8.onnx"
        symmetric = step["zero_point"] == "symmetric"
        context.progress(0.0, f"calibrating on {len(rows)} rows")
        with quiet.training():
            _quantize(model, rows, state.input_names[0], path, step, symmetric)
        quantized = onnx.load(path)
        _drop_zero_points(quantized)
        shrink(quantized)
        onnx.save(quantized, path)
        open_session(path)  # a file that its runtime refuses is no result
        return state.with_(onnx_path=path)


def _quantize(
    model: onnx.ModelProto, rows: np.ndarray, input_name: str, path: object, step: Step, symmetric: bool
) -> None:
    # Tells ONNX Runtime that folding and shape inference were done, which the export did.
    onnx.helper.set_model_props(model, {"onnx.infer": "onnxruntime.quant"})
    level = logging.root.level
    logging.root.setLevel(logging.ERROR)
    try:
        ort_quantize_static(
            model,
            str(path),
            _Reader(rows, input_name),
            quant_format=QuantFormat.QDQ,
            activation_type=_ACTIVATIONS[str(step["zero_point"])],
            weight_type=QuantType.QInt8,
            per_channel=step["scale"] == "per_channel",
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"ActivationSymmetric": symmetric, "WeightSymmetric": True},
        )
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"ONNX Runtime cannot quantize this model: {str(error).splitlines()[0][:160]}", remedy=_REMEDY
        ) from error
    finally:
        logging.root.setLevel(level)


class _Reader(CalibrationDataReader):
    def __init__(self, rows: np.ndarray, name: str) -> None:
        self._batches: Iterator[dict[str, np.ndarray]] = (
            {name: rows[start : start + _BATCH]} for start in range(0, len(rows), _BATCH)
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._batches, None)


def _drawn(x: np.ndarray, samples: int, seed: int) -> np.ndarray:
    if not samples or samples >= len(x):
        return x
    return x[np.sort(np.random.default_rng(seed).permutation(len(x))[:samples])]


def _drop_zero_points(model: onnx.ModelProto) -> None:
    """Zero points of weights and biases are all zero, and zero is what ONNX takes where none is given.

    They would cost a byte per output channel, and four per bias.
    """
    initializers = {t.name: t for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "DequantizeLinear" or len(node.input) != 3 or node.input[0] not in initializers:
            continue
        if not numpy_helper.to_array(initializers[node.input[2]]).any():
            del node.input[2]
