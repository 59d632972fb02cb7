"""Trains a predictor and measures its uncertainty on data sets and strategies it was not shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kg_service.predictor._config import PredictorConfig
from kg_service.predictor._network import forward, train_networks
from kg_service.predictor._pooling import Pooled, pool
from kg_service.predictor._predictor import LEVELS, Predictor, Spread, with_masks
from kg_service.predictor._table import Table
from kg_service.predictor._targets import TARGETS

#: Vectors of all strategies, shape (strategies, d), from the rows of evidence it may use.
Embed = Callable[[np.ndarray], np.ndarray]

#: Standard errors by which a pick must beat the single best strategy.
_GUARD = 1.0
#: Below this many out-of-fold errors a quantile of theirs says nothing; normal ones, doubled, stand in.
_FEW = 20
_MIN_SCALE = 1e-3


@dataclass(frozen=True)
class Problem:
    """Evidence with its strategies.

    Attributes:
        strategy: index of each row's strategy. design: ``settings_design`` of all strategies.
    """

    table: Table
    strategy: np.ndarray
    design: np.ndarray

    def pooled(self, weights: np.ndarray) -> Pooled:
        return pool(self.table.targets, weights, self.strategy, self.table.tasks, self.design)


def fit_predictor(
    problem: Problem, vectors: np.ndarray, embed: Embed, config: PredictorConfig
) -> tuple[Predictor, dict[str, float]]:
    """Trains the predictor.

    Args:
        vectors: Embedding of all strategies, trained on all the evidence.
        embed: Gives the embedding trained without the held-out rows; called once per fold.

    Returns:
        The predictor and figures of its calibration (out-of-fold errors, coverage, utilities).
    """
    table = problem.table
    if not len(table):
        return _without_evidence(problem, vectors), {"results": 0.0}
    standard = _Standard.of(table, vectors)
    folds = _folds(problem, config)
    nets, weights, spaces = _members(problem, folds, embed, vectors, config)
    learned = train_networks(
        np.stack([standard.vectors(space)[problem.strategy] for space in spaces]),
        standard.subjects,
        standard.scores,
        standard.goals,
        weights,
        config,
    )
    out = _out_of_fold(problem, standard, folds, nets, learned, spaces)
    spread, guard, figures = _calibrate(problem, out, config)
    pooled = problem.pooled(table.weights)
    final = {name: array[: config.members] for name, array in learned.items()}
    predictor = Predictor(
        net=final,
        vectors=standard.vectors(vectors),
        strategy_mean=pooled.strategy,
        tasks=pooled.tasks,
        spread=spread,
        guard=np.array(guard),
        **standard.arrays(),
    )
    return predictor, figures | {"results": float(len(table))}


@dataclass(frozen=True)
class _Standard:
    """Inputs and targets on a common scale. Statistics of inputs, not of outcomes, see every row."""

    kept: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    plain: np.ndarray
    score_mean: np.ndarray
    score_scale: np.ndarray
    subjects: np.ndarray
    scores: np.ndarray
    target_mean: np.ndarray
    target_scale: np.ndarray
    goals: np.ndarray
    vector_scale: np.ndarray

    @classmethod
    def of(cls, table: Table, vectors: np.ndarray) -> _Standard:
        mean, scale = _moments(table.subjects)
        kept = np.flatnonzero(np.isfinite(mean) & (scale > 0))
        plain = (table.subjects[:, kept] - mean[kept]) / scale[kept]
        score_mean, score_scale = _moments(table.scores)
        score_mean = np.nan_to_num(score_mean)
        score_scale = np.where(score_scale > 0, score_scale, 1.0)
        target_mean, target_scale = _moments(table.targets)
        target_scale = np.where(target_scale > 0, target_scale, 1.0)
        return cls(
            kept, mean[kept], scale[kept], plain, score_mean, score_scale,
            with_masks(plain), with_masks((table.scores - score_mean) / score_scale),
            target_mean, target_scale, (table.targets - target_mean) / target_scale,
            np.maximum(vectors.std(axis=0), 1e-3),
        )  # fmt: skip

    def vectors(self, space: np.ndarray) -> np.ndarray:
        return space / self.vector_scale

    def novelty(self, rows: np.ndarray) -> np.ndarray:
        """Of every row against the range of ``rows`` (a mask)."""
        if not self.plain.shape[1] or not rows.any():
            return np.zeros(len(self.plain))
        low, high = _range(self.plain[rows])
        beyond = np.clip(np.maximum(low - self.plain, self.plain - high), 0, 4.0)
        known = np.isfinite(beyond)
        return np.where(known, beyond, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)

    def arrays(self) -> dict[str, np.ndarray]:
        low, high = _range(self.plain)
        return {
            "kept": self.kept, "mean": self.mean, "scale": self.scale, "low": low, "high": high,
            "score_mean": self.score_mean, "score_scale": self.score_scale,
            "target_mean": self.target_mean, "target_scale": self.target_scale,
            "vector_scale": self.vector_scale,
        }  # fmt: skip


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (NaN where nothing is known) and standard deviation (0 there) of columns."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(count, np.where(known, values, 0).sum(axis=0) / np.maximum(count, 1), np.nan)
    square = np.where(known, (values - np.nan_to_num(mean)) ** 2, 0).sum(axis=0) / np.maximum(count, 1)
    return mean, np.where(square > 1e-12, np.sqrt(square), 0.0)


def _range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low = np.where(np.isfinite(values), values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(np.isfinite(values), values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)


@dataclass(frozen=True)
class _Fold:
    """Rows of the held-out data sets or strategies train nothing here."""

    train: np.ndarray
    #: Rows of held-out data sets: of strategies that were shown (0), and that were not (1).
    test: tuple[np.ndarray, np.ndarray]


def _folds(problem: Problem, config: PredictorConfig) -> list[_Fold]:
    """Each fold holds out data sets and strategies at once, so both groups are judged on new data."""
    groups, owned = problem.table.groups, problem.table.profiled
    count = min(config.folds, len(np.unique(groups[owned])))
    if count < 2:
        return []
    rng = np.random.default_rng(config.seed)
    of_group = rng.permutation(int(groups.max()) + 1) % count
    if len(np.unique(of_group[np.unique(groups[owned])])) < count:
        present = np.unique(groups[owned])
        of_group[present] = rng.permutation(len(present)) % count
    of_strategy = rng.permutation(len(problem.design)) % count
    row_group, row_strategy = of_group[groups], of_strategy[problem.strategy]
    folds = []
    for f in range(count):
        data, strategy = row_group == f, row_strategy == f
        folds.append(_Fold(~data & ~strategy, (owned & data & ~strategy, owned & data & strategy)))
    return folds


def _members(
    problem: Problem, folds: list[_Fold], embed: Embed, vectors: np.ndarray, config: PredictorConfig
) -> tuple[list[range], np.ndarray, list[np.ndarray]]:
    """Networks of each fold (indices), row weights of all networks, and the vectors each is given."""
    base = problem.table.weights * problem.table.profiled
    rng = np.random.default_rng(config.seed + 1)
    weights = [base * _bootstrap(problem.table.tasks, rng) for _ in range(config.members)]
    spaces = [vectors] * config.members
    nets = []
    for fold in folds:
        nets.append(range(len(weights), len(weights) + config.fold_members))
        space = embed(fold.train)
        for _ in range(config.fold_members):
            weights.append(base * fold.train * _bootstrap(problem.table.tasks, rng))
            spaces.append(space)
    return nets, np.array(weights), spaces


def _bootstrap(tasks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    count = int(tasks.max()) + 1
    return np.bincount(rng.integers(0, count, count), minlength=count)[tasks]


@dataclass(frozen=True)
class _OutOfFold:
    """Predictions of rows (and of all strategies on their subjects) that trained nothing of them."""

    #: Group of each row, -1 where it was not predicted.
    group: np.ndarray
    #: Networks' mean and variance, and pooled mean, shape (rows, targets).
    raw: np.ndarray
    variance: np.ndarray
    pooled: np.ndarray
    novelty: np.ndarray
    #: Of the regression behind the pooled mean, in the fold, shape (rows, targets).
    leverage: np.ndarray


def _out_of_fold(
    problem: Problem,
    standard: _Standard,
    folds: list[_Fold],
    nets: list[range],
    learned: dict[str, np.ndarray],
    spaces: list[np.ndarray],
) -> _OutOfFold:
    n, width = problem.table.targets.shape
    group, novelty = np.full(n, -1), np.zeros(n)
    raw, variance, pooled, leverage = (np.full((n, width), np.nan) for _ in range(4))
    for fold, members in zip(folds, nets, strict=True):
        means = problem.pooled(problem.table.weights * fold.train)
        own = {name: array[list(members)] for name, array in learned.items()}
        first = standard.vectors(spaces[members[0]]).astype(np.float32) @ own["strategy"]
        far = standard.novelty(fold.train)
        for g, rows in enumerate(fold.test):
            for i in np.flatnonzero(rows):
                s = problem.strategy[i]
                value = forward(own, first[:, s : s + 1], standard.subjects[i], standard.scores[i])[:, 0]
                value = value * standard.target_scale + standard.target_mean
                raw[i], variance[i] = value.mean(axis=0), value.var(axis=0)
                # A strategy that the fold never saw has only what its methods and settings suggest.
                pooled[i] = (means.strategy if g == 0 else means.above)[s]
                leverage[i] = means.leverage[s]
            group[rows], novelty[rows] = g, far[rows]
    return _OutOfFold(group, raw, variance, pooled, novelty, leverage)


def _calibrate(
    problem: Problem, out: _OutOfFold, config: PredictorConfig
) -> tuple[Spread, float, dict[str, float]]:
    table, width = problem.table, len(TARGETS)
    shares = np.ones((2, width))
    scale = np.zeros((2, len(problem.design), width))
    quantiles, bounds = np.zeros((2, width, len(LEVELS))), np.zeros((2, width, 2))
    figures: dict[str, float] = {}
    value = np.full(table.targets.shape, np.nan)
    sigma = np.full(table.targets.shape, np.nan)
    wide = _moments(table.targets)[1]
    full = problem.pooled(table.weights)
    for g in (0, 1):
        rows = out.group == g
        for j in range(width):
            known = rows & np.isfinite(table.targets[:, j]) & np.isfinite(out.pooled[:, j])
            shares[g, j] = _share(table.targets[known, j], out.raw[known, j], out.pooled[known, j])
            value[known, j] = (shares[g, j] * out.pooled + (1 - shares[g, j]) * out.raw)[known, j]
        errors = np.where(rows[:, None], (table.targets - value) ** 2, np.nan)
        scale[g] = _scale(problem, errors, rows, wide) if g == 0 else _reach(errors, out.leverage, full, wide)
        sigma[rows] = scale[g][problem.strategy[rows]]
        if g == 1:
            sigma[rows] *= np.sqrt((1 + out.leverage[rows]) / (1 + full.leverage[problem.strategy[rows]]))
        disagreement = out.variance[rows] * (1 - shares[g]) ** 2
        sigma[rows] = np.sqrt(sigma[rows] ** 2 + disagreement) * (1 + out.novelty[rows][:, None])
        for j in range(width):
            known = rows & np.isfinite(value[:, j])
            z = (table.targets[known, j] - value[known, j]) / sigma[known, j]
            quantiles[g, j], bounds[g, j] = _quantiles(z, table.groups[known], config.level)
            if len(z):
                figures[f"{TARGETS[j]} {'new strategy' if g else 'known strategy'} mean absolute error"] = (
                    float(np.abs(table.targets[known, j] - value[known, j]).mean())
                )
                figures[f"{TARGETS[j]} {'new strategy' if g else 'known strategy'} pooled share"] = float(
                    shares[g, j]
                )
    return Spread(scale, quantiles, bounds, shares), _GUARD, figures


def _scale(problem: Problem, errors: np.ndarray, rows: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Error of strategies with results of their own: their own, pooled as the means are."""
    table = problem.table
    level = pool(errors, table.weights * rows, problem.strategy, table.tasks, problem.design).strategy
    # The regression of squares may dip below 0 where errors are small.
    least = np.maximum(0.25 * _moments(errors)[0], (0.02 * wide) ** 2)
    level = np.where(np.isfinite(level), np.fmax(level, least), (2 * wide) ** 2)
    return np.maximum(np.sqrt(level), _MIN_SCALE)


