"""What a trained predictor holds, and how it answers; numpy only."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields

import numpy as np

from kg_service.predictor._network import Weights, forward
from kg_service.predictor._targets import QUALITY, TARGETS
from kg_service.predictor._utility import LOG2, Bounds

#: Levels of the stored residual quantiles.
LEVELS = np.concatenate([[0.005, 0.01], np.linspace(0.02, 0.98, 49), [0.99, 0.995]])
#: Standardised inputs are clipped here: beyond it the network would only extrapolate.
CLIP = 4.0


@dataclass(frozen=True)
class Spread:
    """Scale of the error, by group: 0 for strategies with results of their own, 1 for others."""

    #: Root mean square of out-of-fold errors, shape (2, strategies, targets).
    scale: np.ndarray
    #: Quantiles at LEVELS of error / scale, shape (2, targets, levels).
    quantiles: np.ndarray
    #: Low and high quantile of the intervals, with the correction for few results, shape (2, targets, 2).
    bounds: np.ndarray
    #: Share of the pooled mean in a prediction, the rest is the ensemble's: shape (2, targets).
    pooled_share: np.ndarray


@dataclass(frozen=True)
class Predicted:
    """Predictions on the scale of the targets.

    Attributes:
        value, sigma: shape (strategies, targets); NaN where nothing is known of a target.
        members: shape (networks, strategies, targets), pooled like ``value``.
        group: shape (strategies, targets), 0 or 1 as in :class:`Spread`.
    """

    value: np.ndarray
    sigma: np.ndarray
    members: np.ndarray
    group: np.ndarray


@dataclass(frozen=True)
class Predictor:
    """Ensemble, pooled means and measured uncertainty.

    Attributes:
        vectors: embedding of each strategy, shape (strategies, d), standardised by ``vector_scale``.
        kept: indices of the subject features that vary in the evidence.
        low, high: range of these in the evidence, on the standardised scale.
        strategy_mean, tasks: see ``_pooling.Pooled``.
        target_mean, target_scale: of the standardised targets.
    """

    net: Weights
    vectors: np.ndarray
    vector_scale: np.ndarray
    kept: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    low: np.ndarray
    high: np.ndarray
    score_mean: np.ndarray
    score_scale: np.ndarray
    target_mean: np.ndarray
    target_scale: np.ndarray
    strategy_mean: np.ndarray
    tasks: np.ndarray
    spread: Spread
    #: Standard errors by which a pick must be better than the single best strategy.
    guard: np.ndarray

    @functools.cached_property
    def known(self) -> np.ndarray:
        """Targets that any result holds, shape (4,)."""
        return np.isfinite(self.target_mean)

    @functools.cached_property
    def _first(self) -> np.ndarray:
        return self.vectors.astype(np.float32) @ self.net["strategy"]

    def inputs(self, subject: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Standardised subject and scores with masks, and how far the subject lies outside the evidence."""
        x = (subject[self.kept] - self.mean) / self.scale
        beyond = np.maximum(np.maximum(self.low - x, x - self.high), 0)
        novelty = float(np.nanmean(np.minimum(beyond, CLIP))) if np.isfinite(x).any() else 1.0
        s = (scores - self.score_mean) / self.score_scale
        return with_masks(x), with_masks(s), novelty

    def predict(
        self, subject: np.ndarray, scores: np.ndarray, extra: tuple[np.ndarray, np.ndarray] | None = None
    ) -> Predicted:
        """Predicts every strategy for one subject.

        Args:
            subject: ``features.subject_vector``. scores: ``features.score_vector``.
            extra: Instead of the known strategies: vectors of others, shape (n, d), and for each the
                weights of known strategies near it, shape (n, strategies).
        """
        x, s, novelty = self.inputs(subject, scores)
        if extra is None:
            first, mix = self._first, None
        else:
            first, mix = (extra[0] / self.vector_scale).astype(np.float32) @ self.net["strategy"], extra[1]
        raw = forward(self.net, first, x, s) * self.target_scale + self.target_mean
        own, tasks, scale = self.strategy_mean, self.tasks, self.spread.scale
        if mix is not None:
            own, tasks = mix @ own, np.zeros((len(mix), len(TARGETS)))
            scale = np.stack([mix @ part for part in scale])
        group = (tasks < 0.5).astype(int)
        return combine(raw, own, group, self.spread.pooled_share, scale, novelty)

    def interval(self, predicted: Predicted) -> tuple[np.ndarray, np.ndarray]:
        """Low and high end on the scale of the targets, each of shape (strategies, targets)."""
        at = self.spread.bounds[predicted.group, np.arange(len(TARGETS))]
        return predicted.value + predicted.sigma * at[..., 0], predicted.value + predicted.sigma * at[..., 1]

    def below(self, predicted: Predicted, target: int, bound: float) -> np.ndarray:
        """Chance of a target being at most ``bound``, per strategy; 0 where nothing vouches for it."""
        z = (bound - predicted.value[:, target]) / predicted.sigma[:, target]
        chance = np.empty(len(z))
        for g in (0, 1):
            rows = predicted.group[:, target] == g
            chance[rows] = np.interp(z[rows], self.spread.quantiles[g, target], LEVELS, left=0.0, right=1.0)
        return np.where(np.isfinite(z), chance, 0.0)

    def utility(self, predicted: Predicted, bounds: Bounds) -> tuple[np.ndarray, np.ndarray]:
        """Chance of being within the limits, and expected utility; each of shape (strategies,).

        Limits on different quantities are taken as independent.
        """
        chance = np.ones(len(predicted.value))
        if bounds.lowest_quality is not None:
            below = self.below(predicted, QUALITY, bounds.lowest_quality)
            chance *= np.where(np.isfinite(predicted.value[:, QUALITY]), 1 - below, 0.0)
        for target, bound in bounds.upper():
            chance *= self.below(predicted, target, bound)
        gain = -predicted.value[:, bounds.objective] / LOG2
        return chance, np.where(np.isfinite(gain), chance * gain, 0.0)

    def arrays(self) -> dict[str, np.ndarray]:
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("net", "spread")}
        own |= {f"net.{k}": v for k, v in self.net.items()}
        return own | {f"spread.{f.name}": getattr(self.spread, f.name) for f in fields(Spread)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Predictor:
        plain = {f.name: arrays[f.name] for f in fields(cls) if f.name not in ("net", "spread")}
        net = {k.removeprefix("net."): v for k, v in arrays.items() if k.startswith("net.")}
        spread = Spread(**{f.name: arrays[f"spread.{f.name}"] for f in fields(Spread)})
        return cls(net=net, spread=spread, **plain)


def with_masks(x: np.ndarray) -> np.ndarray:
    """Values with unknown ones as 0 (the mean), then a 1 for each unknown; along the last axis."""
    missing = ~np.isfinite(x)
    return np.concatenate([np.where(missing, 0.0, np.clip(x, -CLIP, CLIP)), missing.astype(float)], axis=-1)


def combine(
    raw: np.ndarray,
    pooled: np.ndarray,
    group: np.ndarray,
    pooled_share: np.ndarray,
    scale: np.ndarray,
    novelty: np.ndarray | float,
) -> Predicted:
    """Shrinks the ensemble towards the pooled means and gives every prediction a scale of error.

    The scale grows with the members' disagreement and, for a subject outside the range of the
    evidence, with the distance to it.
    """
    at = np.arange(raw.shape[-1])
    share = pooled_share[group, at]
    members = share * pooled + (1 - share) * raw
    rows = np.arange(raw.shape[1])[:, None]
    base = scale[group, rows, at]
    sigma = np.sqrt(base**2 + members.var(axis=0)) * (1 + np.asarray(novelty))
    return Predicted(members.mean(axis=0), np.maximum(sigma, 1e-4), members, group)
