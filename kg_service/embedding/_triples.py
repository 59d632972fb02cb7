"""The triples that TransR learns from: structure from the graph, facts from accepted results.

Entities are named by kind and key: ``strategy:<id>``, ``method:C2``, ``setting:C2.ratio=0.7``,
``hyperparameter:C2.ratio``, ``technique:L1 norm``, ``type:pruning``, ``hardware:x86-cpu``,
``domain:time series``, ``dataset:...``, ``family:...``, ``outcome:...``.

Structure is R1..R5 of the source design (Fig. 4) and what stands around methods. Evidence
reaches actions by three further relations, read from accepted results: the data set and the model
family that a strategy was measured on, and the bands of loss and of size that it achieved there.
Evidence is a parameter of its own, so that a fold of an evaluation can leave its held-out results out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kgpress.strategy import Strategy, from_proto
from kgpress.v1 import types_pb2

Triple = tuple[str, str, str]

#: Query file (queries/<name>.cypher) of each relation, with the kinds of its two ends.
STRUCTURE = {
    "HAS_METHOD": ("strategy_method", "strategy", "method"),
    "HAS_FIRST_METHOD": ("strategy_first_method", "strategy", "method"),
    "HAS_SETTING": ("strategy_setting", "strategy", "setting"),
    "HAS_HYPERPARAMETER": ("method_hyperparameter", "method", "hyperparameter"),
    "HAS_TECHNIQUE": ("method_technique", "method", "technique"),
    "HAS_VALUE": ("hyperparameter_setting", "hyperparameter", "setting"),
    "OF_TYPE": ("method_type", "method", "type"),
    "RUNS_ON": ("method_hardware", "method", "hardware"),
    "APPLIES_TO": ("method_domain", "method", "domain"),
}
#: Upper bounds of the loss of quality, and of log2(size before / size after), of a band.
_LOSS_BANDS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, math.inf)
_SIZE_BANDS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, math.inf)


class Store(Protocol):
    """What is needed of ``kg_service.graph.GraphStore``."""

    def read(self, query: str, /, **params: Any) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Triples:
    """Labelled triples, sorted and without repeats, so that equal graphs give equal training."""

    rows: tuple[Triple, ...]

    @classmethod
    def of(cls, rows: Iterable[Triple]) -> Triples:
        return cls(tuple(sorted(set(rows))))

    @property
    def entities(self) -> list[str]:
        return sorted({name for h, _, t in self.rows for name in (h, t)})

    @property
    def relations(self) -> list[str]:
        return sorted({r for _, r, _ in self.rows})


def structure_triples(store: Store) -> list[Triple]:
    """R1..R5 and the relations around methods, read from the graph."""
    from kg_service.graph import load_query

    triples: list[Triple] = []
    for relation, (name, head, tail) in STRUCTURE.items():
        rows = store.read(load_query("kg_service.embedding", name))
        triples += [(f"{head}:{row['head']}", relation, f"{tail}:{row['tail']}") for row in rows]
    return triples


def strategy_triples(strategy: Strategy) -> list[Triple]:
    """R1 and R2 of one strategy, of any; settings that are unspecified have no node."""
    from kgpress.strategy import UNSPECIFIED

    me = entity(strategy)
    triples = [(me, "HAS_METHOD", f"method:{step.method}") for step in strategy.steps]
    triples.append((me, "HAS_FIRST_METHOD", f"method:{strategy.steps[0].method}"))
    for step in strategy.steps:
        for name, value in step.settings:
            if value != UNSPECIFIED:
                triples.append((me, "HAS_SETTING", f"setting:{setting_id(step.method, name, value)}"))
    return triples


def evidence_triples(results: Iterable[types_pb2.ReferenceResult]) -> list[Triple]:
    """What accepted results say of their strategies, as discrete facts."""
    triples: list[Triple] = []
    clusters: set[str] = set()
    for result in results:
        reading = result.interpretation
        # Copies of one measurement teach once.
        if reading.cluster and reading.cluster in clusters:
            continue
        clusters.add(reading.cluster)
        strategy = from_proto(reading.strategy)
        me = entity(strategy)
        triples += strategy_triples(strategy)
        if reading.dataset:
            triples.append((me, "MEASURED_ON", f"dataset:{reading.dataset}"))
            if reading.domain:
                triples.append((f"dataset:{reading.dataset}", "IN_DOMAIN", f"domain:{reading.domain}"))
        if reading.model_family:
            triples.append((me, "MEASURED_ON_FAMILY", f"family:{reading.model_family}"))
        triples += [(me, "ACHIEVED", f"outcome:{band}") for band in _bands(reading)]
    return triples


def entity(strategy: Strategy) -> str:
    return f"strategy:{strategy.id}"


def setting_id(method: str, name: str, value: float | int | str) -> str:
    """Key of a Setting node, for example "C2.ratio=0.7"."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{method}.{name}={value}"


def _bands(reading: types_pb2.Interpretation) -> list[str]:
    before, after = reading.before, reading.after
    bands = []
    if before.HasField("quality") and after.HasField("quality"):
        loss = before.quality - after.quality
        if reading.metric.direction == types_pb2.DIRECTION_LOWER_IS_BETTER:
            loss = -loss
        bands.append(f"loss at most {_band(loss, _LOSS_BANDS)}")
    if before.size_bytes and after.size_bytes:
        bands.append(
            f"size log2 at most {_band(math.log2(before.size_bytes / after.size_bytes), _SIZE_BANDS)}"
        )
    return bands


def _band(value: float, bounds: Sequence[float]) -> float:
    return next(bound for bound in bounds if value <= bound + 1e-9)