def _reach(errors: np.ndarray, leverage: np.ndarray, full: Pooled, wide: np.ndarray) -> np.ndarray:
    """Error of strategies never run: one scale, growing with how far the regression reaches out."""
    level = _moments(errors / (1 + leverage))[0]
    level = np.where(np.isfinite(level), np.fmax(level, (0.02 * wide) ** 2), (2 * wide) ** 2)
    return np.maximum(np.sqrt(level * (1 + full.leverage)), _MIN_SCALE)


def _share(target: np.ndarray, raw: np.ndarray, pooled: np.ndarray) -> float:
    """Least-squares weight of the pooled mean against the ensemble, within 0..1.

    An ensemble that was never tried on held-out results gets none.
    """
    if len(target) < 2:
        return 1.0
    apart = pooled - raw
    total = float((apart**2).sum())
    return float(np.clip(((target - raw) * apart).sum() / total, 0, 1)) if total > 0 else 0.5


def _quantiles(z: np.ndarray, groups: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of normalised errors at LEVELS, and the two that bound an interval.

    Every data set weighs the same. The interval's two are those of split conformal prediction: at
    (1 + 1/n) times the level, n the number of errors.
    """
    if len(z) < _FEW:
        from statistics import NormalDist

        normal = np.array([NormalDist().inv_cdf(p) for p in LEVELS]) * 2
        edge = NormalDist().inv_cdf((1 + level) / 2) * 2
        return normal, np.array([-edge, edge])
    order = np.argsort(z)
    per_group = np.bincount(groups)[groups].astype(float)
    weight = (1 / per_group)[order]
    position = (np.cumsum(weight) - weight / 2) / weight.sum()
    quantiles = np.interp(LEVELS, position, z[order]) + np.linspace(0, 1e-9, len(LEVELS))
    high = min(1.0, (1 + level) / 2 * (1 + 1 / len(z)))
    edges = np.interp([1 - high, high], position, z[order])
    return quantiles, edges


def _without_evidence(problem: Problem, vectors: np.ndarray) -> Predictor:
    """Nothing measured: nothing is predicted, and the answer says so."""
    count, width, d = len(problem.design), len(TARGETS), vectors.shape[1]
    nothing = np.full((count, width), np.nan)
    net = {
        "strategy": (1, d, 1), "subject": (1, 0, 1), "bias1": (1, 1, 1), "layer2": (1, 1, 1),
        "bias2": (1, 1, 1), "layer3": (1, 1, width), "bias3": (1, 1, width), "score": (1, 6, width),
    }  # fmt: skip
    none = np.zeros(0)
    return Predictor(
        net={name: np.zeros(shape, dtype=np.float32) for name, shape in net.items()},
        vectors=vectors,
        vector_scale=np.ones(d),
        kept=np.zeros(0, dtype=int),
        mean=none, scale=none, low=none, high=none,
        score_mean=np.zeros(3), score_scale=np.ones(3),
        target_mean=np.full(width, np.nan), target_scale=np.ones(width),
        strategy_mean=nothing, tasks=np.zeros((count, width)),
        spread=Spread(
            np.ones((2, count, width)), np.tile(LEVELS, (2, width, 1)),
            np.tile([-1.0, 1.0], (2, width, 1)), np.full((2, width), 0.5),
        ),
        guard=np.array(_GUARD),
    )  # fmt: skip
