"""A worker's hold on a job: kept by heartbeats, lost when another worker has it."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from kgpress.client import Client
from kgpress.errors import Cancelled, KgpressError, LeaseLost, NotFound
from kgpress.v1 import compression_pb2 as pb

_log = logging.getLogger(__name__)

#: The reason with which a stopping worker hands its job back; the server queues it again.
WORKER_STOPPED = "WORKER_STOPPED"
# Progress reaches watchers no later than this, and costs the server no more than this.
_BEAT_S = 2.0
_FASTEST_BEAT_S = 0.5


class HandedBack(Cancelled):
    """The worker stops and another is to do the job: to the pipeline the same as a cancel."""

    reason = WORKER_STOPPED


class Lease:
    """Beats in a thread of its own while the ``with`` block runs.

    Args:
        cancel: Set when the caller wants the job to stop; also set by the server's answer.
        stop: Set when this worker is to end; the job is handed back.
    """

    def __init__(
        self,
        client: Client,
        granted: pb.AcquireLeaseResponse,
        *,
        cancel: threading.Event,
        stop: threading.Event,
    ) -> None:
        self.job = granted.job
        self.token = granted.fencing_token
        self.cancel = cancel
        self.stop = stop
        self.lost = threading.Event()
        #: What :meth:`check` raised last.
        self.ended_by: KgpressError | None = None
        self._client = client
        self._every_s = min(_BEAT_S, granted.lease_s / 3)
        self._started = time.monotonic()
        self._progress: pb.Progress | None = None
        self._news, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{self.job.id}", daemon=True)

    def progress(self, stage: str, fraction: float, message: str) -> None:
        """Notes how far the job is; the next beat carries it."""
        elapsed = time.monotonic() - self._started
        news = pb.Progress(stage=stage, fraction=fraction, elapsed_s=elapsed, message=message)
        if 0 < fraction <= 1:
            news.remaining_s = elapsed * (1 - fraction) / fraction
        self._progress = news
        self._news.set()

    def check(self) -> None:
        """Raises where the work is to end.

        Raises:
            LeaseLost: another worker holds the job.
            HandedBack: this worker is to stop.
            Cancelled: the job's caller asked to stop.
        """
        if self.lost.is_set():
            self.ended_by = LeaseLost(f"the lease on job {self.job.id} is over", remedy="drop the work")
        elif self.cancel.is_set():
            self.ended_by = Cancelled(f"job {self.job.id} was cancelled")
        elif self.stop.is_set():
            self.ended_by = HandedBack("the worker is stopping")
        if self.ended_by is not None:
            raise self.ended_by

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._news.set()
        self._thread.join(timeout=self._every_s + _FASTEST_BEAT_S)

    def _beat(self) -> None:
        while not self._done.wait(_FASTEST_BEAT_S):
            self._news.wait(max(0.0, self._every_s - _FASTEST_BEAT_S))
            self._news.clear()
            if self._done.is_set():
                return
            try:
                answer = self._client.heartbeat(
                    self.job.id, self.token, self._progress, timeout=max(1.0, self._every_s)
                )
            except (LeaseLost, NotFound) as error:
                _log.warning("job %s: %s", self.job.id, error)
                self.lost.set()
                return
            except KgpressError as error:
                # Away for now: the work goes on, and the next beat tries again.
                _log.info("job %s: no heartbeat: %s", self.job.id, error)
                continue
            if answer.cancel_requested:
                self.cancel.set()
