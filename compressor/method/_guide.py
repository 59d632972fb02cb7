"""Guidance while tuning: between and beyond the training rows the tuned model follows the given one.

A few dozen labelled rows say little about a network that has just lost most of its filters; the model
before the cut says more, and needs no label. In every step a second batch is drawn on lines through two
training rows of one class (:mod:`compressor.stretched`), and the divergence of the tuned model's class
probabilities from the given model's is added to the loss (Hinton et al. 2015, temperature 1).
"""

from __future__ import annotations

import torch
from torch import nn

from compressor.stretched import REACH


class Guide:
    """The given model's opinion on rows near the training rows.

    Args:
        model: the model as it was given, in evaluation mode; returns (rows, classes) logits.
        x: (rows, ...) float training rows.
        y: (rows,) class indices.
    """

    def __init__(
        self, model: nn.Module, x: torch.Tensor, y: torch.Tensor, generator: torch.Generator
    ) -> None:
        self._model, self._x, self._y, self._generator = model.eval(), x, y, generator
        self._members = {int(c): (y == c).nonzero().flatten() for c in y.unique()}

    def loss(self, tuned: nn.Module, count: int) -> torch.Tensor:
        """Mean divergence on ``count`` fresh rows, in nats."""
        rows = self._rows(count)
        with torch.no_grad():
            wanted = self._model(rows).log_softmax(-1)
        found = tuned(rows).log_softmax(-1)
        return nn.functional.kl_div(found, wanted, log_target=True, reduction="batchmean")

    def _rows(self, count: int) -> torch.Tensor:
        first = torch.randint(len(self._x), (count,), generator=self._generator)
        second = torch.empty_like(first)
        for place, row in enumerate(first.tolist()):
            members = self._members[int(self._y[row])]
            second[place] = members[torch.randint(len(members), (1,), generator=self._generator)]
        low, high = REACH
        t = low + (high - low) * torch.rand((count,) + (1,) * (self._x.ndim - 1), generator=self._generator)
        return self._x[first] + t * (self._x[second] - self._x[first])
