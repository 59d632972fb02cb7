"""Equations (2) and (3), as docs/scores.md fixes them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kg_service.features import SUBJECT_FEATURES, dataset_score, model_score, score_vector, subject_vector
from kgpress.v1 import types_pb2


def test_model_score_is_equation_2() -> None:
    profile = types_pb2.ModelProfile(
        trainable_parameters=265_000, filters=512, layers=7, non_trainable_parameters=1_024
    )
    raw = 0.5 * math.log(265_000) + 0.25 * math.log(512) + 0.15 * math.log(7) + 0.10 * math.log(1_024)
    high = 0.5 * math.log(1e10) + 0.25 * math.log(1e6) + 0.15 * math.log(1e4) + 0.10 * math.log(1e8)
    assert model_score(profile) == pytest.approx(raw / high)
    assert high == pytest.approx(18.19, abs=0.01)


def test_counts_of_zero_add_nothing_and_stay_in_range() -> None:
    assert model_score(types_pb2.ModelProfile(trainable_parameters=0, filters=0, layers=0)) == 0.0
    huge = types_pb2.ModelProfile(trainable_parameters=10**15, filters=10**9, layers=10**6)
    assert model_score(huge) == 1.0


def test_dataset_score_is_equation_3() -> None:
    profile = types_pb2.DatasetProfile(
        interclass_variance=0.2, intraclass_variance=0.7, localization=0.05, outliers=0.0
    )
    raw = math.log(0.2) + math.log(0.7) + math.log(0.05) + math.log(1e-3)
    assert dataset_score(profile) == pytest.approx(1 - raw / (4 * math.log(1e-3)))


def test_an_absent_part_leaves_term_and_bounds() -> None:
    profile = types_pb2.DatasetProfile(localization=1.0, outliers=1.0)
    assert dataset_score(profile) == 1.0
    assert dataset_score(types_pb2.DatasetProfile()) is None
    assert model_score(types_pb2.ModelProfile()) is None


def test_unknown_values_are_nan_and_zero_is_a_value() -> None:
    empty = subject_vector(types_pb2.ModelProfile(), types_pb2.DatasetProfile(), types_pb2.HardwareProfile())
    named = dict(zip(SUBJECT_FEATURES, empty, strict=True))
    assert math.isnan(named["model: log filters"])
    assert math.isnan(named["hardware: sparsity"])
    with_zero = subject_vector(
        types_pb2.ModelProfile(filters=0), types_pb2.DatasetProfile(), types_pb2.HardwareProfile()
    )
    assert dict(zip(SUBJECT_FEATURES, with_zero, strict=True))["model: log filters"] == 0.0
    assert np.isnan(score_vector(types_pb2.ModelProfile(), types_pb2.DatasetProfile())).all()


def test_the_test_set_is_not_looked_at() -> None:
    few, many = types_pb2.DatasetProfile(test_rows=1), types_pb2.DatasetProfile(test_rows=10**6)
    vectors = [subject_vector(types_pb2.ModelProfile(), d, types_pb2.HardwareProfile()) for d in (few, many)]
    np.testing.assert_array_equal(*vectors)
