"""What the pipeline asks of the outside, answered by the server under one lease."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from compressor.lease import Lease
from compressor.spool import Spool
from kgpress.client import Client
from kgpress.errors import Forbidden, InvalidInput, KgpressError, TimedOut, Unavailable
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import recommendation_pb2 as rec
from kgpress.v1 import types_pb2

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LONGEST_WAIT_S = 5.0


def patiently(call: Callable[[], T], patience_s: float, check: Callable[[], None] = lambda: None) -> T:
    """The call's answer, waiting for a server that is away, with backoff and jitter.

    ``check`` is asked before every further try and may raise.

    Raises:
        Unavailable: the server stayed away longer than ``patience_s``.
    """
    until, tries = time.monotonic() + patience_s, 0
    while True:
        try:
            return call()
        except (Unavailable, TimedOut) as error:
            tries += 1
            wait_s = min(_LONGEST_WAIT_S, 0.2 * 2**tries) * random.uniform(0.5, 1.0)
            if time.monotonic() + wait_s > until:
                raise Unavailable(error.message, remedy=error.remedy) from None
            _log.info("%s; next try in %.1f s", error, wait_s)
        check()
        time.sleep(wait_s)


class ClientServices:
    """The pipeline's Services over a client.

    Args:
        inputs: Folder for what is downloaded.
        allow_local: Inputs may be paths and code of this machine (its own user's server).
        patience_s: How long a server may be away before the job is left to a later worker.
    """

    def __init__(
        self,
        client: Client,
        lease: Lease,
        spool: Spool,
        inputs: Path,
        *,
        allow_local: bool,
        patience_s: float,
    ) -> None:
        self._client, self._lease, self._spool = client, lease, spool
        self._inputs, self._allow_local, self._patience_s = inputs, allow_local, patience_s

    def recommend(self, request: rec.RecommendRequest) -> rec.RecommendResponse:
        return self._patiently(lambda: self._client.recommend(request))

    def report(self, results: list[types_pb2.ReferenceResult]) -> list[str]:
        """Ids of the results, once they are in the graph. They are on disk before they are sent."""
        return self.deliver(self._spool.keep_results(self._lease.job.id, results))

    def deliver(self, kept: Path) -> list[str]:
        """Sends one kept report under the present lease."""
        results = self._spool.read_results(kept)
        job = self._lease.job.id
        ids = self._patiently(lambda: self._client.report_results(job, self._lease.token, results))
        self._spool.delivered(kept)
        return ids

    def upload(self, path: Path) -> pb.Artifact:
        return self._patiently(lambda: self._client.upload(path))

    def fetch(self, input: pb.Input) -> Path | str:
        """A local path, or ``module:function``.

        Raises:
            Forbidden: a path or code of another machine.
            NotFound: no such artefact.
        """
        kind = input.WhichOneof("location")
        if kind is None:
            raise InvalidInput("an input names no file", remedy="give a path or an artefact", field="input")
        if kind == "artifact":
            return self._download(input)
        if not self._allow_local:
            raise Forbidden(
                f"this worker reads no {kind.replace('_', ' ')} of the caller's ({input.name or kind})",
                remedy="upload the file and name it by its hash",
                field=f"input.{kind}",
            )
        return Path(input.local_path) if kind == "local_path" else input.factory

    def progress(self, stage: str, fraction: float, message: str = "") -> None:
        """Tells how far the job is; raises Cancelled or LeaseLost where it is to end."""
        self._lease.progress(stage, fraction, message)
        self._lease.check()

    def _download(self, input: pb.Input) -> Path:
        path = self._inputs / input.artifact[:16] / (Path(input.name).name or "input")
        if path.exists():
            return path
        return self._patiently(lambda: self._client.download(input.artifact, path))

    def _patiently(self, call: Callable[[], T]) -> T:
        return patiently(call, self._patience_s, self._lease.check)


def unexpected(error: Exception) -> KgpressError:
    """A fault of ours as the job's error; the traceback is in the worker's log."""
    return KgpressError(
        f"the job failed unexpectedly ({type(error).__name__}: {error})",
        remedy="see the worker's log, and report it",
    )
