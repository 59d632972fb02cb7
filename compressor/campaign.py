"""Campaigns: many tasks, many strategies, each through the job path.

A task is one trained base model with its data. The base is trained once on the training rows;
one half of the UCR test rows is its validation set (unseen, teaches), the other half stays test
(reported only). Jobs carry idempotency keys, so a campaign resumes by running it again.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from kgpress import catalogue, strategy
from kgpress.client import Client
from kgpress.errors import InvalidInput
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, types_pb2

_FINAL = (pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED)


@dataclass(frozen=True)
class Campaign:
    """What a campaign file declares."""

    name: str
    base_seed: int
    repeats: int
    hardware: str
    metric: str
    domain: str
    task: str
    architectures: tuple[str, ...]
    datasets: tuple[str, ...]
    strategies: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    dataset: str
    architecture: str

    @property
    def name(self) -> str:
        return f"{self.dataset}-{self.architecture}"


def read(file: Path) -> Campaign:
    """Reads and checks a campaign file.

    Raises:
        InvalidInput: not TOML, or a key is missing or unknown.
        UnknownName, StrategyError: the catalogue does not know what it names.
    """
    try:
        declared: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{file} is no campaign: {error}", remedy="see benchmarks/campaigns") from None
    names = {f.name for f in fields(Campaign)}
    if declared.keys() != names:
        odd = ", ".join(sorted(declared.keys() ^ names))
        raise InvalidInput(f"{file.name}: missing or unknown keys: {odd}", remedy="see benchmarks/campaigns")
    frozen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in declared.items()}
    campaign = Campaign(**frozen)
    catalogue.read_hardware(campaign.hardware)
    catalogue.load().metric(campaign.metric)
    for text in campaign.strategies:
        strategy.parse(text)
    return campaign


def tasks(campaign: Campaign) -> Iterator[Task]:
    for dataset in campaign.datasets:
        for architecture in campaign.architectures:
            yield Task(dataset, architecture)


def prepare(campaign: Campaign, task: Task, work: Path) -> tuple[Path, Path]:
    """The base model (ONNX) and the data (.npz) of a task, made once and then reused."""
    from compressor import baseline

    data = work / f"{task.dataset}.npz"
    if not data.exists():
        folder = baseline.fetch(task.dataset, work / "ucr")
        baseline.split_for_campaign(folder, data, seed=campaign.base_seed)
    model = work / f"{task.name}-seed{campaign.base_seed}.onnx"
    if not model.exists():
        staging = model.with_suffix(".partial.onnx")
        baseline.train_and_export(task.architecture, data, staging, seed=campaign.base_seed)
        os.replace(staging, model)
    return model, data


def specification(campaign: Campaign, task: Task, model: Path, data: Path) -> pb.JobSpec:
    """The compress job of a task: fixed strategies, no recommendation, no limits."""
    return pb.JobSpec(
        compress=pb.CompressSpec(
            subject=pb.ModelAndData(
                model=pb.Input(local_path=str(model.resolve()), name=model.name),
                data=pb.Input(local_path=str(data.resolve()), name=data.name),
                dataset_name=task.dataset,
                model_name=task.architecture,
                model_family=task.architecture,
                domain=campaign.domain,
                task=campaign.task,
                metric=campaign.metric,
            ),
            hardware=catalogue.read_hardware(campaign.hardware).to_proto(),
            budget_s=24 * 3600,
            strategies=[strategy.parse(text).text for text in campaign.strategies],
            repeats=campaign.repeats,
            campaign=campaign.name,
        )
    )


def run(
    campaign: Campaign,
    budget_s: float,
    work: Path,
    client: Client,
    run_worker: Callable[[Client, str], object],
    say: Callable[[str], object],
) -> tuple[int, int]:
    """Runs unfinished tasks until the budget ends; returns (tasks done, tasks in all)."""
    work.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + budget_s
    todo = list(tasks(campaign))
    done = 0
    for task in todo:
        if time.monotonic() >= end:
            break
        model, data = prepare(campaign, task, work)
        job = client.submit(specification(campaign, task, model, data), idempotency_key=_key(campaign, task))
        if job.state not in _FINAL:
            started = time.monotonic()
            run_worker(client, job.id)
            job = client.job(job.id)
            trials = job.result.compress.trials
            failed = sum(t.HasField("error") for t in trials)
            state = pb.JobState.Name(job.state).removeprefix("JOB_STATE_").lower()
            say(
                f"{task.name}: {state}, {len(trials)} trials, {failed} failed, "
                f"{time.monotonic() - started:.0f} s {job.error.message}"
            )
        done += job.state == pb.JOB_STATE_SUCCEEDED
    return done, len(todo)


def _key(campaign: Campaign, task: Task) -> str:
    declared = f"{campaign.base_seed} {campaign.repeats} {campaign.hardware} {campaign.strategies}"
    digest = hashlib.sha256(declared.encode()).hexdigest()[:12]
    return f"campaign-{campaign.name}-{task.name}-{digest}"


def export(campaign: Campaign, client: Client, out: Path) -> int:
    """Writes the results of finished tasks as JSON lines that a new graph imports; returns their number.

    Lines are sorted by identity and carry no time, so that the same evidence gives the same bytes.
    """
    lines = []
    for job in client.jobs():
        if job.spec.compress.campaign != campaign.name or job.state != pb.JOB_STATE_SUCCEEDED:
            continue
        for result in _results(client, job.id):
            result.source.name = f"kgpress campaign {campaign.name}"
            result.source.version = result.interpretation.strategy.catalogue_version
            result.source.licence = "Apache-2.0"
            result.ClearField("submitted_at")
            lines.append(json_format.MessageToJson(result, preserving_proto_field_name=True, indent=None))
    staging = out.with_name(out.name + ".partial")
    with staging.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        packed.writelines(f"{line}\n".encode() for line in sorted(lines))
    os.replace(staging, out)
    return len(lines)


def _results(client: Client, job: str) -> Iterator[types_pb2.ReferenceResult]:
    request = evidence_pb2.SearchEvidenceRequest(job=job, page=types_pb2.PageRequest(size=200))
    while True:
        found = client.search_evidence(request)
        yield from found.results
        if not found.page.next_token:
            return
        request.page.token = found.page.next_token
