"""Answers from a snapshot trained on synthetic results of a known law (tests/recommender_data.py)."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from kg_service import trainer
from kg_service.predictor import Snapshot
from kg_service.recommendation import Recommender
from kgpress.errors import InvalidInput, StrategyError, TooLarge, UnknownName
from kgpress.strategy import parse
from kgpress.v1 import recommendation_pb2, types_pb2
from tests import recommender_data as data


@pytest.fixture
def recommender(taught: Snapshot) -> Recommender:
    return Recommender(taught)


def realised(text: str, capacity: float, max_drop: float = 0.01) -> float:
    change, _, size = data.known_law(parse(text), capacity)
    return float(np.log2(1_060_000 / (1_060_000 * size + 4_000))) if change >= -max_drop else 0.0


def test_a_data_set_absent_from_the_evidence_gets_a_sound_answer(recommender: Recommender) -> None:
    picks, always_int8 = [], []
    for i, capacity in enumerate((0.3, 0.5, 0.7, 0.9)):
        answer = recommender.recommend(data.request(data.subject(f"absent{i}", capacity)))
        assert answer.selected.feasible
        assert answer.selected.rank == 1
        assert answer.ranking[0] == answer.selected
        assert len(answer.ranking) == 20
        assert answer.ranked == 560
        assert answer.explanation
        assert len(answer.embedding) == 16
        picks.append(realised(answer.selected.prediction.strategy.text, capacity))
        always_int8.append(realised("C4(bits=8)", capacity))
    assert np.mean(picks) > np.mean(always_int8)


def test_ranking_is_by_utility_and_cites_for_and_against(recommender: Recommender) -> None:
    answer = recommender.recommend(data.request(data.subject("cite", 0.4), top=560))
    assert len(answer.ranking) == 560
    utilities = [
        r.prediction.utility
        for r in answer.ranking
        if r.corroborated and r.prediction.utility > 0 and r.prediction.strategy.text in data.TEXTS
    ]
    start = 1 if answer.guarded else 0
    assert utilities[start:] == sorted(utilities[start:], reverse=True)
    for entry in answer.ranking[:5]:
        assert 3 <= len(entry.evidence) <= 5
        methods = set(parse(entry.prediction.strategy.text).methods)
        for citation in entry.evidence:
            assert citation.result_id
            assert citation.locator
            assert methods & set(parse(citation.strategy).methods)
    assert not answer.ranking[6].evidence
    all_citations = [c for entry in answer.ranking[:5] for c in entry.evidence]
    assert any(c.supports for c in all_citations)
    assert any(not c.supports for c in all_citations)
    assert answer.pareto_front
    assert answer.snapshot.version == recommender.info.version


def test_taking_one_methods_evidence_out_changes_the_ranking(taught: Snapshot) -> None:
    asked = data.request(data.subject("without", 0.6), top=560)
    before = Recommender(taught).recommend(asked)
    kept = [r for r in data.results() if "C7" not in r.interpretation.strategy.text]
    after = Recommender(trainer.fit(data.training_data(kept), data.QUICK)).recommend(asked)
    order = [[r.prediction.strategy.text for r in answer.ranking] for answer in (before, after)]
    assert order[0][:10] != order[1][:10]
    cited = {c.strategy for entry in after.ranking[:5] for c in entry.evidence}
    assert not any("C7" in text for text in cited)
    widths = []
    for answer in (before, after):
        p = next(
            r.prediction for r in answer.ranking if r.prediction.strategy.text == "C7(rate=0.8,epochs=20)"
        )
        widths.append(np.log(p.size_bytes.interval.high / p.size_bytes.interval.low))
    assert widths[1] > 2 * widths[0], "what was never measured must be less certain"


def test_never_below_the_single_best_strategy(taught: Snapshot) -> None:
    """A pick that is not surely better gives way to the single best strategy; a sure one does not."""
    asked = data.request(data.subject("guard", 0.5))
    free = dataclasses.replace(
        taught, predictor=dataclasses.replace(taught.predictor, guard=np.array(-np.inf))
    )
    strict = dataclasses.replace(
        taught, predictor=dataclasses.replace(taught.predictor, guard=np.array(np.inf))
    )
    unguarded, guarded = Recommender(free).recommend(asked), Recommender(strict).recommend(asked)
    assert not unguarded.guarded
    assert guarded.guarded
    pick, best = (a.selected.prediction.strategy.text for a in (unguarded, guarded))
    assert pick != best
    utility = {text: np.mean([realised(text, data.capacity_of(i)) for i in range(12)]) for text in data.TEXTS}
    top = max(utility.values())
    assert utility[best] > 0.85 * top, (
        "the single best strategy by noisy results is nearly the best by the law"
    )
    assert guarded.ranking[1].prediction.strategy.text == pick
    assert best in guarded.explanation
    assert pick in guarded.explanation


def test_on_average_not_below_the_single_best_strategy(taught: Snapshot) -> None:
    recommender = Recommender(taught)
    utility = {t: np.mean([realised(t, data.capacity_of(i)) for i in range(12)]) for t in data.TEXTS}
    best = max(utility, key=lambda t: utility[t])
    capacities = np.linspace(0.2, 1.05, 16)
    picks = [
        realised(
            recommender.recommend(data.request(data.subject(f"avg{i}", c))).selected.prediction.strategy.text,
            c,
        )
        for i, c in enumerate(capacities)
    ]
    assert np.mean(picks) >= np.mean([realised(best, c) for c in capacities]) - 0.25


def test_measured_here_replaces_the_prediction(recommender: Recommender) -> None:
    subject, strategy = data.subject("here", 0.5), parse("C2(ratio=0.9,epochs=100) > C4(bits=8)")
    request = recommendation_pb2.PredictRequest(
        subjects=[subject], strategies=[strategy.text], limits=types_pb2.Limits(max_drop=0.01)
    )
    before = recommender.predict(request).subjects[0].predictions[0]
    measured = data.result(subject, strategy, 2.0)
    measured.interpretation.after.rows = 20_000
    assert recommender.add_results([measured]) == 1
    assert recommender.add_results([measured]) == 0
    after = recommender.predict(request).subjects[0].predictions[0]
    truth = measured.interpretation.after.quality - measured.interpretation.before.quality
    assert after.quality_change.value == pytest.approx(truth, abs=0.002)
    assert after.size_bytes.value == pytest.approx(measured.interpretation.after.size_bytes, rel=1e-3)
    assert after.feasibility > before.feasibility
    answer = recommender.recommend(data.request(subject))
    assert answer.selected.prediction.strategy.text == strategy.text
    assert measured.id in {c.result_id for c in answer.selected.evidence}
    assert answer.selected.evidence[0].result_id == measured.id
    assert "was measured" in answer.explanation


def test_few_validation_rows_are_blended(taught: Snapshot) -> None:
    subject, strategy = data.subject("few", 0.5), parse("C2(ratio=0.7,epochs=20)")
    request = recommendation_pb2.PredictRequest(subjects=[subject], strategies=[strategy.text])
    prior = Recommender(taught).predict(request).subjects[0].predictions[0].quality_change.value
    values = {}
    for rows in (10, 100_000):
        recommender = Recommender(taught)
        measured = data.result(subject, strategy, 0.5)
        measured.interpretation.after.quality = measured.interpretation.before.quality - 0.2
        measured.interpretation.after.rows = rows
        recommender.add_results([measured])
        values[rows] = recommender.predict(request).subjects[0].predictions[0].quality_change.value
    assert values[100_000] == pytest.approx(-0.2, abs=0.01)
    assert -0.2 < values[10] < prior + 1e-6
    assert abs(values[10] + 0.2) > 2 * abs(values[100_000] + 0.2)


def test_new_evidence_elsewhere_is_cited_at_once(recommender: Recommender) -> None:
    first = data.subject("earlier", 0.5)
    fresh = data.result(first, parse("C2(ratio=0.7,epochs=20) > C7(rate=0.5,epochs=20) > C4(bits=8)"), 0.9)
    recommender.add_results([fresh])
    again = data.subject("earlier", 0.5)
    again.model.model_hash = "another model on the same data"
    answer = recommender.recommend(data.request(again))
    cited = {c.result_id for entry in answer.ranking[:5] for c in entry.evidence}
    assert fresh.id in cited


def test_limits_bind(recommender: Recommender) -> None:
    subject = data.subject("limits", 0.8)
    plain = recommender.recommend(data.request(subject)).selected.prediction
    tight = data.request(subject)
    tight.limits.max_size_bytes = 20_000
    small = recommender.recommend(tight).selected.prediction
    assert small.size_bytes.value <= 20_000 * 1.2
    strict = data.request(subject, max_drop=0.0001)
    assert recommender.recommend(strict).selected.prediction.utility <= plain.utility + 1e-9
    impossible = data.request(subject)
    impossible.limits.max_size_bytes = 10
    answer = recommender.recommend(impossible)
    assert answer.HasField("selected"), "the best found is returned"
    assert answer.selected.prediction.feasibility < 0.1


def test_relative_drop_and_devices_with_flash(recommender: Recommender) -> None:
    subject = data.subject("flash", 0.8)
    subject.model.size_bytes = 40_000_000
    subject.hardware.flash_bytes = 1_000_000
    answer = recommender.recommend(data.request(subject))
    assert answer.selected.prediction.size_bytes.value < 1_000_000
    relative = recommendation_pb2.RecommendRequest(
        subject=data.subject("flash", 0.8), limits=types_pb2.Limits(max_relative_drop=0.01)
    )
    absolute = data.request(data.subject("flash", 0.8), max_drop=0.009)
    a, b = recommender.recommend(relative), recommender.recommend(absolute)
    assert a.selected == b.selected


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (lambda r: setattr(r.limits, "max_drop", -0.1), "limits.max_drop"),
        (lambda r: r.subject.model.ClearField("size_bytes"), "subject.model.size_bytes"),
    ],
)
def test_limits_that_cannot_be_judged_are_refused(recommender: Recommender, edit: object, field: str) -> None:
    request = data.request(data.subject("bad", 0.5))
    request.limits.max_size_bytes = 50_000
    edit(request)  # type: ignore[operator]
    with pytest.raises(InvalidInput) as caught:
        recommender.recommend(request)
    assert caught.value.field == field
    assert caught.value.remedy


def test_latency_on_a_device_never_measured_is_not_made_up(recommender: Recommender) -> None:
    subject = data.subject("mcu", 0.5)
    subject.hardware.kind = "mcu"
    request = data.request(subject)
    request.limits.max_latency_ms = 5
    answer = recommender.recommend(request)
    assert not answer.selected.prediction.HasField("latency_ms")
    assert "never measured" in answer.explanation


def test_without_training_data(recommender: Recommender) -> None:
    subject = data.subject("bare", 0.5)
    subject.dataset.has_training_data = subject.dataset.has_labels = False
    answer = recommender.recommend(data.request(subject, top=560, include_infeasible=True))
    assert answer.feasible == 5
    assert [r.feasible for r in answer.ranking] == [True] * 5 + [False] * 555
    assert all("training data" in " ".join(r.reasons) for r in answer.ranking[5:])
    assert answer.selected.prediction.strategy.text.startswith("C7(")


def test_nothing_feasible(recommender: Recommender) -> None:
    subject = data.subject("bare", 0.5)
    subject.dataset.domain = "tabular"
    answer = recommender.recommend(data.request(subject))
    assert not answer.HasField("selected")
    assert not answer.ranking
    assert "No strategy can be executed" in answer.explanation


def test_without_any_evidence_nothing_is_made_up() -> None:
    snapshot = trainer.fit(data.training_data([]), data.QUICK)
    answer = Recommender(snapshot).recommend(data.request(data.subject("none", 0.5)))
    p = answer.selected.prediction
    assert not any(
        p.HasField(name) for name in ("quality_change", "parameter_reduction", "size_bytes", "latency_ms")
    )
    assert p.utility == 0
    assert "nothing has been measured" in answer.explanation
    assert not answer.guarded


def test_off_the_grid_is_composed_between_its_neighbours(recommender: Recommender) -> None:
    grid = ["C2(ratio=0.6,epochs=20)", "C2(ratio=0.7,epochs=20)"]
    off = "C2(ratio=0.65,epochs=20)"
    embedded = recommender.embedding(off)
    assert embedded.composed
    assert not recommender.embedding(grid[0]).composed
    vectors = {s: np.array(recommender.embedding(s).values) for s in (*grid, "C7(rate=0.9,epochs=0)")}
    away = {s: np.linalg.norm(v - np.array(embedded.values)) for s, v in vectors.items()}
    assert max(away[g] for g in grid) < away["C7(rate=0.9,epochs=0)"]
    request = recommendation_pb2.PredictRequest(subjects=[data.subject("off", 0.6)], strategies=[*grid, off])
    low, high, between = recommender.predict(request).subjects[0].predictions
    assert between.strategy.text == off
    sizes = sorted(p.size_bytes.value for p in (low, high))
    assert sizes[0] * 0.8 < between.size_bytes.value < sizes[1] * 1.25


def test_lists_strategies_in_pages(recommender: Recommender) -> None:
    request = recommendation_pb2.ListStrategiesRequest(methods=["C7"])
    seen, token = [], ""
    while True:
        request.page.size, request.page.token = 200, token
        page = recommender.strategies(request)
        seen += [s.text for s in page.strategies]
        token = page.page.next_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == page.page.total == 510
    with pytest.raises(UnknownName):
        recommender.strategies(recommendation_pb2.ListStrategiesRequest(methods=["C999"]))
    request.page.token = "x"
    with pytest.raises(InvalidInput):
        recommender.strategies(request)


def test_excluded_and_unknown_strategies(recommender: Recommender) -> None:
    request = data.request(data.subject("ex", 0.5))
    first = recommender.recommend(request).selected.prediction.strategy.text
    request.exclude_strategies.append(first)
    answer = recommender.recommend(request)
    assert answer.ranked == 559
    assert first not in [r.prediction.strategy.text for r in answer.ranking]
    request.exclude_strategies.append("C2(")
    with pytest.raises(StrategyError):
        recommender.recommend(request)
    with pytest.raises(TooLarge):
        recommender.predict(
            recommendation_pb2.PredictRequest(
                subjects=[recommendation_pb2.Subject()] * 257, strategies=["C4"]
            )
        )


def test_answers_without_torch_or_a_store() -> None:
    code = (
        "import sys, kg_service.recommendation, kg_service.predictor, kg_service.embedding;"
        "print([m for m in ('torch', 'pykeen', 'neo4j', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
