"""Builds the messages of an answer. Most of a warm request's time is spent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from kg_service.predictor import QUALITY, Snapshot, from_scale
from kg_service.recommendation._outcome import Outcome
from kgpress.strategy import Strategy
from kgpress.v1 import recommendation_pb2, types_pb2

Units = Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
_LEVEL = 0.9


def ranking(
    order: np.ndarray,
    protos: Sequence[types_pb2.Strategy],
    units: Units,
    outcome: Outcome,
    feasible: np.ndarray,
    why: Sequence[list[str]],
    backed: np.ndarray,
    front: np.ndarray,
) -> list[recommendation_pb2.RankedStrategy]:
    """Ranked strategies in the given order, without evidence."""
    quantities = _quantities(units, order)
    entries = []
    for rank, index in enumerate(order.tolist()):
        prediction = recommendation_pb2.Prediction(
            strategy=protos[index],
            feasibility=float(outcome.chance[index]),
            utility=float(outcome.utility[index]),
            **quantities[rank],
        )
        entries.append(
            recommendation_pb2.RankedStrategy(
                rank=rank + 1,
                prediction=prediction,
                feasible=bool(feasible[index]),
                reasons=why[index],
                corroborated=bool(backed[index]),
                on_pareto_front=bool(front[index]),
            )
        )
    return entries


def prediction(
    units: Units, outcome: Outcome, index: int, strategy: Strategy
) -> recommendation_pb2.Prediction:
    """One prediction; names the strategy by its text only, since there may be many."""
    return recommendation_pb2.Prediction(
        strategy=types_pb2.Strategy(text=strategy.text, catalogue_version=strategy.catalogue_version),
        feasibility=float(outcome.chance[index]),
        utility=float(outcome.utility[index]),
        **_quantities(units, np.array([index]))[0],
    )


def _quantities(units: Units, order: np.ndarray) -> list[dict[str, types_pb2.Quantity]]:
    out: list[dict[str, types_pb2.Quantity]] = [{} for _ in range(len(order))]
    for name, arrays in units.items():
        columns = [a[order].tolist() for a in arrays]
        for entry, value, low, high in zip(out, *columns, strict=True):
            # NaN: nothing measured tells it.
            if value == value:
                interval = types_pb2.Interval(low=low, high=high, level=_LEVEL)
                entry[name] = types_pb2.Quantity(value=value, interval=interval)
    return out


def quality_fraction(values: np.ndarray) -> np.ndarray:
    """Change of quality in the units of the quality target, from values on the targets' scale."""
    return from_scale(values[:, QUALITY])


def snapshot_info(snapshot: Snapshot) -> recommendation_pb2.SnapshotInfo:
    trained_at = Timestamp()
    trained_at.FromDatetime(datetime.fromisoformat(snapshot.trained_at))
    return recommendation_pb2.SnapshotInfo(
        version=snapshot.version,
        parent=snapshot.parent,
        catalogue_version=snapshot.catalogue_version,
        graph_revision=snapshot.graph_revision,
        graph_hash=snapshot.graph_hash,
        trained_at=trained_at,
        results=len(snapshot.table),
        strategies=snapshot.actions,
    )
