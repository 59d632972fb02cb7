"""``kgpress ingest``: published results from documents to evidence."""

from __future__ import annotations

import click

from kgpress.cli.curate import add_to

_AS_GIVEN = {"ignore_unknown_options": True, "help_option_names": []}


@click.group()
def ingest() -> None:
    """Read published results from documents."""


@ingest.command(context_settings=_AS_GIVEN)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def crawl(args: tuple[str, ...]) -> int:
    """Crawl sources and submit what they say. Options: kgpress ingest crawl --help."""
    return _run("crawl", args)


@ingest.command(context_settings=_AS_GIVEN)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def extract(args: tuple[str, ...]) -> int:
    """Write what documents on disk say as JSON lines. Options: kgpress ingest extract --help."""
    return _run("extract", args)


@ingest.command()
def sources() -> int:
    """List the sources that are declared."""
    return _run("sources", ())


def _run(command: str, args: tuple[str, ...]) -> int:
    """The ingester has its own options; it submits to this machine's server unless told another."""
    from kgpress import local

    return local.ingest([command, *args])


add_to(ingest)
