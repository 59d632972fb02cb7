"""Baselines that the project compresses: time-series FCN and ResNet, and the data they are trained on."""

from compressor.baseline._models import ARCHITECTURES, FCN, ResNet, build
from compressor.baseline._tasks import split_for_campaign, train_and_export
from compressor.baseline._train import accuracy, export, train
from compressor.baseline._ucr import fetch, names

__all__ = [
    "ARCHITECTURES",
    "FCN",
    "ResNet",
    "accuracy",
    "build",
    "export",
    "fetch",
    "names",
    "split_for_campaign",
    "train",
    "train_and_export",
]
