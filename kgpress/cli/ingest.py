"""``kgpress ingest``: published results from documents to evidence."""

from __future__ import annotations

import click


@click.group()
def ingest() -> None:
    """Read published results from documents."""


@ingest.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def crawl(args: tuple[str, ...]) -> int:
    """Crawl a source and submit what it says. Options: kgpress ingest crawl --help."""
    from kgpress import local

    return local.ingest(["crawl", *args])
