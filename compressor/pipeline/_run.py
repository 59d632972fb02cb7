"""Jobs by their kind."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from compressor.pipeline._compress import compress
from compressor.pipeline._services import Services, Stages
from compressor.pipeline._subject import Subject, prepare, verified
from kgpress.errors import InvalidInput
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2


def run_job(job: pb.Job, services: Services, workdir: Path) -> pb.JobResult:
    """Runs one job; files are written below ``workdir`` only.

    One thread is used unless KGPRESS_THREADS says otherwise, so that the same seed gives the
    same model. A cancelled compress job carries the trials so far as ``partial_result`` (a
    JobResult) of the exception.

    Raises:
        InvalidInput and its kinds: what was given cannot be used.
        Cancelled: services.progress asked to stop.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, int(os.environ.get("KGPRESS_THREADS", "1"))))
    try:
        return _run(job, services, workdir)
    finally:
        torch.set_num_threads(threads)


def _run(job: pb.Job, services: Services, workdir: Path) -> pb.JobResult:
    kind = job.spec.WhichOneof("kind")
    stages = Stages(services)
    workdir.mkdir(parents=True, exist_ok=True)
    if kind == "verify":
        found = verified(job.spec.verify.subject, services, stages, workdir, 0)
        return pb.JobResult(verify=found.verification)
    if kind == "profile":
        subject = prepare(job.spec.profile.subject, services, stages, workdir, 0)
        return pb.JobResult(profile=profile_result(subject, job.spec.profile.hardware))
    if kind == "compress":
        return pb.JobResult(compress=compress(job.id, job.spec.compress, services, stages, workdir))
    raise InvalidInput("the job names no kind", remedy="give verify, profile or compress", field="spec")


def profile_result(subject: Subject, hardware: types_pb2.HardwareProfile) -> pb.ProfileResult:
    return pb.ProfileResult(
        model=subject.model, dataset=subject.data, hardware=hardware, verification=subject.verification
    )
