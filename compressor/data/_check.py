"""What has to hold of rows and labels before anything is computed with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from compressor.data._dataset import Rows
from compressor.data._gaps import fill
from kgpress.errors import DataError
from kgpress.v1.compression_pb2 import DataPolicy


@dataclass
class Checked:
    sets: dict[str, Rows]
    classes: int | None
    labels: tuple[str, ...]
    regression: bool
    rank: int


def check_rows(sets: dict[str, tuple[np.ndarray, Any]], policy: DataPolicy, *, ucr: bool) -> Checked:
    """Checks types, shapes, values and labels of all sets together, and applies the policy for gaps.

    Args:
        ucr: values missing at the end of a row mean that the series is shorter.

    Raises:
        DataError: with the set named.
    """
    inputs = {name: _inputs(name, x) for name, (x, _) in sets.items()}
    first_name, first = next(iter(inputs.items()))
    for name, x in inputs.items():
        if x.shape[1:] != first.shape[1:]:
            raise DataError(
                f"rows of {name} have shape {x.shape[1:]}, rows of {first_name} have {first.shape[1:]}",
                remedy="give all sets in one shape",
                field="data",
            )
    inputs = fill(inputs, policy, unequal_lengths=ucr)
    targets = {name: _targets(name, y, len(inputs[name])) for name, (_, y) in sets.items() if y is not None}
    encoded, classes, labels, regression = _encode(targets)
    rows: dict[str, Rows] = {name: (x, encoded.get(name)) for name, x in inputs.items()}
    return Checked(rows, classes, labels, regression, first.ndim)


def _inputs(name: str, x: np.ndarray) -> np.ndarray:
    if x.dtype.kind not in "fiub":
        raise DataError(
            f"x_{name} has type {x.dtype}, not numbers", remedy="give floats or integers", field="data"
        )
    if x.ndim < 2:
        raise DataError(
            f"x_{name} has shape {x.shape}",
            remedy="give rows along the first axis: (rows, ...)",
            field="data",
        )
    if 0 in x.shape:
        raise DataError(f"x_{name} is empty (shape {x.shape})", remedy="give at least one row", field="data")
    if x.dtype.kind in "iu" and x.dtype.itemsize >= 4:
        return x.astype(np.int64)  # tokens; a model that takes floats gets them as such
    return np.ascontiguousarray(x, np.float32)


def _targets(name: str, y: Any, rows: int) -> np.ndarray:
    y = np.asarray(y)
    if y.dtype.kind not in "fiubU":
        raise DataError(
            f"y_{name} has type {y.dtype}", remedy="give numbers or names as labels", field="data"
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or len(y) != rows:
        raise DataError(
            f"y_{name} has shape {y.shape}, x_{name} has {rows} rows",
            remedy="give one label per row",
            field="data",
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DataError(f"y_{name} holds NaN or infinite labels", remedy="remove those rows", field="data")
    return y


def _encode(
    targets: dict[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], int | None, tuple[str, ...], bool]:
    """Class indices 0..k-1 in the labels' order; targets that are not whole numbers are a regression."""
    if not targets:
        return {}, None, (), False
    if any(y.dtype.kind == "f" and (y != np.round(y)).any() for y in targets.values()):
        return {name: y.astype(np.float32) for name, y in targets.items()}, None, (), True
    if len({y.dtype.kind == "U" for y in targets.values()}) > 1:
        raise DataError("labels are names in one set and numbers in another", remedy="use one", field="data")
    known = np.unique(
        np.concatenate([y if y.dtype.kind == "U" else y.astype(np.int64) for y in targets.values()])
    )
    if len(known) < 2:
        raise DataError(
            f"the data has fewer than two classes (only {known[0]})",
            remedy="give rows of at least two classes",
            field="data",
        )
    indices = known.dtype.kind == "i" and known[0] >= 0 and targets_are_indices(targets, known)
    names = tuple(str(i) for i in range(int(known[-1]) + 1)) if indices else tuple(map(str, known))
    encoded = {
        name: y.astype(np.int64)
        if indices
        else np.searchsorted(known, y if known.dtype.kind == "U" else y.astype(np.int64)).astype(np.int64)
        for name, y in targets.items()
    }
    return encoded, len(names), names, False


def targets_are_indices(targets: dict[str, np.ndarray], known: np.ndarray) -> bool:
    """Integer labels that begin at 0 are indices of the model's outputs already, even with gaps.

    Labels written as floats (as in the UCR archive), negative ones, and those that begin at 1 are mapped.
    """
    return all(y.dtype.kind in "iub" for y in targets.values()) and int(known[0]) == 0
