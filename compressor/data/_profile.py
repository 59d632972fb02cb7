"""The statistics of docs/scores.md."""

from __future__ import annotations

import numpy as np

from compressor.data._dataset import Dataset
from kgpress.v1.types_pb2 import DatasetProfile

#: Rows that the statistics are taken on, at most (docs/scores.md).
MAX_ROWS = 2000


def profile_dataset(dataset: Dataset, standard: object | None = None) -> DatasetProfile:
    """What is known of the data. A value that cannot be computed is absent.

    Args:
        dataset: fitted to the model, or as loaded; (rows, length) counts as one channel.
        standard: accepted so that all profiles are made alike; the data's shape says it all.
    """
    x, y = _teaching_rows(dataset)
    profile = DatasetProfile(
        data_hash=dataset.data_hash,
        name=dataset.name,
        domain=dataset.domain,
        task=dataset.task,
        has_training_data=dataset.x_train is not None,
        has_labels=dataset.has_labels,
        validation_seen=dataset.validation_seen,
    )
    if dataset.classes is not None:
        profile.classes = dataset.classes
    for field, rows in (
        ("train_rows", dataset.x_train),
        ("validation_rows", dataset.x_val),
        ("test_rows", dataset.x_test),
    ):
        if rows is not None:
            setattr(profile, field, len(rows))
    tokens = x.dtype.kind in "iu" and dataset.domain == "natural language processing"
    values = canonical(x)
    profile.input_size.extend(x.shape[2:] if x.ndim > 2 else x.shape[1:])
    profile.channels = values.shape[1]
    if tokens:
        profile.token_size = int(x.shape[-1])
    for field, value in statistics(values, y, dataset.is_regression, dataset.domain == "tabular").items():
        if value is not None:
            setattr(profile, field, value)
    return profile


def _teaching_rows(dataset: Dataset) -> tuple[np.ndarray, np.ndarray | None]:
    """Training rows, else validation rows; never test rows; evenly thinned to MAX_ROWS."""
    rows = dataset.rows("train") or dataset.rows("val")
    assert rows is not None
    x, y = rows
    if len(x) > MAX_ROWS:
        chosen = np.arange(MAX_ROWS) * len(x) // MAX_ROWS
        x, y = x[chosen], None if y is None else y[chosen]
    return x, y


def canonical(x: np.ndarray) -> np.ndarray:
    """(rows, channels, positions), float64."""
    x = x[:, None] if x.ndim == 2 else x
    return x.reshape(len(x), x.shape[1], -1).astype(np.float64)


def statistics(
    x: np.ndarray, y: np.ndarray | None, regression: bool, per_column: bool
) -> dict[str, float | None]:
    """The five statistics of ``x`` (rows, channels, positions); None where one cannot be computed."""
    axes = 0 if per_column else (0, 2)
    spread = x.std(axis=axes, keepdims=True)
    x = (x - x.mean(axis=axes, keepdims=True)) / np.where(spread > 0, spread, 1)
    rows = x.reshape(len(x), -1)
    groups = _groups(y, regression)
    result: dict[str, float | None] = {
        "localization": _localization(x),
        "interclass_variance": None,
        "intraclass_variance": None,
        "correlation": None,
    }
    centre = np.broadcast_to(rows.mean(axis=0), rows.shape)
    if groups is not None and y is not None:
        names, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
        means = np.stack([rows[index == i].mean(axis=0) for i in range(len(names))])
        between = (counts[:, None] / len(rows) * (means - rows.mean(axis=0)) ** 2).sum(axis=0)
        result["interclass_variance"] = float(between.mean())
        result["intraclass_variance"] = float(((rows - means[index]) ** 2).mean())
        result["correlation"] = _correlation(rows, y, between, regression)
        centre = means[index]
    result["outliers"] = _outliers(rows, centre)
    return result


def _groups(y: np.ndarray | None, regression: bool) -> np.ndarray | None:
    if y is None or not regression:
        return y
    return np.searchsorted(np.quantile(y, [0.25, 0.5, 0.75]), y)


def _localization(x: np.ndarray) -> float:
    energy = x.var(axis=0).mean(axis=0)
    total = energy.sum()
    if len(energy) < 2 or total <= 0:
        return 0.0
    weights = energy[energy > 0] / total
    return float(np.clip(1 + (weights * np.log(weights)).sum() / np.log(len(energy)), 0, 1))


def _outliers(rows: np.ndarray, centre: np.ndarray) -> float:
    distance = np.sqrt(((rows - centre) ** 2).mean(axis=1))
    middle = np.median(distance)
    mad = np.median(np.abs(distance - middle))
    return float((distance > middle + 3.5 * mad / 0.6745).mean()) if mad > 0 else 0.0


def _correlation(rows: np.ndarray, y: np.ndarray, between: np.ndarray, regression: bool) -> float | None:
    variance = rows.var(axis=0)
    varies = variance > 1e-12
    if not varies.any():
        return None
    if not regression:
        return float(np.sqrt(np.clip(between[varies] / variance[varies], 0, 1)).mean())
    target = y.astype(np.float64) - y.mean()
    if not target.any():
        return None
    covariance = (rows[:, varies] * target[:, None]).mean(axis=0)
    return float(np.abs(covariance / np.sqrt(variance[varies] * (target**2).mean())).mean())
