"""What a compression leaves behind: ``report.json`` and the table on the screen."""

from __future__ import annotations

from typing import Any

from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import recommendation_pb2, types_pb2

_KEYS = ("size_bytes", "parameters", "nonzero_parameters", "macs", "latency_ms", "latency_ms_half_width")

_OUTCOMES = {
    pb.OUTCOME_MET: "every limit holds",
    pb.OUTCOME_LIMITS_NOT_MET: "LIMITS NOT MET: this is the best that was found",
    pb.OUTCOME_FLOOR_UNRESOLVABLE: (
        "within the limits, on too few validation rows to prove the allowed drop: give more with --verify"
    ),
    pb.OUTCOME_BASE_KEPT: "the base model is kept: nothing better was found",
}


def report(job: pb.Job, model_path: str) -> dict[str, Any]:
    """The report as JSON types: sizes in bytes, latencies in ms, quality as measured."""
    result = job.result.compress
    chosen = result.chosen
    return {
        "job": job.id,
        "outcome": pb.Outcome.Name(result.outcome).removeprefix("OUTCOME_").lower(),
        "model": model_path,
        "strategy": chosen.strategy.text,
        "catalogue_version": chosen.strategy.catalogue_version,
        "seed": chosen.seed,
        "base": _side(result.metric, chosen.validation_before, chosen.test_before),
        "compressed": _side(result.metric, chosen.validation_after, chosen.test_after),
        "drop_upper_bound": result.drop_upper_bound if result.HasField("drop_upper_bound") else None,
        "predicted": _prediction(result.predicted),
        "evidence": [_citation(c) for c in result.evidence],
        "snapshot": _snapshot(result.snapshot),
        "seconds": {name: round(s, 3) for name, s in sorted(result.stage_seconds.items())},
        "trials": [_trial(t) for t in result.trials],
        "notes": list(result.notes),
    }


def _side(
    metric: types_pb2.Metric, validation: types_pb2.Measurement, test: types_pb2.Measurement
) -> dict[str, Any]:
    split, reported = ("test", test) if test.HasField("quality") else ("validation", validation)
    side: dict[str, Any] = {
        "metric": metric.name,
        "quality": _optional(reported, "quality"),
        "quality_split": split,
        "rows": _optional(reported, "rows"),
        "validation_quality": _optional(validation, "quality"),
        "validation_rows": _optional(validation, "rows"),
    }
    return side | {key: _optional(validation, key) for key in _KEYS}


