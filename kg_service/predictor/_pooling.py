"""Partial pooling: a strategy's mean shrunk towards what its methods and settings suggest.

Three levels. The whole: the mean of all strategies. In the middle: a ridge regression on method
sequence and settings (``_design``), so that pruning 80% is expected between 70% and 85% without ever
having been run. On top: the strategy's own mean over n tasks, which keeps n / (n + k) of itself,
k = variance within a strategy / variance of strategies around the middle level (empirical Bayes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kg_service.predictor._design import ridge

_K_LOW, _K_HIGH = 0.1, 50.0


@dataclass(frozen=True)
class Pooled:
    """Means of one or more targets.

    Attributes:
        strategy: shape (strategies, targets); equals ``above`` of its row without results.
        above: the middle level, per strategy, same shape.
        tasks: effective number of tasks behind each, same shape.
        leverage: how far the middle level reaches out for a strategy, in variances of an error.
    """

    strategy: np.ndarray
    above: np.ndarray
    tasks: np.ndarray
    leverage: np.ndarray


def pool(
    values: np.ndarray, weights: np.ndarray, strategy: np.ndarray, task: np.ndarray, design: np.ndarray
) -> Pooled:
    """Pools results.

    Args:
        values: shape (results, targets), NaN where missing.
        weights: shape (results,), 0 leaves a result out.
        strategy: index of the strategy of each result.
        task: index of the task (model and data); repeats of a task count once, by their mean.
        design: ``settings_design`` of all strategies.
    """
    shape = (len(design), values.shape[1])
    out = Pooled(*(np.zeros(shape) for _ in range(4)))
    for j in range(values.shape[1]):
        known = (weights > 0) & np.isfinite(values[:, j])
        cells = _cells(values[known, j], weights[known], strategy[known], task[known])
        columns = _pool_one(*cells, design)
        for array, column in zip((out.strategy, out.above, out.tasks, out.leverage), columns, strict=True):
            array[:, j] = column
    return out


def _cells(
    values: np.ndarray, weights: np.ndarray, strategy: np.ndarray, task: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, weight (the largest) and strategy of each (strategy, task)."""
    if not len(values):
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=int)
    keys, cell = np.unique(np.stack([strategy, task]), axis=1, return_inverse=True)
    cell = cell.ravel()
    total = np.bincount(cell, weights)
    mean = np.bincount(cell, weights * values) / total
    top = np.zeros(keys.shape[1])
    np.maximum.at(top, cell, weights)
    return mean, top, keys[0]


def _pool_one(
    mean: np.ndarray, weight: np.ndarray, strategy: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    count = len(design)
    n = np.bincount(strategy, weight, count)
    if not len(mean):
        return np.full(count, np.nan), np.full(count, np.nan), n, np.zeros(count)
    own = np.bincount(strategy, weight * mean, count) / np.maximum(n, 1e-12)
    # More tasks make a mean surer, but beyond a few the fit of the line is what errs.
    above, left_out, leverage = ridge(design, own, n / (n + 1))
    within = float(np.average((mean - own[strategy]) ** 2, weights=weight))
    between = float(np.average(left_out[n > 0] ** 2, weights=n[n > 0]))
    share = n / (n + _ratio(within, between))
    return share * own + (1 - share) * above, above, n, leverage


def _ratio(within: float, between: float) -> float:
    if within <= 0:
        return _K_LOW
    return float(np.clip(within / between if between > 0 else _K_HIGH, _K_LOW, _K_HIGH))
