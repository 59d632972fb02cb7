"""What a job asks of the outside, and the clock of its stages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import recommendation_pb2 as rec
from kgpress.v1 import types_pb2


class Services(Protocol):
    """Answered by a worker's client, or by a test."""

    def recommend(self, request: rec.RecommendRequest) -> rec.RecommendResponse: ...

    def report(self, results: list[types_pb2.ReferenceResult]) -> list[str]:
        """Writes results back; their ids."""
        ...

    def upload(self, path: Path) -> pb.Artifact: ...

    def fetch(self, input: pb.Input) -> Path | str:
        """A local path, or "module:function"."""
        ...

    def progress(self, stage: str, fraction: float, message: str = "") -> None:
        """Tells how far the job is; raises Cancelled where it is to stop."""
        ...


class Stages:
    """Seconds per stage, and progress of the whole job.

    Attributes:
        seconds: per stage name, summed over trials.
        fraction: of the job, last told.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.seconds: dict[str, float] = {}
        self.fraction = 0.0
        self.started = time.monotonic()

    @contextmanager
    def stage(self, name: str, fraction: float | None = None, message: str = "") -> Iterator[None]:
        self.tell(name, fraction, message)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def tell(self, name: str, fraction: float | None = None, message: str = "") -> None:
        if fraction is not None:
            self.fraction = max(self.fraction, min(fraction, 1.0))
        self._services.progress(name, self.fraction, message)
