"""A worker: takes a job under a lease, runs it, reports what it measured, ends it.

``python -m compressor.worker --server HOST:PORT [--redis-url URL]``
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compressor.lease import HandedBack, Lease
from compressor.services import ClientServices, patiently, unexpected
from compressor.spool import Spool
from kgpress.client import Client
from kgpress.errors import Cancelled, KgpressError, LeaseLost, NotFound, OutputError, Unavailable
from kgpress.v1 import compression_pb2 as pb

_log = logging.getLogger(__name__)

#: States that a job does not leave.
ENDED = (pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED)

#: (job, services, work folder) -> result: compressor.pipeline.run_job.
RunJob = Callable[[pb.Job, Any, Path], pb.JobResult]


class Worker:
    """Runs one job at a time.

    Args:
        client: To the server that owns the jobs.
        home: Holds ``spool/`` and ``work/``; workers on one machine may share it.
        name: Shown in the job's record.
        run_job: The pipeline; tests give their own.
        allow_local: Inputs may be paths and code of this machine.
        patience_s: How long to wait for a server that is away before the job is left.
    """

    def __init__(
        self,
        client: Client,
        home: Path,
        *,
        name: str = "",
        run_job: RunJob | None = None,
        allow_local: bool = False,
        patience_s: float = 120.0,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.stop = threading.Event()
        self._client = client
        self._work = home / "work"
        self._spool = Spool(home / "spool")
        self._run_job = run_job
        self._allow_local = allow_local
        self._patience_s = patience_s
        self._one_at_a_time = threading.Lock()

    @property
    def busy(self) -> bool:
        return self._one_at_a_time.locked()

    def load(self) -> RunJob:
        """The pipeline; its import takes seconds (torch), which a lease need not wait for."""
        if self._run_job is None:
            from compressor.pipeline import run_job

            self._run_job = run_job
        return self._run_job

    def run(self, job_id: str = "", cancel: threading.Event | None = None) -> pb.Job | None:
        """Runs the given or the oldest queued job to its end.

        Returns:
            The job as it ended; None where there was nothing to do, the lease was lost, or this
            worker is stopping and handed the job back.

        Raises:
            Unavailable: the server stayed away. What was measured is kept on disk.
        """
        with self._one_at_a_time:
            if self.stop.is_set():
                return None
            try:
                granted = patiently(
                    lambda: self._client.acquire(self.name, job_id), self._patience_s, self._check_stop
                )
            except HandedBack:
                return None
            if not granted.HasField("job"):
                return None
            lease = Lease(self._client, granted, cancel=cancel or threading.Event(), stop=self.stop)
            with lease:
                return self._hold(lease)

    def deliver_kept(self) -> None:
        """Delivers what earlier processes left behind, where no other worker has the job now."""
        for job_id in self._spool.jobs():
            try:
                state = self._client.job(job_id).state
            except NotFound:
                state = pb.JOB_STATE_CANCELLED
            if state in ENDED:
                _log.info("job %s has ended elsewhere: its kept results are dropped", job_id)
                self._spool.discard(job_id)
            elif state == pb.JOB_STATE_QUEUED:
                self.run(job_id)

    def _hold(self, lease: Lease) -> pb.Job | None:
        folder = self._work / f"{Path(lease.job.id).name}-{lease.token}"
        services = ClientServices(
            self._client,
            lease,
            self._spool,
            folder / "inputs",
            allow_local=self._allow_local,
            patience_s=self._patience_s,
        )
        try:
            for kept in self._spool.results(lease.job.id):
                services.deliver(kept)
            # A predecessor finished the work and could not say so: it is not done twice.
            outcome = self._spool.outcome(lease.job.id)
            if outcome is None:
                outcome = self._outcome(lease, services, folder)
                self._keep(outcome)
            return self._complete(lease, outcome)
        except LeaseLost as error:
            _log.warning("job %s: %s; nothing more is written", lease.job.id, error.message)
            return None
        except HandedBack:
            self._hand_back(lease)
            return None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _keep(self, outcome: pb.CompleteJobRequest) -> None:
        try:
            self._spool.keep_outcome(outcome)
        except OutputError as error:  # the server can still be told
            _log.warning("job %s: %s", outcome.job_id, error)

    def _outcome(self, lease: Lease, services: ClientServices, folder: Path) -> pb.CompleteJobRequest:
        """Runs the pipeline and says how it ended."""
        outcome = pb.CompleteJobRequest(job_id=lease.job.id)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            result = self.load()(lease.job, services, folder)
            if isinstance(lease.ended_by, (HandedBack, LeaseLost)):
                raise lease.ended_by
            if lease.ended_by is None:
                outcome.result.CopyFrom(result)
            else:  # the pipeline heard the cancel and returned what it had
                outcome.cancelled = True
                outcome.partial_result.CopyFrom(result)
        except (LeaseLost, HandedBack, Unavailable):
            raise
        except Cancelled as error:
            outcome.cancelled = True
            partial = getattr(error, "partial_result", None)
            if partial is not None:
                outcome.partial_result.CopyFrom(partial)
        except KgpressError as error:
            outcome.error.CopyFrom(_job_error(error))
        except Exception as error:  # whatever it is, the job has to end and the caller to hear of it
            _log.exception("job %s failed", lease.job.id)
            outcome.error.CopyFrom(_job_error(unexpected(error)))
        return outcome

    def _complete(self, lease: Lease, outcome: pb.CompleteJobRequest) -> pb.Job:
        kind = outcome.WhichOneof("outcome")
        partial = outcome.partial_result if outcome.HasField("partial_result") else None
        job = patiently(
            lambda: self._client.complete(
                lease.job.id, lease.token, **{str(kind): getattr(outcome, str(kind))}, partial_result=partial
            ),
            self._patience_s,
            self._check_stop,
        )
        self._spool.discard(lease.job.id)
        return job

    def _hand_back(self, lease: Lease) -> None:
        """The server queues the job again at once; where it cannot be told, the lease runs out."""
        try:
            self._client.complete(lease.job.id, lease.token, error=HandedBack("the worker stopped"))
            _log.info("job %s was handed back", lease.job.id)
        except KgpressError as error:
            _log.info("job %s could not be handed back: %s", lease.job.id, error)

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise HandedBack("the worker is stopping")


def _job_error(error: KgpressError) -> pb.JobError:
    return pb.JobError(reason=error.reason, message=error.message, remedy=error.remedy)


def main(arguments: list[str] | None = None) -> int:
    """``kgpress worker``; returns the exit code."""
    from compressor.celery_app import main as serve

    return serve(arguments)


if __name__ == "__main__":
    sys.exit(main())
