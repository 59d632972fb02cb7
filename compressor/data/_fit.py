"""Rows in the shape and type that a model takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compressor.data._dataset import SETS, Dataset
from kgpress.errors import DataError
from kgpress.v1.types_pb2 import TensorSpec


def fit_to_model(
    dataset: Dataset, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec] | None = None
) -> Dataset:
    """Adds or removes a channel axis of 1 and moves image channels where the model's input says so.

    Raises:
        DataError: naming both shapes where they do not meet, or the label that the model has no output for.
    """
    if len(inputs) != 1:
        raise DataError(
            f"the model takes {len(inputs)} inputs, the data holds one", remedy="give a model with one input"
        )
    wanted = [int(d) for d in inputs[0].shape]
    dtype = np.dtype(inputs[0].dtype or "float32")
    found = dataset.sample.shape
    change = _adaptation(found[1:], wanted[1:])
    if change is None or len(wanted) < 2:
        raise DataError(
            f"the model takes rows of shape {_print(wanted)}, the data has {_print([-1, *found[1:]])}",
            remedy="give data of the model's shape",
            field="data",
        )
    if outputs:
        _check_labels(dataset, outputs)
    changed: dict[str, object] = {}
    for name in SETS:
        x = getattr(dataset, f"x_{name}")
        if x is not None:
            changed[f"x_{name}"] = _cast(_adapted(x, change), dtype)
    verification = {
        name: (_cast(_adapted(x, change), dtype), y) for name, (x, y) in dataset.verification.items()
    }
    fitted = replace(dataset, verification=verification, **changed)  # type: ignore[arg-type]
    if dataset.domain == "tabular" and len(wanted) == 3:
        kind = "regression" if dataset.is_regression else "classification"
        fitted.domain, fitted.task = "time series", f"time series {kind}"
    return fitted


def _adaptation(found: tuple[int, ...], wanted: list[int]) -> str | None:
    """ "keep", "add channel", "drop channel", "channels last", "channels first", or None."""
    candidates = {
        "keep": found,
        "add channel": (1, *found),
        "add last": (*found, 1),
        "drop channel": found[1:] if found[:1] == (1,) else None,
        "channels last": (*found[1:], found[0]) if len(found) >= 2 else None,
        "channels first": (found[-1], *found[:-1]) if len(found) >= 2 else None,
    }
    return next(
        (name for name, shape in candidates.items() if shape is not None and _meets(shape, wanted)), None
    )


def _meets(shape: tuple[int, ...], wanted: list[int]) -> bool:
    return len(shape) == len(wanted) and all(w in (-1, s) for s, w in zip(shape, wanted, strict=True))


def _adapted(x: np.ndarray, change: str) -> np.ndarray:
    adapted = {
        "keep": lambda: x,
        "add channel": lambda: x[:, None],
        "add last": lambda: x[..., None],
        "drop channel": lambda: x[:, 0],
        "channels last": lambda: np.moveaxis(x, 1, -1),
        "channels first": lambda: np.moveaxis(x, -1, 1),
    }[change]()
    return np.ascontiguousarray(adapted)


def _cast(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype.kind == x.dtype.kind or dtype.kind == "f":
        return x.astype(dtype, copy=False)
    if dtype.kind in "iu" and (x == np.round(x)).all():
        return x.astype(dtype)
    raise DataError(
        f"the model takes {dtype.name}, the data holds {x.dtype.name}",
        remedy="give data of the model's type",
        field="data",
    )


def _check_labels(dataset: Dataset, outputs: Sequence[TensorSpec]) -> None:
    """Classification: the first output's last axis has to hold every class."""
    shape = [int(d) for d in outputs[0].shape]
    if dataset.classes is None or not shape or shape[-1] < 2:
        return
    if dataset.classes > shape[-1]:
        raise DataError(
            f"the data has labels up to {dataset.classes - 1}, the model's outputs end at {shape[-1] - 1}",
            remedy="give the model's own classes, or relabel the data",
            field="data",
        )


def _print(shape: Sequence[int]) -> str:
    return (
        "(" + ", ".join("rows" if i == 0 else "any" if d == -1 else str(d) for i, d in enumerate(shape)) + ")"
    )
