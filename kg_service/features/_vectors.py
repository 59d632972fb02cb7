"""Model, dataset and hardware as numbers. An unknown value is NaN here and masked by the predictor."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from kg_service.features._scores import scores
from kgpress.v1 import types_pb2

NAN = float("nan")

_LAYER_GROUPS = {
    "convolution": ("Conv", "ConvTranspose"),
    "dense": ("Gemm", "MatMul"),
    "normalisation": ("BatchNormalization", "LayerNormalization", "InstanceNormalization"),
    "recurrent": ("LSTM", "GRU", "RNN"),
    "addition": ("Add",),
    "attention": ("Softmax", "Attention", "MultiHeadAttention"),
    "pooling": ("GlobalAveragePool", "AveragePool", "MaxPool", "ReduceMean"),
}
_DOMAINS = (
    "computer vision",
    "natural language processing",
    "audio analytics",
    "video processing",
    "time series",
    "tabular",
)
_KINDS = ("cpu", "gpu", "npu", "mcu")
_PRECISIONS = ("fp32", "fp16", "int8", "mixed")


def _log1p(field: str) -> Callable[[Any], float]:
    return lambda m: math.log1p(getattr(m, field)) if m.HasField(field) else NAN


def _plain(field: str) -> Callable[[Any], float]:
    return lambda m: float(getattr(m, field)) if m.HasField(field) else NAN


def _layers(names: tuple[str, ...]) -> Callable[[Any], float]:
    return lambda m: math.log1p(sum(m.layer_types.get(n, 0) for n in names)) if m.layer_types else NAN


def _one_of(field: str, value: str) -> Callable[[Any], float]:
    return lambda m: float(getattr(m, field) == value) if getattr(m, field) else NAN


def _runs(precision: str) -> Callable[[types_pb2.HardwareProfile], float]:
    return lambda h: float(precision in h.precisions) if h.precisions else NAN


MODEL: dict[str, Callable[[types_pb2.ModelProfile], float]] = {
    **{
        f"log {f}": _log1p(f)
        for f in ("trainable_parameters", "non_trainable_parameters", "filters", "layers", "macs")
    },
    "log size_bytes": _log1p("size_bytes"),
    "log latency_ms": lambda m: math.log(max(m.latency_ms, 1e-4)) if m.HasField("latency_ms") else NAN,
    "quality": _plain("quality"),
    **{f"log {group} layers": _layers(names) for group, names in _LAYER_GROUPS.items()},
}

DATASET: dict[str, Callable[[types_pb2.DatasetProfile], float]] = {
    "log classes": _log1p("classes"),
    "log positions": lambda d: math.log1p(math.prod(d.input_size)) if d.input_size else NAN,
    "axes": lambda d: float(len(d.input_size)) if d.input_size else NAN,
    "log channels": _log1p("channels"),
    "log train_rows": _log1p("train_rows"),
    "log validation_rows": _log1p("validation_rows"),
    "log token_size": _log1p("token_size"),
    **{
        f: _plain(f)
        for f in ("interclass_variance", "intraclass_variance", "localization", "outliers", "correlation")
    },
    "training data": lambda d: float(d.has_training_data),
    "labels": lambda d: float(d.has_labels),
    "validation seen": lambda d: float(d.validation_seen),
    **{f"domain {name}": _one_of("domain", name) for name in _DOMAINS},
}

HARDWARE: dict[str, Callable[[types_pb2.HardwareProfile], float]] = {
    **{f"kind {kind}": _one_of("kind", kind) for kind in _KINDS},
    **{f"precision {p}": _runs(p) for p in _PRECISIONS},
    "sparsity": lambda h: float(h.sparsity) if h.kind else NAN,
    "log ram": _log1p("ram_bytes"),
    "log flash": _log1p("flash_bytes"),
}

#: Names of the numbers of :func:`subject_vector`, in order.
SUBJECT_FEATURES = (
    *(f"model: {n}" for n in MODEL),
    *(f"dataset: {n}" for n in DATASET),
    *(f"hardware: {n}" for n in HARDWARE),
)
SCORES = ("model score", "dataset score", "performance score")


def subject_vector(
    model: types_pb2.ModelProfile,
    dataset: types_pb2.DatasetProfile,
    hardware: types_pb2.HardwareProfile,
) -> np.ndarray:
    """Model, dataset and hardware features, shape (len(SUBJECT_FEATURES),), NaN where unknown.

    Never looks at test rows: ``test_rows`` of the dataset and any test measurement are left out.
    """
    values = [read(model) for read in MODEL.values()]
    values += [read(dataset) for read in DATASET.values()]
    values += [read(hardware) for read in HARDWARE.values()]
    return np.array(values)


def score_vector(model: types_pb2.ModelProfile, dataset: types_pb2.DatasetProfile) -> np.ndarray:
    """The three scores, shape (3,), NaN where unknown."""
    return np.array([NAN if s is None else s for s in scores(model, dataset)])
