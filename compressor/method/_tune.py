"""Fine-tuning on the user's training rows, shared by the methods that change structure.

Adam (Kingma and Ba 2015) with a cosine schedule (Loshchilov and Hutter 2017). The state with the best
validation quality is kept, among equals the one of least loss, and the state before tuning is a candidate:
tuning never ends worse on validation than it began.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from compressor.measure import quiet
from compressor.method._guide import Guide
from compressor.method._norm import fold_norms, insert_norms, recalibrate
from compressor.method._state import Context
from kgpress.errors import Infeasible

#: Large, since small sets give few steps: 20 epochs on 47 rows are 60 of them, and a net whose filters of
#: one class were all cut has to grow new ones. Batch norm keeps it stable.
LEARNING_RATE = 1e-2
#: Rows per step; small sets need more steps per epoch than large ones.
BATCH_SMALL, BATCH_LARGE, SMALL_ROWS = 16, 64, 512
_EVAL_ROWS = 512
_CALIBRATION_ROWS = 1024


@dataclass(frozen=True)
class Tuned:
    """A tuned module and how many epochs were run of those asked."""

    module: nn.Module
    epochs: int
    truncated: bool


def prepare(module: nn.Module, context: Context, epochs: int) -> nn.Module:
    """A copy of ``module`` that is ready to be cut and then tuned for ``epochs``."""
    module = copy.deepcopy(module).eval()
    x = context.dataset.x_train
    if epochs == 0 or x is None:
        return module
    return insert_norms(module, torch.from_numpy(np.ascontiguousarray(x[:_CALIBRATION_ROWS])))


def fine_tune(
    module: nn.Module, context: Context, epochs: int, samples: int = 0, learning_rate: float = LEARNING_RATE
) -> Tuned:
    """Trains ``module`` (in place; :func:`prepare` made it) on training rows and labels.

    Args:
        epochs: passes over the rows; 0 returns the module as it is.
        samples: rows used, drawn by the seed; 0 means all.

    Raises:
        Infeasible: no training rows or no labels were given.
    """
    if epochs == 0:
        return Tuned(module.eval(), 0, False)
    data = context.dataset
    if data.x_train is None or data.y_train is None:
        raise Infeasible(
            "fine-tuning needs training rows with labels",
            remedy="give x_train and y_train, or a strategy with epochs=0",
            field="data",
        )
    generator = torch.Generator().manual_seed(context.seed)
    x, y = _tensors(data.x_train, data.y_train)
    if samples and samples < len(x):
        chosen = torch.randperm(len(x), generator=generator)[:samples]
        x, y = x[chosen], y[chosen]
    held_out = (x, y) if data.x_val is None or data.y_val is None else _tensors(data.x_val, data.y_val)
    recalibrate(module, x[:_CALIBRATION_ROWS])
    tuned = _train(module, x, y, held_out, epochs, learning_rate, generator, context)
    return Tuned(fold_norms(tuned.module.eval()), tuned.epochs, tuned.truncated)


def _train(
    module: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    held_out: tuple[torch.Tensor, torch.Tensor],
    epochs: int,
    learning_rate: float,
    generator: torch.Generator,
    context: Context,
) -> Tuned:
    torch.manual_seed(context.seed)  # dropout
    loss_of = _loss(module, x[:_EVAL_ROWS], y)
    batch = BATCH_SMALL if len(x) <= SMALL_ROWS else BATCH_LARGE
    guide = None
    if context.guide is not None and isinstance(loss_of, nn.CrossEntropyLoss):
        guide = Guide(context.guide, x, y, generator)
    parameters = [p for p in module.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    best, best_state, done = _score(module, held_out, loss_of), _copied(module), 0
    for epoch in range(epochs):
        context.progress(epoch / epochs, f"epoch {epoch + 1} of {epochs}")
        if context.late:
            break
        with quiet.training():
            module.train()
            for rows in torch.randperm(len(x), generator=generator).split(batch):
                if len(rows) == 1 and len(x) > 1:
                    continue  # batch norm needs two
                optimizer.zero_grad()
                loss = loss_of(module(x[rows]), y[rows])
                if guide is not None:
                    loss = loss + guide.loss(module, len(rows))
                loss.backward()
                optimizer.step()
            schedule.step()
            score = _score(module, held_out, loss_of)
        done = epoch + 1
        if score >= best:
            best, best_state = score, _copied(module)
    module.load_state_dict(best_state)
    return Tuned(module, done, done < epochs)


def _tensors(x: np.ndarray, y: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.from_numpy(np.ascontiguousarray(y))
    labels = labels.float() if labels.is_floating_point() else labels.long()
    return torch.from_numpy(np.ascontiguousarray(x)), labels


def _loss(module: nn.Module, x: torch.Tensor, y: torch.Tensor) -> nn.Module:
    """Cross-entropy for labels, mean squared error for numbers.

    A classifier that ends in a softmax is told by its outputs: rows of probabilities.
    """
    if y.is_floating_point():
        return _SquaredError()
    with torch.no_grad():
        outputs = module(x)
    sums = outputs.sum(-1)
    if bool((outputs >= 0).all()) and bool(torch.allclose(sums, torch.ones_like(sums), atol=1e-3)):
        return _LogLikelihood()
    return nn.CrossEntropyLoss()


class _SquaredError(nn.Module):
    def forward(self, outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.mse_loss(outputs.reshape(y.shape), y)


class _LogLikelihood(nn.Module):
    def forward(self, outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.nll_loss(outputs.clamp_min(1e-7).log(), y)


@torch.no_grad()
def _score(
    module: nn.Module, rows: tuple[torch.Tensor, torch.Tensor], loss_of: nn.Module
) -> tuple[float, float]:
    """(quality, minus loss) on held-out rows: compared in this order."""
    module.eval()
    x, y = rows
    outputs = torch.cat([module(part) for part in x.split(_EVAL_ROWS)])
    loss = float(loss_of(outputs, y))
    if not math.isfinite(loss):
        return -math.inf, -math.inf
    if y.is_floating_point():
        return -loss, 0.0
    return float((outputs.argmax(1) == y).float().mean()), -loss


def _copied(module: nn.Module) -> dict[str, torch.Tensor]:
    return copy.deepcopy(module.state_dict())
