"""The selection rule, the single best strategy, and the Pareto front, as functions of their own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

#: Predicted and reference values are "about equal" within these: quality in units of the metric
#: (0.02 is 2pt), parameter reduction as a fraction. Set by judgement: 2pt is the middle of the limits
#: that are reported (1, 2 and 3pt), 5% of the parameters half a step of the pruning grid.
QUALITY_TOLERANCE = 0.02
REDUCTION_TOLERANCE = 0.05


def corroborated(
    quality_change: np.ndarray,
    parameter_reduction: np.ndarray,
    kinds: np.ndarray,
    references: Mapping[str, np.ndarray],
    quality_tolerance: float = QUALITY_TOLERANCE,
    reduction_tolerance: float = REDUCTION_TOLERANCE,
) -> np.ndarray:
    """Whether the predicted values are about equal to the reference values of the matching type.

    Source design, section A: selected is a strategy whose predicted accuracy and parameter reduction
    are about equal to the reference values of a corresponding compression type.

    Args:
        quality_change, parameter_reduction: predicted, shape (strategies,).
        kinds: compression types of each strategy in order, for example "pruning > quantization".
        references: per such kind, measured (quality change, parameter reduction), shape (results, 2).
    """
    out = np.zeros(len(kinds), dtype=bool)
    for kind, values in references.items():
        rows = kinds == kind
        if not rows.any() or not len(values):
            continue
        near = np.abs(quality_change[rows, None] - values[:, 0]) <= quality_tolerance
        near &= np.abs(parameter_reduction[rows, None] - values[:, 1]) <= reduction_tolerance
        out[rows] = near.any(axis=1)
    return out


def single_best(
    utilities: np.ndarray,
    strategy: np.ndarray,
    task: np.ndarray,
    allowed: np.ndarray,
    prior_tasks: float = 2.0,
) -> int | None:
    """The single best strategy: best mean utility over the training tasks, repeats averaged first.

    A mean over few tasks is luck, so it is taken as if ``prior_tasks`` more tasks had ended outside the
    limits, where the base model is kept and the utility is 0.

    Args:
        utilities: of each result under the asked limits, NaN where unknown.
        allowed: per strategy, whether it may be chosen.

    Returns:
        Index of the strategy, or None without results of an allowed one.
    """
    known = np.isfinite(utilities)
    if not known.any():
        return None
    width = len(allowed)
    cell, cells = strategy[known] + width * task[known].astype(np.int64), utilities[known]
    keys, inverse, counts = np.unique(cell, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, cells) / counts
    own = (keys % width).astype(int)
    n = np.bincount(own, minlength=width)
    shrunk = np.bincount(own, means, width) / (n + prior_tasks)
    shrunk = np.where(allowed & (n > 0), shrunk, -np.inf)
    best = int(np.argmax(shrunk))
    return best if np.isfinite(shrunk[best]) else None


def pareto_front(quality: np.ndarray, reduction: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Allowed strategies that no other beats in both; of equal ones the first."""
    front = np.zeros(len(quality), dtype=bool)
    usable = np.flatnonzero(allowed & np.isfinite(quality) & np.isfinite(reduction))
    order = usable[np.lexsort((-reduction[usable], -quality[usable]))]
    if len(order):
        best = np.maximum.accumulate(reduction[order])
        front[order] = np.concatenate([[True], reduction[order][1:] > best[:-1]])
    return front
