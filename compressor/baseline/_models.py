"""FCN and ResNet for time series.

Source: Wang, Yan and Oates, "Time series classification from scratch with deep neural networks: a strong
baseline", IJCNN 2017, section II. Both take (rows, channels, length) and return logits (rows, classes).
"""

from __future__ import annotations

import torch
from torch import nn

from kgpress.errors import UnknownName

_KERNELS = (8, 5, 3)


def _convolution(channels: int, filters: int, kernel: int) -> list[nn.Module]:
    """A convolution that keeps the length, then batch norm."""
    return [nn.Conv1d(channels, filters, kernel, padding="same"), nn.BatchNorm1d(filters)]


class FCN(nn.Module):
    """Three convolutions (128, 256, 128; kernels 8, 5, 3), global average pooling, one dense layer."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for filters, kernel in zip((128, 256, 128), _KERNELS, strict=True):
            layers += [*_convolution(channels, filters, kernel), nn.ReLU()]
            channels = filters
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).mean(-1))


class _Block(nn.Module):
    """Three convolutions and a shortcut; the shortcut has a 1x1 convolution where the width changes."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = channels
        for position, kernel in enumerate(_KERNELS):
            layers += _convolution(width, filters, kernel)
            layers += [nn.ReLU()] if position < 2 else []
            width = filters
        self.body = nn.Sequential(*layers)
        changes = channels != filters
        self.shortcut = nn.Sequential(
            *(_convolution(channels, filters, 1) if changes else [nn.BatchNorm1d(filters)])
        )
        self.activation = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.body(x) + self.shortcut(x))


class ResNet(nn.Module):
    """Three residual blocks (64, 128, 128), global average pooling, one dense layer."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for filters in (64, 128, 128):
            blocks.append(_Block(channels, filters))
            channels = filters
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).mean(-1))


ARCHITECTURES: dict[str, type[nn.Module]] = {"fcn": FCN, "resnet": ResNet}


def build(arch: str, channels: int, classes: int) -> nn.Module:
    """A fresh baseline; seed torch before for reproducible weights.

    Raises:
        UnknownName: no such architecture.
    """
    if arch not in ARCHITECTURES:
        raise UnknownName("architecture", arch, sorted(ARCHITECTURES))
    return ARCHITECTURES[arch](channels, classes)
