"""The choice among trials: on validation rows, never on test rows.

**Enough rows.** A trial is within the limits if its exported file is (bytes, latency, parameters,
all measured) and its drop of quality on the validation rows is at most the allowed one. Among those the
one of best utility, log2(before / after) of the objective, is chosen.

**Too few rows.** Where one validation row weighs more than the allowed drop, accuracy on these rows
cannot tell a model that keeps the limit from one that does not: the outcome is "floor unresolvable", with a
one-sided 95% bound of the drop (:func:`drop_upper_bound`), and trials are compared by the odds that
they keep the limit:

    log odds = logit(p) + (n - k) log((1 - q0) / (1 - q1)) + k log(q0 / q1)

p is the recommender's predicted chance of being within the limits (1/2 where there is none). n are the
rows given, validation and training; k is the probability of the right class that was lost against
the base model, summed over these rows (a soft count of rows lost: it sees a margin melt before a row
tips; where there are no labels, the base's choice is the right class). Rows that were trained on are mostly
kept by all candidates, so stretched rows (:mod:`compressor.stretched`) are added: together they
weigh as much as the rows given, and one is lost where the class differs from the base's. The other
two terms are the log likelihood ratio of two rates of lost rows, q0 = d/2 (kept) against q1 = 4d (not kept),
d the allowed drop. A trial whose drop on the rows given is larger than the allowed one by more than one row
is out, as is one whose file breaks a hard limit.

Then safety comes first where a size, latency or parameter limit is asked and met: the largest log odds
wins, since beyond the limit a smaller file earns the user nothing that is worth the risk. Without such
a limit the largest expected utility, odds / (1 + odds) times log2(before / after), wins.

**Nothing within the limits.** The best found is the trial that breaks them least: by the product of the
ratios by which hard limits are exceeded, then by the drop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv

from compressor.pipeline._subject import Subject
from compressor.pipeline._trial import Tried
from kgpress.v1 import types_pb2

_CLIP = 0.02
_FIELDS: dict[int, str] = {
    types_pb2.OBJECTIVE_UNSPECIFIED: "size_bytes",
    types_pb2.OBJECTIVE_SIZE: "size_bytes",
    types_pb2.OBJECTIVE_PARAMETERS: "parameters",
    types_pb2.OBJECTIVE_LATENCY: "latency_ms",
}
_HARD = {"max_size_bytes": "size_bytes", "max_latency_ms": "latency_ms", "max_parameters": "parameters"}


def allowed_drop(limits: types_pb2.Limits, base: types_pb2.Measurement) -> float | None:
    """The tighter of the absolute and the relative limit, in units of the metric; None where none binds."""
    bounds = []
    if limits.HasField("max_drop"):
        bounds.append(limits.max_drop)
    if limits.HasField("max_relative_drop"):
        bounds.append(limits.max_relative_drop * abs(base.quality))
    return min(bounds) if bounds else None


def excess(limits: types_pb2.Limits, measured: types_pb2.Measurement) -> float:
    """log2 of the ratio by which hard limits are exceeded, summed; 0 where all hold."""
    total = 0.0
    for limit, quantity in _HARD.items():
        if limits.HasField(limit):
            allowed, found = float(getattr(limits, limit)), float(getattr(measured, quantity))
            if found > allowed:
                total += math.log2(found / allowed) if allowed > 0 else math.inf
    return total


def utility(objective: int, trial_before: types_pb2.Measurement, after: types_pb2.Measurement) -> float:
    """log2(before / after) of the objective."""
    name = _FIELDS[objective]
    before, now = float(getattr(trial_before, name)), float(getattr(after, name))
    return math.log2(before / now) if before > 0 and now > 0 else 0.0


def resolvable(subject: Subject, allowed: float | None) -> bool:
    """Whether one validation row weighs at most the allowed drop."""
    if allowed is None or subject.metric.name.startswith("mean "):
        return True
    return 1.0 / max(1, subject.base.measured.rows) <= allowed + 1e-12


def within(tried: Tried, limits: types_pb2.Limits, allowed: float | None, slack: float = 0.0) -> bool:
    """Hard limits and the drop on validation rows, the latter with ``slack`` in units of the metric."""
    if tried.failed or excess(limits, tried.trial.validation_after) > 0:
        return False
    return allowed is None or (tried.loss is not None and tried.loss <= allowed + slack + 1e-9)


def choose(
    tries: Sequence[Tried], subject: Subject, limits: types_pb2.Limits, objective: int
) -> tuple[Tried | None, bool]:
    """The chosen trial and whether it is within the limits; None where every trial failed."""
    done = [t for t in tries if not t.failed]
    if not done:
        return None, False
    allowed = allowed_drop(limits, subject.base.measured)

    def gain(tried: Tried) -> float:
        return utility(objective, tried.trial.validation_before, tried.trial.validation_after)

    if resolvable(subject, allowed):
        good = [t for t in done if within(t, limits, allowed)]
        if good:
            return max(good, key=gain), True
    else:
        row = 1.0 / max(1, subject.base.measured.rows)
        good = [t for t in done if within(t, limits, allowed, slack=row)]
        odds = {id(t): log_odds(t, subject, allowed or 0.0) for t in good}
        if good and any(limits.HasField(name) for name in _HARD):
            return max(good, key=lambda t: odds[id(t)]), True
        if good:
            return max(good, key=lambda t: gain(t) / (1 + math.exp(-odds[id(t)]))), True
    least = min(done, key=lambda t: (excess(limits, t.trial.validation_after), _or_worst(t.loss)))
    return least, False


def _or_worst(loss: float | None) -> float:
    return math.inf if loss is None else loss


def log_odds(tried: Tried, subject: Subject, allowed: float) -> float:
    """Log odds that the trial keeps the allowed drop (module docstring)."""
    p = tried.trial.predicted.feasibility if tried.trial.HasField("predicted") else 0.5
    p = min(max(p, _CLIP), 1 - _CLIP)
    d = max(allowed, 1e-3)
    q0, q1 = d / 2, min(4 * d, 0.5)
    n, k = lost_rows(tried, subject)
    return math.log(p / (1 - p)) + (n - k) * math.log((1 - q0) / (1 - q1)) + k * math.log(q0 / q1)


def lost_rows(tried: Tried, subject: Subject) -> tuple[int, float]:
    """(rows, probability of the right class lost against the base, summed), stretched rows included."""
    rows, lost = 0, 0.0
    outputs = dict(tried.outputs or {})
    beyond = outputs.pop("stretched", None)
    for name, after in outputs.items():
        before, labels = subject.outputs(name), subject.labels(name)
        if before is None or before.ndim != 2:
            continue
        y = before.argmax(1) if labels is None else labels.astype(int)
        index = np.arange(len(y))
        lost += float(
            np.clip(probabilities(before)[index, y] - probabilities(after)[index, y], 0, None).sum()
        )
        rows += len(y)
    before = subject.outputs("stretched")
    if beyond is not None and before is not None:
        lost += rows * float((beyond.argmax(1) != before.argmax(1)).mean())
        rows *= 2
    return rows, lost


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Outputs (rows, classes) as probabilities; softmax unless they are that already."""
    if (outputs >= 0).all() and np.allclose(outputs.sum(1), 1, atol=1e-3):
        return outputs
    shifted = np.exp(outputs - outputs.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True))


def drop_upper_bound(tried: Tried, subject: Subject) -> float | None:
    """One-sided 95% upper bound of the drop of accuracy, exact and paired; None for other metrics.

    The drop is at most the share of rows that the base gets right and the compressed model wrong. Of
    n validation rows b did so, and Clopper and Pearson's upper bound of b / n is the answer:
    the 0.95 quantile of Beta(b + 1, n - b). Rows that the base was trained on (``seen``) make
    it optimistic for the base.
    """
    if subject.metric.name not in ("accuracy", "agreement") or not tried.outputs:
        return None
    before, after, y = subject.outputs("val"), tried.outputs["val"], subject.labels("val")
    if before is None or y is None:
        return None
    n = len(y)
    lost = int(((before.argmax(1) == y) & (after.argmax(1) != y)).sum())
    return 1.0 if lost >= n else float(betaincinv(lost + 1, n - lost, 0.95))
