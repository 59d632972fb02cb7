"""Predictions of one subject, with what was measured on the very same model and data in their place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kg_service.predictor import (
    LOG2,
    QUALITY,
    SIZE,
    TARGETS,
    Bounds,
    Predicted,
    Predictor,
    from_scale,
    to_scale,
)
from kg_service.recommendation._known import Known
from kg_service.recommendation._subject import Base

#: Half width of a 90% normal interval in standard deviations.
_Z90 = 1.6449
#: Rows assumed where a measurement does not tell them.
_ROWS = 50.0
#: Relative error of a measured latency beyond its own repeats; sizes and counts are exact.
_LATENCY_SIGMA = 0.05


@dataclass(frozen=True)
class Outcome:
    """What every strategy is expected to do; all arrays have one row per strategy.

    Attributes:
        value, low, high: on the scale of the targets, shape (strategies, 4), NaN where unknown.
        chance: of being within the limits. utility: expected log2(before/after) within them, else 0.
        doubt: utility that a strategy that was never run may owe to a lucky error; 0 for others.
            Ranking takes it off.
        excess: how far beyond the limits, in standard errors; orders what has no chance.
        measured: whether a measurement stands behind the row.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    chance: np.ndarray
    utility: np.ndarray
    doubt: np.ndarray
    excess: np.ndarray
    measured: np.ndarray
    predicted: Predicted


def judge(
    predictor: Predictor,
    predicted: Predicted,
    bounds: Bounds,
    known: Known | None = None,
    rows: np.ndarray | None = None,
) -> Outcome:
    """Intervals, chances and utilities; measured rows of ``known`` replace predictions.

    A quality measured on few validation rows is blended with the prediction by their precisions, so
    that twenty rows do not outvote a hundred data sets.
    """
    low, high = predictor.interval(predicted)
    chance, utility = predictor.utility(predicted, bounds)
    excess = _excess(predicted, bounds)
    measured = np.zeros(len(chance), dtype=bool)
    doubt = _doubt(predictor, predicted, bounds, utility)
    out = Outcome(predicted.value.copy(), low, high, chance, utility, doubt, excess, measured, predicted)
    if known is not None and rows is not None and len(rows):
        for index in np.unique(known.strategy[rows]):
            if 0 <= index < len(chance):
                _replace_row(out, int(index), known, rows[known.strategy[rows] == index], bounds)
    return out


def _doubt(predictor: Predictor, predicted: Predicted, bounds: Bounds, utility: np.ndarray) -> np.ndarray:
    """How much a never-run strategy's utility may be too high for being the best of many guesses.

    The largest of m errors of standard deviation sigma is about sigma sqrt(2 ln m): hundreds of
    strategies that were never run compete with a few whose outcomes are known, and one of them always
    looks best. They are ranked by their utility with every needed target that much worse.
    """
    strange = predicted.group[:, [QUALITY, bounds.objective]].any(axis=1)
    count = int(strange.sum())
    if not count:
        return np.zeros(len(utility))
    worse = np.full(len(TARGETS), math.sqrt(2 * math.log(max(count, 2))))
    worse[QUALITY] = -worse[QUALITY]
    shifted = Predicted(
        predicted.value + worse * predicted.sigma, predicted.sigma, predicted.members, predicted.group
    )
    return np.where(strange, utility - predictor.utility(shifted, bounds)[1], 0.0)


def _replace_row(out: Outcome, index: int, known: Known, rows: np.ndarray, bounds: Bounds) -> None:
    targets = known.table.targets[rows]
    sigma = np.zeros(len(TARGETS))
    for j in range(len(TARGETS)):
        values = targets[np.isfinite(targets[:, j]), j]
        if not len(values):
            sigma[j] = max(1e-6, (out.high[index, j] - out.low[index, j]) / (2 * _Z90))
        elif j != QUALITY:
            own = _LATENCY_SIGMA if TARGETS[j] == "latency" else 0.0
            sigma[j] = max(1e-6, math.hypot(own, float(values.std())))
            out.value[index, j] = values.mean()
            _set_interval(out, index, j, values.mean(), sigma[j])
    chance, gain = 1.0, -out.value[index, bounds.objective] / LOG2
    quality, spread = _blend(out, index, known, rows)
    if bounds.drop is not None:
        chance *= _normal((quality + bounds.drop) / spread) if np.isfinite(quality) else 0.5
    for target, bound in bounds.upper():
        chance *= _normal((bound - out.value[index, target]) / sigma[target] + 1e-6)
    out.chance[index] = chance
    out.utility[index] = chance * gain if np.isfinite(gain) else 0.0
    out.doubt[index] = 0.0
    out.measured[index] = True


