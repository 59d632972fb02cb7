"""The scores that train the bias: equations (2) and (3) of the source design. See docs/scores.md."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kgpress.v1 import types_pb2

COUNT_EPS = 1.0
STATISTIC_EPS = 1e-3
#: Field, weight and upper bound of each term of equation (2); the lower bound is a count of 1.
_MODEL_TERMS = (
    ("trainable_parameters", 0.50, 1e10),
    ("filters", 0.25, 1e6),
    ("layers", 0.15, 1e4),
    ("non_trainable_parameters", 0.10, 1e8),
)
_DATASET_TERMS = ("interclass_variance", "intraclass_variance", "localization", "outliers")


def model_score(profile: types_pb2.ModelProfile) -> float | None:
    """Equation (2), normalised to 0..1; None where no count is known."""
    known = [(getattr(profile, f), w, top) for f, w, top in _MODEL_TERMS if profile.HasField(f)]
    if not known:
        return None
    raw = sum(w * _log(count, COUNT_EPS) for count, w, _ in known)
    return _clip(raw / sum(w * math.log(top) for _, w, top in known))


def dataset_score(profile: types_pb2.DatasetProfile) -> float | None:
    """Equation (3), normalised to 0..1; None where no statistic is known."""
    known = [getattr(profile, f) for f in _DATASET_TERMS if profile.HasField(f)]
    if not known:
        return None
    raw = sum(_log(value, STATISTIC_EPS) for value in known)
    return _clip(1 - raw / (len(known) * math.log(STATISTIC_EPS)))


def scores(model: types_pb2.ModelProfile, dataset: types_pb2.DatasetProfile) -> Sequence[float | None]:
    """Model score, dataset score, model performance score, each 0..1 or None."""
    performance = model.performance_score if model.HasField("performance_score") else None
    return (model_score(model), dataset_score(dataset), performance)


def _log(value: float, eps: float) -> float:
    return math.log(max(value, eps))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
