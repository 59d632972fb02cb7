"""Predicts for every strategy what it would do, with an interval; trained with torch, answered with numpy."""

from kg_service.predictor._config import PredictorConfig, read_config
from kg_service.predictor._predictor import Predicted, Predictor
from kg_service.predictor._snapshot import Snapshot, newest_snapshot, shipped_snapshot
from kg_service.predictor._table import Table, make_table, teaches
from kg_service.predictor._targets import (
    LATENCY,
    PARAMETERS,
    QUALITY,
    SIZE,
    TARGETS,
    from_scale,
    quality_scale,
    to_scale,
)
from kg_service.predictor._utility import LOG2, Bounds, realised

__all__ = [
    "LATENCY",
    "LOG2",
    "PARAMETERS",
    "QUALITY",
    "SIZE",
    "TARGETS",
    "Bounds",
    "Predicted",
    "Predictor",
    "PredictorConfig",
    "Snapshot",
    "Table",
    "from_scale",
    "make_table",
    "newest_snapshot",
    "quality_scale",
    "read_config",
    "realised",
    "shipped_snapshot",
    "teaches",
    "to_scale",
]
