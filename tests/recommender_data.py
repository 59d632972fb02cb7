"""Triples of the catalogue and synthetic results with a known law, for the tests of the recommender.

The same structure as the graph's queries give, without a store; ``tests/embedding`` holds that the
graph gives the same.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import random
from collections.abc import Sequence
from typing import Any

from kg_service.embedding import Triples, setting_id, strategy_triples
from kg_service.predictor import Snapshot
from kg_service.trainer import Config, TrainingData, fit, read_config
from kgpress.catalogue import load
from kgpress.strategy import Strategy, action_space, parse
from kgpress.v1 import recommendation_pb2, types_pb2


def catalogue_triples() -> list[tuple[str, str, str]]:
    catalogue = load()
    triples = []
    for m in catalogue.methods:
        me = f"method:{m.label}"
        triples += [
            (me, "HAS_TECHNIQUE", f"technique:{m.technique}"),
            (me, "OF_TYPE", f"type:{m.compression_type}"),
        ]
        triples += [(me, "APPLIES_TO", f"domain:{d}") for d in m.domains]
        triples += [(me, "HAS_HYPERPARAMETER", f"hyperparameter:{hp.id}") for hp in m.hyperparameters]
        triples += [
            (me, "RUNS_ON", f"hardware:{h.name}")
            for h in catalogue.hardware
            if h.kind in m.hardware_kinds
            and (m.precision == "fp32" or m.precision in h.precisions)
            and (h.sparsity or not m.sparsity)
        ]
    for s in action_space():
        triples += strategy_triples(s)
        for step in s.steps:
            triples += [
                (f"hyperparameter:{step.method}.{n}", "HAS_VALUE", f"setting:{setting_id(step.method, n, v)}")
                for n, v in step.settings
            ]
    return triples


def triples() -> Triples:
    return Triples.of(catalogue_triples())


def known_law(strategy: Strategy, capacity: float) -> tuple[float, float, float]:
    """The law behind the synthetic results: change of quality, parameter and size ratio after / before.

    Made up: pruning a share r of filters keeps (1 - r)^2 of the weights, low rank keeps 1 - rate, INT8
    stores a quarter; quality falls with what was taken away, the faster the smaller ``capacity``.
    """
    kept, strain, size = 1.0, 0.0, 1.0
    for step in strategy.steps:
        if step.method == "C2":
            kept *= (1 - float(step["ratio"])) ** 2
            strain += float(step["ratio"]) ** 4 * (1.3 if step["epochs"] == 20 else 1.0)
        elif step.method == "C7":
            kept *= 1 - float(step["rate"])
            strain += float(step["rate"]) ** 3 * (2.0 if step["epochs"] == 0 else 0.8)
        elif step.method == "C4":
            size *= 0.26
            strain += 0.05 if step["scale"] == "per_channel" else 0.15
    return -0.1 * max(0.0, strain - capacity), kept, kept * size


def subject(name: str, capacity: float, seed: int = 0) -> recommendation_pb2.Subject:
    """A synthetic model, data set and device; ``capacity`` shows in the profile, with noise."""
    rng = random.Random(f"{name}{seed}")
    model = types_pb2.ModelProfile(
        model_hash=f"model-{name}", name=f"fcn-{name}", family="fcn", trainable_parameters=265_000,
        non_trainable_parameters=1_024, filters=512, layers=7, macs=int(1e6 * (1 + 9 * rng.random())),
        size_bytes=1_060_000, latency_ms=0.5 + rng.random(),
        metric=types_pb2.Metric(name="accuracy", direction=types_pb2.DIRECTION_HIGHER_IS_BETTER),
        quality=0.9, performance_score=0.9, layer_types={"Conv": 3, "Gemm": 1},
    )  # fmt: skip
    data = types_pb2.DatasetProfile(
        data_hash=f"data-{name}", name=name, domain="time series", task="time series classification",
        classes=2 + rng.randrange(6), input_size=[64 + rng.randrange(400)], channels=1,
        train_rows=400, validation_rows=200, interclass_variance=0.1 + 0.3 * capacity,
        intraclass_variance=0.9 - 0.3 * capacity, localization=rng.random() * 0.1,
        outliers=0.01 + rng.random() * 0.05, correlation=0.2 + 0.5 * capacity + 0.02 * rng.random(),
        has_training_data=True, has_labels=True,
    )  # fmt: skip
    hardware = types_pb2.HardwareProfile(
        name="x86-cpu", kind="cpu", chipset="x86-64", precisions=["fp32", "int8"], runtime="onnxruntime"
    )
    return recommendation_pb2.Subject(model=model, dataset=data, hardware=hardware)


def result(
    asked: recommendation_pb2.Subject,
    strategy: Strategy,
    capacity: float,
    repeat: int = 0,
    noise: float = 0.003,
) -> types_pb2.ReferenceResult:
    """A synthetic own run of a strategy on a subject, by the known law and noise."""
    model, data = asked.model, asked.dataset
    rng = random.Random(f"{data.name}{strategy.text}{repeat}")
    change, kept, size = known_law(strategy, capacity)
    locator = types_pb2.Locator(
        run=types_pb2.RunLocator(job=f"synthetic-{data.name}-{strategy.id}", repeat=repeat)
    )
    quality = min(1.0, max(0.0, model.quality + change + rng.gauss(0, noise)))
    reading = types_pb2.Interpretation(
        rules="synthetic/1", model=model.name, model_family=model.family, dataset=data.name,
        domain=data.domain, task=data.task, strategy=strategy.to_proto(), hardware="x86-cpu",
        metric=model.metric, confidence=1.0, split="validation",
        model_profile=model, dataset_profile=data, hardware_profile=asked.hardware,
        before=types_pb2.Measurement(
            quality=model.quality, size_bytes=model.size_bytes, parameters=265_000,
            latency_ms=model.latency_ms, rows=200,
        ),
        after=types_pb2.Measurement(
            quality=quality, size_bytes=int(model.size_bytes * size) + 4_000, parameters=int(265_000 * kept),
            latency_ms=model.latency_ms * (0.3 + 0.7 * size) * (1 + rng.gauss(0, 0.05)), rows=200,
        ),
    )  # fmt: skip
    return types_pb2.ReferenceResult(
        id=hashlib.sha256(locator.SerializeToString(deterministic=True)).hexdigest(),
        locator=locator,
        source=types_pb2.Source(kind=types_pb2.SOURCE_KIND_OWN_RUN, name="synthetic"),
        interpretation=reading,
        interpretation_version=1,
        state=types_pb2.EVIDENCE_STATE_ACCEPTED,
    )


TEXTS = (
    "C4(bits=8)", "C2(ratio=0.3,epochs=20)", "C2(ratio=0.5,epochs=20)", "C2(ratio=0.7,epochs=20)",
    "C2(ratio=0.7,epochs=100)", "C2(ratio=0.9,epochs=100)", "C7(rate=0.5,epochs=0)",
    "C7(rate=0.5,epochs=20)", "C7(rate=0.8,epochs=20)", "C2(ratio=0.5,epochs=20) > C4(bits=8)",
    "C2(ratio=0.7,epochs=100) > C4(bits=8)", "C2(ratio=0.85,epochs=100) > C4(bits=8)",
    "C2(ratio=0.9,epochs=100) > C4(bits=8)", "C7(rate=0.5,epochs=20) > C4(bits=8)",
    "C7(rate=0.8,epochs=20) > C4(bits=8)", "C2(ratio=0.5,epochs=20) > C7(rate=0.5,epochs=20)",
    "C2(ratio=0.7,epochs=20) > C7(rate=0.5,epochs=20) > C4(bits=8)",
)  # fmt: skip


def capacity_of(i: int) -> float:
    return 0.2 + 0.08 * (i % 12)


def results(
    datasets: int = 12, repeats: int = 2, texts: Sequence[str] = TEXTS
) -> list[types_pb2.ReferenceResult]:
    """Synthetic own runs of every text on every data set."""
    return [
        result(subject(f"set{i}", capacity_of(i)), parse(text), capacity_of(i), repeat)
        for i in range(datasets)
        for text in texts
        for repeat in range(repeats)
    ]


def training_data(evidence: Sequence[types_pb2.ReferenceResult]) -> TrainingData:
    """What ``read_store`` gives, without a store."""
    return TrainingData(
        structure=catalogue_triples(),
        actions=list(action_space()),
        results=list(evidence),
        catalogue_version=load().version,
        graph_revision=1,
        graph_hash="synthetic",
    )


def request(
    asked: recommendation_pb2.Subject, max_drop: float = 0.01, **rest: Any
) -> recommendation_pb2.RecommendRequest:
    return recommendation_pb2.RecommendRequest(
        subject=asked, limits=types_pb2.Limits(max_drop=max_drop), **rest
    )


#: Small enough for tests, large enough to learn the law.
QUICK = Config(
    dataclasses.replace(
        read_config().embedding,
        dimension=16,
        relation_dimension=12,
        negatives=1,
        batch_size=1024,
        epochs=8,
        warm_epochs=2,
    ),
    dataclasses.replace(read_config().predictor, folds=3, members=3, fold_members=1, steps=150),
)


@functools.cache
def taught() -> Snapshot:
    """Trained once on synthetic results, for all tests of a session."""
    return fit(training_data(results()), QUICK)
