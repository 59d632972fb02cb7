"""A paper's method to a strategy of the catalogue; whatever is not stated stays unspecified."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ingest._declaration import Source, StrategyRule
from kgpress.catalogue import Value, load
from kgpress.errors import InvalidInput
from kgpress.strategy import UNSPECIFIED, Strategy, make


def rule_for(source: Source, paper: str, method: str) -> StrategyRule | None:
    """The rule for exactly this method of the paper, else the paper's rule for any method."""
    exact = [s for s in source.strategies if s.paper == paper and s.method == method]
    others = [s for s in source.strategies if s.paper == paper and s.method == "*"]
    return next(iter(exact + others), None)


def strategy_of(rule: StrategyRule, stated: dict[str, Decimal]) -> Strategy:
    """Steps of the rule; ``stated`` holds "saved" and the table's settings where the source gives them.

    Raises:
        InvalidInput: a stated setting is outside the catalogue's range.
    """
    catalogue = load()
    steps: list[tuple[str, Mapping[str, Value]]] = []
    for label in rule.steps:
        given: dict[str, Value] = {}
        for hp in catalogue.method(label).hyperparameters:
            number = stated.get(rule.known.get(hp.id, ""))
            given[hp.name] = UNSPECIFIED if number is None else float(number)
        steps.append((label, given))
    return make(steps, catalogue)


def sets_zeros(strategy: Strategy) -> bool:
    """Whether its reduction counts zeros that stay in place, not parameters that are gone."""
    methods = [load().method(label) for label in strategy.methods]
    return any(m.sparsity or m.hyperparameter("sparsity") is not None for m in methods)


__all__ = ["InvalidInput", "rule_for", "sets_zeros", "strategy_of"]
