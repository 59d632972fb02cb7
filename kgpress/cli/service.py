"""``kgpress serve``, ``worker``, ``trainer`` and ``train``: the processes of the service.

They run in their own modules, with the options of those modules.
"""

from __future__ import annotations

import importlib
import sys

import click

_PASS = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def _run(module: str, args: tuple[str, ...]) -> int:
    code = importlib.import_module(module).main(list(args))
    return code if isinstance(code, int) else 0


@click.command(context_settings=_PASS)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def serve(args: tuple[str, ...]) -> int:
    """Serve the gRPC API. Options: kgpress serve --help."""
    return _run("kg_service.server.__main__", args)


@click.command(context_settings=_PASS)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def worker(args: tuple[str, ...]) -> int:
    """Execute compression jobs. Options: kgpress worker --help."""
    return _run("compressor.worker", args)


@click.command(context_settings=_PASS)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def trainer(args: tuple[str, ...]) -> int:
    """Keep training as the graph grows. Options: kgpress trainer --help."""
    return _run("kg_service.trainer", args)


@click.command()
def train() -> None:
    """Train embeddings and predictor once, from the graph as it is, and use the result."""
    from kgpress import local

    sys.stderr.write("training on the graph\n")
    click.echo(f"snapshot {local.train_once()}")
