"""``kgpress graph``: read-only Cypher for analysts, and moving whole graphs."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import click

from kgpress.cli._options import open_client, server_option
from kgpress.errors import InvalidInput


@click.group()
def graph() -> None:
    """Query, export, import, back up and restore the knowledge graph.

    The graph is this machine's own, or a Neo4j where KGPRESS_NEO4J_URI is set.
    """


@graph.command()
@click.argument("cypher")
@click.option("--param", "params", multiple=True, metavar="NAME=JSON", help="A parameter, $NAME.")
@click.option("--json", "form", flag_value="json", help="One JSON object per row.")
@click.option("--csv", "form", flag_value="csv", help="CSV with a header.")
@click.option("--limit", default=1000, show_default=True, help="Rows at most.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds at most.")
@server_option
def query(
    cypher: str, params: tuple[str, ...], form: str | None, limit: int, timeout: float, server: str | None
) -> None:
    """Run a read-only Cypher query; docs/graph.md has labels, relations and ready queries."""
    result = open_client(server).query(
        cypher, parameters=dict(map(_param, params)), row_limit=limit, timeout_s=timeout
    )
    columns, rows = list(result.columns), [list(row) for row in result.rows]
    if form == "json":
        for row in rows:
            click.echo(json.dumps(dict(zip(columns, row, strict=True)), default=_plain))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_cell(value) for value in row] for row in rows])
    else:
        _print_table(columns, rows)
    if result.truncated:
        click.echo(f"only the first {limit} rows; ask for more with --limit", err=True)


@graph.command()
@server_option
def status(server: str | None) -> None:
    """What store, which revision, how many of what."""
    found = open_client(server).graph_status()
    click.echo(f"{found.store} {found.store_version}, schema {found.schema_version}")
    click.echo(f"revision {found.graph_revision}, content {found.graph_hash[:16]}")
    click.echo(f"catalogue {found.catalogue_version}")
    for label, count in sorted(found.counts.items()):
        click.echo(f"{count:>10,}  {label}")


@graph.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write everything but private evidence to FILE, for any store."""
    from kgpress import local

    _say("exported", local.graph_export(file), file)


@graph.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--shipped", is_flag=True, help="All the evidence that comes with kgpress; a minute or two.")
def import_(files: tuple[Path, ...], shipped: bool) -> None:
    """Add exported graphs or evidence files (.jsonl, .jsonl.gz); an exported graph all or nothing."""
    from kgpress import local

    if not files and not shipped:
        raise InvalidInput("nothing to import", remedy="name files, or give --shipped")
    if shipped:
        _say("imported", local.graph_import_shipped(), "what comes with kgpress")
    for file in files:
        _say("imported", local.graph_import(file), file)


@graph.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write everything, private evidence and jobs included, to FILE."""
    from kgpress import local

    _say("backed up", local.graph_backup(file), file)


@graph.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what the graph holds now without asking.")
def restore(file: Path, yes: bool) -> None:
    """Replace the graph by a backup."""
    from kgpress import local

    if not yes:
        click.confirm("This replaces everything in the graph. Go on?", abort=True)
    _say("restored", local.graph_restore(file), file)


def _say(done: str, counts: dict[str, int], file: Path | str) -> None:
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(f"{done} {file}: {told}")


def _param(given: str) -> tuple[str, Any]:
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise InvalidInput(f"--param {given!r} is not understood", remedy="write NAME=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, dict | list):
        return json.dumps(value, default=_plain)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _print_table(columns: list[str], rows: list[list[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in columns:
        table.add_column(Text(column))
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)
