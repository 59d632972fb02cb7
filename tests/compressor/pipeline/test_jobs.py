"""Whole jobs on a small model: what is tried, chosen, reported, and what goes wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from compressor.model import export_onnx
from compressor.pipeline import run_job
from kgpress.errors import Cancelled, InvalidInput, NotYetExecutable
from kgpress.strategy import parse
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import recommendation_pb2 as rec
from kgpress.v1 import types_pb2
from tests.support.nets import rows, trained

SMALL = "C2(ratio=0.5,epochs=5) > C4"


class Services:
    """Answers a job from memory; ranks the given (strategy, chance) pairs in their order."""

    def __init__(self, ranking: tuple[tuple[str, float], ...] = (), cancel_at: str = "") -> None:
        self.ranking, self.cancel_at = ranking, cancel_at
        self.reported: list[types_pb2.ReferenceResult] = []
        self.requests: list[rec.RecommendRequest] = []
        self.uploaded: dict[str, bytes] = {}
        self.told: list[tuple[str, float]] = []

    def recommend(self, request: rec.RecommendRequest) -> rec.RecommendResponse:
        self.requests.append(request)
        answer = rec.RecommendResponse(snapshot=rec.SnapshotInfo(version="v1"))
        for text, chance in self.ranking:
            strategy = parse(text)
            if strategy.text not in request.exclude_strategies:
                prediction = rec.Prediction(strategy=strategy.to_proto(), feasibility=chance)
                citation = rec.Citation(result_id=f"of {strategy.text}")
                answer.ranking.add(prediction=prediction, feasible=True, evidence=[citation])
        return answer

    def report(self, results: list[types_pb2.ReferenceResult]) -> list[str]:
        self.reported += results
        return [f"result-{len(self.reported)}"]

    def upload(self, path: Path) -> pb.Artifact:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        self.uploaded[digest] = content
        return pb.Artifact(hash=digest, size_bytes=len(content), name=path.name)

    def fetch(self, input: pb.Input) -> Path | str:
        return Path(input.local_path)

    def progress(self, stage: str, fraction: float, message: str = "") -> None:
        self.told.append((stage, fraction))
        if self.cancel_at and self.cancel_at in message:
            raise Cancelled("the caller asked to stop")


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    export_onnx(trained(norm=False, width=24), rows(2)[0], folder / "model.onnx")
    _save(folder / "data.npz")
    _save(folder / "few.npz", val=20)
    return folder


def _save(path: Path, val: int = 120, flip_test: bool = False) -> None:
    arrays = {}
    for seed, (name, count) in enumerate({"train": 60, "val": val, "test": 90}.items()):
        arrays[f"x_{name}"], arrays[f"y_{name}"] = rows(count, seed)
    if flip_test:
        arrays["y_test"] = (arrays["y_test"] + 1) % 3
    np.savez(path, **arrays)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KGPRESS_HOME", str(tmp_path / "home"))


def _subject(given: Path, data: str = "data.npz") -> pb.ModelAndData:
    return pb.ModelAndData(
        model=pb.Input(local_path=str(given / "model.onnx"), name="model.onnx"),
        data=pb.Input(local_path=str(given / data), name=data),
        dataset_name="waves",
        model_name="residual",
        model_family="resnet",
        domain="time series",
        task="time series classification",
    )


def _job(given: Path, data: str = "data.npz", **spec: object) -> pb.Job:
    hardware = types_pb2.HardwareProfile(name="x86-cpu", kind="cpu", precisions=["fp32", "int8"])
    compress = pb.CompressSpec(subject=_subject(given, data), hardware=hardware, **spec)
    return pb.Job(id="job-1", spec=pb.JobSpec(compress=compress))


def test_fixed_strategies_are_run_as_often_as_asked_and_reported(given, tmp_path) -> None:
    services = Services()
    job = _job(given, strategies=[SMALL, "C4"], repeats=2, seed=5, campaign="c", private=True)
    result = run_job(job, services, tmp_path).compress
    assert services.requests == []
    runs = [(t.step, t.repeat, t.seed, t.strategy.text) for t in result.trials]
    canonical = parse(SMALL).text
    assert runs == [
        (0, 0, 5, canonical),
        (1, 0, 5, "C4(bits=8)"),
        (0, 1, 6, canonical),
        (1, 1, 6, "C4(bits=8)"),
    ]
    locators = {
        (r.locator.run.job, r.locator.run.step, r.locator.run.seed, r.locator.run.repeat)
        for r in services.reported
    }
    assert locators == {("job-1", t.step, t.seed, t.repeat) for t in result.trials}
    reading = services.reported[0].interpretation
    assert services.reported[0].source.kind == types_pb2.SOURCE_KIND_OWN_RUN
    assert services.reported[0].private
    assert (reading.split, reading.model_family, reading.dataset) == ("validation", "resnet", "waves")
    assert reading.model_profile.model_hash
    assert reading.dataset_profile.data_hash
    assert (reading.before.rows, reading.test_after.rows) == (120, 90)
    assert reading.before.size_bytes == (given / "model.onnx").stat().st_size
    assert reading.after.latency_ms > 0
    assert {
        "verify",
        "standardize",
        "profile",
        "execute",
        "export",
        "reload",
        "measure",
        "write back",
    } <= set(result.stage_seconds)
    fractions = [f for _, f in services.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_what_is_reported_is_of_the_uploaded_file(given, tmp_path) -> None:
    from compressor.measure import count, measure_quality

    services = Services()
    limits = types_pb2.Limits(max_drop=0.05)
    result = run_job(_job(given, strategies=[SMALL], limits=limits), services, tmp_path).compress
    assert result.outcome == pb.OUTCOME_MET
    path = tmp_path / "fetched.onnx"
    path.write_bytes(services.uploaded[result.artifact.hash])
    x, y = rows(90, 2)
    assert result.chosen.test_after.quality == measure_quality(path, x, y, "accuracy")
    assert result.chosen.test_after.size_bytes == path.stat().st_size
    assert result.chosen.validation_after.parameters == count(path).parameters


def test_recommended_strategies_are_tried_in_turn(given, tmp_path) -> None:
    services = Services(((SMALL, 0.9), ("C4", 0.8), ("C7(rate=0.5,epochs=0)", 0.1)))
    limits = types_pb2.Limits(max_drop=0.05)
    result = run_job(_job(given, limits=limits, max_trials=2), services, tmp_path).compress
    assert [t.strategy.text for t in result.trials] == [parse(SMALL).text, "C4(bits=8)"]
    assert [list(r.exclude_strategies) for r in services.requests] == [[], [parse(SMALL).text]]
    assert services.requests[0].subject.model.quality > 0.9
    assert result.snapshot.version == "v1"
    assert result.chosen.strategy.text == parse(SMALL).text
    assert result.predicted.feasibility == pytest.approx(0.9)
    assert [c.result_id for c in result.evidence] == [f"of {parse(SMALL).text}"]
    assert not result.trials[1].HasField("test_after")  # the test rows are for the chosen one


def test_a_failing_strategy_is_a_failed_trial(given, tmp_path, monkeypatch) -> None:
    from compressor.method.pruning import l1_filter

    def broken(*_: object) -> None:
        raise AssertionError("deep inside a library")

    monkeypatch.setattr(l1_filter, "_cut", broken)
    services = Services()
    result = run_job(_job(given, strategies=[SMALL, "C4"]), services, tmp_path).compress
    assert "deep inside" in result.trials[0].error.message
    assert not result.trials[1].HasField("error")
    assert result.chosen.strategy.text == "C4(bits=8)"
    assert len(services.reported) == 1


def test_a_cancel_reports_the_trials_so_far(given, tmp_path) -> None:
    services = Services(cancel_at="C7")
    with pytest.raises(Cancelled) as stop:
        run_job(_job(given, strategies=["C4", "C7(rate=0.5,epochs=0)"]), services, tmp_path)
    partial = stop.value.partial_result.compress
    assert [t.strategy.text for t in partial.trials] == ["C4(bits=8)"]
    assert services.uploaded == {}


def test_limits_that_nothing_meets_give_the_best_found(given, tmp_path) -> None:
    limits = types_pb2.Limits(max_drop=0.01, max_size_bytes=100)
    result = run_job(_job(given, strategies=["C4"], limits=limits), Services(), tmp_path).compress
    assert result.outcome == pb.OUTCOME_LIMITS_NOT_MET
    assert result.artifact.size_bytes > 100


def test_the_base_is_kept_where_nothing_is_better(given, tmp_path) -> None:
    services = Services()
    limits = types_pb2.Limits(max_drop=0.01)
    result = run_job(
        _job(given, strategies=["C2(ratio=0.95,epochs=0)"], limits=limits), services, tmp_path
    ).compress
    assert result.outcome == pb.OUTCOME_BASE_KEPT
    assert not result.chosen.HasField("strategy")
    assert result.chosen.validation_after == result.chosen.validation_before
    assert services.uploaded.keys() == {result.artifact.hash}
    assert result.artifact.hash == result.profile.model.model_hash
    assert run_job(_job(given), Services(), tmp_path / "b").compress.outcome == pb.OUTCOME_BASE_KEPT


def test_few_rows_are_said_to_be_few(given, tmp_path) -> None:
    limits = types_pb2.Limits(max_drop=0.01)
    job = _job(given, "few.npz", strategies=["C4"], limits=limits)
    result = run_job(job, Services(), tmp_path).compress
    assert result.outcome == pb.OUTCOME_FLOOR_UNRESOLVABLE
    assert 0.1 < result.drop_upper_bound < 0.3
    assert any("give at least 100 rows" in note for note in result.notes)


def test_test_rows_play_no_part_in_the_choice(given, tmp_path) -> None:
    _save(given / "flipped.npz", flip_test=True)
    limits = types_pb2.Limits(max_drop=0.05)
    hashes = []
    for name in ("data.npz", "flipped.npz"):
        job = _job(given, name, strategies=[SMALL, "C4", "C7(rate=0.5,epochs=2)"], limits=limits)
        result = run_job(job, Services(), tmp_path / name).compress
        hashes.append(result.artifact.hash)
        quality = result.chosen.test_after.quality
    assert hashes[0] == hashes[1]
    assert quality < 0.5  # the test rows were really read, and are wrong


def test_the_budget_ends_a_job_with_what_it_has(given, tmp_path) -> None:
    services = Services((("C4", 0.5), ("C2(ratio=0.5,epochs=5000)", 0.5), (SMALL, 0.5)))
    limits = types_pb2.Limits(max_drop=0.05)
    result = run_job(_job(given, limits=limits, budget_s=6.0), services, tmp_path).compress
    assert result.HasField("chosen")
    assert sum(t.seconds for t in result.trials) < 12
    # What the deadline cut short is no evidence on the strategy.
    assert parse("C2(ratio=0.5,epochs=5000)").text not in {
        r.interpretation.strategy.text for r in services.reported
    }
    assert any("budget" in note for note in result.notes)


def test_a_profile_and_a_verify_job(given, tmp_path) -> None:
    job = pb.Job(spec=pb.JobSpec(profile=pb.ProfileSpec(subject=_subject(given))))
    profile = run_job(job, Services(), tmp_path).profile
    assert profile.model.latency_ms > 0
    assert profile.dataset.train_rows == 60
    job = pb.Job(spec=pb.JobSpec(verify=pb.VerifySpec(subject=_subject(given))))
    assert all(c.passed for c in run_job(job, Services(), tmp_path).verify.checks)


def test_without_labels_the_base_is_agreed_with(given, tmp_path) -> None:
    with np.load(given / "data.npz") as arrays:
        np.savez(given / "bare.npz", **{k: v for k, v in arrays.items() if k.startswith("x_")})
    result = run_job(_job(given, "bare.npz", strategies=["C4", SMALL]), Services(), tmp_path).compress
    assert result.metric.name == "agreement"
    assert result.trials[0].validation_before.quality == 1.0
    assert result.trials[1].error.reason == "INFEASIBLE"


def test_what_cannot_be_run_is_refused_or_said(given, tmp_path) -> None:
    with pytest.raises(InvalidInput, match="leaves settings open"):
        run_job(_job(given, strategies=["C2(ratio=?,epochs=5)"]), Services(), tmp_path)
    result = run_job(_job(given, strategies=["C5"]), Services(), tmp_path).compress
    assert result.trials[0].error.reason == NotYetExecutable.reason
    with pytest.raises(InvalidInput, match="names no kind"):
        run_job(pb.Job(), Services(), tmp_path)