def _optional(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _quantity(quantity: types_pb2.Quantity) -> dict[str, float]:
    interval = quantity.interval
    return {"value": quantity.value, "low": interval.low, "high": interval.high, "level": interval.level}


def _prediction(prediction: recommendation_pb2.Prediction) -> dict[str, Any] | None:
    if not prediction.HasField("strategy"):
        return None
    quantities = ("quality_change", "parameter_reduction", "size_bytes", "latency_ms")
    return {
        **{n: _quantity(getattr(prediction, n)) for n in quantities if prediction.HasField(n)},
        "feasibility": prediction.feasibility,
        "utility": prediction.utility,
    }


def _citation(citation: recommendation_pb2.Citation) -> dict[str, Any]:
    optional = ("quality_before", "quality_after", "parameter_reduction", "size_ratio")
    return {
        "result": citation.result_id,
        "source": citation.source,
        "model": citation.model,
        "dataset": citation.dataset,
        "strategy": citation.strategy,
        "metric": citation.metric,
        **{name: _optional(citation, name) for name in optional},
        "locator": citation.locator,
        "supports": citation.supports,
    }


def _snapshot(info: recommendation_pb2.SnapshotInfo) -> dict[str, Any] | None:
    if not info.version:
        return None
    return {
        "version": info.version,
        "parent": info.parent,
        "catalogue_version": info.catalogue_version,
        "graph_revision": info.graph_revision,
        "graph_hash": info.graph_hash,
        "stale": info.stale if info.HasField("stale") else None,
        "results": info.results,
        "strategies": info.strategies,
    }


def _trial(trial: pb.Trial) -> dict[str, Any]:
    error = trial.error.message if trial.HasField("error") else None
    after = trial.validation_after
    return {
        "step": trial.step,
        "strategy": trial.strategy.text,
        "seed": trial.seed,
        "repeat": trial.repeat,
        "validation_quality": _optional(after, "quality"),
        "size_bytes": _optional(after, "size_bytes"),
        "latency_ms": _optional(after, "latency_ms"),
        "within_limits": trial.within_limits,
        "seconds": round(trial.seconds, 3),
        "result": trial.result_id,
        "error": error,
    }


def print_report(document: dict[str, Any], outcome: pb.Outcome) -> None:
    """Base and compressed side by side, prediction, evidence."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    base, compressed, predicted = document["base"], document["compressed"], document["predicted"] or {}
    table = Table(title=f"{document['strategy'] or 'base model'} - {_OUTCOMES.get(outcome, '')}")
    for heading in ("", "base", "compressed", "ratio", "predicted (90% interval)"):
        table.add_column(heading, justify="left" if not heading else "right")
    fmt = "{:.4f}".format
    table.add_row(
        f"{base['metric']} ({base['quality_split']}, {base['rows'] or 0:,} rows)",
        *(_show(side["quality"], fmt) for side in (base, compressed)),
        _change(base["quality"], compressed["quality"]),
        _show_quantity(predicted.get("quality_change"), "{:+.4f}".format),
    )
    rows = {
        "bytes": ("size_bytes", "{:,.0f}".format, "size_bytes"),
        "parameters": ("parameters", "{:,.0f}".format, "parameter_reduction"),
        "MACs": ("macs", "{:,.0f}".format, ""),
        "latency ms": ("latency_ms", "{:.3f}".format, "latency_ms"),
    }
    for label, (key, show, predicted_key) in rows.items():
        before, after = base[key], compressed[key]
        ratio = f"{before / after:.1f}x" if before and after else ""
        as_predicted = "{:.1%} fewer".format if predicted_key == "parameter_reduction" else show
        table.add_row(
            label,
            _show(before, show),
            _show(after, show),
            ratio,
            _show_quantity(predicted.get(predicted_key), as_predicted),
        )
    console.print(table)
    _print_evidence(console, document)
    for note in document["notes"]:
        console.print(f"note: {note}", highlight=False, markup=False)


def _print_evidence(console: Any, document: dict[str, Any]) -> None:
    snapshot = document["snapshot"]
    if snapshot is not None:
        console.print(
            f"chosen from snapshot {snapshot['version'][:12]} ({snapshot['results']:,} results, "
            f"{snapshot['strategies']:,} strategies); evidence:",
            highlight=False,
        )
    for citation in document["evidence"]:
        sign = "for    " if citation["supports"] else "against"
        before, after = citation["quality_before"], citation["quality_after"]
        change = f"{before:.4f} -> {after:.4f}" if before is not None and after is not None else ""
        ratio = f", {citation['size_ratio']:.1f}x smaller" if citation["size_ratio"] else ""
        console.print(
            f"  {sign} {citation['strategy']} on {citation['model']}, {citation['dataset']}: "
            f"{change}{ratio} [{citation['source']}, {citation['locator']}]",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _show(value: float | None, fmt: Any) -> str:
    return "-" if value is None else fmt(value)


def _change(before: float | None, after: float | None) -> str:
    return "" if before is None or after is None else f"{100 * (after - before):+.2f}pt"


def _show_quantity(quantity: dict[str, float] | None, fmt: Any) -> str:
    if not quantity:
        return "-"
    return f"{fmt(quantity['value'])} ({fmt(quantity['low'])} .. {fmt(quantity['high'])})"
