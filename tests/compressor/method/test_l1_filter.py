"""C2: the smallest filters go, by groups, and never the output."""

import copy

import pytest
import torch
from torch import fx, nn

from compressor.method import Context, State, executor
from compressor.method.pruning.l1_filter import LEAST_CHANNELS, prune
from compressor.model.layers import Reshape
from kgpress.errors import Infeasible, ModelError
from kgpress.strategy import parse
from tests.support.nets import Residual, accuracy, dataset, trained

_SAMPLE = torch.from_numpy(dataset().x_train[:2])


def test_the_filters_of_smallest_norm_go() -> None:
    net = nn.Sequential(nn.Conv1d(1, 8, 3), nn.ReLU(), nn.Conv1d(8, 4, 3), nn.Flatten(), nn.Linear(48, 2))
    scales = torch.tensor([8.0, 1, 7, 2, 6, 3, 5, 4])
    with torch.no_grad():
        net[0].weight.copy_(scales[:, None, None].expand(8, 1, 3))
        net[2].weight.fill_(0.1)  # so that the group's norm is the filter's own
    pruned = prune(copy.deepcopy(net), _SAMPLE, 0.5)
    assert sorted(pruned[0].weight[:, 0, 0].tolist()) == [5, 6, 7, 8]


def test_each_layer_loses_its_share_and_the_output_nothing() -> None:
    pruned = prune(Residual(), _SAMPLE, 0.75)
    assert (pruned.first.out_channels, pruned.second.out_channels, pruned.third.out_channels) == (4, 4, 8)
    assert pruned.head.out_features == 3
    assert pruned(_SAMPLE).shape == (2, 3)


def test_two_channels_stay_at_the_largest_ratio() -> None:
    pruned = prune(Residual(), _SAMPLE, 0.95)
    assert pruned.first.out_channels == LEAST_CHANNELS
    assert pruned(_SAMPLE).shape == (2, 3)


def test_a_constant_reshape_moves_with_the_channels() -> None:
    class Constant(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.reshape, self.head = nn.Conv1d(1, 8, 3), Reshape((0, 112)), nn.Linear(112, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.reshape(self.conv(x)))

    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: nn.Module, name: str) -> bool:
            return True

    net = Constant()
    module = fx.GraphModule(net, Tracer().trace(net))
    pruned = prune(module, _SAMPLE, 0.5)
    assert pruned.conv.out_channels == 4
    assert pruned.head.in_features == 4 * 14


def test_an_output_made_by_a_convolution_is_left_whole() -> None:
    net = nn.Sequential(
        nn.Conv1d(1, 8, 3), nn.ReLU(), nn.Conv1d(8, 3, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten()
    )
    pruned = prune(net, _SAMPLE, 0.5)
    assert (pruned[0].out_channels, pruned[2].out_channels) == (4, 3)


def test_nothing_to_prune_is_said() -> None:
    with pytest.raises(ModelError, match="no filters that can be removed"):
        prune(nn.Sequential(nn.Flatten(), nn.Linear(16, 3)), _SAMPLE, 0.5)


@pytest.mark.parametrize("norm", [True, False])
def test_fine_tuning_restores_quality_and_leaves_the_given_module_alone(tmp_path, norm: bool) -> None:
    data, base = dataset(), trained(norm=norm)
    if not norm:
        assert accuracy(base, data.x_val, data.y_val) > 0.9
    before = copy.deepcopy(base.state_dict())
    step = parse("C2(ratio=0.5,epochs=20)").steps[0]
    state = State(sample=data.x_train[:2], module=base)
    tuned = executor("C2").apply(state, step, Context(data, 0, tmp_path))
    cut = prune(copy.deepcopy(base), _SAMPLE, 0.5)
    assert accuracy(tuned.module, data.x_val, data.y_val) >= 0.9
    assert accuracy(tuned.module, data.x_val, data.y_val) > accuracy(cut, data.x_val, data.y_val)
    assert not tuned.truncated
    assert all(torch.equal(before[k], v) for k, v in base.state_dict().items())
    if not norm:  # what was put in for training is gone again
        assert not any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in tuned.module.modules())


def test_labels_are_needed(tmp_path) -> None:
    data = dataset()
    data.y_train = None
    step = parse("C2(ratio=0.5,epochs=20)").steps[0]
    with pytest.raises(Infeasible, match="labels"):
        executor("C2").apply(
            State(sample=data.x_train[:2], module=Residual()), step, Context(data, 0, tmp_path)
        )
