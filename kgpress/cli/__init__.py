"""The shell: ``kgpress COMMAND``. Commands are imported when they are called, so that
``kgpress --help`` stays quick."""

from __future__ import annotations

import importlib
import sys

import click

from kgpress import __version__
from kgpress.errors import KgpressError

#: Command -> (module with a click command of the same name, one line of help).
COMMANDS = {
    "compress": ("compress", "Choose, execute and prove a compression of a trained model."),
    "recommend": ("recommend", "Rank strategies for a profile, with the evidence behind each."),
    "profile": ("profile", "Measure what a recommendation needs to know of a model and data."),
    "verify": ("profile", "Check a model on its verification sets."),
    "methods": ("catalogue", "List compression methods and their hyperparameters."),
    "hardware": ("catalogue", "List the hardware that limits can be asked for."),
    "jobs": ("jobs", "List, watch and cancel jobs."),
    "graph": ("graph", "Query, export, import, back up and restore the knowledge graph."),
    "evidence": ("evidence", "Search, show, submit and review evidence."),
    "ingest": ("ingest", "Read published results from documents."),
    "campaign": ("campaign", "Run strategies over many tasks and keep the evidence."),
    "baseline": ("baseline", "Train a reference network and export it as ONNX."),
    "train": ("service", "Train embeddings and predictor once, from the graph as it is."),
    "trainer": ("service", "Keep training as the graph grows."),
    "serve": ("service", "Serve the gRPC API."),
    "worker": ("service", "Execute compression jobs."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kgpress.cli.{COMMANDS[cmd_name][0]}")
        return getattr(module, cmd_name)  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kgpress")
def cli() -> None:
    """Which compression strategy, and will it really work? Answered from evidence.

    \b
    kgpress compress model.onnx --data data.npz --hardware x86-cpu \\
        --max-drop 1pt --max-size 50KB --budget 3m --out out/

    Without a server everything runs on this machine and is kept in $KGPRESS_HOME. With
    --server or $KGPRESS_SERVER the same commands go to a kgpress server.
    """


def main() -> None:
    """Runs the shell; bad input ends in one sentence and an exit code that is not 0."""
    try:
        code = cli.main(prog_name="kgpress", standalone_mode=False)
    except click.exceptions.Abort:
        sys.stderr.write("kgpress: interrupted\n")
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except KgpressError as error:
        sys.stderr.write(f"kgpress: {error}\n")
        code = error.exit_code
    except BrokenPipeError:
        code = 141
    except ModuleNotFoundError as error:
        extra = _extra_for(error.name or "")
        if extra is None:
            raise
        sys.stderr.write(f"kgpress: {error.name} is not installed; run pip install 'kgpress[{extra}]'\n")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


_LOCAL = ("kg_service", "compressor", "neo4j", "arcadedb_embedded", "torch", "onnx", "onnxruntime", "numpy")
_INGEST = ("scrapy", "textual", "pyarrow", "lxml", "markdown_it", "mdit_py_plugins", "docutils", "pdfplumber")
_EXTRAS = dict.fromkeys(_LOCAL, "local") | {
    **dict.fromkeys(_INGEST, "ingest"),
    "py2neo": "analyst",
    "pandas": "analyst",
    "celery": "service",
    "pykeen": "service",
}


def _extra_for(module: str) -> str | None:
    return _EXTRAS.get(module.partition(".")[0])
