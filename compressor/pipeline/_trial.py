"""One strategy tried: executed, exported, reloaded, measured."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compressor.measure import Latency, drop, measure, measure_latency, run_model
from compressor.pipeline._services import Stages
from compressor.pipeline._subject import Subject
from compressor.strategy import execute
from kgpress.errors import Cancelled, KgpressError, LeaseLost, Unavailable
from kgpress.strategy import Strategy
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2

_log = logging.getLogger(__name__)

#: These end the job, whatever trial they come up in.
ENDING = (Cancelled, LeaseLost, Unavailable)


@dataclass
class Tried:
    """A trial with what the choice looks at.

    Attributes:
        path: the exported file; None where the trial failed.
        truncated: a deadline cut it short: it may be chosen, but it is no evidence on the strategy.
        outputs: on validation, training and stretched rows, of the exported file.
        loss: drop of quality on validation rows, in absolute units; positive is worse.
    """

    trial: pb.Trial
    path: Path | None = None
    truncated: bool = False
    outputs: dict[str, np.ndarray] | None = None
    loss: float | None = None

    @property
    def failed(self) -> bool:
        return self.path is None


def run_trial(
    strategy: Strategy,
    subject: Subject,
    stages: Stages,
    folder: Path,
    *,
    step: int,
    seed: int,
    repeat: int,
    span: tuple[float, float],
    deadline: float = float("inf"),
) -> Tried:
    """Executes and measures; a failure of the strategy becomes the trial's error.

    Args:
        folder: of this trial alone.
        span: the job's fractions at the trial's begin and end.

    Raises:
        Cancelled, LeaseLost, Unavailable: the job is to end.
    """
    trial = pb.Trial(step=step, strategy=strategy.to_proto(), seed=seed, repeat=repeat)
    start = time.perf_counter()
    tried = Tried(trial)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _run(tried, strategy, subject, stages, folder, span, deadline)
    except ENDING:
        raise
    except KgpressError as error:
        trial.error.CopyFrom(pb.JobError(reason=error.reason, message=error.message, remedy=error.remedy))
    except Exception as error:  # whatever a library raises on this model: the next strategy may do
        _log.info("%s failed", strategy.text, exc_info=True)
        message = f"{strategy.text} failed: {type(error).__name__}: {str(error)[:200]}"
        trial.error.CopyFrom(
            pb.JobError(reason=KgpressError.reason, message=message, remedy="use another strategy")
        )
    if trial.HasField("error"):
        tried.path = None
    trial.seconds = time.perf_counter() - start
    return tried


def _run(
    tried: Tried,
    strategy: Strategy,
    subject: Subject,
    stages: Stages,
    folder: Path,
    span: tuple[float, float],
    deadline: float,
) -> None:
    low, high = span

    def progress(fraction: float, message: str) -> None:
        stages.tell("execute", low + 0.9 * (high - low) * fraction, f"{strategy.text}: {message}")

    stages.tell("execute", low, strategy.text)
    executed = execute(
        strategy,
        subject.standard,
        subject.dataset,
        tried.trial.seed,
        folder,
        progress,
        deadline,
        input_names=tuple(subject.standard.input_names),
        output_names=tuple(subject.standard.output_names),
        clock=stages.add,
    )
    tried.truncated = executed.truncated
    with stages.stage("reload", low + 0.9 * (high - low), strategy.text):
        outputs = {"val": run_model(executed.onnx_path, subject.validation)}
        if len(subject.validation) <= FEW_ROWS:
            for name in ("train", "stretched"):
                if (rows := subject.rows(name)) is not None:
                    outputs[name] = run_model(executed.onnx_path, rows)
    with stages.stage("measure", None, strategy.text):
        before, after = measure_latency([subject.base.path, executed.onnx_path], subject.validation)
        _fill(tried, subject, executed.onnx_path, outputs, before, after)
    tried.path, tried.outputs = executed.onnx_path, outputs


#: Up to this many validation rows the choice also looks at the outputs on training and stretched rows.
FEW_ROWS = 512


def _fill(
    tried: Tried,
    subject: Subject,
    path: Path,
    outputs: dict[str, np.ndarray],
    before: Latency,
    after: Latency,
) -> None:
    trial, metric = tried.trial, subject.metric
    trial.validation_before.CopyFrom(subject.base.measured)
    trial.validation_before.latency_ms = before.median
    trial.validation_before.latency_ms_half_width = before.half_width
    measured = measure(path, outputs["val"], subject.labels("val"), metric.name, after)
    trial.validation_after.CopyFrom(measured)
    if measured.HasField("quality") and subject.base.measured.HasField("quality"):
        tried.loss = drop(subject.base.measured.quality, measured.quality, metric)


def measure_on_test(tried: Tried, subject: Subject) -> None:
    """Fills the trial's test measurements; where there are no labelled test rows, nothing."""
    trial = tried.trial
    x = subject.dataset.x_test
    labels = None if x is None else subject.labels("test")
    if x is None or labels is None or tried.path is None:
        return
    test = run_model(tried.path, x)
    for target, path, known, outputs in (
        (trial.test_before, subject.base.path, trial.validation_before, subject.outputs("test")),
        (trial.test_after, tried.path, trial.validation_after, test),
    ):
        target.CopyFrom(known)  # the same file: bytes, parameters, MACs and latency are the same
        quality = measure(path, outputs, labels, subject.metric.name)
        target.ClearField("quality")
        if quality.HasField("quality"):
            target.quality = quality.quality
        target.rows = len(labels)


def to_evidence(
    tried: Tried, subject: Subject, job: str, hardware: types_pb2.HardwareProfile, *, private: bool
) -> types_pb2.ReferenceResult:
    """The trial as a reference result: what was measured on validation rows, test rows beside it."""
    trial = tried.trial
    reading = types_pb2.Interpretation(
        rules="own-run/1",
        model=subject.model.name,
        model_family=subject.model.family,
        dataset=subject.data.name,
        domain=subject.data.domain,
        task=subject.data.task,
        strategy=trial.strategy,
        hardware=hardware.name,
        runtime=hardware.runtime or "onnxruntime",
        metric=subject.metric,
        before=trial.validation_before,
        after=trial.validation_after,
        derivations=[types_pb2.Derivation(field="*", origin="measured", confidence=1.0)],
        confidence=1.0,
        model_profile=subject.model,
        dataset_profile=subject.data,
        hardware_profile=hardware,
        split="validation",
        seconds=trial.seconds,
    )
    if trial.HasField("test_after"):
        reading.test_before.CopyFrom(trial.test_before)
        reading.test_after.CopyFrom(trial.test_after)
    return types_pb2.ReferenceResult(
        locator=types_pb2.Locator(
            run=types_pb2.RunLocator(job=job, step=trial.step, seed=trial.seed, repeat=trial.repeat)
        ),
        source=types_pb2.Source(kind=types_pb2.SOURCE_KIND_OWN_RUN, name="own run"),
        interpretation=reading,
        interpretation_version=1,
        state=types_pb2.EVIDENCE_STATE_ACCEPTED,
        private=private,
    )
