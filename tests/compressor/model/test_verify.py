"""Verification never looks at test rows; the score is docs/scores.md's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper

from compressor.data import Dataset, fit_to_model, load_data
from compressor.model import (
    performance_score,
    profile_model,
    read_model,
    require_verified,
    standardize,
    verify,
)
from kgpress.errors import ModelError
from kgpress.v1.compression_pb2 import SetScore, VerifyResult
from kgpress.v1.types_pb2 import Metric

from .conftest import Export, fresh


def sign_model(path: Path, *operators: str) -> Path:
    """Logits (-x, x) of one feature: class 1 where x > 0; further operators on the way."""
    nodes, value = [], "x"
    for number, operator in enumerate(operators):
        nodes.append(helper.make_node(operator, [value], [f"v{number}"]))
        value = f"v{number}"
    nodes += [
        helper.make_node("Neg", [value], ["n"]),
        helper.make_node("Concat", ["n", value], ["y"], axis=1),
    ]
    float32 = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", float32, ["b", 1])],
        [helper.make_tensor_value_info("y", float32, ["b", 2])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def data(right: int = 8, seen: bool = False) -> Dataset:
    """Ten rows, of which so many are labelled as the model has it; the test rows are all wrong."""
    x = np.array([[1.0], [-1.0]] * 5, np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    labels = np.where(np.arange(10) < right, y, 1 - y)
    return Dataset(
        "toy", x_val=x, y_val=labels, x_test=x, y_test=1 - y, validation_seen=seen, classes=2, task="c"
    )


def test_quality_is_of_validation_and_named_sets_and_not_of_test(tmp_path: Path) -> None:
    rows = data(right=8)
    rows.verification["winter"] = (rows.x_val, data(right=6).y_val)  # type: ignore[assignment]
    result = verify(sign_model(tmp_path / "m.onnx"), rows, "accuracy")
    assert {s.name: s.quality for s in result.sets} == {"validation": 0.8, "winter": 0.6}
    assert result.performance_score == pytest.approx(0.7 - 0.1)
    assert all(check.passed for check in result.checks)
    assert [c.name for c in result.checks] == ["shapes", "dtypes", "finite", "deterministic", "quality"]
    require_verified(result)


def test_seen_sets_are_left_out_of_the_score_where_others_are_there(tmp_path: Path) -> None:
    rows = data(right=10, seen=True)
    model = sign_model(tmp_path / "m.onnx")
    assert verify(model, rows, "accuracy").performance_score == 1.0
    rows.verification["winter"] = (rows.x_val, data(right=6).y_val)  # type: ignore[assignment]
    assert verify(model, rows, "accuracy").performance_score == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("metric", "values", "want"),
    [
        ("accuracy", [0.9, 0.7], 0.8 - 0.1),
        ("mean absolute error", [1.0], 0.5),
        ("mean squared error", [0.0, 3.0], 0.625 - 0.375),
        ("word error rate", [0.2], 0.8),
    ],
)
def test_the_score_by_metric(metric: str, values: list[float], want: float) -> None:
    sets = [SetScore(name=str(i), quality=v, rows=10) for i, v in enumerate(values)]
    assert performance_score(VerifyResult(sets=sets, metric=Metric(name=metric))) == pytest.approx(want)


def test_nan_is_found_and_named(tmp_path: Path) -> None:
    result = verify(sign_model(tmp_path / "m.onnx", "Sqrt"), data(), "accuracy")
    failed = [check for check in result.checks if not check.passed]
    assert [check.name for check in failed] == ["finite", "quality"]
    assert "5 rows of validation" in failed[0].detail
    assert not result.sets
    with pytest.raises(ModelError, match="fails the check 'finite'"):
        require_verified(result)


def test_a_model_that_guesses_is_not_deterministic(tmp_path: Path) -> None:
    result = verify(sign_model(tmp_path / "m.onnx", "RandomNormalLike"), data(), "accuracy")
    assert [check.name for check in result.checks if not check.passed] == ["deterministic"]


def test_without_labels_the_other_checks_are_made(tmp_path: Path) -> None:
    rows = data()
    rows.y_val = None
    result = verify(sign_model(tmp_path / "m.onnx"), rows, "accuracy")
    assert all(check.passed for check in result.checks)
    assert not result.sets


def test_a_wrong_shape_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rows = data()
    rows.x_val = np.zeros((4, 3), np.float32)
    with pytest.raises(ModelError, match="does not run on validation") as refused:
        verify(sign_model(tmp_path / "m.onnx"), rows, "accuracy")
    assert "\n" not in str(refused.value)


def test_the_profile_counts_before_batch_norm_is_folded(
    exported: Export, rows: np.ndarray, tmp_path: Path
) -> None:
    """By hand: FCN with 3 classes; 128, 256, 128 filters; 3 convolutions, 3 norms, 1 dense layer."""
    module = fresh("fcn")
    path = exported("fcn", module, "batch norm kept", torch.from_numpy(rows[:2]))
    source = read_model(path)
    loaded = load_data(lambda: {"x_train": rows[:, 0], "y_train": np.arange(6) % 3})
    fitted = fit_to_model(loaded, source.inputs, source.outputs)
    standard = standardize(source, fitted.sample, tmp_path)
    profile = profile_model(standard, source, fitted, "accuracy")
    assert profile.trainable_parameters == sum(p.numel() for p in module.parameters())
    assert profile.non_trainable_parameters == 2 * (128 + 256 + 128)
    assert profile.filters == 512
    assert profile.layers == 7
    assert profile.macs == 24 * (128 * 8 + 256 * 128 * 5 + 128 * 256 * 3) + 128 * 3
    assert profile.layer_types["Conv"] == 3
    assert profile.size_bytes == path.stat().st_size
    assert list(profile.inputs[0].shape) == [-1, 1, 24]
    assert not profile.HasField("latency_ms")
