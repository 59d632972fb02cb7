"""Reasons to quarantine, one by one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg_service.evidence import check
from kg_service.predictor import teaches
from kgpress.v1 import types_pb2
from tests.support.results import own_run, published

Result = types_pb2.ReferenceResult


def _set(path: str, value: object) -> Callable[[Result], None]:
    def change(result: Result) -> None:
        *parents, name = path.split(".")
        target = result
        for parent in parents:
            target = getattr(target, parent)
        setattr(target, name, value)

    return change


def _clear(path: str) -> Callable[[Result], None]:
    def change(result: Result) -> None:
        *parents, name = path.split(".")
        target = result
        for parent in parents:
            target = getattr(target, parent)
        target.ClearField(name)

    return change


def _swapped(result: Result) -> None:
    reading = result.interpretation
    reading.after.size_bytes, reading.before.size_bytes = 1_060_000, 280_000
    reading.after.parameters, reading.before.parameters = 265_000, 70_000


FAULTS: dict[str, Callable[[Result], None]] = {
    "the locator is missing": _clear("locator"),
    "the locator names no job": _set("locator.run.job", ""),
    "the source is not named": _set("source.name", ""),
    "the model is not named": _set("interpretation.model", ""),
    "the dataset is not named": _set("interpretation.dataset", ""),
    "unknown domain 'music'": _set("interpretation.domain", "music"),
    "unknown task 'dance'": _set("interpretation.task", "dance"),
    "unknown hardware 'abacus'": _set("interpretation.hardware", "abacus"),
    "unknown metric 'charm'": _set("interpretation.metric.name", "charm"),
    "higher is better": _set("interpretation.metric.direction", types_pb2.DIRECTION_LOWER_IS_BETTER),
    "accuracy after is 92.1, outside 0..1": _set("interpretation.after.quality", 92.1),
    "accuracy before is -0.1, outside 0..1": _set("interpretation.before.quality", -0.1),
    "quality after is not a finite number": _set("interpretation.after.quality", float("nan")),
    "latency_ms after is not a finite number": _set("interpretation.after.latency_ms", float("inf")),
    "latency_ms after is -1, not above 0": _set("interpretation.after.latency_ms", -1.0),
    "size_bytes after is 0, out of range": _set("interpretation.after.size_bytes", 0),
    "parameters before is 18446744073709551615, out of range": _set(
        "interpretation.before.parameters", 2**64 - 1
    ),
    "more parameters are nonzero after": _set("interpretation.after.nonzero_parameters", 10**9),
    "nothing was measured both before and after": _clear("interpretation.before"),
    "nothing was measured after compression": _clear("interpretation.after"),
    "confidence is 2, outside 0..1": _set("interpretation.confidence", 2.0),
    "before and after may be swapped": _swapped,
    "the split is 'test', and must be validation": _set("interpretation.split", "test"),
    "the strategy is missing": _clear("interpretation.strategy"),
    "unknown method 'C999'": lambda r: _set("method", "C999")(r.interpretation.strategy.steps[0]),  # type: ignore[arg-type]
    "C2.ratio=7.0 is out of range": lambda r: _set("number", 7.0)(  # type: ignore[arg-type]
        r.interpretation.strategy.steps[0].settings[0]
    ),
    "unknown hyperparameter of C2": lambda r: _set("hyperparameter", "charm")(  # type: ignore[arg-type]
        r.interpretation.strategy.steps[0].settings[0]
    ),
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_fault_is_named(reason: str) -> None:
    result = own_run()
    FAULTS[reason](result)
    reasons = check(result)
    assert any(reason in told for told in reasons), reasons


def test_sound_results_pass() -> None:
    assert check(own_run()) == []
    assert check(published()) == []


def test_a_document_may_state_the_compressed_model_alone() -> None:
    alone = published()
    alone.interpretation.ClearField("before")
    alone.interpretation.ClearField("change")
    assert check(alone) == []
    assert not teaches(alone)
    assert teaches(published())


def test_some_growth_is_possible() -> None:
    only_size = own_run()
    only_size.interpretation.after.size_bytes = 9 * only_size.interpretation.before.size_bytes
    assert check(only_size) == []
    quality_rose = own_run(quality=0.99)
    assert check(quality_rose) == []


def test_a_users_own_device_is_known_by_its_profile() -> None:
    result = own_run()
    result.interpretation.hardware = "my-board"
    assert check(result)
    result.interpretation.hardware_profile.name = "my-board"
    assert check(result) == []
