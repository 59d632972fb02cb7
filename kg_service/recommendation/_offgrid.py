"""Strategies that were never trained on: vectors by composition, means from neighbouring settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg_service.embedding import Embedding, entity, strategy_triples
from kgpress.strategy import Strategy

#: How fast the weight of a neighbour falls: e-fold per tenth of a hyperparameter's range.
_SHARPNESS = 10.0
_NEIGHBOURS = 4


def neighbour_weights(strategy: Strategy, strategies: Sequence[Strategy]) -> np.ndarray:
    """Weights of the strategies with the same methods in the same order, nearest settings first.

    Returns:
        Shape (strategies,), sums to 1; all 0 where no strategy has these methods.
    """
    peers = [i for i, s in enumerate(strategies) if s.methods == strategy.methods]
    weights = np.zeros(len(strategies))
    if not peers:
        return weights
    distance = sum(
        (_distances(strategy, [strategies[i] for i in peers], step) for step in range(len(strategy.steps))),
        np.zeros(len(peers)),
    )
    order = np.argsort(distance, kind="stable")[:_NEIGHBOURS]
    near = np.exp(-_SHARPNESS * (distance[order] - distance[order[0]]))
    weights[np.array(peers)[order]] = near / near.sum()
    return weights


def _distances(strategy: Strategy, peers: list[Strategy], step: int) -> np.ndarray:
    total = np.zeros(len(peers))
    for name, value in strategy.steps[step].settings:
        others = [peer.steps[step].get(name) for peer in peers]
        numbers = [o for o in others if isinstance(o, int | float)]
        if isinstance(value, int | float) and len(numbers) == len(others):
            span = max(*numbers, value) - min(*numbers, value)
            total += np.abs(np.array(numbers) - value) / span if span else 0.0
        else:
            total += np.array([float(o != value) for o in others])
    return total


def vector(embedding: Embedding, strategy: Strategy, weights: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Composes a vector by equation (1) from the strategy's methods and settings and its neighbours.

    A setting between two values of the grid has no node; its neighbours carry it.
    """
    me = entity(strategy)
    facts = [(relation, tail) for head, relation, tail in strategy_triples(strategy) if head == me]
    near = weights @ known if weights.any() else None
    return embedding.compose(facts, near)
