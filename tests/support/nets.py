"""Small models and data for the tests of methods, measuring and jobs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

# As jobs do: with more threads than free cores, small models are a hundred times slower.
torch.set_num_threads(1)

CLASSES, LENGTH = 3, 16


class Residual(nn.Module):
    """Convolutions with a sum between them, as in the ResNet baseline; with or without batch norm."""

    def __init__(self, *, norm: bool = True, width: int = 16) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, width, 3, padding=1)
        self.second = nn.Conv1d(width, width, 5, padding=2)
        self.third = nn.Conv1d(width, 2 * width, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm1d(w) if norm else nn.Identity() for w in (width, width))
        self.head = nn.Linear(2 * width, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.norms[0](self.first(x)))
        x = torch.relu(x + self.norms[1](self.second(x)))
        return self.head(torch.relu(self.third(x)).mean(-1))


def rows(count: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A task that is learnt in a few epochs: waves of three frequencies in noise."""
    generator = np.random.default_rng(seed)
    y = np.arange(count) % CLASSES
    t = np.arange(LENGTH) / LENGTH * 2 * np.pi
    phase = generator.uniform(0, 2 * np.pi, (count, 1))
    x = np.sin((1 + 2 * y)[:, None] * t + phase) + 0.1 * generator.normal(size=(count, LENGTH))
    return x[:, None].astype(np.float32), y.astype(np.int64)


def dataset(train: int = 60, held_out: int = 30) -> SimpleNamespace:
    (x, y), (xv, yv) = rows(train, 0), rows(held_out, 1)
    return SimpleNamespace(x_train=x, y_train=y, x_val=xv, y_val=yv)


def trained(*, norm: bool = True, epochs: int = 30, width: int = 16) -> Residual:
    torch.manual_seed(0)
    model = Residual(norm=norm, width=width)
    x, y = (torch.from_numpy(a) for a in rows())
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(epochs):
        for part in torch.randperm(len(x)).split(20):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[part]), y[part]).backward()
            optimizer.step()
    return model.eval()


def accuracy(model: nn.Module, x: np.ndarray, y: np.ndarray) -> float:
    with torch.no_grad():
        return float((model.eval()(torch.from_numpy(x)).argmax(1).numpy() == y).mean())
