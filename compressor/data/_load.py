"""Reads a data set by what lies there: .npz, a UCR folder, an image folder or ``module:function``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from compressor.data._check import check_rows
from compressor.data._dataset import SETS, Dataset, data_hash
from compressor.data._read import read_factory, read_images, read_npz, read_ucr
from compressor.data._split import stratified_share
from kgpress.errors import DataError
from kgpress.v1.compression_pb2 import DataPolicy

#: Share of the training rows split off where no validation set is given.
VALIDATION_SHARE = 0.3


def load_data(
    source: Path | str | Callable[[], Mapping[str, Any]],
    *,
    policy: DataPolicy | None = None,
    extra: Mapping[str, Path | str] | None = None,
    seed: int = 0,
    name: str = "",
) -> Dataset:
    """Reads, checks and splits.

    Without a validation set, a stratified share of the training rows is split off by ``seed`` and marked
    as seen. Test rows are never used for it.

    Args:
        source: a path, ``module:function``, or a callable that returns the arrays by name.
        policy: what to do about gaps and unequal lengths; refused by default.
        extra: further sets to verify on, by name.

    Raises:
        DataError: with the set and the fault named.
        TooLarge: more than 4 GB.
    """
    policy = policy or DataPolicy()
    arrays, default_name, domain = _read(source)
    unknown = sorted(set(arrays) - {f"{axis}_{s}" for axis in "xy" for s in SETS})
    if unknown:
        raise DataError(
            f"the data holds arrays that are not known: {', '.join(unknown)}",
            remedy="name them x_train, y_train, x_val, y_val, x_test, y_test",
            field="data",
        )
    sets: dict[str, tuple[np.ndarray, Any]] = {
        s: (np.asarray(arrays[f"x_{s}"]), arrays.get(f"y_{s}"))
        for s in SETS
        if arrays.get(f"x_{s}") is not None
    }
    for s in SETS:
        if arrays.get(f"y_{s}") is not None and s not in sets:
            raise DataError(f"y_{s} is given without x_{s}", remedy=f"give x_{s} too", field="data")
    for key, path in (extra or {}).items():
        sets[f"verify:{key}"] = _verification_set(key, path)
    if not ({"train", "val"} & sets.keys()):
        raise DataError(
            "the data has neither training nor validation rows",
            remedy="give x_train or x_val; choices are never made on test rows",
            field="data",
        )
    checked = check_rows(sets, policy, ucr=domain == "time series")
    dataset = Dataset(
        name=name or default_name,
        classes=checked.classes,
        labels=checked.labels,
        domain=domain or _domain(checked.rank),
        verification={
            key.removeprefix("verify:"): rows
            for key, rows in checked.sets.items()
            if key.startswith("verify:")
        },
    )
    for s in SETS:
        if s in checked.sets:
            x, y = checked.sets[s]
            setattr(dataset, f"x_{s}", x)
            setattr(dataset, f"y_{s}", y)
    dataset.task = _task(dataset.domain, checked.regression)
    dataset.data_hash = data_hash(
        {f"{axis}_{s}": getattr(dataset, f"{axis}_{s}") for axis in "xy" for s in SETS}
    )
    if dataset.x_val is None:
        _split_validation(dataset, policy.validation_share or VALIDATION_SHARE, seed)
    return dataset


def _read(source: Path | str | Callable[[], Mapping[str, Any]]) -> tuple[Mapping[str, Any], str, str]:
    """Arrays, name and domain ("" where the shape has to tell)."""
    if callable(source):
        return read_factory(source), getattr(source, "__name__", "data"), ""
    path = Path(source)
    if path.is_dir():
        if sorted(path.glob("*_TRAIN.tsv")):
            arrays, name = read_ucr(path)
            return arrays, name, "time series"
        if any((path / s).is_dir() for s in ("train", "val")):
            return read_images(path), path.name, "computer vision"
        raise DataError(
            f"the folder {path.name!r} holds no data that is known",
            remedy="give NAME_TRAIN.tsv and NAME_TEST.tsv, or train/CLASS/*.png",
            field="data",
        )
    if path.is_file():
        return read_npz(path), path.stem, ""
    if ":" in str(source) and "/" not in str(source):
        return read_factory(str(source)), str(source).rpartition(":")[2], ""
    raise DataError(f"there is no data at {path.name!r}", remedy="check the path", field="data")


def _verification_set(name: str, path: Path | str) -> tuple[np.ndarray, Any]:
    """A file of its own: its x (or the only set it holds)."""
    arrays, _, _ = _read(path)
    for suffix in ("", "_val", "_verify", "_test", "_train"):
        if f"x{suffix}" in arrays:
            return np.asarray(arrays[f"x{suffix}"]), arrays.get(f"y{suffix}")
    raise DataError(f"verification set {name!r} holds no x", remedy="give arrays x and y", field="data")


def _split_validation(dataset: Dataset, share: float, seed: int) -> None:
    assert dataset.x_train is not None
    if not 0 < share < 1:
        raise DataError(
            f"the validation share {share:g} is not between 0 and 1",
            remedy="give for example 0.3",
            field="policy",
        )
    if len(dataset.x_train) < 2:
        raise DataError(
            "one training row cannot be split into training and validation",
            remedy="give a validation set",
            field="data",
        )
    labels = None if dataset.is_regression else dataset.y_train
    held = stratified_share(labels, len(dataset.x_train), share, seed)
    for axis in "xy":
        rows = getattr(dataset, f"{axis}_train")
        if rows is not None:
            setattr(dataset, f"{axis}_val", rows[held])
            setattr(dataset, f"{axis}_train", rows[~held])
    dataset.validation_seen = True


def _domain(rank: int) -> str:
    return {2: "tabular", 3: "time series", 4: "computer vision", 5: "video processing"}.get(rank, "")


def _task(domain: str, regression: bool) -> str:
    kind = "regression" if regression else "classification"
    prefix = {"computer vision": "image", "video processing": "video"}.get(domain, domain)
    return f"{prefix} {kind}".strip()
