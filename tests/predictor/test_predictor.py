"""The predictor on synthetic results of a known law (tests/recommender_data.py)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from kg_service.predictor import PARAMETERS, QUALITY, SIZE, Snapshot, from_scale, make_table, read_config
from kg_service.predictor._pooling import pool
from kg_service.recommendation import Recommender
from kgpress.errors import InvalidInput, NotFound
from kgpress.strategy import action_space, parse
from kgpress.v1 import recommendation_pb2, types_pb2
from tests import recommender_data as data


def test_columns_mask_what_a_result_does_not_hold() -> None:
    one = data.result(data.subject("s", 0.5), parse("C4(bits=8)"), 0.5)
    one.interpretation.after.ClearField("latency_ms")
    one.interpretation.before.ClearField("parameters")
    table, _ = make_table([one], read_config())
    assert np.isnan(table.targets[0, [PARAMETERS, 3]]).all()
    assert np.isfinite(table.targets[0, [QUALITY, SIZE]]).all()


def test_test_rows_and_unaccepted_results_never_teach() -> None:
    plain = data.result(data.subject("s", 0.5), parse("C4(bits=8)"), 0.5)
    with_test = types_pb2.ReferenceResult()
    with_test.CopyFrom(plain)
    with_test.interpretation.test_before.quality = 0.1
    with_test.interpretation.test_after.quality = 0.99
    config = read_config()
    a, b = (make_table([r], config)[0] for r in (plain, with_test))
    np.testing.assert_array_equal(a.targets, b.targets)
    np.testing.assert_array_equal(a.subjects, b.subjects)
    with_test.interpretation.split = "test"
    assert len(make_table([with_test], config)[0]) == 0
    plain.state = types_pb2.EVIDENCE_STATE_QUARANTINED
    assert len(make_table([plain], config)[0]) == 0


def test_weights_follow_rows_seen_and_clusters() -> None:
    def changed(**edits: object) -> types_pb2.ReferenceResult:
        r = data.result(data.subject("s", 0.5), parse("C4(bits=8)"), 0.5, int(edits.pop("repeat", 0)))  # type: ignore[call-overload]
        r.interpretation.after.rows = edits.get("rows", 200)  # type: ignore[assignment]
        r.interpretation.dataset_profile.validation_seen = bool(edits.get("seen", False))
        r.interpretation.cluster = str(edits.get("cluster", ""))
        return r

    rows = [changed(), changed(rows=20, repeat=1), changed(seen=True, repeat=2)]
    rows += [changed(cluster="k", repeat=3), changed(cluster="k", repeat=4)]
    weight = make_table(rows, read_config())[0].weights
    assert weight[1] < weight[0]
    assert weight[2] == pytest.approx(weight[0] / 2)
    assert weight[3] + weight[4] == pytest.approx(weight[0])


def test_pooling_shrinks_few_tasks_and_fits_settings() -> None:
    design = np.array([[-1.0], [0.0], [1.0], [0.5]])
    strategy = np.repeat([0, 1, 2], [10, 10, 1])
    task = np.concatenate([np.arange(10), np.arange(10), [0]])
    rng = np.random.default_rng(0)
    values = (design[strategy, 0] * 2 + rng.normal(0, 0.2, len(strategy)))[:, None]
    values[-1] = 7.0
    pooled = pool(values, np.ones(len(values)), strategy, task, design)
    assert pooled.strategy[0, 0] == pytest.approx(values[:10].mean(), abs=1.0)
    assert pooled.strategy[2, 0] < 7.0, "one task is not believed as it is"
    assert pooled.tasks[3, 0] == 0
    assert pooled.strategy[3, 0] == pooled.above[3, 0]


def test_repeats_of_a_task_count_once() -> None:
    values = np.array([[0.0], [0.0], [0.0], [3.0]])
    pooled = pool(values, np.ones(4), np.zeros(4, int), np.array([0, 0, 0, 1]), np.zeros((1, 0)))
    assert pooled.tasks[0, 0] == 2
    assert pooled.strategy[0, 0] == pytest.approx(1.5)


def test_recovers_the_law_on_new_data_sets(taught: Snapshot) -> None:
    recommender = Recommender(taught)
    sizes, changes, inside = [], [], []
    for i, capacity in enumerate((0.25, 0.45, 0.65, 0.85, 1.0)):
        subject = data.subject(f"fresh{i}", capacity)
        answer = recommender.predict(
            recommendation_pb2.PredictRequest(subjects=[subject], strategies=data.TEXTS)
        )
        for p in answer.subjects[0].predictions:
            change, kept, size = data.known_law(parse(p.strategy.text), capacity)
            truth = 1_060_000 * size + 4_000
            sizes.append(abs(np.log(p.size_bytes.value / truth)))
            changes.append(abs(p.quality_change.value - change))
            inside.append(
                p.quality_change.interval.low - 0.006 <= change <= p.quality_change.interval.high + 0.006
            )
            assert p.parameter_reduction.value == pytest.approx(1 - kept, abs=0.1)
    assert np.mean(sizes) < 0.1
    assert np.mean(changes) < 0.02
    assert np.mean(inside) > 0.8


def test_intervals_cover_new_measurements(taught: Snapshot) -> None:
    """90% intervals of known strategies on new data sets, noise included; 80..100% on 340 draws."""
    recommender = Recommender(taught)
    inside = []
    for i in range(20):
        capacity = 0.2 + 0.04 * i
        subject = data.subject(f"cover{i}", capacity)
        answer = recommender.predict(
            recommendation_pb2.PredictRequest(subjects=[subject], strategies=data.TEXTS)
        )
        for p in answer.subjects[0].predictions:
            measured = data.result(subject, parse(p.strategy.text), capacity).interpretation
            change = measured.after.quality - measured.before.quality
            inside.append(p.quality_change.interval.low <= change <= p.quality_change.interval.high)
    assert 0.8 <= np.mean(inside) <= 1.0


def test_new_strategies_have_wider_intervals(taught: Snapshot) -> None:
    predictor = taught.predictor
    subject = data.subject("w", 0.5)
    from kg_service.features import score_vector, subject_vector

    predicted = predictor.predict(
        subject_vector(subject.model, subject.dataset, subject.hardware),
        score_vector(subject.model, subject.dataset),
    )
    low, high = predictor.interval(predicted)
    width = (high - low)[:, SIZE]
    known = predicted.group[:, SIZE] == 0
    assert known.sum() == len(data.TEXTS)
    assert np.median(width[~known]) > 2 * np.median(width[known])


def test_a_subject_unlike_the_evidence_widens(taught: Snapshot) -> None:
    recommender = Recommender(taught)
    near, far = data.subject("n", 0.5), data.subject("n", 0.5)
    far.model.trainable_parameters = 10**9
    far.model.filters = 10**5
    far.dataset.classes = 1000
    widths = []
    for subject in (near, far):
        request = recommendation_pb2.PredictRequest(subjects=[subject], strategies=["C4(bits=8)"])
        p = recommender.predict(request).subjects[0].predictions[0]
        widths.append(p.quality_change.interval.high - p.quality_change.interval.low)
    assert widths[1] > widths[0]


def test_scores_move_the_prediction_only_through_the_bias(taught: Snapshot) -> None:
    net = taught.predictor.net
    assert np.abs(net["score"]).max() > 0
    from kg_service.predictor._network import forward

    first = taught.predictor._first[:, :3]
    subject, scores = np.zeros(net["subject"].shape[1]), np.zeros(net["score"].shape[1])
    base = forward(net, first, subject, scores)
    moved = forward(net, first, subject, scores + 1)
    expected = net["score"].sum(axis=1)[:, None]
    np.testing.assert_allclose(moved - base, np.broadcast_to(expected, base.shape), atol=1e-4)


def test_snapshot_round_trip_and_damage(taught: Snapshot, tmp_path: Path) -> None:
    path = taught.save(tmp_path / "s.npz")
    loaded = Snapshot.load(path)
    assert loaded.version == taught.version
    request = data.request(data.subject("round", 0.5), top=560)
    a, b = Recommender(taught).recommend(request), Recommender(loaded).recommend(request)
    assert a.SerializeToString(deterministic=True) == b.SerializeToString(deterministic=True)
    assert list(tmp_path.iterdir()) == [path], "no half file stays"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InvalidInput, match="not a usable snapshot"):
        Snapshot.load(path)
    with pytest.raises(NotFound):
        Snapshot.load(tmp_path / "absent.npz")


def test_version_names_the_content(taught: Snapshot) -> None:
    changed = dataclasses.replace(taught, graph_revision=99)
    assert changed.version != taught.version
    later = dataclasses.replace(taught, trained_at="2030-01-01T00:00:00+00:00")
    assert later.version == taught.version


def test_training_is_deterministic_and_fold_vectors_see_no_held_out_evidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from kg_service import trainer

    evidence = data.results(datasets=4, repeats=1)
    seen: list[frozenset[str]] = []
    original = trainer.evidence_triples

    def spy(results: Iterable[types_pb2.ReferenceResult]) -> list[tuple[str, str, str]]:
        kept = list(results)
        seen.append(frozenset(r.interpretation.dataset for r in kept))
        return original(kept)

    monkeypatch.setattr(trainer, "evidence_triples", spy)
    tiny = dataclasses.replace(
        data.QUICK, embedding=dataclasses.replace(data.QUICK.embedding, epochs=2, warm_epochs=1)
    )
    versions = {trainer.fit(data.training_data(evidence), tiny).version for _ in range(2)}
    assert len(versions) == 1
    assert seen[0] == frozenset(f"set{i}" for i in range(4))
    assert [len(names) < 4 for names in seen] == [False, True, True, True] * 2


def test_quality_scale_is_monotone_and_inverts() -> None:
    from kg_service.predictor import to_scale

    changes = np.array([-0.5, -0.02, -0.01, 0.0, 0.005, 0.3])
    assert (np.diff(to_scale(changes)) > 0).all()
    np.testing.assert_allclose(from_scale(to_scale(changes)), changes, atol=1e-12)


def test_every_action_is_in_the_snapshot(taught: Snapshot) -> None:
    assert {s.id for s in taught.strategies[: taught.actions]} == {s.id for s in action_space()}
    assert set(taught.table.text["strategy_id"]) <= {s.id for s in taught.strategies[: taught.actions]}
