"""How long a warm gRPC Recommend takes, beside the health check of the same server.

    python -m benchmarks.serving [--calls 1000] [--limit-ms 50]

The server is a process of its own on an embedded graph. Its evidence is what ships with kgpress,
filled up with synthetic own runs to at least 1,000 results through the evidence path: they are made
up, and serve only to be known. Every call has another profile; model, data and limits vary. Times
are taken by the Python client, over loopback, one call after another, with as many health checks in
between. Exit code 1 where the p99 of a full ranking is above the limit.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grpc_health.v1 import health_pb2, health_pb2_grpc

from kg_service.evidence import EvidenceRepository, import_evidence, shipped_files
from kg_service.graph import GraphStore, open_embedded, start
from kg_service.predictor import shipped_snapshot
from kgpress.client import Client
from kgpress.strategy import action_space
from kgpress.v1 import recommendation_pb2, types_pb2

ROOT = Path(__file__).parent.parent
RESULTS = 1000
STRATEGIES = 500
WARM_UP = 50


def main() -> int:
    asked = argparse.ArgumentParser(description="Measures Recommend over loopback.")
    asked.add_argument("--calls", type=int, default=1000, help="distinct profiles")
    asked.add_argument("--limit-ms", type=float, default=50.0, help="largest p99")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        known, cited = prepare(home)
        command = [sys.executable, "-m", "kg_service.server", "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(
            [*command, "--embedded", str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        try:
            assert server.stdout is not None
            target = server.stdout.readline().split()[-1]
            return report(measure(target, options.calls, cited), known, options.limit_ms)
        finally:
            server.terminate()
            server.wait(30)


def prepare(home: Path) -> tuple[int, str]:
    """Fills the graph; returns how many results are accepted, and the id of the last one added."""
    with open_embedded(home / "graph") as store:
        start(store)
        import_evidence(store, shipped_files(literature=False))
        evidence = EvidenceRepository(store)
        shipped = sum(1 for _ in evidence.accepted())
        missing = max(1, RESULTS - shipped)
        made = list(synthetic(missing))
        evidence.append(made[: missing * 4 // 5], accept_own_runs=True)
        if not shipped_snapshot().is_file():
            train_small(store, home / "snapshots")
        receipts = evidence.append(made, accept_own_runs=True)
        known = sum(1 for _ in evidence.accepted())
        print(f"results known: {known} ({shipped} shipped, {missing} synthetic)")
        return known, receipts[-1].id


def train_small(store: GraphStore, folder: Path) -> None:
    """A snapshot of the usual shape, trained for less long: serving takes the same time."""
    import dataclasses

    from kg_service.trainer import Config, read_config, train

    print("no snapshot is shipped: a small one is trained")
    usual = read_config()
    embedding = dataclasses.replace(usual.embedding, epochs=2)
    predictor = dataclasses.replace(usual.predictor, steps=50)
    folder.mkdir(exist_ok=True)
    train(store, folder, Config(embedding, predictor))


def measure(target: str, calls: int, cited: str) -> dict[str, list[float]]:
    """Milliseconds of each kind of call."""
    requests = list(profiles(calls + WARM_UP))
    times: dict[str, list[float]] = {}
    with Client(target) as client:
        health = health_pb2_grpc.HealthStub(client._channel)
        check(client, requests[0], cited)
        for name, top in (("full ranking, 20 returned", 0), ("full ranking, all returned", 560)):
            for number, request in enumerate(requests):
                request.top = top
                ping = timed(lambda: health.Check(health_pb2.HealthCheckRequest()))
                ms = timed(lambda request=request: client.recommend(request))  # type: ignore[misc]
                if number >= WARM_UP:
                    times.setdefault("health check", []).append(ping)
                    times.setdefault(name, []).append(ms)
    return times


def check(client: Client, request: recommendation_pb2.RecommendRequest, cited: str) -> None:
    """What is timed is the real thing: a full ranking that knows the evidence."""
    answer = client.recommend(request)
    print(f"strategies ranked: {answer.ranked}; snapshot trained on {answer.snapshot.results} results")
    assert answer.ranked >= STRATEGIES, answer.ranked
    # A model and data set that a result is known of: it must be found behind the answer.
    result = client.get_evidence(cited).result
    reading = result.interpretation
    same = recommendation_pb2.RecommendRequest(
        subject=recommendation_pb2.Subject(
            model=reading.model_profile, dataset=reading.dataset_profile, hardware=reading.hardware_profile
        ),
        top=1000,
    )
    found = {c.result_id for entry in client.recommend(same).ranking for c in entry.evidence}
    print(f"cites a result that the snapshot has not seen: {'yes' if cited in found else 'not in the first'}")


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def report(times: dict[str, list[float]], known: int, limit_ms: float) -> int:
    print(f"{'call':28} {'calls':>6} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    worst = 0.0
    for name, values in times.items():
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        print(f"{name:28} {len(values):6} {cuts[49]:8.2f} {cuts[98]:8.2f} {max(values):8.2f}")
        if name != "health check":
            worst = max(worst, cuts[98])
    passed = worst <= limit_ms and known >= RESULTS
    print(f"{'PASS' if passed else 'FAIL'}: p99 {worst:.1f} ms, limit {limit_ms:g} ms, {known} results known")
    return 0 if passed else 1


def profiles(count: int) -> Iterator[recommendation_pb2.RecommendRequest]:
    """Requests with distinct models, data and limits."""
    chance = random.Random(20241)
    hardware = ("x86-cpu", "arm-cpu", "stm32f746g")
    for number in range(count):
        limits = types_pb2.Limits(max_drop=chance.choice((0.01, 0.02, 0.03)))
        if chance.random() < 0.5:
            limits.max_size_bytes = chance.choice((50_000, 100_000, 500_000))
        subject = recommendation_pb2.Subject(
            model=model_profile(chance, f"asked-{number}"),
            dataset=dataset_profile(chance, f"asked-{number}"),
            hardware=types_pb2.HardwareProfile(name=chance.choice(hardware)),
        )
        yield recommendation_pb2.RecommendRequest(subject=subject, limits=limits)


def synthetic(count: int) -> Iterator[types_pb2.ReferenceResult]:
    """Made-up own runs in the shape of real ones."""
    chance = random.Random(7)
    strategies = list(action_space())
    for number in range(count):
        model = model_profile(chance, f"known-{number // 20}")
        before = types_pb2.Measurement(
            quality=model.quality,
            size_bytes=model.size_bytes,
            parameters=model.trainable_parameters,
            latency_ms=model.latency_ms,
            rows=200,
        )
        share = chance.uniform(0.05, 0.9)
        after = types_pb2.Measurement(
            quality=max(0.0, model.quality - chance.uniform(0, 0.1)),
            size_bytes=int(model.size_bytes * share),
            parameters=int(model.trainable_parameters * share),
            latency_ms=model.latency_ms * chance.uniform(0.3, 1.1),
            rows=200,
        )
        data = dataset_profile(chance, f"known-{number // 20}")
        reading = types_pb2.Interpretation(
            rules="synthetic/1",
            model=model.name,
            model_family=model.family,
            dataset=data.name,
            domain=data.domain,
            task=data.task,
            strategy=chance.choice(strategies).to_proto(),
            hardware="x86-cpu",
            metric=model.metric,
            before=before,
            after=after,
            split="validation",
            confidence=1.0,
            model_profile=model,
            dataset_profile=data,
            hardware_profile=types_pb2.HardwareProfile(name="x86-cpu", kind="cpu"),
        )
        yield types_pb2.ReferenceResult(
            locator=types_pb2.Locator(run=types_pb2.RunLocator(job="synthetic", step=number)),
            source=types_pb2.Source(kind=types_pb2.SOURCE_KIND_OWN_RUN, name="synthetic"),
            interpretation=reading,
        )


def model_profile(chance: random.Random, name: str) -> types_pb2.ModelProfile:
    parameters = chance.randrange(20_000, 1_000_000)
    return types_pb2.ModelProfile(
        model_hash=name,
        name=name,
        family=chance.choice(("FCN", "ResNet")),
        trainable_parameters=parameters,
        non_trainable_parameters=parameters // 250,
        filters=chance.randrange(64, 1024),
        layers=chance.randrange(3, 30),
        macs=parameters * chance.randrange(20, 400),
        size_bytes=parameters * 4 + 10_000,
        latency_ms=chance.uniform(0.1, 5),
        metric=types_pb2.Metric(name="accuracy", direction=types_pb2.DIRECTION_HIGHER_IS_BETTER),
        quality=chance.uniform(0.6, 1.0),
        performance_score=chance.uniform(0.6, 1.0),
        layer_types={"Conv": chance.randrange(3, 12), "Gemm": 1},
    )


def dataset_profile(chance: random.Random, name: str) -> types_pb2.DatasetProfile:
    return types_pb2.DatasetProfile(
        data_hash=name,
        name=name,
        domain="time series",
        task="time series classification",
        classes=chance.randrange(2, 12),
        input_size=[chance.randrange(24, 800)],
        channels=1,
        train_rows=chance.randrange(60, 2000),
        validation_rows=chance.randrange(30, 500),
        interclass_variance=chance.random(),
        intraclass_variance=chance.random(),
        localization=chance.random(),
        outliers=chance.uniform(0, 0.1),
        correlation=chance.random(),
        has_training_data=True,
        has_labels=True,
    )


if __name__ == "__main__":
    sys.exit(main())
