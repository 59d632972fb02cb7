"""``kgpress recommend``: a ranking from the snapshot, in well under two seconds."""

from __future__ import annotations

from pathlib import Path

import click

from kgpress.cli._options import (
    hardware_proto,
    json_option,
    limit_options,
    limits_proto,
    objective_proto,
    server_option,
)
from kgpress.errors import InvalidInput


@click.command()
@click.option("--profile", required=True, type=click.Path(path_type=Path), help="From kgpress profile.")
@click.option("--hardware", metavar="NAME|FILE.yaml", help="Instead of the profile's own.")
@limit_options
@click.option("--top", default=10, show_default=True, help="Strategies to print.")
@click.option("--all", "include_infeasible", is_flag=True, help="Also those that are infeasible.")
@json_option
@server_option
def recommend(
    profile: Path,
    hardware: str | None,
    max_drop: str | None,
    max_size: str | None,
    max_latency: str | None,
    objective: str,
    top: int,
    include_infeasible: bool,
    as_json: bool,
    server: str | None,
) -> None:
    """Rank strategies for a model, data and hardware, with the evidence behind each."""
    from google.protobuf import json_format

    from kgpress.v1 import recommendation_pb2 as pb

    request = pb.RecommendRequest(
        subject=_read_subject(profile),
        limits=limits_proto(max_drop, max_size, max_latency),
        objective=objective_proto(objective),
        top=top,
        include_infeasible=include_infeasible,
    )
    if hardware:
        request.subject.hardware.CopyFrom(hardware_proto(hardware))
    if not request.subject.HasField("hardware"):
        raise InvalidInput("the profile names no hardware", remedy="give --hardware", field="hardware")
    if server:
        from kgpress.client import Client

        response = Client.from_environment(server).recommend(request)
    else:
        from kgpress import local

        response = local.recommender().recommend(request)
    if as_json:
        click.echo(json_format.MessageToJson(response, preserving_proto_field_name=True))
    else:
        _print(response)


def _read_subject(path: Path):  # type: ignore[no-untyped-def]
    from google.protobuf import json_format

    from kgpress.v1 import compression_pb2, recommendation_pb2

    try:
        text = path.read_text("utf-8")
        result = json_format.Parse(text, compression_pb2.ProfileResult())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read", remedy="make it with kgpress profile") from error
    except json_format.ParseError as error:
        raise InvalidInput(
            f"{path.name} is not a profile: {str(error).splitlines()[0]}",
            remedy="make it with kgpress profile",
        ) from None
    subject = recommendation_pb2.Subject(model=result.model, dataset=result.dataset)
    if result.HasField("hardware"):
        subject.hardware.CopyFrom(result.hardware)
    return subject


def _print(response) -> None:  # type: ignore[no-untyped-def]
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{response.feasible} of {response.ranked} strategies feasible")
    for heading in ("", "strategy", "quality change", "parameters", "bytes", "chance", "utility"):
        table.add_column(heading, justify="right" if heading not in ("", "strategy") else "left")
    for ranked in response.ranking:
        p = ranked.prediction
        size = p.size_bytes
        table.add_row(
            str(ranked.rank) if ranked.feasible else "no",
            p.strategy.text,
            f"{100 * p.quality_change.value:+.2f}pt" if p.HasField("quality_change") else "-",
            f"-{p.parameter_reduction.value:.1%}" if p.HasField("parameter_reduction") else "-",
            f"{size.value:,.0f}" if p.HasField("size_bytes") else "-",
            f"{p.feasibility:.2f}",
            f"{p.utility:.2f}" if ranked.feasible else "; ".join(ranked.reasons),
        )
    console = Console()
    console.print(table)
    console.print(response.explanation, highlight=False, markup=False)
