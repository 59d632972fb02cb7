"""Submits a job and follows it to its end, with a display of stage and time."""

from __future__ import annotations

import contextlib
import secrets
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kgpress.errors import Cancelled, KgpressError, by_reason
from kgpress.v1 import compression_pb2 as pb

if TYPE_CHECKING:
    from kgpress.client import Client

_FINAL = (pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED)


class Display(Protocol):
    def show(self, progress: pb.Progress) -> None: ...


def run_job(client: Client, spec: pb.JobSpec, *, local: bool, key: str | None = None) -> pb.Job:
    """The finished job. Locally this process is also the worker; on a server a worker takes it.

    Raises:
        KgpressError: the job failed; the class is the one that the worker raised.
        Cancelled: interrupted; what was measured so far is in the graph.
    """
    job = client.submit(spec, idempotency_key=key or secrets.token_hex(16))
    cancel = threading.Event()
    failures: list[BaseException] = []
    thread = _start_worker(client, job.id, cancel, failures) if local else None
    try:
        with display() as shown:
            job = _follow(client, job, shown, failures)
    except KeyboardInterrupt:
        cancel.set()
        with contextlib.suppress(KgpressError):
            client.cancel(job.id)
        if thread is not None:
            thread.join(timeout=60)
        job = client.job(job.id)
        if job.state != pb.JOB_STATE_SUCCEEDED:
            raise Interrupted(job) from None
    if thread is not None:
        thread.join(timeout=60)
    if job.state == pb.JOB_STATE_FAILED:
        raise by_reason(job.error.reason)(job.error.message, remedy=job.error.remedy)
    if job.state == pb.JOB_STATE_CANCELLED:
        raise Interrupted(job)
    return job


class Interrupted(Cancelled):
    """Stopped by the user; carries the job with its partial result."""

    def __init__(self, job: pb.Job) -> None:
        trials = len(job.result.compress.trials)
        super().__init__(
            f"interrupted; {trials} measured trials are kept",
            remedy="run the same command again to go on: what was measured is known to the graph",
        )
        self.job = job


def _start_worker(
    client: Client, job_id: str, cancel: threading.Event, failures: list[BaseException]
) -> threading.Thread:
    from kgpress import local

    def work() -> None:
        try:
            local.run_worker(client, job_id, cancel)
        except BaseException as error:  # handed to the thread that follows the job
            failures.append(error)

    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()
    return thread


def _follow(client: Client, job: pb.Job, shown: Display, failures: list[BaseException]) -> pb.Job:
    for event in client.watch(job.id):
        if event.HasField("progress"):
            shown.show(event.progress)
        if event.state in _FINAL:
            return event.job if event.HasField("job") else client.job(job.id)
        if failures:
            raise failures[0]
    return client.job(job.id)


@contextlib.contextmanager
def display() -> Iterator[Display]:
    """A live line on a terminal, one line per stage elsewhere; both on stderr."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    class Line:
        def show(self, progress: pb.Progress) -> None:
            live.update(Text(_line(progress)))

    with Live(console=Console(stderr=True), refresh_per_second=4, transient=True) as live:
        yield Line()


class _Lines:
    def __init__(self) -> None:
        self._last = ""

    def show(self, progress: pb.Progress) -> None:
        said = f"{progress.stage} {progress.message}"
        if said != self._last:
            sys.stderr.write(_line(progress) + "\n")
            self._last = said


def _line(progress: pb.Progress) -> str:
    filled = round(20 * min(max(progress.fraction, 0.0), 1.0))
    remaining = f", about {_clock(progress.remaining_s)} left" if progress.HasField("remaining_s") else ""
    return (
        f"[{'#' * filled}{'.' * (20 - filled)}] {progress.stage:<11} "
        f"{_clock(progress.elapsed_s)}{remaining}  {progress.message}"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
