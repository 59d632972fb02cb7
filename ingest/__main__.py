"""``python -m ingest crawl SOURCE --server TARGET|--out FILE``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

from kgpress.errors import KgpressError

#: Some documents could not be used; the results of the others were submitted.
EXIT_FAULTS = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    try:
        argv = None if arguments is None else list(arguments)
        return commands.main(argv, prog_name="python -m ingest", standalone_mode=False) or 0
    except KgpressError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130


@click.group()
def commands() -> None:
    """Crawls published results and submits them as evidence."""


@commands.command("sources")
def sources() -> None:
    """Lists the declared sources."""
    from ingest._declaration import names

    for name in names():
        click.echo(name)


@commands.command("crawl")
@click.argument("source")
@click.option("--base-url", help="Scheme and host of the documents, instead of the source's own.")
@click.option("--server", default="", help="Target of the server that takes the results.")
@click.option("--out", default="", type=click.Path(dir_okay=False), help="File for the results (.jsonl.gz).")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting.")
def crawl_command(
    source: str, base_url: str | None, server: str, out: str, as_json: bool, pairs: tuple[str, ...]
) -> int:
    """Crawls SOURCE (a name, or a TOML file) and submits its results, or writes them to a file.

    Ends with 7 where a document could not be used.
    """
    from ingest._runner import crawl

    if bool(server) == bool(out):
        raise click.UsageError("give either --server TARGET or --out FILE")
    settings = dict(pair.partition("=")[::2] for pair in pairs)
    report = crawl(source, base_url, settings={"INGEST_SERVER": server, "INGEST_OUT": out, **settings})
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=1))
        return EXIT_FAULTS if report.faults else 0
    for path, states in report.states.items():
        click.echo(f"{path}: " + ", ".join(f"{n} {state}" for state, n in states.items()))
    click.echo(f"{report.fetched} fetched, {report.added} results added, {report.duplicates} known")
    for fault in report.faults:
        click.echo(f"{fault.path}: {fault.reason}", err=True)
    return EXIT_FAULTS if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
