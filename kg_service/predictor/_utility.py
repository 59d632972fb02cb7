"""Utility: log2(before / after) of the objective if within every limit, else 0."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kg_service.predictor._targets import LATENCY, PARAMETERS, QUALITY, SIZE, to_scale

LOG2 = math.log(2.0)
_SLACK = 1e-9


@dataclass(frozen=True)
class Bounds:
    """Limits of one request on the scale of the targets; None does not bind.

    Attributes:
        drop: largest loss of quality, as a positive fraction (relative to the base for other metrics).
        size, parameters, latency: largest allowed log(after / before).
        objective: index of the target whose reduction counts.
    """

    drop: float | None = None
    parameters: float | None = None
    size: float | None = None
    latency: float | None = None
    objective: int = SIZE

    def upper(self) -> list[tuple[int, float]]:
        """(target, largest value) of the bounds on ratios."""
        pairs = ((PARAMETERS, self.parameters), (SIZE, self.size), (LATENCY, self.latency))
        return [(target, bound) for target, bound in pairs if bound is not None]

    @property
    def lowest_quality(self) -> float | None:
        """Smallest allowed value of the quality target."""
        return None if self.drop is None else float(to_scale(-self.drop - _SLACK))


def realised(targets: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Utility of measured targets, shape (results, 4) -> (results,); NaN where a needed one is missing."""
    within = np.ones(len(targets), dtype=bool)
    unknown = ~np.isfinite(targets[:, bounds.objective])
    if bounds.lowest_quality is not None:
        unknown |= ~np.isfinite(targets[:, QUALITY])
        within &= targets[:, QUALITY] >= bounds.lowest_quality
    for target, bound in bounds.upper():
        unknown |= ~np.isfinite(targets[:, target])
        within &= targets[:, target] <= bound + _SLACK
    return np.where(unknown, np.nan, np.where(within, -targets[:, bounds.objective] / LOG2, 0.0))
