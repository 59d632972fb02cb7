"""Metrics by hand."""

import numpy as np
import pytest

from compressor.measure import drop, metric_named, score
from kgpress.errors import InvalidInput, UnknownName
from kgpress.v1 import types_pb2

_OUTPUTS = np.eye(3)[[0, 0, 1, 2, 2, 1]]  # predicted classes
_Y = np.array([0, 0, 0, 1, 2, 1])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", 4 / 6),
        ("agreement", 4 / 6),
        ("balanced accuracy", (2 / 3 + 1 / 2 + 1) / 3),
        ("f1", (4 / 5 + 2 / 4 + 2 / 3) / 3),
        ("top-5 accuracy", 1.0),
    ],
)
def test_classification(metric: str, expected: float) -> None:
    assert score(_OUTPUTS, _Y, metric) == pytest.approx(expected)


def test_two_classes() -> None:
    outputs, y = np.eye(2)[[1, 0, 0, 0]], np.array([1, 1, 0, 0])
    assert score(outputs, y, "sensitivity") == 0.5
    assert score(outputs, y, "specificity") == 1.0
    with pytest.raises(InvalidInput, match="two classes"):
        score(_OUTPUTS, _Y, "sensitivity")


def test_regression_and_direction() -> None:
    outputs, y = np.array([[1.0], [3.0]]), np.array([2.0, 5.0])
    assert score(outputs, y, "mean absolute error") == 1.5
    assert score(outputs, y, "mean squared error") == 2.5
    assert drop(1.0, 1.5, metric_named("mean absolute error")) == 0.5
    assert drop(0.9, 0.8, metric_named("accuracy")) == pytest.approx(0.1)
    assert metric_named("mean absolute error").direction == types_pb2.DIRECTION_LOWER_IS_BETTER


def test_names_that_are_not_known_or_not_measurable() -> None:
    with pytest.raises(UnknownName):
        metric_named("acuracy")
    with pytest.raises(UnknownName):
        metric_named("mAP")
