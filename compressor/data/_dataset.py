"""A data set in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

#: The sets of a data set.
SETS = ("train", "val", "test")

Rows = tuple[np.ndarray, np.ndarray | None]


@dataclass
class Dataset:
    """Rows by set; an absent set is None. Inputs are float32 (integers where they are tokens).

    Attributes:
        x_train, x_val, x_test: rows along the first axis.
        y_train, y_val, y_test: int64 class indices 0..classes-1, or float32 targets of a regression.
        verification: further named sets that a model is verified on; never the test set.
        validation_seen: the validation rows were among those that the base was trained on.
        classes: number of classes; None for a regression or without labels.
        labels: what the class indices stood for in the file.
        data_hash: SHA-256 of the canonical arrays, before any split.
    """

    name: str
    x_train: np.ndarray | None = None
    y_train: np.ndarray | None = None
    x_val: np.ndarray | None = None
    y_val: np.ndarray | None = None
    x_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    verification: dict[str, Rows] = field(default_factory=dict)
    validation_seen: bool = False
    classes: int | None = None
    labels: tuple[str, ...] = ()
    domain: str = ""
    task: str = ""
    data_hash: str = ""

    def rows(self, name: str) -> Rows | None:
        """Inputs and labels of "train", "val" or "test"; None where there are none."""
        x = getattr(self, f"x_{name}")
        return None if x is None else (x, getattr(self, f"y_{name}"))

    @property
    def sample(self) -> np.ndarray:
        """The first set that is there: training, validation, test."""
        return next(x for x in (self.x_train, self.x_val, self.x_test) if x is not None)

    @property
    def has_labels(self) -> bool:
        return any(y is not None for y in (self.y_train, self.y_val))

    @property
    def is_regression(self) -> bool:
        return self.task.endswith("regression")


def data_hash(arrays: Mapping[str, np.ndarray | None]) -> str:
    """SHA-256 over names, shapes, types and little-endian bytes, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        if array is None:
            continue
        canonical = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{name}:{canonical.dtype.str}:{canonical.shape};".encode())
        digest.update(canonical.tobytes())
    return digest.hexdigest()


def save_npz(dataset: Dataset, path: Path) -> None:
    """Writes the sets that are there as ``x_train``, ``y_train``, ... ; further sets are left out."""
    arrays = {
        f"{axis}_{name}": array
        for name in SETS
        for axis in "xy"
        if (array := getattr(dataset, f"{axis}_{name}")) is not None
    }
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
