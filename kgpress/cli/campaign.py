"""``kgpress campaign``: many tasks, many strategies, all through the job path."""

from __future__ import annotations

from pathlib import Path

import click

from kgpress.units import parse_duration


@click.group()
def campaign() -> None:
    """Run strategies over many tasks and keep the evidence."""


@campaign.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--budget", default="1h", show_default=True, metavar="1h", help="Wall time.")
@click.option("--work", type=click.Path(path_type=Path), help="Base models and data are kept here.")
def run(file: Path, budget: str, work: Path | None) -> int:
    """Run what FILE declares, resuming where an earlier run stopped.

    Exit code 3 means that the budget ended before the campaign did.
    """
    from kgpress import local

    done, total = local.run_campaign(file, parse_duration(budget), work, say=click.echo)
    click.echo(f"{done} of {total} tasks done")
    return 0 if done == total else 3


@campaign.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A .jsonl.gz file.")
def export(file: Path, out: Path) -> None:
    """Write the evidence of a campaign as data that a new graph imports."""
    from kgpress import local

    count = local.export_campaign(file, out)
    click.echo(f"wrote {out}: {count} results")