def _blend(out: Outcome, index: int, known: Known, rows: np.ndarray) -> tuple[float, float]:
    """Mean and standard error of the change of quality, measured and predicted together; stores them."""
    changes = from_scale(known.table.targets[rows, QUALITY])
    usable = np.isfinite(changes)
    prior = float(from_scale(out.value[index, QUALITY]))
    ends = from_scale(np.array([out.low[index, QUALITY], out.high[index, QUALITY]]))
    prior_error = max(1e-4, float(ends[1] - ends[0]) / (2 * _Z90))
    if not usable.any():
        return prior, prior_error
    change = float(changes[usable].mean())
    n = float(np.nan_to_num(known.table.number["rows"][rows][usable], nan=_ROWS).mean())
    # Of n rows about |change| n are decided otherwise than by the base; one more for the unseen.
    error = math.sqrt((abs(change) + 1 / n) / n + float(changes[usable].var()) / usable.sum())
    if np.isfinite(prior):
        # A prediction that the measurement contradicts was less sure than its interval said.
        prior_error = max(prior_error, abs(change - prior) / 2)
        weight = prior_error**2 / (prior_error**2 + error**2)
        change = weight * change + (1 - weight) * prior
        error = math.sqrt(weight) * error
    out.value[index, QUALITY] = to_scale(change)
    out.low[index, QUALITY] = to_scale(change - _Z90 * error)
    out.high[index, QUALITY] = to_scale(change + _Z90 * error)
    return change, error


def _set_interval(out: Outcome, index: int, target: int, value: float, sigma: float) -> None:
    out.low[index, target], out.high[index, target] = value - _Z90 * sigma, value + _Z90 * sigma


def _excess(predicted: Predicted, bounds: Bounds) -> np.ndarray:
    pairs = [(target, bound, 1.0) for target, bound in bounds.upper()]
    if bounds.lowest_quality is not None:
        pairs.append((QUALITY, bounds.lowest_quality, -1.0))
    total = np.zeros(len(predicted.value))
    for target, bound, sign in pairs:
        beyond = sign * (predicted.value[:, target] - bound) / predicted.sigma[:, target]
        total += np.where(np.isfinite(beyond), np.maximum(beyond, 0), 0)
    return total


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def gap_error(predictor: Predictor, outcome: Outcome, a: int, b: int, bounds: Bounds) -> float:
    """Standard error of the difference between two utilities: how the ensemble's members differ on it."""
    pair, p = [a, b], outcome.predicted
    differences = []
    for member in p.members:
        one = Predicted(member[pair], p.sigma[pair], p.members[:, pair], p.group[pair])
        utility = np.where(outcome.measured[pair], outcome.utility[pair], predictor.utility(one, bounds)[1])
        differences.append(utility[0] - utility[1])
    return float(np.std(differences))


def in_units(outcome: Outcome, base: Base) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Value, low and high end of each quantity in the units of the contract; only what can be told."""
    ends = (outcome.value, outcome.low, outcome.high)
    told: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    if base.unit is not None:
        change = [from_scale(a[:, QUALITY]) * base.unit for a in ends]
        if base.fraction and base.quality is not None:
            change = [np.clip(c, -base.quality, 1 - base.quality) for c in change]
        told["quality_change"] = (change[0], np.minimum(*change[1:]), np.maximum(*change[1:]))
    reduction = [-np.expm1(a[:, 1]) for a in ends]
    told["parameter_reduction"] = (reduction[0], reduction[2], reduction[1])
    for name, target, unit in (("size_bytes", SIZE, base.size), ("latency_ms", 3, base.latency)):
        if unit:
            value, low, high = (unit * np.exp(a[:, target]) for a in ends)
            told[name] = (value, low, high)
    return told
