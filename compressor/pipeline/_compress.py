"""A compress job: strategies in turn within the budget, the choice, the report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from compressor.pipeline import _choose
from compressor.pipeline._services import Services, Stages
from compressor.pipeline._subject import Subject, prepare
from compressor.pipeline._trial import Tried, measure_on_test, run_trial, to_evidence
from kgpress import strategy
from kgpress.errors import Cancelled, InvalidInput
from kgpress.strategy import Strategy
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import recommendation_pb2 as rec

BUDGET_S = 180.0
MAX_TRIALS = 6
_TOP = 20
#: Seconds at the end of the budget that are kept for test rows, upload and report.
_RESERVE_S = 2.0
#: A trial is begun only if this many times the longest one so far still fits.
_MARGIN = 1.2


@dataclass(frozen=True)
class Planned:
    """A strategy to try, with what the recommender said of it."""

    strategy: Strategy
    step: int
    repeat: int
    ranked: rec.RankedStrategy | None = None


@dataclass
class Run:
    """A compress job under way."""

    job: str
    spec: pb.CompressSpec
    services: Services
    stages: Stages
    workdir: Path
    subject: Subject
    tries: list[Tried] = field(default_factory=list)
    answer: rec.RecommendResponse | None = None
    citations: dict[str, list[rec.Citation]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def budget_s(self) -> float:
        return self.spec.budget_s or BUDGET_S

    @property
    def deadline(self) -> float:
        return self.stages.started + self.budget_s - _RESERVE_S


def compress(
    job: str, spec: pb.CompressSpec, services: Services, stages: Stages, workdir: Path
) -> pb.CompressResult:
    """Tries strategies, chooses on validation rows, reports every trial as evidence.

    Raises:
        InvalidInput and its kinds: what was given cannot be used.
        Cancelled: with ``partial_result``, the trials so far.
    """
    given = [strategy.parse(text) for text in spec.strategies]
    for one in given:
        if not one.fully_set:
            raise InvalidInput(
                f"{one.text} leaves settings open", remedy="give every setting a value", field="strategies"
            )
    base = workdir / "base"
    base.mkdir(parents=True, exist_ok=True)
    subject = prepare(spec.subject, services, stages, base, int(spec.seed))
    run = Run(job, spec, services, stages, workdir, subject)
    try:
        for planned in _fixed(run, given) if given else _recommended(run):
            _try(run, planned)
    except Cancelled as stop:
        stop.partial_result = pb.JobResult(compress=_partial(run))  # type: ignore[attr-defined]
        raise
    return _finish(run)


def _fixed(run: Run, given: list[Strategy]) -> Iterator[Planned]:
    """Exactly these, each as often as asked; what the budget leaves no time for is said to be so."""
    repeats = run.spec.repeats or 1
    plan = [Planned(s, step, r) for r in range(repeats) for step, s in enumerate(given)]
    for position, planned in enumerate(plan):
        if run.tries and time.monotonic() >= run.deadline:
            run.notes.append(f"the budget ended before {len(plan) - position} of {len(plan)} trials")
            return
        yield planned


def _recommended(run: Run) -> Iterator[Planned]:
    """The best that is left, asked anew after each trial: what was measured counts by then."""
    tried: list[str] = []
    for step in range(run.spec.max_trials or MAX_TRIALS):
        longest = max((t.trial.seconds for t in run.tries), default=0.0)
        if run.tries and time.monotonic() + _MARGIN * longest > run.deadline:
            run.notes.append(f"the budget left no time for another trial after {len(run.tries)}")
            return
        with run.stages.stage("recommend", None, f"after {len(tried)} trials"):
            answer = run.services.recommend(_request(run, tried))
        run.answer = run.answer or answer
        ranked = next((r for r in answer.ranking if r.prediction.strategy.text not in tried), None)
        if ranked is None:
            run.notes.append("no further strategy is feasible" if tried else "no strategy is feasible")
            return
        tried.append(ranked.prediction.strategy.text)
        yield Planned(strategy.from_proto(ranked.prediction.strategy), step, 0, ranked)


def _request(run: Run, tried: list[str]) -> rec.RecommendRequest:
    return rec.RecommendRequest(
        subject=rec.Subject(model=run.subject.model, dataset=run.subject.data, hardware=run.spec.hardware),
        limits=run.spec.limits,
        objective=run.spec.objective,
        top=_TOP,
        exclude_strategies=tried,
    )


def _try(run: Run, planned: Planned) -> None:
    planned_trials = len(run.spec.strategies) * (run.spec.repeats or 1) or run.spec.max_trials or MAX_TRIALS
    done = len(run.tries)
    span = tuple(0.08 + 0.87 * (done + i) / planned_trials for i in (0, 1))
    folder = run.workdir / f"trial{done}"
    tried = run_trial(
        planned.strategy,
        run.subject,
        run.stages,
        folder,
        step=planned.step,
        seed=int(run.spec.seed) + planned.repeat,
        repeat=planned.repeat,
        span=(span[0], span[1]),
        deadline=run.deadline,
    )
    trial = tried.trial
    if planned.ranked is not None:
        trial.predicted.CopyFrom(planned.ranked.prediction)
        run.citations[trial.strategy.text] = list(planned.ranked.evidence)
    run.tries.append(tried)
    if tried.failed:
        run.notes.append(f"{trial.strategy.text}: {trial.error.message}")
        shutil.rmtree(folder, ignore_errors=True)
        return
    allowed = _choose.allowed_drop(run.spec.limits, run.subject.base.measured)
    trial.within_limits = _choose.within(tried, run.spec.limits, allowed)
    if run.spec.campaign:
        measure_on_test(tried, run.subject)
    if tried.truncated:
        run.notes.append(f"{trial.strategy.text}: cut short by the budget, so it is no evidence")
        return
    with run.stages.stage("write back", span[1], trial.strategy.text):
        evidence = to_evidence(tried, run.subject, run.job, run.spec.hardware, private=run.spec.private)
        ids = run.services.report([evidence])
        trial.result_id = ids[0] if ids else ""


def _finish(run: Run) -> pb.CompressResult:
    spec, subject = run.spec, run.subject
    result = _partial(run)
    chosen, met = _choose.choose(run.tries, subject, spec.limits, spec.objective)
    allowed = _choose.allowed_drop(spec.limits, subject.base.measured)
    result.outcome = _outcome(run, chosen, met, allowed)
    if chosen is not None and result.outcome != pb.OUTCOME_BASE_KEPT:
        with run.stages.stage("measure", 0.96, "test rows of the chosen model"):
            if not chosen.trial.HasField("test_after"):
                measure_on_test(chosen, subject)
        with run.stages.stage("write back", 0.98, "the chosen model"):
            path = run.workdir / "compressed.onnx"
            shutil.copyfile(chosen.path, path)  # type: ignore[arg-type]
            chosen.trial.artifact.CopyFrom(run.services.upload(path))
        result.artifact.CopyFrom(chosen.trial.artifact)
        result.chosen.CopyFrom(chosen.trial)
        result.predicted.CopyFrom(chosen.trial.predicted)
        result.evidence.extend(run.citations.get(chosen.trial.strategy.text, []))
        bound = _choose.drop_upper_bound(chosen, subject)
        if bound is not None:
            result.drop_upper_bound = bound
    else:  # the base model is returned, and said to be
        result.artifact.CopyFrom(run.services.upload(subject.base.path))
        result.chosen.validation_before.CopyFrom(subject.base.measured)
        result.chosen.validation_after.CopyFrom(subject.base.measured)
    if result.outcome == pb.OUTCOME_FLOOR_UNRESOLVABLE:
        rows = subject.base.measured.rows
        result.notes.append(
            f"{rows} validation rows cannot resolve a drop of {allowed:g}: give at least "
            f"{round(1 / allowed) if allowed else 'more'} rows as x_val"
        )
    del result.trials[:]
    result.trials.extend(t.trial for t in run.tries)
    for stage, seconds in run.stages.seconds.items():
        result.stage_seconds[stage] = seconds
    run.stages.tell("write back", 1.0, "done")
    return result


def _outcome(run: Run, chosen: Tried | None, met: bool, allowed: float | None) -> pb.Outcome:
    base = run.subject.base.measured
    if chosen is None:
        return pb.OUTCOME_BASE_KEPT
    if not met:
        keeps = _choose.excess(run.spec.limits, base) == 0
        return pb.OUTCOME_BASE_KEPT if keeps else pb.OUTCOME_LIMITS_NOT_MET
    gain = _choose.utility(run.spec.objective, chosen.trial.validation_before, chosen.trial.validation_after)
    if gain <= 0 and _choose.excess(run.spec.limits, base) == 0:
        return pb.OUTCOME_BASE_KEPT
    if not _choose.resolvable(run.subject, allowed):
        return pb.OUTCOME_FLOOR_UNRESOLVABLE
    return pb.OUTCOME_MET


def _partial(run: Run) -> pb.CompressResult:
    """What is known so far."""
    subject = run.subject
    result = pb.CompressResult(
        metric=subject.metric,
        trials=[t.trial for t in run.tries],
        profile=pb.ProfileResult(
            model=subject.model,
            dataset=subject.data,
            hardware=run.spec.hardware,
            verification=subject.verification,
        ),
        stage_seconds=run.stages.seconds,
        notes=run.notes,
    )
    if run.answer is not None:
        result.snapshot.CopyFrom(run.answer.snapshot)
    return result
