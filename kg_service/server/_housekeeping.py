"""What a server does by itself: health, overdue leases, new snapshots, old files."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from grpc_health.v1 import health_pb2

from kg_service.server._components import Components
from kgpress.errors import KgpressError

_log = logging.getLogger(__name__)
_RETENTION_EVERY_S = 3600.0
SetHealth = Callable[[bool, bool], None]


class Housekeeping:
    """A thread that looks after things every ``every_s`` seconds. No failure ends it.

    Args:
        set_health: told whether the store answers, and whether there is a recommender.
    """

    def __init__(self, components: Components, set_health: SetHealth, every_s: float = 1.0) -> None:
        self._components = components
        self._set_health = set_health
        self._every_s = every_s
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        # Workers that could not reach the server for a while get one lease's time to be heard.
        self._expire_from = 0.0
        self._next_retention = time.monotonic() + _RETENTION_EVERY_S
        self._store_up: bool | None = None

    def start(self) -> None:
        self._allow_grace()
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def join(self, timeout: float) -> None:
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def tick(self) -> None:
        """One round."""
        revision = self._revision()
        self._guarded(lambda: self._components.recommender.refresh(revision))
        self._set_health(revision is not None, self._components.recommender.ready)
        if revision is not None:
            expire = time.monotonic() >= self._expire_from
            self._guarded(lambda: self._components.jobs.sweep(expire=expire))
            if time.monotonic() >= self._next_retention:
                self._next_retention = time.monotonic() + _RETENTION_EVERY_S
                self._guarded(self._retain)

    def _run(self) -> None:
        while not self._components.stopping.is_set():
            self.tick()
            self._woken.wait(self._every_s)
            self._woken.clear()

    def _revision(self) -> int | None:
        try:
            revision = self._components.store.revision()
        except KgpressError as error:
            if self._store_up is not False:
                _log.warning("the graph is gone: %s", error)
            self._store_up = False
            return None
        except Exception:
            _log.exception("the graph's revision cannot be read")
            self._store_up = False
            return None
        if self._store_up is False:
            _log.warning("the graph is back")
            self._allow_grace()
        self._store_up = True
        return revision

    def _retain(self) -> None:
        days = self._components.retention_days
        recent = self._components.jobs.artifacts
        deleted = self._components.artifacts.sweep(lambda: recent(days * 86400), days)
        if deleted:
            _log.info("deleted %d artefacts that were unused for %g days", len(deleted), days)

    def _allow_grace(self) -> None:
        self._expire_from = time.monotonic() + self._components.jobs.options.lease_s

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except KgpressError as error:
            _log.warning("housekeeping: %s", error)
        except Exception:
            _log.exception("housekeeping failed, and goes on")


def status(up: bool) -> health_pb2.HealthCheckResponse.ServingStatus:
    serving = health_pb2.HealthCheckResponse.ServingStatus
    return serving.SERVING if up else serving.NOT_SERVING
