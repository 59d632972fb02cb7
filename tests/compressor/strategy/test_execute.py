"""Steps in order, the export between, the same bytes for the same seed."""

import copy
from types import SimpleNamespace

import onnx
import pytest
import torch

from compressor.measure import count, open_session
from compressor.strategy import execute
from kgpress.errors import NotYetExecutable
from kgpress.strategy import parse
from tests.support.nets import dataset, trained

_SEQUENCE = "C2(ratio=0.5,epochs=2) > C7(rate=0.3,epochs=0) > C4"


@pytest.fixture(scope="module")
def standard() -> SimpleNamespace:
    return SimpleNamespace(module=trained(width=32))


def test_a_sequence_of_all_three(standard, tmp_path) -> None:
    before = copy.deepcopy(standard.module.state_dict())
    stages: list[str] = []
    done = execute(
        parse(_SEQUENCE),
        standard,
        dataset(),
        0,
        tmp_path,
        input_names=("series",),
        output_names=("scores",),
        clock=lambda stage, seconds: stages.append(stage),
    )
    session = open_session(done.onnx_path)
    assert (session.get_inputs()[0].name, session.get_outputs()[0].name) == ("series", "scores")
    assert "QuantizeLinear" in {n.op_type for n in onnx.load(done.onnx_path).graph.node}
    assert count(done.onnx_path).parameters < 0.4 * sum(p.numel() for p in standard.module.parameters())
    assert set(stages) == {"execute", "export"}
    assert not done.truncated
    assert all(torch.equal(before[k], v) for k, v in standard.module.state_dict().items())


def test_the_same_seed_gives_the_same_bytes(standard, tmp_path) -> None:
    def run(seed: int) -> bytes:
        return execute(parse(_SEQUENCE), standard, dataset(), seed, tmp_path).onnx_path.read_bytes()

    first = run(3)
    assert run(3) == first
    assert run(4) != first


def test_what_cannot_be_executed_is_said_before_anything_runs(standard, tmp_path) -> None:
    told: list[str] = []
    with pytest.raises(NotYetExecutable):
        execute(
            parse("C2(ratio=0.5,epochs=2) > C5"),
            standard,
            dataset(),
            0,
            tmp_path,
            lambda fraction, message: told.append(message),
        )
    assert told == []
    assert list(tmp_path.iterdir()) == []
