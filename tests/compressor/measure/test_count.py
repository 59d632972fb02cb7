"""Parameters and MACs of exported files, floating and quantized, by hand."""

import torch
from torch import nn

from compressor.measure import count, count_macs, count_parameters
from compressor.method import Context, State, executor
from compressor.model import export_onnx
from kgpress.strategy import parse
from tests.support.nets import CLASSES, LENGTH, Residual, dataset

#: Convolutions (16x1x3, 16x16x5, 32x16x3 with biases) and the head (32x3 with bias).
PARAMETERS = (48 + 16) + (1280 + 16) + (1536 + 32) + (96 + 3)
MACS = LENGTH * (48 + 1280 + 1536) + 32 * CLASSES


def _export(module: nn.Module, folder, x=None):
    path = folder / "model.onnx"
    export_onnx(module, dataset().x_train[:2] if x is None else x, path)
    return path


def test_a_floating_file(tmp_path) -> None:
    counts = count(_export(Residual(norm=False), tmp_path))
    assert (counts.parameters, counts.macs) == (PARAMETERS, MACS)


def test_scales_and_zero_points_of_a_quantized_file_are_not_parameters(tmp_path) -> None:
    state = State(sample=dataset().x_train[:2], onnx_path=_export(Residual(norm=False), tmp_path))
    path = executor("C4").apply(state, parse("C4").steps[0], Context(dataset(), 0, tmp_path)).onnx_path
    assert count_parameters(path)[0] == PARAMETERS
    assert count_macs(path) == MACS


def test_zeros_are_counted(tmp_path) -> None:
    net = Residual(norm=False)
    with torch.no_grad():
        net.second.weight[:8] = 0
    counts = count(_export(net, tmp_path))
    assert counts.parameters - counts.nonzero_parameters == 8 * 16 * 5


def test_grouped_and_strided_convolution(tmp_path) -> None:
    net = nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=4, bias=False)
    counts = count(_export(net, tmp_path, torch.zeros(2, 8, 10, 10)))
    assert (counts.parameters, counts.macs) == (16 * 2 * 9, 16 * 25 * 2 * 9)
