"""Latency: a slower file is slower, and nobody trains or measures beside it."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from torch import nn

from compressor.measure import measure_latency, open_session, quiet, run_model
from compressor.measure._latency import LEAST
from compressor.model import export_onnx
from kgpress.errors import ModelError
from tests.support.nets import Residual, dataset


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KGPRESS_HOME", str(tmp_path / "home"))


def test_a_larger_model_takes_longer(tmp_path) -> None:
    x = dataset().x_val
    paths = [tmp_path / "small.onnx", tmp_path / "large.onnx"]
    for path, width in zip(paths, (8, 256), strict=True):
        export_onnx(Residual(norm=False, width=width), x[:2], path)
    small, large = measure_latency(paths, x, seconds=0.1)
    assert 0 < small.median < large.median
    assert small.half_width >= 0
    assert small.runs == large.runs >= LEAST


def test_a_fixed_batch_is_filled(tmp_path) -> None:
    x = dataset().x_val[:5]
    path = tmp_path / "dynamic.onnx"
    export_onnx(nn.Sequential(nn.Flatten(), nn.Linear(16, 3)), x[:2], path)
    expected = run_model(path, x)
    import onnx

    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 2
    onnx.save(model, tmp_path / "fixed.onnx")
    np.testing.assert_allclose(run_model(tmp_path / "fixed.onnx", x), expected, rtol=1e-5, atol=1e-6)


def test_one_measures_while_nobody_trains(tmp_path) -> None:
    """Another process holds the training lock; measuring waits for it, and training waits for measuring."""
    script = (
        "import time\nfrom compressor.measure import quiet\n"
        "with quiet.training():\n    print('held', flush=True); time.sleep(0.6)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    start = time.monotonic()
    with quiet.measuring():
        waited = time.monotonic() - start
    other.wait()
    assert waited > 0.3

    order: list[str] = []

    def train() -> None:
        with quiet.training():
            order.append("trains")

    with quiet.measuring():
        thread = threading.Thread(target=train)
        thread.start()
        thread.join(0.2)
        order.append("measured")
    thread.join()
    assert order == ["measured", "trains"]


def test_two_may_train_at_once() -> None:
    with quiet.training(), quiet.training():
        pass


def test_a_file_that_is_no_model_is_refused(tmp_path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"refuses x\.onnx"):
        open_session(tmp_path / "x.onnx")
