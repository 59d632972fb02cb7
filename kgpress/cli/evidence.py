"""``kgpress evidence``: search, show, submit, review."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgpress.cli._options import json_option, open_client, server_option
from kgpress.errors import InvalidInput

if TYPE_CHECKING:
    from kgpress.v1 import types_pb2

STATES = ("proposed", "accepted", "rejected", "quarantined", "superseded")
DECISIONS = ("accept", "reject", "quarantine", "supersede")


@click.group()
def evidence() -> None:
    """Search, show, submit and review evidence."""


@evidence.command()
@click.option("--state", "states", multiple=True, type=click.Choice(STATES))
@click.option("--source", default="")
@click.option("--model", default="")
@click.option("--dataset", default="")
@click.option("--method", default="", help="A label, for example C2.")
@click.option("--limit", default=20, show_default=True)
@json_option
@server_option
def search(
    states: tuple[str, ...],
    source: str,
    model: str,
    dataset: str,
    method: str,
    limit: int,
    as_json: bool,
    server: str | None,
) -> None:
    """Find results."""
    from kgpress.v1 import evidence_pb2, types_pb2

    if method:
        from kgpress.catalogue import load

        load().method(method)
    request = evidence_pb2.SearchEvidenceRequest(
        page=types_pb2.PageRequest(size=limit),
        states=[types_pb2.EvidenceState.Value(f"EVIDENCE_STATE_{s.upper()}") for s in states],
        source=source,
        model=model,
        dataset=dataset,
        method=method,
    )
    response = open_client(server).search_evidence(request)
    for result in response.results:
        click.echo(_json(result) if as_json else _line(result))
    if not as_json:
        click.echo(f"{len(response.results)} of {response.page.total:,}", err=True)


@evidence.command()
@click.argument("result_id")
@server_option
def show(result_id: str, server: str | None) -> None:
    """Print a result with its reviews and older readings as JSON."""
    click.echo(_json(open_client(server).get_evidence(result_id), indent=2))


@evidence.command()
@click.argument("file", type=click.Path(path_type=Path))
@server_option
def submit(file: Path, server: str | None) -> None:
    """Submit a file of results, one JSON object per line (.jsonl or .jsonl.gz)."""
    results = list(read_results(file))
    response = open_client(server).submit_evidence(results)
    click.echo(
        f"{response.added} added, {response.duplicates} known already, {response.quarantined} quarantined"
    )


@evidence.command()
@click.argument("result_id")
@click.argument("decision", type=click.Choice(DECISIONS))
@click.option("--curator", required=True, help="Who decides.")
@click.option("--note", default="")
@click.option("--superseded-by", default="", help="The result that takes its place.")
@server_option
def review(
    result_id: str, decision: str, curator: str, note: str, superseded_by: str, server: str | None
) -> None:
    """Accept, reject, quarantine or supersede a result."""
    from kgpress.v1 import evidence_pb2

    result = open_client(server).review(
        evidence_pb2.ReviewEvidenceRequest(
            id=result_id,
            decision=evidence_pb2.ReviewDecision.Value(f"REVIEW_DECISION_{decision.upper()}"),
            curator=curator,
            note=note,
            superseded_by=superseded_by,
        )
    )
    click.echo(_line(result))


def read_results(file: Path) -> Iterator[types_pb2.ReferenceResult]:
    """The results of a JSON-lines file.

    Raises:
        InvalidInput: unreadable, or a line that is no result; the line is named.
    """
    from google.protobuf import json_format

    from kgpress.v1 import types_pb2

    opener = gzip.open if file.suffix == ".gz" else open
    number = 0
    try:
        with opener(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    yield json_format.Parse(line, types_pb2.ReferenceResult())
    except json_format.ParseError as error:
        fault = str(error).splitlines()[0]
        raise InvalidInput(
            f"{file.name}, line {number}: {fault}", remedy="mend the line; nothing was submitted"
        ) from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{file} cannot be read: {error}", remedy="give a .jsonl or .jsonl.gz file"
        ) from None


def _json(message, indent: int | None = None) -> str:  # type: ignore[no-untyped-def]
    from google.protobuf import json_format

    return json_format.MessageToJson(message, preserving_proto_field_name=True, indent=indent)


def _line(result: types_pb2.ReferenceResult) -> str:
    from kgpress.v1 import types_pb2

    reading = result.interpretation
    state = types_pb2.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()
    sides = (reading.before, reading.after)
    before, after = (f"{s.quality:.4f}" if s.HasField("quality") else "-" for s in sides)
    reasons = f"  ({'; '.join(result.reasons)})" if result.reasons else ""
    return (
        f"{result.id[:16]}  {state:11}  {reading.model} on {reading.dataset}: {reading.strategy.text}  "
        f"{reading.metric.name} {before} -> {after}  [{result.source.name}]{reasons}"
    )
