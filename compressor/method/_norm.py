"""Batch norm put behind convolutions before they are cut, for training, and folded away again.

Models come with batch norm folded into the convolutions more often than not, and such a model
trains badly after a cut: every activation has another scale than the layers behind it know. So a
batch norm that changes nothing is put behind each convolution *before* the cut, its scale and
shift the activation's own spread and mean; after the cut its running statistics are measured
again (:func:`recalibrate`; the idea of EagleEye, Li et al. 2020), which gives each channel back
its old scale.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_NORMS: dict[type[nn.Module], type[nn.modules.batchnorm._BatchNorm]] = {
    nn.Conv1d: nn.BatchNorm1d,
    nn.Conv2d: nn.BatchNorm2d,
    nn.Conv3d: nn.BatchNorm3d,
}


_BATCH = 256


class NormalizedConv(nn.Module):
    """A convolution with a batch norm of its own; starts out equal to the convolution alone."""

    def __init__(self, conv: nn.Module, mean: torch.Tensor, variance: torch.Tensor) -> None:
        super().__init__()
        self.conv = conv
        self.norm = _NORMS[type(conv)](len(mean))
        with torch.no_grad():
            self.norm.register_buffer("running_mean", mean.clone())
            self.norm.register_buffer("running_var", variance.clone())
            self.norm.weight.copy_((variance + self.norm.eps).sqrt())
            self.norm.bias.copy_(mean)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


def insert_norms(module: nn.Module, x: torch.Tensor) -> nn.Module:
    """Puts a batch norm behind each convolution of a model that has (almost) none of its own.

    The statistics are those of ``x``, so in evaluation mode the model computes what it did.
    """
    convs = {name: m for name, m in module.named_modules() if type(m) in _NORMS}
    own = sum(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
    if own * 2 > len(convs) or len(x) < 2:
        return module
    statistics = _statistics(module, convs, x)
    for name, (mean, variance) in statistics.items():
        module.set_submodule(name, NormalizedConv(convs[name], mean, variance))
    return module.eval()


def fold_norms(module: nn.Module) -> nn.Module:
    """Undoes :func:`insert_norms`; evaluation mode, same function."""
    module.eval()
    for name, child in list(module.named_modules()):
        if not isinstance(child, NormalizedConv):
            continue
        if isinstance(child.conv, nn.Sequential):  # factors: the last one carries the norm
            *thin, last = child.conv
            module.set_submodule(name, nn.Sequential(*thin, _fused(last, child.norm)))
        else:
            module.set_submodule(name, _fused(child.conv, child.norm))
    return module


def _fused(conv: nn.Module, norm: nn.modules.batchnorm._BatchNorm) -> nn.Module:
    assert isinstance(conv, nn.modules.conv._ConvNd)
    return fuse_conv_bn_eval(conv, norm)


@torch.no_grad()
def recalibrate(module: nn.Module, x: torch.Tensor) -> None:
    """Measures the running statistics of every batch norm again, on rows ``x`` in batches."""
    norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    norms = [m for m in norms if m.track_running_stats]
    if not norms or len(x) < 2:
        return
    momenta = [m.momentum for m in norms]
    module.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over batches
        norm.train()
    for rows in x.split(max(2, min(len(x), _BATCH))):
        if len(rows) > 1:
            module(rows)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    module.eval()


@torch.no_grad()
def _statistics(
    module: nn.Module, convs: dict[str, nn.Module], x: torch.Tensor
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    found: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}

    def watch(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, __: object, output: torch.Tensor) -> None:
            axes = [0, *range(2, output.dim())]
            found[name] = (output.mean(axes), output.var(axes, unbiased=False).clamp_min(1e-6))

        return hook

    handles = [conv.register_forward_hook(watch(name)) for name, conv in convs.items()]
    try:
        module.eval()(x)
    finally:
        for handle in handles:
            handle.remove()
    return found
