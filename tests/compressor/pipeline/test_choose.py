"""The rule of the choice, on made-up trials."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from compressor.pipeline import _choose
from compressor.pipeline._trial import Tried
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2

_SIZE = types_pb2.OBJECTIVE_SIZE


def _subject(rows: int) -> SimpleNamespace:
    y = np.zeros(rows, int)
    right = np.tile([4.0, 0.0], (rows, 1))
    return SimpleNamespace(
        metric=types_pb2.Metric(name="accuracy", direction=types_pb2.DIRECTION_HIGHER_IS_BETTER),
        base=SimpleNamespace(
            measured=types_pb2.Measurement(
                quality=1.0, size_bytes=1000, parameters=100, latency_ms=1, rows=rows
            )
        ),
        outputs=lambda name: right,
        labels=lambda name: y,
    )


def _tried(size: int, loss: float, *, rows: int = 20, margin: float = 4.0, p: float | None = None) -> Tried:
    """A trial whose outputs lose ``loss`` of the rows and keep ``margin`` on the others."""
    outputs = np.tile([margin, 0.0], (rows, 1))
    outputs[: round(loss * rows)] = [0.0, 4.0]
    trial = pb.Trial(
        validation_before=types_pb2.Measurement(quality=1, size_bytes=1000, parameters=100, latency_ms=1),
        validation_after=types_pb2.Measurement(
            quality=1 - loss, size_bytes=size, parameters=50, latency_ms=1
        ),
    )
    if p is not None:
        trial.predicted.feasibility = p
    return Tried(trial, Path("x"), outputs={"val": outputs}, loss=loss)


def test_with_enough_rows_the_smallest_within_the_drop_wins() -> None:
    limits = types_pb2.Limits(max_drop=0.01)
    tries = [_tried(500, 0.0, rows=200), _tried(100, 0.01, rows=200), _tried(50, 0.015, rows=200)]
    chosen, met = _choose.choose(tries, _subject(200), limits, _SIZE)
    assert (chosen, met) == (tries[1], True)


def test_a_relative_limit_is_of_the_base() -> None:
    base = types_pb2.Measurement(quality=0.5)
    limits = types_pb2.Limits(max_relative_drop=0.02, max_drop=0.05)
    assert _choose.allowed_drop(limits, base) == pytest.approx(0.01)
    assert _choose.allowed_drop(types_pb2.Limits(), base) is None


def test_with_few_rows_and_a_size_limit_safety_wins_over_the_last_bytes() -> None:
    limits = types_pb2.Limits(max_drop=0.01, max_size_bytes=400)
    tries = [_tried(900, 0.0), _tried(300, 0.0), _tried(20, 0.0, margin=1.0)]
    assert _choose.choose(tries, _subject(20), limits, _SIZE) == (tries[1], True)
    # ... unless experience speaks against it.
    tries = [_tried(300, 0.0, p=0.05), _tried(20, 0.0, margin=3.5, p=0.95)]
    assert _choose.choose(tries, _subject(20), limits, _SIZE) == (tries[1], True)


def test_with_few_rows_and_no_size_limit_expected_utility_wins() -> None:
    limits = types_pb2.Limits(max_drop=0.01)
    tries = [_tried(900, 0.0), _tried(100, 0.0, margin=3.9), _tried(90, 0.10)]
    assert _choose.choose(tries, _subject(20), limits, _SIZE) == (tries[1], True)


def test_nothing_within_the_limits_gives_the_nearest() -> None:
    limits = types_pb2.Limits(max_drop=0.01, max_size_bytes=10)
    tries = [_tried(900, 0.0, rows=200), _tried(40, 0.5, rows=200), _tried(20, 0.3, rows=200)]
    assert _choose.choose(tries, _subject(200), limits, _SIZE) == (tries[2], False)
    assert _choose.choose([Tried(pb.Trial())], _subject(200), limits, _SIZE) == (None, False)


def test_every_hard_limit_counts() -> None:
    measured = types_pb2.Measurement(size_bytes=200, parameters=30, latency_ms=4)
    assert _choose.excess(types_pb2.Limits(max_size_bytes=200, max_parameters=30), measured) == 0
    assert _choose.excess(types_pb2.Limits(max_size_bytes=100), measured) == 1
    assert _choose.excess(types_pb2.Limits(max_latency_ms=1), measured) == 2
    assert _choose.excess(types_pb2.Limits(max_parameters=15), measured) == 1


@pytest.mark.parametrize(("lost", "expected"), [(0, 1 - 0.05 ** (1 / 20)), (20, 1.0)])
def test_the_bound_is_clopper_and_pearsons(lost: int, expected: float) -> None:
    tried = _tried(100, lost / 20)
    assert _choose.drop_upper_bound(tried, _subject(20)) == pytest.approx(expected)


def test_the_bound_covers() -> None:
    """P(lost rows <= observed | rate = bound) is 5%."""
    from math import comb

    bound = _choose.drop_upper_bound(_tried(100, 0.15), _subject(20))
    assert bound is not None
    tail = sum(comb(20, k) * bound**k * (1 - bound) ** (20 - k) for k in range(4))
    assert tail == pytest.approx(0.05, abs=1e-9)


def test_probabilities_pass_through() -> None:
    p = np.array([[0.25, 0.75]])
    assert _choose.probabilities(p) is p
    np.testing.assert_allclose(_choose.probabilities(np.array([[0.0, np.log(3)]])), p)
