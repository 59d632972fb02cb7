"""Checks on requests. Each refusal names the field and what to give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from kg_service.artifacts import ArtifactStore
from kgpress.catalogue import load
from kgpress.errors import Forbidden, InvalidInput, KgpressError, UnknownName
from kgpress.strategy import parse
from kgpress.v1 import compression_pb2, recommendation_pb2, types_pb2

MAX_SUBJECTS = 256
MAX_STRATEGIES = 1000
MAX_TEXT = 2000
MAX_KEY = 200
_MAX_DROP_FIELDS = ("max_drop", "max_relative_drop", "max_latency_ms")


def refuse(field: str, fault: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"{field} {fault}", remedy=remedy, field=field)


def check_numbers(message: Message, path: str = "") -> None:
    """No NaN and no infinity anywhere in the message."""
    for field, value in _doubles(message, path):
        if not math.isfinite(value):
            raise refuse(field, f"is {value}", "leave out what is not known")


def check_limits(limits: types_pb2.Limits, field: str) -> None:
    for name in _MAX_DROP_FIELDS:
        if limits.HasField(name) and getattr(limits, name) < 0:
            raise refuse(f"{field}.{name}", "is negative", "give 0 or more")


def complete_hardware(hardware: types_pb2.HardwareProfile, field: str) -> None:
    """Fills in a device that is given by its catalogue name alone."""
    if hardware.kind or not hardware.name:
        return
    catalogue = load()
    known = {h.name: h for h in catalogue.hardware}
    if hardware.name not in known:
        raise UnknownName("hardware", hardware.name, list(known), field=f"{field}.name")
    entry = known[hardware.name]
    hardware.kind, hardware.chipset, hardware.runtime = entry.kind, entry.chipset, entry.runtime
    hardware.precisions[:] = entry.precisions
    hardware.sparsity = entry.sparsity
    if entry.ram_bytes is not None:
        hardware.ram_bytes = entry.ram_bytes
    if entry.flash_bytes is not None:
        hardware.flash_bytes = entry.flash_bytes


def check_subject(subject: recommendation_pb2.Subject, field: str) -> None:
    check_numbers(subject, field)
    complete_hardware(subject.hardware, f"{field}.hardware")


def check_recommend(request: recommendation_pb2.RecommendRequest) -> None:
    check_subject(request.subject, "subject")
    check_numbers(request.limits, "limits")
    check_limits(request.limits, "limits")
    check_strategies(request.exclude_strategies, "exclude_strategies")


def check_predict(request: recommendation_pb2.PredictRequest) -> None:
    if not request.subjects:
        raise refuse("subjects", "is empty", "give at least one subject")
    if len(request.subjects) > MAX_SUBJECTS:
        raise refuse("subjects", f"has {len(request.subjects)} entries", f"give at most {MAX_SUBJECTS}")
    for position, subject in enumerate(request.subjects):
        check_subject(subject, f"subjects[{position}]")
    check_numbers(request.limits, "limits")
    check_limits(request.limits, "limits")
    check_strategies(request.strategies, "strategies")


def check_strategies(texts: Any, field: str) -> None:
    """Each text parses; the fault is told with its position."""
    if len(texts) > MAX_STRATEGIES:
        raise refuse(field, f"has {len(texts)} entries", f"give at most {MAX_STRATEGIES}")
    for position, text in enumerate(texts):
        check_strategy(text, f"{field}[{position}]")


def check_strategy(text: str, field: str) -> None:
    if len(text) > MAX_TEXT:
        raise refuse(field, f"has {len(text)} characters", f"write at most {MAX_TEXT}")
    try:
        parse(text)
    except KgpressError as error:
        error.field = field
        raise


def check_job_spec(spec: compression_pb2.JobSpec, artifacts: ArtifactStore, *, local: bool) -> None:
    """The specification can be executed as far as the server can tell."""
    kind = spec.WhichOneof("kind")
    if kind is None:
        raise refuse("spec", "is empty", "give verify, profile or compress")
    check_numbers(spec, "spec")
    field = f"spec.{kind}"
    body = getattr(spec, kind)
    _check_model_and_data(body.subject, f"{field}.subject", artifacts, local=local, kind=kind)
    if kind != "verify" and body.HasField("hardware"):
        complete_hardware(body.hardware, f"{field}.hardware")
    if kind == "compress":
        if not body.hardware.name:
            raise refuse(f"{field}.hardware", "is not named", "give a device's name or its description")
        check_limits(body.limits, f"{field}.limits")
        check_strategies(body.strategies, f"{field}.strategies")
        if body.budget_s < 0:
            raise refuse(f"{field}.budget_s", "is negative", "give seconds, or 0 for the default")


def check_report(request: compression_pb2.ReportResultsRequest, private: bool) -> None:
    """Every result is one of this job; what the job decides is set here."""
    for position, result in enumerate(request.results):
        field = f"results[{position}]"
        check_numbers(result, field)
        if result.locator.WhichOneof("kind") != "run" or result.locator.run.job != request.job_id:
            raise refuse(f"{field}.locator", "is not of this job", f"set locator.run.job to {request.job_id}")
        if result.source.kind not in (types_pb2.SOURCE_KIND_UNSPECIFIED, types_pb2.SOURCE_KIND_OWN_RUN):
            raise refuse(f"{field}.source.kind", "is not an own run", "submit published results as evidence")
        result.source.kind = types_pb2.SOURCE_KIND_OWN_RUN
        result.private = result.private or private


def _check_model_and_data(
    subject: compression_pb2.ModelAndData, field: str, artifacts: ArtifactStore, *, local: bool, kind: str
) -> None:
    if not subject.HasField("model"):
        raise refuse(f"{field}.model", "is missing", "upload the model and give its artifact")
    if kind != "verify" and not subject.HasField("data"):
        raise refuse(f"{field}.data", "is missing", "upload the data and give its artifact")
    for name in ("model", "model_factory", "data"):
        if subject.HasField(name):
            _check_input(getattr(subject, name), f"{field}.{name}", artifacts, local=local)
    names = [extra.name for extra in subject.verification_sets]
    for position, extra in enumerate(subject.verification_sets):
        place = f"{field}.verification_sets[{position}]"
        if not extra.name or names.count(extra.name) > 1:
            raise refuse(f"{place}.name", f"{extra.name!r} is not a name of its own", "give each set a name")
        _check_input(extra.input, f"{place}.input", artifacts, local=local)
    catalogue = load()
    for name, known in (
        ("domain", catalogue.domains),
        ("task", catalogue.tasks),
        ("metric", catalogue.metrics),
    ):
        given = getattr(subject, name)
        names = [entry.name for entry in known]
        if given and given not in names:
            raise UnknownName(name, given, names, field=f"{field}.{name}")


def _check_input(given: compression_pb2.Input, field: str, artifacts: ArtifactStore, *, local: bool) -> None:
    location = given.WhichOneof("location")
    if location is None:
        raise refuse(field, "has no location", "give an artifact")
    if location == "artifact":
        try:
            artifacts.stat(given.artifact)
        except KgpressError as error:
            error.field = f"{field}.artifact"
            raise
    elif not local:
        raise Forbidden(
            f"{field}.{location} is not allowed on a server for several users",
            remedy="upload the file and give its artifact",
            field=f"{field}.{location}",
        )


def _doubles(message: Message, path: str) -> Iterator[tuple[str, float]]:
    for descriptor, value in message.ListFields():
        place = f"{path}.{descriptor.name}" if path else descriptor.name
        if descriptor.message_type is not None and descriptor.message_type.GetOptions().map_entry:
            continue
        if not descriptor.is_repeated:
            yield from _of(value, place)
        elif descriptor.cpp_type in _NUMBERS_OR_MESSAGES:
            for position, item in enumerate(value):
                yield from _of(item, f"{place}[{position}]")


_NUMBERS_OR_MESSAGES = (5, 6, 10)  # double, float, message (descriptor.FieldDescriptor.CPPTYPE_*)


def _of(value: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, Message):
        yield from _doubles(value, place)
    elif isinstance(value, float):
        yield place, value
