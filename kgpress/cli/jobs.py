"""``kgpress jobs``: list, watch, cancel, fetch."""

from __future__ import annotations

from pathlib import Path

import click

from kgpress.cli._options import json_option, open_client, server_option


@click.group()
def jobs() -> None:
    """List, watch and cancel jobs, and fetch what they made."""


@jobs.command("list")
@json_option
@server_option
def list_jobs(as_json: bool, server: str | None) -> None:
    """List jobs, newest first."""
    from kgpress.v1 import compression_pb2 as pb

    for job in open_client(server).jobs():
        if as_json:
            click.echo(_line(job))
        else:
            kind = job.spec.WhichOneof("kind")
            state = pb.JobState.Name(job.state).removeprefix("JOB_STATE_").lower()
            when = job.submitted_at.ToDatetime().isoformat(timespec="seconds")
            click.echo(f"{job.id}  {when}Z  {kind:8}  {state:9}  {job.progress.stage}")


@jobs.command()
@click.argument("job_id")
@server_option
def show(job_id: str, server: str | None) -> None:
    """Print a job as JSON."""
    from google.protobuf import json_format

    job = open_client(server).job(job_id)
    click.echo(json_format.MessageToJson(job, preserving_proto_field_name=True))


@jobs.command()
@click.argument("job_id")
@server_option
def watch(job_id: str, server: str | None) -> None:
    """Follow a job to its end."""
    from kgpress.cli._run_job import display

    with display() as shown:
        for event in open_client(server).watch(job_id):
            if event.HasField("progress"):
                shown.show(event.progress)


@jobs.command()
@click.argument("job_id")
@server_option
def cancel(job_id: str, server: str | None) -> None:
    """Ask a job to stop."""
    open_client(server).cancel(job_id)
    click.echo(f"asked {job_id} to stop")


@jobs.command()
@click.argument("job_id")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@server_option
def fetch(job_id: str, out: Path, server: str | None) -> None:
    """Write model.onnx and report.json of a finished compression."""
    from kgpress.cli.compress import check_output_folder, save
    from kgpress.errors import NotFound

    client = open_client(server)
    job = client.job(job_id)
    if not job.result.compress.HasField("artifact"):
        raise NotFound(f"job {job_id} has made no model", remedy="see kgpress jobs show")
    check_output_folder(out)
    save(client, job, out)
    click.echo(f"wrote {out / 'model.onnx'} and {out / 'report.json'}")


def _line(message) -> str:  # type: ignore[no-untyped-def]
    from google.protobuf import json_format

    return json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None)
