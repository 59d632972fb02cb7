"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kgpress.errors import InvalidInput

if TYPE_CHECKING:
    from kgpress.client import Client
    from kgpress.v1 import compression_pb2, types_pb2

F = TypeVar("F", bound=Callable[..., Any])

MISSING = ("refuse", "interpolate", "zero")
LENGTHS = ("refuse", "pad_end", "truncate")


def server_option(command: F) -> F:
    """``--server``: the address of a kgpress server; absent means this machine."""
    return click.option(
        "--server", envvar="KGPRESS_SERVER", metavar="HOST:PORT", help="Use a kgpress server."
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def subject_options(command: F) -> F:
    """The model and the data that a job reads."""
    options = [
        click.argument("model", type=click.Path(path_type=Path)),
        click.option("--data", metavar="PATH|MODULE:FUNCTION", help=".npz, UCR folder, image folder."),
        click.option("--verify", "verify_sets", multiple=True, metavar="NAME=PATH", help="A further set."),
        click.option("--model-factory", metavar="MODULE:FUNCTION", help="Builds the module of a state dict."),
        click.option("--allow-pickle", is_flag=True, help="Read pickles: they can run any code."),
        click.option("--metric", default="accuracy", show_default=True),
        click.option("--task", default="", help="For example 'time series classification'."),
        click.option("--domain", default="", help="For example 'time series'."),
        click.option("--name", "model_name", default="", help="The model's name, for example FCN."),
        click.option("--dataset-name", default="", help="The data set's name."),
        click.option("--missing", type=click.Choice(MISSING), default="refuse", show_default=True),
        click.option("--length", type=click.Choice(LENGTHS), default="refuse", show_default=True),
    ]
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


def open_client(server: str | None) -> Client:
    """A client of the given server, or of this machine's own."""
    if server:
        from kgpress.client import Client

        return Client.from_environment(server)
    from kgpress import local

    return local.connect()


def subject_of(client: Client, local: bool, values: dict[str, Any]) -> compression_pb2.ModelAndData:
    """The files of a job as the server will read them: uploaded, or in place when local."""
    from kgpress.catalogue import load
    from kgpress.v1 import compression_pb2

    load().metric(values["metric"])
    subject = compression_pb2.ModelAndData(
        model=_input(client, local, str(values["model"]), "model"),
        allow_pickle=values["allow_pickle"],
        dataset_name=values["dataset_name"],
        model_name=values["model_name"],
        domain=values["domain"],
        task=values["task"],
        metric=values["metric"],
        policy=compression_pb2.DataPolicy(missing=values["missing"], length=values["length"]),
    )
    if values["data"]:
        subject.data.CopyFrom(_input(client, local, values["data"], "data"))
    if values["model_factory"]:
        subject.model_factory.CopyFrom(_input(client, local, values["model_factory"], "model-factory"))
    for given in values["verify_sets"]:
        name, equals, path = given.partition("=")
        if not equals or not name or not path:
            raise InvalidInput(f"--verify {given!r} is not understood", remedy="write NAME=PATH")
        subject.verification_sets.add(name=name, input=_input(client, local, path, "verify"))
    return subject


def _input(client: Client, local: bool, given: str, field: str) -> compression_pb2.Input:
    from kgpress.v1 import compression_pb2

    path = Path(given)
    if not path.exists():
        module, colon, function = given.partition(":")
        if colon and module and function.isidentifier():
            return compression_pb2.Input(factory=given, name=given)
        raise InvalidInput(
            f"there is no file or folder {given!r}", remedy=f"check the path given as {field}", field=field
        )
    if local:
        return compression_pb2.Input(local_path=str(path.resolve()), name=path.name)
    if path.is_dir():
        raise InvalidInput(
            f"{given} is a folder, and a server takes files",
            remedy="pack the data as one .npz file",
            field=field,
        )
    return compression_pb2.Input(artifact=client.upload(path).hash, name=path.name)


def hardware_proto(name_or_file: str) -> types_pb2.HardwareProfile:
    from kgpress.catalogue import read_hardware

    return read_hardware(name_or_file).to_proto()


def limit_options(command: F) -> F:
    options = [
        click.option("--max-drop", metavar="1pt|1%", help="Largest loss: points, or % of the base."),
        click.option("--max-size", metavar="50KB", help="Largest file."),
        click.option("--max-latency", metavar="5ms", help="Largest latency of one sample."),
        click.option("--objective", type=click.Choice(["size", "parameters", "latency"]), default="size"),
    ]
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


def limits_proto(max_drop: str | None, max_size: str | None, max_latency: str | None) -> types_pb2.Limits:
    from kgpress.units import parse_drop, parse_latency, parse_size
    from kgpress.v1 import types_pb2

    limits = types_pb2.Limits()
    if max_drop:
        drop = parse_drop(max_drop)
        if drop.relative:
            limits.max_relative_drop = drop.value
        else:
            limits.max_drop = drop.value
    if max_size:
        limits.max_size_bytes = parse_size(max_size)
    if max_latency:
        limits.max_latency_ms = parse_latency(max_latency)
    return limits


def objective_proto(name: str) -> types_pb2.Objective:
    from kgpress.v1 import types_pb2

    return types_pb2.Objective.Value(f"OBJECTIVE_{name.upper()}")
