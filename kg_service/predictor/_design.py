"""Methods and settings of strategies as columns: the level between a strategy's mean and the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kgpress.catalogue import Catalogue, Hyperparameter, load
from kgpress.strategy import UNSPECIFIED, Strategy


def settings_design(strategies: Sequence[Strategy], catalogue: Catalogue | None = None) -> np.ndarray:
    """Columns for a ridge regression: method sequences, methods, and what each step is set to.

    A share (ratio, rate, sparsity) enters as itself, its square and log(1 - share), since what is kept
    multiplies along the steps; a count as its logarithm; a choice as indicators. A setting that is
    unspecified enters as the mean. Columns have mean 0; their size says how freely the regression may
    use them: what is kept, and which method, before bends of a curve and peculiarities of a sequence.

    Returns:
        Shape (strategies, columns).
    """
    catalogue = catalogue or load()
    known = {hp.id: hp for m in catalogue.methods for hp in m.hyperparameters}
    rows = [_row(s, known) for s in strategies]
    names = sorted({name for row in rows for name in row})
    values = np.array([[row.get(name, 0.0) for name in names] for row in rows]).reshape(len(rows), -1)
    present = np.array([[name in row for name in names] for row in rows]).reshape(values.shape)
    # A step's settings are centred among the strategies that have the step.
    values = np.where(np.isfinite(values), values, np.nan)
    with_value = present & np.isfinite(values)
    mean = np.where(with_value, values, 0).sum(axis=0) / np.maximum(with_value.sum(axis=0), 1)
    centred = np.where(with_value, values - mean, 0.0)
    plain = np.array([name.startswith("=") for name in names], dtype=bool)
    centred[:, plain] = values[:, plain] - values[:, plain].mean(axis=0)
    scale = centred.std(axis=0)
    varies = scale > 1e-9
    ease = np.array([_ease(name) for name in names])
    return centred[:, varies] / scale[varies] * ease[varies]


def _row(strategy: Strategy, known: dict[str, Hyperparameter]) -> dict[str, float]:
    row = {f"= {' > '.join(strategy.methods)}": 1.0}
    for step in strategy.steps:
        row[f"= {step.method}"] = 1.0
        for name, value in step.settings:
            row |= _setting(known.get(f"{step.method}.{name}"), f"{step.method}.{name}", value)
    return row


def _ease(name: str) -> float:
    if name.endswith(" kept"):
        return 3.0
    if name.startswith("="):
        return 0.5 if " > " in name else 2.0
    return 0.5 if name.endswith(" squared") else 1.0


def _setting(hp: Hyperparameter | None, name: str, value: float | int | str) -> dict[str, float]:
    if isinstance(value, str):
        return {} if value == UNSPECIFIED else {f"= {name}={value}": 1.0}
    if hp is not None and hp.maximum is not None and hp.maximum <= 1:
        return {name: value, f"{name} squared": value**2, f"{name} kept": math.log(max(1 - value, 0.01))}
    return {f"{name} log": math.log1p(value)}


def ridge(
    design: np.ndarray, mean: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted ridge regression of means on the design, its strength chosen by leaving one out.

    Args:
        design: of all strategies. mean, weight: of each; weight 0 leaves a strategy out.

    Returns:
        Fitted values of all strategies; left-out errors of those with weight (0 for the others); and
        the leverage of each: how far the regression reaches out for it, in variances of an error.
    """
    seen = weight > 0
    w = weight[seen] / weight[seen].mean()
    centre = float(np.average(mean[seen], weights=w))
    x, y, root = design[seen], mean[seen] - centre, np.sqrt(w)
    u, s, vt = np.linalg.svd(root[:, None] * x, full_matrices=False)
    target = u.T @ (root * y)
    best: tuple[float, float, np.ndarray] | None = None
    for strength in _STRENGTHS:
        shrink = s**2 / (s**2 + strength)
        leverage = np.minimum((u**2 * shrink).sum(axis=1) + w / w.sum(), 0.99)
        left_out = (y - (u @ (shrink * target)) / root) / (1 - leverage)
        loss = float(np.average(left_out**2, weights=w))
        if best is None or loss < best[0]:
            best = (loss, strength, left_out)
    assert best is not None
    coefficients = vt.T @ (s / (s**2 + best[1]) * target)
    # Bayesian linear model: within the span of what was run the error shrinks, outside it does not.
    inside = design @ vt.T
    outside = np.maximum((design**2).sum(axis=1) - (inside**2).sum(axis=1), 0)
    leverage = (inside**2 / (s**2 + best[1])).sum(axis=1) + outside / best[1]
    errors = np.zeros(len(design))
    errors[seen] = best[2]
    return centre + design @ coefficients, errors, leverage


_STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
