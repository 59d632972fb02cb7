"""Trains a baseline as its paper does, and exports it as a user would have it."""

from __future__ import annotations

import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from compressor.model._export import export_onnx
from kgpress.errors import DataError


def train(
    model: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int = 300,
    seed: int = 0,
    batch: int = 16,
    lr: float = 1e-3,
    deadline_s: float | None = None,
) -> nn.Module:
    """Adam with the learning rate halved on plateaus; keeps the weights of the lowest training loss.

    The epoch is chosen by training loss, as in the paper: nothing but training rows is looked at. The
    loss of an epoch is measured in evaluation mode, so that it belongs to the weights that are kept.

    Args:
        x: (rows, channels, length) float32, or (rows, length).
        y: (rows,) class indices.
        deadline_s: stops after so many seconds, at the end of an epoch.
    """
    if len(x) < 2:
        raise DataError("fewer than two training rows", remedy="give more rows", field="data")
    torch.manual_seed(seed)
    x = x[:, None] if x.ndim == 2 else x
    inputs, labels = (
        torch.from_numpy(np.ascontiguousarray(x, np.float32)),
        torch.from_numpy(y.astype(np.int64)),
    )
    batch = max(min(len(x) // 10, batch), 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=50, min_lr=1e-4)
    started = time.monotonic()
    best, kept = float("inf"), copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        model.train()
        for rows in torch.randperm(len(inputs)).split(batch):
            if len(rows) < 2:  # batch norm needs two
                continue
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
        loss = _loss(model, inputs, labels)
        plateau.step(loss)
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
        if deadline_s is not None and time.monotonic() - started > deadline_s:
            break
    model.load_state_dict(kept)
    return model.eval()


def _loss(model: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        parts = [
            nn.functional.cross_entropy(model(a), b, reduction="sum").item()
            for a, b in zip(inputs.split(256), labels.split(256), strict=True)
        ]
    return sum(parts) / len(labels)


def accuracy(model: nn.Module, x: np.ndarray, y: np.ndarray) -> float:
    """Share of rows whose largest logit is the label's."""
    x = x[:, None] if x.ndim == 2 else x
    model.eval()
    with torch.no_grad():
        parts = [model(a).argmax(1) for a in torch.from_numpy(np.ascontiguousarray(x, np.float32)).split(256)]
    return float((torch.cat(parts).numpy() == y).mean())


def export(model: nn.Module, sample: np.ndarray, path: Path) -> Path:
    """Writes ONNX with input "input" (batch, channels, length) and output "output" (batch, classes)."""
    sample = sample[:, None] if sample.ndim == 2 else sample
    export_onnx(model, np.ascontiguousarray(sample[:2], np.float32), path, ["input"], ["output"])
    return path
