"""Fine-tuning: deterministic, stoppable, never worse on held-out rows; norms put in change nothing."""

import copy
import time

import pytest
import torch
from torch import nn

from compressor.method import Context, fine_tune
from compressor.method._norm import NormalizedConv, fold_norms, insert_norms
from compressor.method._tune import prepare
from kgpress.errors import Cancelled
from tests.support.nets import Residual, accuracy, dataset, trained

_X = torch.from_numpy(dataset().x_train)


def test_norms_put_in_and_folded_away_change_nothing() -> None:
    base = trained(norm=False)
    expected = base(_X)
    module = insert_norms(copy.deepcopy(base), _X)
    assert sum(isinstance(m, NormalizedConv) for m in module.modules()) == 3
    torch.testing.assert_close(module(_X), expected, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(fold_norms(module)(_X), expected, rtol=1e-3, atol=1e-4)


def test_a_model_with_norms_of_its_own_gets_no_more() -> None:
    module = insert_norms(Residual(norm=True).eval(), _X)
    assert not any(isinstance(m, NormalizedConv) for m in module.modules())


def test_the_same_seed_gives_the_same_weights(tmp_path) -> None:
    def tuned(seed: int) -> torch.Tensor:
        context = Context(dataset(), seed, tmp_path)
        return fine_tune(
            prepare(Residual(norm=False).requires_grad_(), context, 3), context, 3
        ).module.head.weight

    torch.manual_seed(1)
    first = tuned(0)
    torch.manual_seed(1)
    assert torch.equal(first, tuned(0))
    torch.manual_seed(1)
    assert not torch.equal(first, tuned(5))


def test_held_out_quality_never_falls(tmp_path) -> None:
    data, base = dataset(), trained()
    before = accuracy(base, data.x_val, data.y_val)
    data.y_train = (data.y_train + 1) % 3  # training on wrong labels only harms
    after = fine_tune(copy.deepcopy(base), Context(data, 0, tmp_path), 5).module
    assert accuracy(after, data.x_val, data.y_val) >= before - 0.04


def test_a_deadline_ends_it_with_what_there_is(tmp_path) -> None:
    context = Context(dataset(), 0, tmp_path, deadline=time.monotonic() - 1)
    tuned = fine_tune(Residual(), context, 50)
    assert (tuned.epochs, tuned.truncated) == (0, True)


def test_a_cancel_between_epochs_is_obeyed(tmp_path) -> None:
    def progress(fraction: float, message: str) -> None:
        if fraction > 0.3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        fine_tune(Residual(), Context(dataset(), 0, tmp_path, progress), 50)


def test_a_model_that_ends_in_a_softmax_learns_from_its_probabilities(tmp_path) -> None:
    torch.manual_seed(0)
    data = dataset()
    module = nn.Sequential(Residual(), nn.Softmax(-1))
    tuned = fine_tune(module, Context(data, 0, tmp_path), 30).module
    assert accuracy(tuned, data.x_val, data.y_val) > 0.8


def test_numbers_are_regressed(tmp_path) -> None:
    torch.manual_seed(0)
    data = dataset()
    data.y_train, data.y_val = (x.mean((1, 2)) + 2.0 for x in (data.x_train, data.x_val))
    module = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))

    def error(m: nn.Module) -> float:
        with torch.no_grad():
            return float((m(torch.from_numpy(data.x_val))[:, 0] - torch.from_numpy(data.y_val)).abs().mean())

    before = error(module.eval())
    assert error(fine_tune(module, Context(data, 0, tmp_path), 60).module) < before / 2
