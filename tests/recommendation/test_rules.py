"""Feasibility, the selection rule, the single best strategy and the Pareto front."""

from __future__ import annotations

import numpy as np
import pytest

from kg_service.recommendation import corroborated, pareto_front, single_best
from kg_service.recommendation._feasibility import reasons, signature
from kgpress.catalogue import load
from kgpress.strategy import parse
from kgpress.v1 import types_pb2

FULL = types_pb2.DatasetProfile(domain="time series", has_training_data=True, has_labels=True)
FP32 = types_pb2.HardwareProfile(kind="cpu", precisions=["fp32"])
NPU = types_pb2.HardwareProfile(kind="npu", precisions=["int8"])
CPU = types_pb2.HardwareProfile(kind="cpu", precisions=["fp32", "int8"])


def why(text: str, data: types_pb2.DatasetProfile, hardware: types_pb2.HardwareProfile) -> list[str]:
    return reasons([signature(parse(text))], data, hardware, load())[0]


@pytest.mark.parametrize(
    ("text", "data", "hardware", "expected"),
    [
        ("C2(ratio=0.5,epochs=20) > C4(bits=8)", FULL, CPU, []),
        ("C3(sparsity=0.8,epochs=20)", FULL, CPU,
         ["not yet executable", "no use on a cpu", "profits from zeros"]),
        ("C2(ratio=0.5,epochs=20)", types_pb2.DatasetProfile(), CPU, ["training data", "labels"]),
        ("C7(rate=0.5,epochs=0)", types_pb2.DatasetProfile(), CPU, []),
        ("C7(rate=0.5,epochs=20)", types_pb2.DatasetProfile(), CPU, ["training data", "labels"]),
        ("C7(rate=0.5,epochs=20)", types_pb2.DatasetProfile(has_training_data=True), CPU, ["labels"]),
        ("C4(bits=8)", types_pb2.DatasetProfile(has_training_data=True), CPU, []),
        ("C4(bits=8)", FULL, FP32, ["needs int8"]),
        ("C7(rate=0.5,epochs=0)", FULL, NPU, ["fp32"]),
        ("C7(rate=0.5,epochs=0) > C4(bits=8)", FULL, NPU, []),
        ("C2(ratio=0.5,epochs=20)", types_pb2.DatasetProfile(domain="tabular", has_training_data=True,
                                                            has_labels=True), CPU, ["not for tabular"]),
    ],
)  # fmt: skip
def test_feasibility(
    text: str, data: types_pb2.DatasetProfile, hardware: types_pb2.HardwareProfile, expected: list[str]
) -> None:
    found = why(text, data, hardware)
    assert len(found) == len(expected), found
    for reason, words in zip(found, expected, strict=True):
        assert words in reason


def test_selection_rule_needs_both_values_and_the_matching_type() -> None:
    references = {"pruning": np.array([[-0.01, 0.75]]), "quantization": np.array([[0.0, 0.0]])}
    change = np.array([-0.02, -0.05, -0.01, 0.0, -0.03])
    reduction = np.array([0.72, 0.75, 0.6, 0.0, 0.79])
    kinds = np.array(["pruning", "pruning", "pruning", "quantization", "pruning"])
    found = corroborated(change, reduction, kinds, references, 0.02, 0.05)
    assert found.tolist() == [True, False, False, True, True]
    other_type = np.array(["quantization"] * 5)
    assert corroborated(change, reduction, other_type, references, 0.02, 0.05).tolist() == [
        False, False, False, True, False,
    ]  # fmt: skip
    assert not corroborated(np.array([np.nan]), np.array([0.7]), np.array(["pruning"]), references).any()


def test_single_best_averages_repeats_and_distrusts_one_lucky_task() -> None:
    #                    strategy 0: good everywhere; 1: one lucky task; 2: best, not allowed
    strategy = np.array([0, 0, 0, 0, 0, 1, 2, 2, 2, 2])
    task = np.array([0, 1, 2, 3, 3, 0, 0, 1, 2, 3])
    utility = np.array([3.0, 3.0, 3.0, 2.0, 4.0, 3.5, 5.0, 5.0, 5.0, 5.0])
    assert single_best(utility, strategy, task, np.array([True, True, True])) == 2
    assert single_best(utility, strategy, task, np.array([True, True, False])) == 0
    assert single_best(np.full(10, np.nan), strategy, task, np.ones(3, dtype=bool)) is None
    assert single_best(utility, strategy, task, np.zeros(3, dtype=bool)) is None


def test_pareto_front() -> None:
    quality = np.array([0.0, -1.0, -2.0, -1.0, -0.5, np.nan])
    reduction = np.array([1.0, 3.0, 2.0, 2.0, 9.0, 99.0])
    everything = np.ones(6, dtype=bool)
    assert np.flatnonzero(pareto_front(quality, reduction, everything)).tolist() == [0, 4]
    without_best = everything.copy()
    without_best[4] = False
    assert np.flatnonzero(pareto_front(quality, reduction, without_best)).tolist() == [0, 1]
