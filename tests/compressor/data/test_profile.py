"""The statistics of docs/scores.md, against values worked out by hand or by another route."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from compressor.data import load_data, profile_dataset
from compressor.data._profile import canonical, statistics


def test_a_case_worked_out_by_hand() -> None:
    # One position, four rows: standardised they are -1, -1, 1, 1; the classes explain everything.
    found = statistics(np.array([0, 0, 2, 2.0]).reshape(4, 1, 1), np.array([0, 0, 1, 1]), False, False)
    assert found["interclass_variance"] == pytest.approx(1)
    assert found["intraclass_variance"] == pytest.approx(0)
    assert found["correlation"] == pytest.approx(1)
    assert found["localization"] == 0
    assert found["outliers"] == 0


def test_variances_add_up() -> None:
    x = np.random.default_rng(0).normal(size=(50, 2, 7)) * 3 + 1
    y = np.arange(50) % 3
    found = statistics(x, y, False, False)
    scaled = (x - x.mean((0, 2), keepdims=True)) / x.std((0, 2), keepdims=True)
    total = scaled.reshape(50, -1).var(axis=0).mean()
    assert found["interclass_variance"] + found["intraclass_variance"] == pytest.approx(total)


def test_localization_is_one_in_one_place_and_zero_everywhere() -> None:
    one = np.zeros((10, 1, 16))
    one[:, 0, 5] = np.arange(10)
    even = np.tile(np.arange(10.0)[:, None, None], (1, 1, 16))
    assert statistics(one, None, False, False)["localization"] == pytest.approx(1)
    assert statistics(even, None, False, False)["localization"] == pytest.approx(0, abs=1e-12)
    # Entropy by another route.
    x = np.random.default_rng(1).normal(size=(30, 1, 5)) * np.array([1, 2, 3, 4, 5])
    weights = x.var(axis=0)[0] / x.var(axis=0)[0].sum()
    want = 1 - stats.entropy(weights) / np.log(5)
    assert statistics(x, None, False, False)["localization"] == pytest.approx(want)


def test_an_outlier_is_counted() -> None:
    x = np.random.default_rng(0).normal(size=(100, 1, 20))
    calm = statistics(x, None, False, False)["outliers"]
    x[:3] += 30
    assert statistics(x, None, False, False)["outliers"] == pytest.approx(0.03)
    assert calm == 0


def test_correlation_of_a_regression_is_pearson_s() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(200, 1, 3))
    y = x[:, 0, 0] * 2 + generator.normal(size=200)
    want = np.mean([abs(stats.pearsonr(x[:, 0, i], y)[0]) for i in range(3)])
    assert statistics(x, y, True, False)["correlation"] == pytest.approx(want)


def test_columns_of_a_table_have_units_of_their_own() -> None:
    x = np.random.default_rng(0).normal(size=(100, 1, 2)) * np.array([1, 1000])
    assert statistics(x, None, False, True)["localization"] == pytest.approx(0, abs=1e-9)
    assert statistics(x, None, False, False)["localization"] > 0.9


def test_constant_data_gives_no_nonsense() -> None:
    found = statistics(np.ones((6, 1, 4)), np.arange(6) % 2, False, False)
    assert found["correlation"] is None
    assert found["localization"] == found["outliers"] == found["interclass_variance"] == 0


def test_what_cannot_be_known_is_absent() -> None:
    data = load_data(lambda: {"x_val": np.random.default_rng(0).normal(size=(9, 4))})
    profile = profile_dataset(data)
    assert not profile.HasField("classes")
    assert not profile.HasField("interclass_variance")
    assert not profile.HasField("train_rows")
    assert profile.HasField("localization")
    assert profile.validation_rows == 9
    assert not profile.has_training_data
    assert not profile.has_labels


def test_statistics_look_at_training_rows_only() -> None:
    generator = np.random.default_rng(0)
    source = {
        "x_train": generator.normal(size=(3000, 4)),
        "y_train": np.arange(3000) % 2,
        "x_test": generator.normal(size=(50, 4)),
        "y_test": np.arange(50) % 2,
    }
    one = profile_dataset(load_data(lambda: source))
    source["x_test"] = source["x_test"] * 100
    other = profile_dataset(load_data(lambda: source))
    assert one.outliers == other.outliers
    assert one.correlation == other.correlation
    assert one.data_hash != other.data_hash


def test_sizes() -> None:
    image = load_data(lambda: {"x_train": np.random.rand(8, 3, 5, 6), "y_train": np.arange(8) % 2})
    profile = profile_dataset(image)
    assert list(profile.input_size) == [5, 6]
    assert profile.channels == 3
    assert canonical(np.zeros((4, 9))).shape == (4, 1, 9)
