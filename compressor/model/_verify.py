"""Verification: the model runs over every verification set, and a performance score comes out.

Source design, method 600: "a verified model"; the score is defined in docs/scores.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from compressor.data import Dataset
from compressor.measure import metric_named, open_session, score
from compressor.model._onnx_file import numpy_dtype, run_rows
from kgpress.catalogue import load
from kgpress.errors import DataError, ModelError
from kgpress.v1.compression_pb2 import CheckResult, SetScore, VerifyResult

#: Rows that are run twice to see whether the model is deterministic.
_TWICE = 32

Sets = dict[str, tuple[np.ndarray, np.ndarray | None, bool]]


def verify(onnx_path: Path, dataset: Dataset, metric: str) -> VerifyResult:
    """Runs the model over validation and further named sets; the test set is not looked at.

    Args:
        dataset: fitted to the model.
        metric: a name of the catalogue; where there are no labels only the other checks are made.

    Returns:
        The checks ("shapes", "dtypes", "finite", "deterministic", "quality"), the quality of each set,
        and the performance score (0 where no set has labels).

    Raises:
        ModelError: the runtime refuses the file, or running it fails.
        UnknownName: the metric cannot be measured.
    """
    runtime = open_session(onnx_path)
    sets = verification_sets(dataset)
    if not sets:
        raise DataError("there are no rows to verify on", remedy="give a validation set", field="data")
    result = VerifyResult(metric=metric_named(metric))
    outputs: dict[str, np.ndarray] = {}
    for name, (x, _, _) in sets.items():
        try:
            outputs[name] = run_rows(runtime, x)[0]
        except Exception as error:  # onnxruntime's own exceptions share no other base
            raise ModelError(
                f"the model does not run on {name}: {str(error).strip().splitlines()[-1][:200]}",
                remedy="give data of the shape and type that the model takes",
                field="model",
            ) from error
    first = next(iter(sets.values()))[0][:_TWICE]
    # Random operators restart with every session, so a fresh one alone would not give them away.
    again = [run_rows(session, first)[0] for session in (runtime, runtime, open_session(onnx_path))]
    checks = [
        _shapes(sets, outputs),
        _dtypes(runtime.get_inputs()[0].type, sets, outputs),
        _finite(outputs),
        CheckResult(
            name="deterministic",
            passed=all(np.array_equal(again[0], other, equal_nan=True) for other in again[1:]),
            detail=f"{len(first)} rows run twice in one session and once in a fresh one",
        ),
    ]
    result.checks.extend(checks)
    if all(check.passed for check in checks[:3]):
        result.sets.extend(_scores(sets, outputs, metric))
    labelled = any(y is not None for _, y, _ in sets.values())
    result.checks.append(
        CheckResult(
            name="quality",
            passed=bool(result.sets) or not labelled,
            detail=f"{metric} on {len(result.sets)} sets" if result.sets else "no labels to measure against",
        )
    )
    result.performance_score = performance_score(result)
    return result


def require_verified(result: VerifyResult) -> None:
    """Raises ModelError where a check failed."""
    for check in result.checks:
        if not check.passed:
            raise ModelError(
                f"the model fails the check {check.name!r}: {check.detail}",
                remedy="give a model that passes it",
                field="model",
            )


def verification_sets(dataset: Dataset) -> Sets:
    """Name -> inputs, labels, whether training has seen them. Never the test rows."""
    sets: Sets = {}
    if dataset.x_val is not None:
        sets["validation"] = (dataset.x_val, dataset.y_val, dataset.validation_seen)
    for name, (x, y) in dataset.verification.items():
        sets[name] = (x, y, False)
    return sets


def _shapes(sets: Sets, outputs: dict[str, np.ndarray]) -> CheckResult:
    wrong = [
        name for name, (x, _, _) in sets.items() if outputs[name].ndim < 1 or len(outputs[name]) != len(x)
    ]
    detail = f"one output per row, {next(iter(outputs.values())).shape[1:]}"
    return CheckResult(
        name="shapes",
        passed=not wrong,
        detail=f"not one output per row on {', '.join(wrong)}" if wrong else detail,
    )


def _dtypes(runtime_type: str, sets: Sets, outputs: dict[str, np.ndarray]) -> CheckResult:
    wanted = numpy_dtype(runtime_type)
    wrong = [name for name, (x, _, _) in sets.items() if x.dtype != wanted]
    kinds = {o.dtype.name for o in outputs.values()}
    passed = not wrong and all(np.dtype(k).kind in "fiu" for k in kinds)
    found = f"data is {sets[wrong[0]][0].dtype.name}, the model takes {wanted.name}" if wrong else ""
    return CheckResult(
        name="dtypes", passed=passed, detail=found or f"{wanted.name} -> {', '.join(sorted(kinds))}"
    )


def _finite(outputs: dict[str, np.ndarray]) -> CheckResult:
    bad = {name: int((~np.isfinite(o)).reshape(len(o), -1).any(axis=1).sum()) for name, o in outputs.items()}
    bad = {name: rows for name, rows in bad.items() if rows}
    detail = ", ".join(f"NaN or Inf in {rows} rows of {name}" for name, rows in bad.items())
    return CheckResult(name="finite", passed=not bad, detail=detail or "no NaN, no Inf")


def _scores(sets: Sets, outputs: dict[str, np.ndarray], metric: str) -> Iterator[SetScore]:
    for name, (x, y, seen) in sets.items():
        if y is not None:
            yield SetScore(name=name, quality=score(outputs[name], y, metric), rows=len(x), seen=seen)


def performance_score(result: VerifyResult) -> float:
    """clip(mean - population standard deviation, 0, 1) over the sets' normalised qualities.

    Where at least one set was not seen in training, the seen ones are left out (docs/scores.md).
    """
    scores = [s for s in result.sets if not s.seen] or list(result.sets)
    if not scores:
        return 0.0
    q = np.array([_normalised(s.quality, result.metric.name) for s in scores])
    return float(np.clip(q.mean() - q.std(), 0, 1))


def _normalised(value: float, metric: str) -> float:
    """1 is best (docs/scores.md)."""
    entry = load().metric(metric)
    higher = entry.direction == "higher"
    if entry.fraction:
        quality = value if higher else 1 - value
    elif higher:
        quality = value / (1 + value) if value > -1 else 0.0
    else:
        quality = 1 / (1 + max(value, 0.0))
    return min(max(quality, 0.0), 1.0)
