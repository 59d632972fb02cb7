"""C7: factors that save what they say, and only where they save."""

import pytest
import torch
from torch import nn

from compressor.method import Context, State, executor
from compressor.method.low_rank.svd import factorize, rank_at
from kgpress.errors import ModelError
from kgpress.strategy import parse
from tests.support.nets import Residual, accuracy, dataset, trained

_LAYERS = [
    (nn.Linear(40, 60), torch.randn(5, 40)),
    (nn.Conv1d(8, 24, 5, stride=2, padding=2), torch.randn(2, 8, 20)),
    (nn.Conv2d(8, 24, 3, padding=1, dilation=2, bias=False), torch.randn(2, 8, 12, 12)),
]


@pytest.mark.parametrize(("layer", "x"), _LAYERS, ids=["linear", "conv1d", "conv2d"])
def test_a_layer_of_low_rank_is_kept_exactly(layer: nn.Module, x: torch.Tensor) -> None:
    with torch.no_grad():
        m, n = layer.weight.shape[0], layer.weight[0].numel()
        layer.weight.copy_((torch.randn(m, 3) @ torch.randn(3, n)).reshape(layer.weight.shape))
    net = nn.Sequential(layer)
    expected = net(x)
    factors = factorize(net, 0.5)
    assert isinstance(factors[0], nn.Sequential)
    torch.testing.assert_close(factors(x), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.8])
@pytest.mark.parametrize(("layer", "x"), _LAYERS, ids=["linear", "conv1d", "conv2d"])
def test_at_least_the_rate_is_saved_and_one_rank_more_would_not(
    layer: nn.Module, x: torch.Tensor, rate: float
) -> None:
    rank = rank_at(layer, rate)
    m, n = layer.weight.shape[0], layer.weight[0].numel()
    assert rank * (m + n) <= (1 - rate) * m * n + 1e-6
    assert (rank + 1) * (m + n) > (1 - rate) * m * n + 1e-6


def test_factors_are_the_best_of_their_rank() -> None:
    """Eckart and Young: the squared error is the sum of the squared singular values left out."""
    layer = nn.Linear(30, 30, bias=False)
    singular = torch.linalg.svdvals(layer.weight)
    rank = rank_at(layer, 0.5)
    factors = factorize(nn.Sequential(layer), 0.5)[0]
    error = (factors[1].weight @ factors[0].weight - layer.weight).square().sum()
    torch.testing.assert_close(error, singular[rank:].square().sum(), rtol=1e-3, atol=1e-4)


def test_small_layers_and_groups_keep_their_weights() -> None:
    net = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Conv1d(2, 64, 9), nn.Conv1d(64, 64, 9, groups=64))
    factors = factorize(net, 0.3)
    assert isinstance(factors[0], nn.Conv1d)
    assert isinstance(factors[2], nn.Conv1d)
    with pytest.raises(ModelError, match="no layer becomes smaller"):
        factorize(nn.Sequential(nn.Linear(4, 2)), 0.9)


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("epochs", [0, 10])
def test_executed_with_and_without_fine_tuning(tmp_path, norm: bool, epochs: int) -> None:
    data, base = dataset(), trained(norm=norm)
    step = parse(f"C7(rate=0.3,epochs={epochs})").steps[0]
    state = State(sample=data.x_train[:2], module=base)
    after = executor("C7").apply(state, step, Context(data, 0, tmp_path)).module
    assert sum(p.numel() for p in after.parameters()) < 0.8 * sum(p.numel() for p in base.parameters())
    if epochs:
        assert isinstance(after.head, torch.nn.Linear)  # three classes need more than rank 1
        assert accuracy(after, data.x_val, data.y_val) >= accuracy(base, data.x_val, data.y_val) - 0.07


def test_without_epochs_no_data_are_needed(tmp_path) -> None:
    data = dataset()
    sample = data.x_train[:2]
    data.x_train = data.y_train = None
    step = parse("C7(rate=0.5,epochs=0)").steps[0]
    executor("C7").apply(State(sample=sample, module=Residual()), step, Context(data, 0, tmp_path))
