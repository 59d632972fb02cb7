"""Triples of the catalogue and synthetic results with a known law, for the tests of the recommender.

The same structure as the graph's queries give, without a store; ``tests/embedding`` holds that the
graph gives the same.
"""

from __future__ import annotations

from kg_service.embedding import Triples, setting_id, strategy_triples
from kgpress.catalogue import load
from kgpress.strategy import action_space


def catalogue_triples() -> list[tuple[str, str, str]]:
    catalogue = load()
    triples = []
    for m in catalogue.methods:
        me = f"method:{m.label}"
        triples += [
            (me, "HAS_TECHNIQUE", f"technique:{m.technique}"),
            (me, "OF_TYPE", f"type:{m.compression_type}"),
        ]
        triples += [(me, "APPLIES_TO", f"domain:{d}") for d in m.domains]
        triples += [(me, "HAS_HYPERPARAMETER", f"hyperparameter:{hp.id}") for hp in m.hyperparameters]
        triples += [
            (me, "RUNS_ON", f"hardware:{h.name}")
            for h in catalogue.hardware
            if h.kind in m.hardware_kinds
            and (m.precision == "fp32" or m.precision in h.precisions)
            and (h.sparsity or not m.sparsity)
        ]
    for s in action_space():
        triples += strategy_triples(s)
        for step in s.steps:
            triples += [
                (f"hyperparameter:{step.method}.{n}", "HAS_VALUE", f"setting:{setting_id(step.method, n, v)}")
                for n, v in step.settings
            ]
    return triples


def triples() -> Triples:
    return Triples.of(catalogue_triples())
