"""Partial pooling: a strategy's mean shrunk towards its method sequence, that one to the whole.

Empirical Bayes with one variance ratio per level: with n tasks behind a mean, the mean keeps
n / (n + k) of itself, k = variance within / variance between, estimated from the same results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_K_LOW, _K_HIGH = 0.25, 50.0


@dataclass(frozen=True)
class Pooled:
    """Means of one or more targets.

    Attributes:
        strategy: shape (strategies, targets); equals ``sequence`` of its row without results.
        sequence: the level above, per strategy, same shape.
        tasks: effective number of tasks behind each, same shape.
    """

    strategy: np.ndarray
    sequence: np.ndarray
    tasks: np.ndarray


def pool(
    values: np.ndarray, weights: np.ndarray, strategy: np.ndarray, task: np.ndarray, sequence: np.ndarray
) -> Pooled:
    """Pools results.

    Args:
        values: shape (results, targets), NaN where missing.
        weights: shape (results,), 0 leaves a result out.
        strategy: index of the strategy of each result.
        task: index of the task (model and data); repeats of a task count once, by their mean.
        sequence: index of the method sequence of each strategy.
    """
    shape = (len(sequence), values.shape[1])
    out = Pooled(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    for j in range(values.shape[1]):
        known = (weights > 0) & np.isfinite(values[:, j])
        cells = _cells(values[known, j], weights[known], strategy[known], task[known])
        out.strategy[:, j], out.sequence[:, j], out.tasks[:, j] = _pool_one(*cells, sequence)
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
    mean: np.ndarray, weight: np.ndarray, strategy: np.ndarray, sequence: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = len(sequence)
    n = np.bincount(strategy, weight, count)
    if not len(mean):
        return np.full(count, np.nan), np.full(count, np.nan), n
    own = np.bincount(strategy, weight * mean, count) / np.maximum(n, 1e-12)
    groups = int(sequence.max()) + 1
    seen = n > 0
    # Every strategy of a sequence counts alike at the level above, however often it was run.
    per_group = np.bincount(sequence[seen], minlength=groups)
    group_mean = np.bincount(sequence[seen], own[seen], groups) / np.maximum(per_group, 1)
    whole = float(group_mean[per_group > 0].mean())
    within = float(np.average((mean - own[strategy]) ** 2, weights=weight))
    spread = float(np.mean((own[seen] - group_mean[sequence[seen]]) ** 2))
    between = float(np.var(group_mean[per_group > 0]))
    k_group, k_own = _ratio(spread, between), _ratio(within, spread)
    share = per_group / (per_group + k_group)
    group_mean = np.where(per_group > 0, share * group_mean + (1 - share) * whole, whole)
    above = group_mean[sequence]
    share = n / (n + k_own)
    return share * own + (1 - share) * above, above, n


def _ratio(within: float, between: float) -> float:
    if within <= 0:
        return _K_LOW
    return float(np.clip(within / between if between > 0 else _K_HIGH, _K_LOW, _K_HIGH))
