"""``kgpress compress``: a trained model in, a smaller proven model out."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from kgpress.cli._options import (
    hardware_proto,
    limit_options,
    limits_proto,
    objective_proto,
    open_client,
    server_option,
    subject_of,
    subject_options,
)
from kgpress.errors import EXIT_LIMITS_NOT_MET, InvalidInput, OutputError, by_reason


@click.command()
@subject_options
@click.option("--hardware", required=True, metavar="NAME|FILE.yaml", help="See kgpress hardware.")
@limit_options
@click.option("--budget", default="3m", show_default=True, metavar="3m", help="Wall time.")
@click.option("--max-trials", default=0, help="Strategies to try at most (default 6).")
@click.option("--strategy", "strategies", multiple=True, help="Run this one; may be repeated.")
@click.option("--repeats", default=1, show_default=True, help="Repeats of each, with other seeds.")
@click.option("--seed", default=0, show_default=True)
@click.option("--private", is_flag=True, help="Keep the evidence of this run out of any export.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Output folder.")
@server_option
def compress(out: Path, server: str | None, **given: Any) -> int:
    """Choose a strategy from the graph, execute it, prove it on the exported file, remember it.

    Writes model.onnx and report.json to --out. Exit code 3 means that the best model found does
    not meet the limits.
    """
    from kgpress import strategy as strategies
    from kgpress.cli import _report
    from kgpress.cli._run_job import Interrupted, run_job
    from kgpress.units import parse_duration
    from kgpress.v1 import compression_pb2 as pb

    if given["repeats"] < 1 or given["max_trials"] < 0 or given["seed"] < 0:
        raise InvalidInput("--repeats, --max-trials and --seed count from 1, 0 and 0", remedy="raise them")
    spec = pb.CompressSpec(
        hardware=hardware_proto(given["hardware"]),
        limits=limits_proto(given["max_drop"], given["max_size"], given["max_latency"]),
        objective=objective_proto(given["objective"]),
        budget_s=parse_duration(given["budget"]),
        strategies=[strategies.parse(text).text for text in given["strategies"]],
        seed=given["seed"],
        repeats=given["repeats"],
        private=given["private"],
        max_trials=given["max_trials"],
    )
    check_output_folder(out)
    client = open_client(server)
    spec.subject.CopyFrom(subject_of(client, not server, given))
    try:
        job = run_job(client, pb.JobSpec(compress=spec), local=not server)
    except Interrupted as stop:
        if stop.job.result.compress.HasField("artifact"):
            save(client, stop.job, out)
            click.echo(f"the best so far is in {out}", err=True)
        raise
    result = job.result.compress
    if result.trials and all(trial.HasField("error") for trial in result.trials):
        first = result.trials[0].error
        raise by_reason(first.reason)(first.message, remedy=first.remedy)
    document = save(client, job, out)
    outcome = result.outcome
    _report.print_report(document, outcome)
    click.echo(f"wrote {out / 'model.onnx'} and {out / 'report.json'}")
    return 0 if outcome in (pb.OUTCOME_MET, pb.OUTCOME_FLOOR_UNRESOLVABLE) else EXIT_LIMITS_NOT_MET


def check_output_folder(out: Path) -> None:
    """Fails before any work is done where the folder cannot be written.

    Raises:
        OutputError: not a folder, or not writable.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        raise OutputError(
            f"the output folder {out} cannot be written: {error.strerror}",
            remedy="give another folder with --out",
            field="out",
        ) from None


def save(client: Any, job: Any, out: Path) -> dict[str, Any]:
    """Both files or none: they are complete beside their places before either is moved there."""
    from kgpress.cli import _report

    document = _report.report(job, "model.onnx")
    staging = Path(tempfile.mkdtemp(prefix=".kgpress-", dir=out))
    try:
        client.download(job.result.compress.artifact.hash, staging / "model.onnx")
        (staging / "report.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        for name in ("model.onnx", "report.json"):
            os.replace(staging / name, out / name)
    except OSError as error:
        raise OutputError(
            f"the results cannot be written to {out}: {error.strerror}",
            remedy=f"make room and fetch them again: kgpress jobs fetch {job.id} --out FOLDER",
            field="out",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(staging)
    return document
