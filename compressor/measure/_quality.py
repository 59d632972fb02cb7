"""Quality of outputs against labels, by the catalogue's metric names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgpress.catalogue import load
from kgpress.errors import InvalidInput, UnknownName
from kgpress.v1 import types_pb2

Score = Callable[[np.ndarray, np.ndarray], float]


def _accuracy(outputs: np.ndarray, y: np.ndarray) -> float:
    return float((outputs.argmax(1) == y).mean())


def _top5(outputs: np.ndarray, y: np.ndarray) -> float:
    best = np.argsort(-outputs, axis=1, kind="stable")[:, :5]
    return float((best == y[:, None]).any(1).mean())


def _recalls(outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    predicted = outputs.argmax(1)
    return np.array([(predicted[y == c] == c).mean() for c in np.unique(y)])


def _balanced(outputs: np.ndarray, y: np.ndarray) -> float:
    return float(_recalls(outputs, y).mean())


def _f1(outputs: np.ndarray, y: np.ndarray) -> float:
    """Mean over the classes that occur of 2 tp / (2 tp + fp + fn)."""
    predicted = outputs.argmax(1)
    scores = []
    for c in np.unique(y):
        hits = int(((predicted == c) & (y == c)).sum())
        scores.append(2 * hits / (int((predicted == c).sum()) + int((y == c).sum())))
    return float(np.mean(scores))


def _sensitivity(outputs: np.ndarray, y: np.ndarray) -> float:
    """Recall of class 1 of a two-class task."""
    return _recall_of(outputs, y, 1, "sensitivity")


def _specificity(outputs: np.ndarray, y: np.ndarray) -> float:
    """Recall of class 0 of a two-class task."""
    return _recall_of(outputs, y, 0, "specificity")


def _recall_of(outputs: np.ndarray, y: np.ndarray, label: int, name: str) -> float:
    if outputs.shape[1] != 2 or not (y == label).any():
        raise InvalidInput(
            f"{name} needs two classes with rows of both", remedy="use accuracy or f1", field="metric"
        )
    return float((outputs.argmax(1)[y == label] == label).mean())


def _mae(outputs: np.ndarray, y: np.ndarray) -> float:
    return float(np.abs(outputs.reshape(y.shape) - y).mean())


def _mse(outputs: np.ndarray, y: np.ndarray) -> float:
    return float(((outputs.reshape(y.shape) - y) ** 2).mean())


#: "agreement" takes the base model's outputs in place of labels.
_METRICS: dict[str, Score] = {
    "accuracy": _accuracy,
    "top-5 accuracy": _top5,
    "balanced accuracy": _balanced,
    "f1": _f1,
    "sensitivity": _sensitivity,
    "specificity": _specificity,
    "mean absolute error": _mae,
    "mean squared error": _mse,
    "agreement": _accuracy,
}
_DIRECTIONS = {
    "higher": types_pb2.DIRECTION_HIGHER_IS_BETTER,
    "lower": types_pb2.DIRECTION_LOWER_IS_BETTER,
}


def metric_named(name: str) -> types_pb2.Metric:
    """The metric with its direction from the catalogue.

    Raises:
        UnknownName: the catalogue does not declare it, or it cannot be measured here.
    """
    metric = load().metric(name)
    if name not in _METRICS:
        raise UnknownName("measurable metric", name, list(_METRICS), field="metric")
    return types_pb2.Metric(name=name, direction=_DIRECTIONS[metric.direction])


def score(outputs: np.ndarray, y: np.ndarray, metric: str) -> float:
    """Quality of ``outputs`` (rows, classes) against labels (rows,); numbers for regression.

    For "agreement", ``y`` holds the classes that the base model chose.
    """
    metric_named(metric)
    return _METRICS[metric](outputs, y)


def drop(before: float, after: float, metric: types_pb2.Metric) -> float:
    """The loss of quality; positive is worse, whatever the metric's direction."""
    loss = before - after
    return -loss if metric.direction == types_pb2.DIRECTION_LOWER_IS_BETTER else loss
