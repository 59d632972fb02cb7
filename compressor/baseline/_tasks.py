"""From an archive's folder to a task: data with an unseen validation set, and a trained base model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from compressor import data as datasets
from compressor.baseline._models import build
from compressor.baseline._train import export, train
from kgpress.errors import DataError
from kgpress.v1.compression_pb2 import DataPolicy

#: Gaps are interpolated and shorter series padded, so that every set of the archive can be used.
POLICY = DataPolicy(missing="interpolate", length="pad_end")
#: Multiply-adds that a training may cost; caps the epochs of large data sets.
_WORK = 3 * 10**11
_EPOCHS = (40, 300)


def split_for_campaign(folder: Path, target: Path, *, seed: int) -> Path:
    """Writes the campaign's split of a UCR folder (:func:`compressor.data.split_for_campaign`) as .npz."""
    dataset = datasets.split_for_campaign(datasets.load_data(folder, policy=POLICY), seed)
    staging = target.with_name(f"{target.stem}.partial.npz")
    datasets.save_npz(dataset, staging)
    return staging.replace(target)


def train_and_export(arch: str, source: Path, target: Path, *, seed: int, epochs: int | None = None) -> Path:
    """Trains "fcn" or "resnet" on the training rows of ``source`` and writes it as ONNX.

    Where ``source`` has no validation set, all of its training rows are used: a user's base model knows
    nothing of the split that is made later.

    Args:
        source: .npz or a UCR folder.
        epochs: by default 300, fewer for large data (at least 40), by multiply-adds and not by the clock,
            so that a seed gives the same model on every machine of a kind.
    """
    dataset = datasets.load_data(source, policy=POLICY)
    if dataset.x_train is None or dataset.y_train is None or dataset.classes is None:
        raise DataError(
            "a baseline needs labelled training rows", remedy="give x_train and y_train", field="data"
        )
    x, y = dataset.x_train, dataset.y_train
    if dataset.validation_seen and dataset.x_val is not None and dataset.y_val is not None:
        x, y = np.concatenate([x, dataset.x_val]), np.concatenate([y, dataset.y_val])
    x = x[:, None] if x.ndim == 2 else x
    torch.manual_seed(seed)
    model = build(arch, x.shape[1], dataset.classes)
    weights = sum(p.numel() for p in model.parameters())
    low, high = _EPOCHS
    planned = int(min(max(_WORK // (len(x) * x.shape[-1] * weights), low), high))
    return export(train(model, x, y, epochs=epochs or planned, seed=seed), x, target)
