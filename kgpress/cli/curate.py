"""``kgpress ingest review|import|export|stats``: what curators do with evidence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kgpress.cli._options import json_option, open_client, server_option
from kgpress.errors import InvalidInput
from kgpress.filters import TEXTS

if TYPE_CHECKING:
    from kgpress.v1 import evidence_pb2

F = TypeVar("F", bound=Callable[..., Any])

STATES = ("proposed", "accepted", "rejected", "quarantined", "superseded", "layer_point")
READ = ("csv", "jsonl", "model-index")
WRITTEN = (*READ, "parquet", "jsonld")


def filter_options(command: F) -> F:
    """Which results: as in ``SearchEvidenceRequest``."""
    options = [
        click.option(
            "--state", "states", multiple=True, type=click.Choice(STATES), help="Repeat for several."
        ),
        *(click.option(f"--{name}", default="", help=_HELP.get(name)) for name in TEXTS),
        click.option("--min-confidence", type=click.FloatRange(0, 1)),
        click.option("--max-confidence", type=click.FloatRange(0, 1)),
        click.option("--conflict/--no-conflict", default=None, help="Curators disagree on it."),
        click.option("--corrected/--not-corrected", default=None, help="It is read as a curator said."),
        click.option("--per-layer/--no-per-layer", default=None, help="Points of single layers."),
    ]
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


_HELP = {"method": "A label, for example C2.", "reason": "Contained in why it is not accepted."}


@click.command()
@click.option("--as", "curator", default="", metavar="NAME", help="Who decides; by default the login name.")
@filter_options
@click.option(
    "--write-diff",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write accepted corrections as a patch of aliases and declarations; review nothing.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The checkout that the patch is for; by default the one that runs.",
)
@server_option
def review(
    curator: str, write_diff: Path | None, project: Path | None, server: str | None, **filters: Any
) -> None:
    """Accept, reject and correct results beside the table they stand in."""
    from kgpress import local

    request = request_of(filters)
    with open_client(server) as client:
        if write_diff is not None:
            changed, left = local.write_corrections(client, request, write_diff, project)
            for sentence in left:
                click.echo(f"left out: {sentence}", err=True)
            say = f"{changed:,} in {write_diff}; look at it, then: git apply {write_diff}"
            click.echo(
                say if changed else "no correction gives an alias or a declaration; nothing was written"
            )
            return
        decided = local.review_evidence(client, curator or _login(), request)
    click.echo(decided)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(READ), help="By default what the suffix says.")
@click.option("--set", "pairs", multiple=True, metavar="COLUMN=VALUE", help="For lines that lack the column.")
@click.option("--dry-run", is_flag=True, help="Check only.")
@json_option
@server_option
def import_(
    files: tuple[Path, ...],
    format: str | None,
    pairs: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    server: str | None,
) -> int:
    """Import results from CSV, JSON lines or model-index YAML: all lines, or none (docs/exchange.md)."""
    import json
    from dataclasses import asdict

    from kgpress import local

    defaults = dict(_pair(pair) for pair in pairs)
    if dry_run:
        done, faults = local.import_results(None, files, format or "", defaults)
    else:
        with open_client(server) as client:
            done, faults = local.import_results(client, files, format or "", defaults)
    if as_json:
        click.echo(json.dumps({"faults": [asdict(f) for f in faults], **(asdict(done) if done else {})}))
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
    if done is None:
        count = len(faults)
        raise InvalidInput(
            f"{count:,} fault{'s' if count != 1 else ''} found", remedy="mend them; nothing was imported"
        )
    if not as_json:
        click.echo(
            f"{done.rows:,} lines are sound; nothing was imported"
            if dry_run
            else f"{done.added:,} added, {done.duplicates:,} known already, {done.quarantined:,} quarantined"
        )
    return 0


@click.command()
@click.option("--format", type=click.Choice(WRITTEN), required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@filter_options
@server_option
def export(format: str, out: Path, server: str | None, **filters: Any) -> None:
    """Write results to a file; accepted ones unless --state says otherwise, private ones never."""
    from kgpress import local

    request = request_of(filters if filters["states"] else filters | {"states": ("accepted",)})
    with open_client(server) as client:
        written, private = local.export_results(client, request, format, out)
    click.echo(f"{written:,} results in {out}" + (f"; {private:,} private ones left out" if private else ""))


@click.command()
@json_option
@server_option
def stats(as_json: bool, server: str | None) -> None:
    """Count results by source, state, family, domain, hardware and metric."""
    import json

    from kgpress import local

    with open_client(server) as client:
        found, lines = local.evidence_stats(client)
    click.echo(json.dumps(found, indent=1, ensure_ascii=False) if as_json else "\n".join(lines))


def add_to(group: click.Group) -> None:
    """Adds the commands to ``kgpress ingest``."""
    for command in (review, import_, export, stats):
        group.add_command(command)


def request_of(filters: dict[str, Any]) -> evidence_pb2.SearchEvidenceRequest:
    """The request that the filter options stand for."""
    from kgpress.v1 import evidence_pb2, types_pb2

    if filters["method"]:
        from kgpress.catalogue import load

        load().method(filters["method"])
    request = evidence_pb2.SearchEvidenceRequest(
        states=[types_pb2.EvidenceState.Value(f"EVIDENCE_STATE_{s.upper()}") for s in filters["states"]],
        **{name: filters[name] for name in TEXTS},
    )
    for name in ("min_confidence", "max_confidence", "conflict", "corrected", "per_layer"):
        if filters[name] is not None:
            setattr(request, name, filters[name])
    return request


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise InvalidInput("this login has no name", remedy="say who decides: --as NAME") from None


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise InvalidInput(f"--set {text!r} is not understood", remedy="write COLUMN=VALUE")
    return column.strip(), value
