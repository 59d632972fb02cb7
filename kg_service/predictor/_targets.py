"""What is predicted, and on which scale.

Four targets of a result, NaN where it does not hold them:

0. quality: loss-signed change, positive where quality rose: ``asinh(change / 0.01)``, so that a point
   more or less counts where limits lie and collapses do not drown it. For metrics that are not
   fractions the change is relative to the base.
1. parameters, 2. size, 3. latency: natural log of after / before.

Measurements on test rows (``test_before``, ``test_after``) are never read here.
"""

from __future__ import annotations

import math

import numpy as np

from kgpress.catalogue import load
from kgpress.v1 import types_pb2

TARGETS = ("quality", "parameters", "size", "latency")
QUALITY, PARAMETERS, SIZE, LATENCY = range(4)
_POINT = 0.01
_RATIO_FIELDS = ("parameters", "size_bytes", "latency_ms")


def quality_scale(metric: str, base: float | None) -> float | None:
    """Unit of a change of this metric: 1 for fractions, |base| for others, None where unknown."""
    known = {m.name: m for m in load().metrics}
    if metric not in known or known[metric].fraction:
        return 1.0
    return abs(base) if base else None


def higher_is_better(metric: types_pb2.Metric) -> bool:
    return metric.direction != types_pb2.DIRECTION_LOWER_IS_BETTER


def to_scale(change: np.ndarray | float) -> np.ndarray:
    return np.arcsinh(np.asarray(change) / _POINT)


def from_scale(value: np.ndarray | float) -> np.ndarray:
    return np.sinh(np.asarray(value)) * _POINT


def gain(reading: types_pb2.Interpretation) -> float:
    """Change of quality, positive where it got better, in units of :func:`quality_scale`; or NaN."""
    before, after = reading.before, reading.after
    if not (before.HasField("quality") and after.HasField("quality")):
        return math.nan
    scale = quality_scale(reading.metric.name, before.quality)
    if scale is None:
        return math.nan
    sign = 1 if higher_is_better(reading.metric) else -1
    return sign * (after.quality - before.quality) / scale


def targets(reading: types_pb2.Interpretation) -> np.ndarray:
    """The four targets of a result, shape (4,)."""
    before, after = reading.before, reading.after
    ratios = []
    for name in _RATIO_FIELDS:
        b, a = getattr(before, name), getattr(after, name)
        ratios.append(math.log(a / b) if a > 0 and b > 0 else math.nan)
    return np.array([float(to_scale(gain(reading))), *ratios])
