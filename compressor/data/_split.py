"""Splits that keep the classes' shares, by a fixed seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compressor.data._dataset import Dataset
from kgpress.errors import DataError


def stratified_share(labels: np.ndarray | None, rows: int, share: float, seed: int) -> np.ndarray:
    """A mask (rows,) of the rows that are held out.

    Each class gives its rounded share, at least one row and never all; a class with a single row gives
    none. Without labels the rows are one class.
    """
    generator = np.random.default_rng(seed)
    held = np.zeros(rows, bool)
    groups = np.zeros(rows, np.int64) if labels is None else labels
    for group in np.unique(groups):
        members = generator.permutation(np.flatnonzero(groups == group))
        if len(members) > 1:
            count = min(max(round(share * len(members)), 1), len(members) - 1)
            held[members[:count]] = True
    if not held.any():  # every class has one row
        held[generator.permutation(rows)[: max(round(share * rows), 1)]] = True
    return held


def split_for_campaign(dataset: Dataset, seed: int) -> Dataset:
    """The protocol of campaigns: the base is trained on the archive's training rows, all of them.

    Half of its test rows, stratified, become the validation set, which the base has not seen and from
    which results teach; the other half stays test and is only reported.

    Args:
        dataset: as loaded from the archive; a validation set split off training rows is put back.
    """
    if dataset.x_test is None or dataset.x_train is None or len(dataset.x_test) < 2:
        raise DataError(
            f"{dataset.name} has no training rows or fewer than two test rows",
            remedy="give a data set of the archive",
            field="data",
        )
    x_train, y_train = dataset.x_train, dataset.y_train
    if dataset.validation_seen and dataset.x_val is not None:
        x_train = np.concatenate([x_train, dataset.x_val])
        if y_train is not None and dataset.y_val is not None:
            y_train = np.concatenate([y_train, dataset.y_val])
    held = stratified_share(dataset.y_test, len(dataset.x_test), 0.5, seed)
    y_test = dataset.y_test
    return replace(
        dataset,
        x_train=x_train,
        y_train=y_train,
        x_val=dataset.x_test[held],
        y_val=None if y_test is None else y_test[held],
        x_test=dataset.x_test[~held],
        y_test=None if y_test is None else y_test[~held],
        validation_seen=False,
    )
