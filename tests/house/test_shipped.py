"""What ships: evidence with provenance, and the snapshot that was trained on it."""

from __future__ import annotations

import gzip
from collections import defaultdict
from pathlib import Path

import pytest
from google.protobuf import json_format

from kg_service.predictor import shipped_snapshot
from kg_service.recommendation import Recommender
from kgpress import strategy
from kgpress.v1 import recommendation_pb2, types_pb2

EVIDENCE = Path(__file__).parents[2] / "kg_service" / "shipped" / "evidence"


def read(file: Path) -> list[types_pb2.ReferenceResult]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json_format.Parse(line, types_pb2.ReferenceResult()) for line in lines]


@pytest.fixture(scope="module")
def shipped() -> list[types_pb2.ReferenceResult]:
    return [result for file in sorted(EVIDENCE.glob("*.jsonl.gz")) for result in read(file)]


@pytest.fixture(scope="module")
def own(shipped: list[types_pb2.ReferenceResult]) -> list[types_pb2.ReferenceResult]:
    return [r for r in shipped if r.source.kind == types_pb2.SOURCE_KIND_OWN_RUN]


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return Recommender.load(shipped_snapshot())


def test_own_runs_cover_twelve_sets_both_networks_and_two_repeats(own) -> None:
    repeats = defaultdict(set)
    for result in own:
        reading = result.interpretation
        repeats[reading.dataset, reading.model, reading.strategy.text].add(result.locator.run.repeat)
    assert len({dataset for dataset, _, _ in repeats}) >= 12
    for dataset in {dataset for dataset, _, _ in repeats}:
        assert {model for d, model, _ in repeats if d == dataset} == {"fcn", "resnet"}
    assert all(len(found) >= 2 for found in repeats.values())


def test_the_demos_data_set_is_absent(shipped) -> None:
    assert "ItalyPowerDemand" not in {r.interpretation.dataset for r in shipped}


def test_own_runs_are_measured_on_unseen_validation_rows_with_test_rows_beside_them(own) -> None:
    for result in own:
        reading = result.interpretation
        assert reading.split == "validation"
        assert not reading.dataset_profile.validation_seen
        assert reading.before.size_bytes > 0
        assert reading.after.size_bytes > 0
        assert reading.test_after.rows > 0
        assert not result.private


def test_every_own_run_strategy_is_in_the_action_space_of_the_snapshot(own, recommender) -> None:
    texts = set()
    request = recommendation_pb2.ListStrategiesRequest()
    while True:
        page = recommender.strategies(request)
        texts |= {s.text for s in page.strategies}
        if not page.page.next_token:
            break
        request.page.token = page.page.next_token
    assert len(texts) >= 500
    assert {strategy.from_proto(r.interpretation.strategy).text for r in own} <= texts


def test_the_snapshot_learned_from_what_ships(shipped, recommender) -> None:
    accepted = [r for r in shipped if r.state == types_pb2.EVIDENCE_STATE_ACCEPTED]
    assert recommender.info.results == len(accepted)
    assert len(shipped) >= 1000
    assert recommender.info.catalogue_version == strategy.load().version
