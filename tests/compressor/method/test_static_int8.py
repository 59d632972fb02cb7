"""C4: integers in the file, ranges from training rows."""

import onnx
import pytest
from onnx import TensorProto

from compressor.measure import count, run_model
from compressor.method import Context, State, executor
from compressor.model import export_onnx
from kgpress.errors import Infeasible, NotYetExecutable
from kgpress.strategy import parse
from tests.support.nets import dataset, trained


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("base") / "base.onnx"
    export_onnx(trained(width=32), dataset().x_train[:2], path, ["series"], ["scores"])
    return path


def _quantized(exported, folder, text="C4", data=None):
    data = data or dataset()
    state = State(sample=dataset().x_train[:2], onnx_path=exported, input_names=("series",))
    return executor("C4").apply(state, parse(text).steps[0], Context(data, 0, folder)).onnx_path


def test_the_file_holds_integers_and_computes_nearly_the_same(exported, tmp_path) -> None:
    path = _quantized(exported, tmp_path)
    model = onnx.load(path)
    weights = [t for t in model.graph.initializer if len(t.dims) > 1]
    assert len(weights) == 4  # three convolutions and the head
    assert {t.data_type for t in weights} == {TensorProto.INT8}
    biases = [t for t in model.graph.initializer if t.data_type == TensorProto.INT32 and len(t.dims) == 1]
    assert len(biases) == 4
    assert path.stat().st_size < 0.45 * exported.stat().st_size
    x = dataset().x_val
    before, after = run_model(exported, x), run_model(path, x)
    assert (before.argmax(1) == after.argmax(1)).mean() >= 0.95
    assert [v.name for v in (*model.graph.input, *model.graph.output)] == ["series", "scores"]


def test_parameters_stay_and_zero_points_are_none(exported, tmp_path) -> None:
    assert count(_quantized(exported, tmp_path)).parameters == count(exported).parameters


def test_one_scale_for_the_tensor_is_smaller(exported, tmp_path) -> None:
    fine = _quantized(exported, tmp_path).stat().st_size
    assert _quantized(exported, tmp_path, "C4(bits=8,scale=per_tensor)").stat().st_size < fine


def test_symmetric_activations_are_signed(exported, tmp_path) -> None:
    model = onnx.load(_quantized(exported, tmp_path, "C4(bits=8,zero_point=symmetric)"))
    points = {n.input[2] for n in model.graph.node if n.op_type == "QuantizeLinear"}
    tensors = [t for t in model.graph.initializer if t.name in points]
    assert {t.data_type for t in tensors} == {TensorProto.INT8}
    assert not any(onnx.numpy_helper.to_array(t).any() for t in tensors)


def test_only_training_rows_calibrate(exported, tmp_path) -> None:
    plain = _quantized(exported, tmp_path).read_bytes()
    other = dataset()
    other.x_val = other.x_val * 100
    assert _quantized(exported, tmp_path, data=other).read_bytes() == plain
    other = dataset()
    other.x_train = other.x_train * 100
    assert _quantized(exported, tmp_path, data=other).read_bytes() != plain


def test_what_cannot_be_done_is_said(exported, tmp_path) -> None:
    with pytest.raises(NotYetExecutable, match="4 bits"):
        _quantized(exported, tmp_path, "C4(bits=4)")
    bare = dataset()
    bare.x_train = None
    with pytest.raises(Infeasible, match="training rows"):
        _quantized(exported, tmp_path, data=bare)


def test_samples_draws_that_many_rows_by_the_seed(exported, tmp_path) -> None:
    plain = _quantized(exported, tmp_path).read_bytes()
    few = _quantized(exported, tmp_path, "C4(bits=8,samples=3)").read_bytes()
    assert few != plain
    assert _quantized(exported, tmp_path, "C4(bits=8,samples=3)").read_bytes() == few
