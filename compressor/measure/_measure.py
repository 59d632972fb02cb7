"""One side of an outcome: everything about one exported file."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from compressor.measure._count import count
from compressor.measure._latency import Latency
from compressor.measure._quality import score
from compressor.measure._runtime import run_model
from kgpress.v1 import types_pb2


def measure_quality(path: Path, x: np.ndarray, y: np.ndarray, metric: str) -> float:
    """Quality of the file on rows ``x`` with labels ``y`` (for "agreement": the base's classes)."""
    return score(run_model(path, x), y, metric)


def measure(
    path: Path,
    outputs: np.ndarray | None = None,
    y: np.ndarray | None = None,
    metric: str = "accuracy",
    latency: Latency | None = None,
) -> types_pb2.Measurement:
    """Bytes, parameters and MACs of the file, with quality and latency where they were taken.

    Args:
        outputs: what :func:`run_model` returned for the rows that ``y`` belongs to.
    """
    counts = count(path)
    measured = types_pb2.Measurement(
        size_bytes=os.path.getsize(path),
        parameters=counts.parameters,
        nonzero_parameters=counts.nonzero_parameters,
    )
    if counts.macs is not None:
        measured.macs = counts.macs
    if outputs is not None and y is not None and len(y):
        quality = score(outputs, y, metric)
        measured.rows = len(y)
        if math.isfinite(quality):
            measured.quality = quality
    if latency is not None:
        measured.latency_ms, measured.latency_ms_half_width = latency.median, latency.half_width
    return measured
