"""``kgpress profile`` and ``kgpress verify``: what a recommendation needs to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgpress.cli._options import (
    hardware_proto,
    json_option,
    open_client,
    server_option,
    subject_of,
    subject_options,
)


@click.command()
@subject_options
@click.option("--hardware", default="x86-cpu", show_default=True, metavar="NAME|FILE.yaml")
@click.option("--out", type=click.Path(path_type=Path), help="Write the profile here (JSON).")
@server_option
def profile(hardware: str, out: Path | None, server: str | None, **given: Any) -> None:
    """Profile a model and its data; prints JSON for `kgpress recommend --profile`."""
    from kgpress.cli._run_job import run_job
    from kgpress.errors import OutputError
    from kgpress.v1 import compression_pb2 as pb

    spec = pb.ProfileSpec(hardware=hardware_proto(hardware))
    client = open_client(server)
    spec.subject.CopyFrom(subject_of(client, not server, given))
    job = run_job(client, pb.JobSpec(profile=spec), local=not server)
    text = _json(job.result.profile)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}", remedy="give another --out") from None


@click.command()
@subject_options
@json_option
@server_option
def verify(as_json: bool, server: str | None, **given: Any) -> None:
    """Check a model: data flows through it, its outputs are sound, its quality per set."""
    from kgpress.cli._run_job import run_job
    from kgpress.v1 import compression_pb2 as pb

    client = open_client(server)
    spec = pb.VerifySpec(subject=subject_of(client, not server, given))
    job = run_job(client, pb.JobSpec(verify=spec), local=not server)
    result = job.result.verify
    if as_json:
        click.echo(_json(result))
        return
    for check in result.checks:
        click.echo(f"{'ok' if check.passed else 'FAILED':7} {check.name}: {check.detail}")
    for scored in result.sets:
        seen = ", seen in training" if scored.seen else ""
        click.echo(
            f"{result.metric.name} on {scored.name}: {scored.quality:.4f} ({scored.rows:,} rows{seen})"
        )
    click.echo(f"model performance score: {result.performance_score:.4f}")


def _json(message: Any) -> str:
    from google.protobuf import json_format

    return json_format.MessageToJson(message, preserving_proto_field_name=True)
