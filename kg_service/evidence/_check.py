"""Reasons to doubt a result. One that has any is quarantined until a curator has looked at it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator

from kgpress import strategy
from kgpress.catalogue import Catalogue, load
from kgpress.errors import InvalidInput, KgpressError
from kgpress.outcome import compares, states
from kgpress.v1 import types_pb2

#: Compression makes smaller; a little growth is possible (a quantized file keeps scales), this is not.
ABSURD_GROWTH = 2.0
#: Largest whole number that both stores hold.
LARGEST = 2**63 - 1

#: A stated ratio above this is a percentage, a factor the other way round, or a number of another kind.
ABSURD_RATIO = 20.0

_COUNTS = ("size_bytes", "parameters", "nonzero_parameters", "macs", "memory_bytes", "rows")
_MEASURED = ("latency_ms", "latency_ms_half_width", "throughput_per_s")
_SPLITS = {"run": ("validation",), "cell": ("validation", "test", "unknown")}
_DIRECTIONS = {
    "higher": types_pb2.DIRECTION_HIGHER_IS_BETTER,
    "lower": types_pb2.DIRECTION_LOWER_IS_BETTER,
}


def check(result: types_pb2.ReferenceResult) -> list[str]:
    """The reasons, each one sentence without its full stop; empty when every check passes."""
    return [*faults(result), *gaps(result)]


def faults(result: types_pb2.ReferenceResult) -> list[str]:
    """What does not add up: such a result is quarantined."""
    catalogue = load()
    return [reason for rule in _RULES for reason in rule(result, catalogue)]


def gaps(result: types_pb2.ReferenceResult) -> list[str]:
    """What is not named. A document may leave it open until a curator knows it; a run of ours may not."""
    reading = result.interpretation
    open_ = []
    if not reading.model:
        open_.append("the model is not named")
    # What a file weighs or a device takes for it needs no data set.
    if not reading.dataset and states_quality(reading):
        open_.append("the dataset is not named")
    if not reading.strategy.steps and not reading.strategy.text:
        open_.append("the strategy is missing")
    if not reading.metric.name and states_quality(reading):
        open_.append("the metric is not named")
    return open_


def read_strategy(message: types_pb2.Strategy) -> strategy.Strategy:
    """The strategy, with methods, hyperparameters and ranges checked against the catalogue.

    Raises:
        InvalidInput: it is empty or not of this catalogue.
    """
    return _read_strategy(message.SerializeToString(deterministic=True), load().version)


@functools.lru_cache(maxsize=16_384)
def _read_strategy(packed: bytes, _catalogue: str) -> strategy.Strategy:
    """Thousands of published results share a few hundred strategies."""
    message = types_pb2.Strategy.FromString(packed)
    if not message.steps and not message.text:
        raise InvalidInput("the strategy is missing")
    for step in message.steps:
        load().method(step.method)
    resolved = strategy.from_proto(message)
    strategy.make([(step.method, dict(step.settings)) for step in resolved.steps])
    return resolved


def states_quality(reading: types_pb2.Interpretation) -> bool:
    """Whether any side, or the change, of a quality is given."""
    return any(m.HasField("quality") for m in (reading.before, reading.after, reading.change))


def _locator(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    kind = result.locator.WhichOneof("kind")
    if kind is None:
        yield "the locator is missing"
    if kind == "run" and not result.locator.run.job:
        yield "the locator names no job"
    if kind == "cell" and not result.locator.cell.document_hash:
        yield "the locator names no document"
    if not result.source.name:
        yield "the source is not named"


def _names(result: types_pb2.ReferenceResult, catalogue: Catalogue) -> Iterator[str]:
    reading = result.interpretation
    if reading.per_layer and not reading.layer:
        yield "the layer is not named"
    known = {
        "domain": [d.name for d in catalogue.domains],
        "task": [t.name for t in catalogue.tasks],
    }
    for field, names in known.items():
        name = getattr(reading, field)
        if name and name not in names:
            yield f"unknown {field} {name!r}"
    hardware = reading.hardware
    # Published hardware is an entity like any other; a run of ours knows its device.
    if (
        hardware
        and result.locator.WhichOneof("kind") == "run"
        and hardware not in {h.name for h in catalogue.hardware}
        and reading.hardware_profile.name != hardware
    ):
        yield f"unknown hardware {hardware!r}"


def _strategy(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    stated = result.interpretation.strategy
    if not stated.steps and not stated.text:
        return
    try:
        read_strategy(stated)
    except KgpressError as error:
        yield error.message


def _metric(result: types_pb2.ReferenceResult, catalogue: Catalogue) -> Iterator[str]:
    reading = result.interpretation
    if not reading.metric.name:
        return
    known = {m.name: m for m in catalogue.metrics}
    metric = known.get(reading.metric.name)
    if metric is None:
        yield f"unknown metric {reading.metric.name!r}"
        return
    if reading.metric.direction not in (0, _DIRECTIONS[metric.direction]):
        yield f"of {metric.name}, {metric.direction} is better, and the result says otherwise"
    for side in ("before", "after"):
        value = getattr(reading, side).quality
        if metric.fraction and math.isfinite(value) and not 0 <= value <= 1:
            yield f"{metric.name} {side} is {value:g}, outside 0..1"
        elif not metric.fraction and value < 0 and not metric.signed:
            yield f"{metric.name} {side} is {value:g}, below 0"
    if metric.fraction and abs(reading.change.quality) > 1:
        yield f"{metric.name} changes by {reading.change.quality:g}, more than 1"


def _numbers(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    reading = result.interpretation
    if not states(reading.after) and not reading.change.ListFields():
        yield "nothing was measured after compression"
    # A document may print the compressed model's numbers alone; a run of ours has measured both.
    elif result.locator.WhichOneof("kind") == "run" and not compares(reading):
        yield "nothing was measured both before and after"
    for side in ("before", "after", "test_before", "test_after"):
        measured = getattr(reading, side)
        for name in ("quality", *_MEASURED):
            if measured.HasField(name) and not math.isfinite(getattr(measured, name)):
                yield f"{name} {side} is not a finite number"
        for name in ("latency_ms", "throughput_per_s"):
            if measured.HasField(name) and getattr(measured, name) <= 0:
                yield f"{name} {side} is {getattr(measured, name):g}, not above 0"
        for name in _COUNTS:
            value = getattr(measured, name)
            if measured.HasField(name) and not 0 < value <= LARGEST:
                if value == 0 and name in ("nonzero_parameters", "macs"):
                    continue
                yield f"{name} {side} is {value}, out of range"
        if (
            measured.HasField("nonzero_parameters")
            and measured.HasField("parameters")
            and measured.nonzero_parameters > measured.parameters
        ):
            yield f"more parameters are nonzero {side} than there are"
    if not 0 <= reading.confidence <= 1:
        yield f"confidence is {reading.confidence:g}, outside 0..1"


def _change(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    for field, value in result.interpretation.change.ListFields():
        if not math.isfinite(value):
            yield f"the change of {field.name} is not a finite number"
        elif field.name != "quality" and not 0 <= value <= ABSURD_RATIO:
            yield f"{field.name} after / before is {value:g}, out of range"


def _growth(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    before, after = result.interpretation.before, result.interpretation.after
    grown = [
        name
        for name in ("parameters", "size_bytes")
        if before.HasField(name)
        and after.HasField(name)
        and getattr(after, name) > ABSURD_GROWTH * getattr(before, name)
    ]
    if len(grown) == 2:
        yield f"parameters and size grew more than {ABSURD_GROWTH:g} times: before and after may be swapped"


def _split(result: types_pb2.ReferenceResult, _: Catalogue) -> Iterator[str]:
    kind = result.locator.WhichOneof("kind")
    allowed = _SPLITS.get(kind or "", ())
    split = result.interpretation.split
    if kind and split not in allowed:
        yield f"the split is {split!r}, and must be {' or '.join(allowed)}"


_RULES: tuple[Callable[[types_pb2.ReferenceResult, Catalogue], Iterator[str]], ...] = (
    _locator,
    _names,
    _strategy,
    _metric,
    _numbers,
    _change,
    _growth,
    _split,
)
