"""Plain sentences about an answer."""

from __future__ import annotations

from collections.abc import Sequence

from kgpress.v1 import recommendation_pb2


def explain(
    selected: recommendation_pb2.RankedStrategy | None,
    *,
    metric: str,
    own_results: int,
    own_datasets: int,
    related_results: int,
    measured: bool,
    replaced: str,
    base_size: float | None,
    utility_known: bool,
    notes: Sequence[str],
) -> str:
    """Says what was selected, what is expected of it, and what stands behind that.

    Args:
        replaced: text of the network's pick that the guard replaced, or "".
    """
    if selected is None:
        return " ".join(["No strategy can be executed with what was given.", *notes])
    p = selected.prediction
    if not utility_known:
        start = (
            f"{p.strategy.text} is the first strategy that can be executed here; nothing has been "
            "measured yet, so nothing is predicted and the order says nothing."
        )
        return " ".join([start, *notes])
    verb = "was measured" if measured else "is expected"
    parts = [f"{p.strategy.text} {verb} to {_expected(p, metric, base_size)}."]
    parts.append(f"The chance of being within the limits is {p.feasibility:.0%}.")
    parts.append(_behind(own_results, own_datasets, related_results))
    if replaced:
        parts.append(
            f"{replaced} was predicted to be better, but not by more than the prediction's uncertainty, "
            "so the strategy with the best mean over all known tasks was taken."
        )
    if not selected.corroborated:
        parts.append("No measured result of its compression types has about these values: it extrapolates.")
    return " ".join([*parts, *notes])


def _expected(p: recommendation_pb2.Prediction, metric: str, base_size: float | None) -> str:
    parts = []
    if p.HasField("quality_change"):
        q = p.quality_change
        low, high = q.interval.low, q.interval.high
        parts.append(f"change {metric} by {q.value:+.3g} (90% interval {low:+.3g} to {high:+.3g})")
    if p.HasField("size_bytes") and base_size and p.size_bytes.value > 0:
        fold = base_size / p.size_bytes.value
        parts.append(f"make the file {fold:.1f} times smaller ({p.size_bytes.value / 1000:.0f} KB)")
    elif p.HasField("parameter_reduction"):
        parts.append(f"remove {p.parameter_reduction.value:.0%} of the parameters")
    return " and ".join(parts) if parts else "have an effect that nothing measured tells"


def _behind(own: int, datasets: int, related: int) -> str:
    if own:
        text = f"{_count(own, 'result')} of this very strategy on {_count(datasets, 'data set')}"
    else:
        text = "No result of this very strategy"
    return f"{text} and {related} of other strategies with its methods stand behind that."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
