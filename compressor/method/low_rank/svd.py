"""C7: a weight matrix replaced by the product of two thinner ones (Denton et al. 2014)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from compressor.method._state import Context, State
from compressor.method._tune import fine_tune, prepare
from kgpress.errors import ModelError
from kgpress.strategy import Step

#: A layer that would save less than this share of the model's parameters is left as it is: its
#: factors risk quality and give nothing.
LEAST_SAVING = 0.01


Layer = nn.Linear | nn.Conv1d | nn.Conv2d


class SvdApproximation:
    """Linear -> two linears; convolution -> thin convolution and a pointwise one.

    With W of shape (m, n), n counting the kernel, rank r costs r(m + n) weights; ``rate`` is the
    share saved, so r = floor((1 - rate) m n / (m + n)). A layer whose rank would be below 1 keeps
    its weights.
    """

    label = "C7"
    on = "module"

    def apply(self, state: State, step: Step, context: Context) -> State:
        epochs = int(step["epochs"])
        module = prepare(state.live, context, epochs)
        module = factorize(module, float(step["rate"]), last_layer(module, torch.from_numpy(state.sample)))
        tuned = fine_tune(module, context, epochs, int(step.get("samples", 0) or 0))
        return state.with_(module=tuned.module, truncated=state.truncated or tuned.truncated)


@torch.no_grad()
def last_layer(module: nn.Module, sample: torch.Tensor) -> nn.Module | None:
    """The layer with weights that runs last: its outputs are the model's."""
    ran: list[nn.Module] = []
    layers = [m for m in module.modules() if type(m) in _FACTORS]
    handles = [m.register_forward_hook(lambda layer, _, __: ran.append(layer)) for m in layers]
    try:
        module.eval()(sample[:2])
    finally:
        for handle in handles:
            handle.remove()
    return ran[-1] if ran else None


@torch.no_grad()
def factorize(module: nn.Module, rate: float, output: nn.Module | None = None) -> nn.Module:
    """Replaces in place every layer that saves weights at this rate.

    Args:
        output: left as it is where other layers can be factorized: a rank below the number of classes
            ties their scores together, and its weights are few.

    Raises:
        ModelError: no layer does.
    """
    total = sum(p.numel() for p in module.parameters())
    layers: list[tuple[str, Any]] = [(n, m) for n, m in module.named_modules() if type(m) in _FACTORS]
    replaced = 0
    for name, layer in layers:
        rank = rank_at(layer, rate)
        m, n = layer.weight.shape[0], layer.weight[0].numel()
        if (layer is output and len(layers) > 1) or rank < 1 or m * n - rank * (m + n) < LEAST_SAVING * total:
            continue
        module.set_submodule(name, _FACTORS[type(layer)](layer, rank))
        replaced += 1
    if not replaced:
        raise ModelError(
            f"no layer becomes smaller by factors at rate {rate:g}",
            remedy="use a larger rate or another method",
            field="strategy",
        )
    return module


def rank_at(layer: Layer, rate: float) -> int:
    """The rank that saves at least ``rate`` of the layer's weights; 0 where none does."""
    if not isinstance(layer, nn.Linear) and layer.groups != 1:
        return 0
    m, n = layer.weight.shape[0], layer.weight[0].numel()
    return min(math.floor((1 - rate) * m * n / (m + n) + 1e-9), min(m, n))


def _halves(layer: Layer, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(m, r) and (r, n) with the singular values shared evenly."""
    u, s, vh = torch.linalg.svd(layer.weight.detach().flatten(1).double(), full_matrices=False)
    root = s[:rank].sqrt()
    return (u[:, :rank] * root).float(), (root[:, None] * vh[:rank]).float()


def _linear(layer: nn.Linear, rank: int) -> nn.Sequential:
    left, right = _halves(layer, rank)
    thin = nn.Linear(layer.in_features, rank, bias=False)
    wide = nn.Linear(rank, layer.out_features, bias=layer.bias is not None)
    thin.weight.copy_(right)
    wide.weight.copy_(left)
    if layer.bias is not None:
        wide.bias.copy_(layer.bias)
    return nn.Sequential(thin, wide)


def _conv(layer: nn.Conv1d | nn.Conv2d, rank: int) -> nn.Sequential:
    kind: Any = type(layer)
    left, right = _halves(layer, rank)
    thin = kind(
        layer.in_channels,
        rank,
        layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
        padding_mode=layer.padding_mode,
        bias=False,
    )
    wide = kind(rank, layer.out_channels, 1, bias=layer.bias is not None)
    thin.weight.copy_(right.reshape(thin.weight.shape))
    wide.weight.copy_(left.reshape(wide.weight.shape))
    if layer.bias is not None:
        wide.bias.copy_(layer.bias)
    return nn.Sequential(thin, wide)


_FACTORS: dict[type[nn.Module], Callable[[Any, int], nn.Sequential]] = {
    nn.Linear: _linear,
    nn.Conv1d: _conv,
    nn.Conv2d: _conv,
}
