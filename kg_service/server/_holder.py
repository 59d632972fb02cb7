"""The recommender in service: the newest snapshot, with the evidence that came after it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kgpress.errors import KgpressError, Unavailable
from kgpress.v1 import recommendation_pb2, types_pb2

_log = logging.getLogger(__name__)


class Accepted(Protocol):
    """What the holder needs of the evidence."""

    def accepted(self, after_revision: int = 0) -> Iterator[types_pb2.ReferenceResult]: ...


@dataclass
class _Serving:
    """A loaded snapshot. ``own``: trained on this graph, so that its revision counts here."""

    recommender: Any
    key: tuple[Path, int]
    own: bool
    seen: int
    overlaid: int = 0


class RecommenderHolder:
    """Holds the recommender and keeps it up to date. Thread-safe.

    Reading it takes no lock and opens no store; :meth:`refresh` does the work, called from the
    server's housekeeping and after evidence was appended.

    Args:
        snapshots: folder with ``*.npz`` that the trainer writes; the shipped one serves until then.
        evidence: where results newer than the snapshot come from; None means no overlay.
        load: reads a snapshot file.
        shipped: the snapshot that comes with the package.
    """

    def __init__(
        self,
        snapshots: Path | None,
        evidence: Accepted | None,
        load: Callable[[Path], Any] | None = None,
        shipped: Callable[[], Path] | None = None,
    ) -> None:
        self._folder = snapshots
        self._evidence = evidence
        self._load = load or _load
        self._shipped = shipped or _shipped
        self._lock = threading.Lock()
        self._serving: _Serving | None = None
        self._refused: tuple[Path, int] | None = None
        self._revision: int | None = None

    @property
    def ready(self) -> bool:
        return self._serving is not None

    @property
    def current(self) -> Any:
        """The recommender.

        Raises:
            Unavailable: there is no snapshot yet.
        """
        if self._serving is None:
            raise Unavailable(
                "there is no trained snapshot yet", remedy="run the trainer once, then ask again"
            )
        return self._serving.recommender

    def stamp(self, info: recommendation_pb2.SnapshotInfo) -> None:
        """Says whether the graph has grown since the snapshot; silent where that is not known."""
        info.ClearField("stale")
        serving, revision = self._serving, self._revision
        if serving is not None and revision is not None:
            info.stale = serving.overlaid > 0 or (serving.own and revision > info.graph_revision)

    def refresh(self, revision: int | None = None) -> None:
        """Takes up the newest snapshot, and the evidence accepted up to the graph's revision.

        ``None`` means that the graph cannot be asked: the last known answer stays.
        """
        with self._lock:
            serving = self._newer() or self._serving
            if serving is not None and revision is not None and self._evidence is not None:
                if revision != serving.seen or serving is not self._serving:
                    newer = list(self._evidence.accepted(after_revision=serving.seen))
                    serving.overlaid += _added(serving.recommender, newer)
                    serving.seen = revision
                self._revision = revision
            self._serving = serving

    def reload(self, revision: int) -> None:
        """Builds the overlay anew: a review may have taken a result back."""
        with self._lock:
            self._serving, before = None, self._serving
        try:
            self.refresh(revision)
        finally:
            self._serving = self._serving or before

    def _newer(self) -> _Serving | None:
        """The newest snapshot where it is not the one in service; a broken file is passed over."""
        path, own = self._newest()
        if path is None:
            return None
        key = (path, _age(path)[0])
        if key == self._refused or (self._serving is not None and key == self._serving.key):
            return None
        try:
            fresh = self._load(path)
        except (KgpressError, OSError, ValueError, KeyError) as error:
            _log.error("snapshot %s cannot be read, the one before stays: %s", path.name, error)
            self._refused = key
            return None
        _log.info("snapshot %s with %s results", fresh.info.version[:12], fresh.info.results)
        # A snapshot trained elsewhere counts the revisions of another graph.
        return _Serving(fresh, key, own, fresh.info.graph_revision if own else 0)

    def _newest(self) -> tuple[Path | None, bool]:
        files = sorted(self._folder.glob("*.npz"), key=_age) if self._folder else []
        if files:
            return files[-1], True
        shipped = self._shipped()
        return (shipped, False) if shipped.is_file() else (None, False)


def _added(recommender: Any, results: list[types_pb2.ReferenceResult]) -> int:
    """How many of the results were news to it."""
    return recommender.add_results(results) if results else 0


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except FileNotFoundError:
        return 0, path.name


def _load(path: Path) -> Any:
    from kg_service.recommendation import Recommender

    return Recommender.load(path)


def _shipped() -> Path:
    from kg_service.predictor import shipped_snapshot

    return shipped_snapshot()
