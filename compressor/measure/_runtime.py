"""ONNX Runtime sessions as every measurement opens them: fresh, from the file, one thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from kgpress.errors import ModelError

_BATCH = 256


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """A new session on the CPU: one thread, no spinning, so that two runs mean the same.

    Raises:
        ModelError: ONNX Runtime refuses the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no other base
        raise ModelError(
            f"ONNX Runtime refuses {Path(path).name}: {str(error).splitlines()[0][:200]}",
            remedy="check the model with onnx.checker",
            field="model",
        ) from error


def run_model(path: Path, x: np.ndarray) -> np.ndarray:
    """The first output for all rows of ``x``, from a session of its own."""
    session = open_session(path)
    name, output = session.get_inputs()[0].name, session.get_outputs()[0].name
    fixed = session.get_inputs()[0].shape[0]
    batch = fixed if isinstance(fixed, int) and fixed > 0 else _BATCH
    parts = []
    for start in range(0, len(x), batch):
        part = x[start : start + batch]
        rows = len(part)
        if rows < batch and batch == fixed:
            part = np.concatenate([part, np.repeat(part[-1:], batch - rows, axis=0)])
        parts.append(session.run([output], {name: part})[0][:rows])
    return np.concatenate(parts)
