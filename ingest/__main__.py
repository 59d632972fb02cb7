"""``python -m ingest crawl|sources|extract``: the ingester's command line."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kgpress.errors import KgpressError

if TYPE_CHECKING:
    from ingest._runner import CrawlReport

#: Some documents could not be used; the results of the others were submitted.
EXIT_FAULTS = 7
#: Faults that are shown one by one; the rest are counted, and all are in the JSON.
SHOWN_FAULTS = 40
#: Command -> (module, click command) of those that live beside what they run.
ELSEWHERE = {"extract": ("ingest._extract", "command")}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands, *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, name = ELSEWHERE[cmd_name]
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


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


@click.group(cls=_Commands)
def commands() -> None:
    """Crawls published results and submits them as evidence."""


@commands.command("sources")
def sources() -> None:
    """Lists the declared sources: name, kind, places."""
    from ingest.spiders._plan import declared, read_plan

    for name in declared():
        plan = read_plan(name)
        where = dict.fromkeys(p.repository or p.url for p in plan.places) or plan.start
        click.echo(f"{name:28} {plan.kind:10} {', '.join(where)}")


@commands.command("crawl")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--all", "every", is_flag=True, help="Every declared source.")
@click.option("--base-url", default="", help="Scheme and host of the documents, instead of their own.")
@click.option("--api-url", default="", help="The same for listings; by default the base URL.")
@click.option("--server", default="", help="Target of the server that takes the results.")
@click.option("--out", default="", type=click.Path(dir_okay=False), help="File for the results (.jsonl.gz).")
@click.option("--jobs", type=click.IntRange(1, 64), help="Sources that are read at a time.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting.")
def crawl_command(
    sources: tuple[str, ...],
    every: bool,
    base_url: str,
    api_url: str,
    server: str,
    out: str,
    jobs: int | None,
    as_json: bool,
    pairs: tuple[str, ...],
) -> int:
    """Crawls each SOURCE (a name, or a TOML file) and submits its results, or writes them to a file.

    What is kept from an earlier crawl is not fetched again; what has not changed is not read again.
    Ends with 7 where a document could not be used.
    """
    from ingest._runner import crawl
    from ingest.spiders._plan import declared

    if bool(server) == bool(out):
        raise click.UsageError("give either --server TARGET or --out FILE")
    if bool(sources) == every:
        raise click.UsageError("give either the names of sources or --all")
    settings = {"INGEST_SERVER": server, "INGEST_OUT": out, "INGEST_JOBS": jobs or 0}
    settings |= dict(pair.partition("=")[::2] for pair in pairs)
    report = crawl(declared() if every else sources, base_url, api_url, settings=settings)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=1))
    else:
        _show(report)
    return EXIT_FAULTS if report.faults else 0


def _show(report: CrawlReport) -> None:
    for source in report.sources:
        states = ", ".join(f"{n:,} {state}" for state, n in source.states.items()) or "no results"
        faults = f", {len(source.faults):,} faults" if source.faults else ""
        click.echo(
            f"{source.source}: {source.fetched:,} fetched, {source.unchanged:,} unchanged; {states}{faults}"
        )
    more = f", {n:,} superseded" if (n := report.total("superseded")) else ""
    added, known = report.total("added"), report.total("duplicates")
    click.echo(f"{report.total('fetched'):,} fetched, {added:,} results added, {known:,} known{more}")
    for fault in report.faults[:SHOWN_FAULTS]:
        click.echo(f"{fault.path or 'source'}: {fault.reason}", err=True)
    if len(report.faults) > SHOWN_FAULTS:
        click.echo(f"and {len(report.faults) - SHOWN_FAULTS:,} more faults (--json names all)", err=True)


if __name__ == "__main__":
    sys.exit(main())
