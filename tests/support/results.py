"""Reference results as tests need them."""

from __future__ import annotations

from collections.abc import Iterator

from kgpress import strategy
from kgpress.v1 import types_pb2


def own_run(
    job: str = "job-1",
    step: int = 0,
    *,
    strategy_text: str = "C2(ratio=0.5,epochs=20)",
    model: str = "fcn",
    dataset: str = "ItalyPowerDemand",
    quality: float = 0.95,
    seed: int = 0,
    private: bool = False,
) -> types_pb2.ReferenceResult:
    """A result as a worker reports it; every check passes."""
    result = types_pb2.ReferenceResult(private=private)
    result.locator.run.job, result.locator.run.step, result.locator.run.seed = job, step, seed
    result.source.kind, result.source.name = types_pb2.SOURCE_KIND_OWN_RUN, "own runs"
    reading = result.interpretation
    _read(reading, model, dataset, strategy_text, quality)
    reading.rules, reading.split = "run/1", "validation"
    reading.model_family, reading.hardware = "FCN", "x86-cpu"
    reading.model_profile.model_hash = f"model-{model}-{dataset}"
    reading.model_profile.trainable_parameters = 265_000
    reading.dataset_profile.data_hash = f"data-{dataset}"
    reading.dataset_profile.classes = 2
    return result


def published(
    row: int = 1,
    *,
    document: str = "document-1",
    rules: str = "tables/1",
    quality: float = 0.91,
    strategy_text: str = "C3(sparsity=0.9,epochs=?,samples=?)",
) -> types_pb2.ReferenceResult:
    """A result as a table of a paper gives it; every check passes."""
    result = types_pb2.ReferenceResult()
    cell = result.locator.cell
    cell.document_hash, cell.path, cell.row = document, "results.csv", row
    result.source.kind, result.source.name = types_pb2.SOURCE_KIND_DATASET, "a/paper"
    _read(result.interpretation, "resnet-56", "CIFAR-10", strategy_text, quality)
    reading = result.interpretation
    reading.rules, reading.split, reading.cluster = rules, "unknown", f"cluster-{row}"
    reading.domain, reading.task = "computer vision", "image classification"
    return result


def many(count: int) -> Iterator[types_pb2.ReferenceResult]:
    """Distinct own runs over the action space."""
    texts = [s.text for s in strategy.action_space()]
    for i in range(count):
        yield own_run(
            f"job-{i // 20}",
            i % 20,
            strategy_text=texts[i % len(texts)],
            dataset=f"set-{i % 40}",
            quality=0.8 + (i % 17) / 100,
        )


def _read(reading: types_pb2.Interpretation, model: str, dataset: str, text: str, quality: float) -> None:
    reading.model, reading.dataset = model, dataset
    reading.domain, reading.task = "time series", "time series classification"
    reading.strategy.CopyFrom(strategy.parse(text).to_proto())
    reading.metric.name = "accuracy"
    reading.metric.direction = types_pb2.DIRECTION_HIGHER_IS_BETTER
    reading.before.quality, reading.after.quality = 0.96, quality
    reading.before.size_bytes, reading.after.size_bytes = 1_060_000, 280_000
    reading.before.parameters, reading.after.parameters = 265_000, 70_000
    reading.confidence = 1.0
