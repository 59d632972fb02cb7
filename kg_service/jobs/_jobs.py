"""The jobs of one graph. Every change is one transaction that locks the record first."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from kg_service.graph import load_query
from kg_service.jobs import _machine as machine
from kg_service.jobs._queue import PollingQueue, Queue
from kg_service.jobs._record import STATES, JobRecord, artifacts_in, to_json
from kgpress.errors import Conflict, InvalidInput, NotFound
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2

T = TypeVar("T")
_DEFAULT_PAGE, _MAX_PAGE = 50, 200
_END_OF_TIME = 1 << 60
_BATCH = 100


class Store(Protocol):
    """What jobs need of a graph store."""

    def read(self, query: str, **params: Any) -> list[dict[str, Any]]: ...
    def transaction(self, work: Callable[[Any], T]) -> T: ...


@dataclass(frozen=True)
class JobOptions:
    """Times in seconds.

    Attributes:
        lease_s: how long a worker may be silent.
        max_attempts: how many workers a job may lose before it is given up.
        repush_s: how long a queued job waits before the queue is told again.
        poll_s: how often a watcher looks for what another server wrote.
    """

    lease_s: float = 30.0
    max_attempts: int = 5
    repush_s: float = 30.0
    poll_s: float = 0.5


@dataclass(frozen=True)
class Lease:
    job: pb.Job
    token: int
    lease_s: float


@dataclass(frozen=True)
class SweepCounts:
    expired: int
    pushed: int


class Jobs:
    """Records, leases and events of jobs. Thread-safe; several servers may share a graph."""

    def __init__(
        self,
        store: Store,
        queue: Queue | None = None,
        options: JobOptions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.options = options or JobOptions()
        self._store = store
        self._queue = queue or PollingQueue()
        self._clock = clock
        self._news = threading.Condition()

    def submit(self, spec: pb.JobSpec, key: str = "") -> tuple[pb.Job, bool]:
        """The job of this key, made when absent, and whether it was there.

        Raises:
            Conflict: the key belongs to a job with another specification.
        """
        record = self._new_record(spec, key)

        def work(tx: Any) -> JobRecord | None:
            if rows := tx.run(_query("get"), id=record.id):
                return JobRecord.from_row(rows[0]["job"])
            tx.run(_query("create"), id=record.id, properties=record.properties())
            return None

        existing = self._store.transaction(work)
        if existing is None or existing.state == "queued":
            self._queue.push(record.id)
        if existing is None:
            self._tell()
            return record.to_proto(), False
        if existing.spec_hash != record.spec_hash:
            raise Conflict(
                f"the idempotency key {key!r} belongs to job {existing.id} with another specification",
                remedy="use another key, or submit the same specification",
                field="idempotency_key",
            )
        return existing.to_proto(), True

    def get(self, id: str) -> pb.Job:
        return self._record(id).to_proto()

    def page(
        self, page: types_pb2.PageRequest | None = None, states: Sequence[pb.JobState] = ()
    ) -> tuple[list[pb.Job], str, int]:
        """Jobs, newest first, the token of the next page ("" on the last) and how many there are."""
        page = page or types_pb2.PageRequest()
        size = min(page.size or _DEFAULT_PAGE, _MAX_PAGE)
        before_ms, before_id = _read_token(page.token)
        names = [name for name, value in STATES.items() if not states or value in states]
        rows = self._store.read(
            _query("page"), states=names, before_ms=before_ms, before_id=before_id, limit=size + 1
        )
        total = self._store.read(_query("count"), states=names)[0]["total"]
        records = [JobRecord.from_row(row["job"]) for row in rows]
        token = _write_token(records[size - 1]) if len(records) > size else ""
        return [record.to_proto() for record in records[:size]], token, total

    def cancel(self, id: str) -> pb.Job:
        return self._change(id, lambda record: machine.cancel(record, self._now()))[0].to_proto()

    def acquire(self, worker: str, job_id: str = "") -> Lease | None:
        """A lease on the job, or on the oldest queued one; None where there is nothing to do.

        Raises:
            NotFound: the job that was asked for does not exist.
        """
        candidates = [job_id] if job_id else self._ids("queued", limit=_BATCH)
        for candidate in candidates:
            record, got = self._change(
                candidate, lambda r: machine.acquire(r, worker, self._now(), self._lease_ms)
            )
            if got:
                return Lease(record.to_proto(), record.token, self.options.lease_s)
        return None

    def heartbeat(self, id: str, token: int, progress: pb.Progress | None = None) -> bool:
        """Extends the lease; True where the worker is asked to stop.

        Raises:
            LeaseLost: the token is not the job's present one.
        """
        return self._change(id, lambda r: machine.heartbeat(r, token, progress, self._now(), self._lease_ms))[
            1
        ]

    def leased(self, id: str, token: int) -> pb.Job:
        """The job, for the worker that holds it; raises LeaseLost for any other."""
        record = self._record(id)
        machine.check_lease(record, token)
        return record.to_proto()

    def complete(self, request: pb.CompleteJobRequest) -> pb.Job:
        """Ends the job; the same token may say it again.

        Raises:
            LeaseLost: the token is not the job's last one.
        """
        if request.WhichOneof("outcome") is None:
            raise InvalidInput(
                "the outcome is missing", remedy="give result, error or cancelled", field="outcome"
            )
        record, _ = self._change(request.job_id, lambda r: machine.complete(r, request, self._now()))
        if record.state == "queued":
            self._queue.push(record.id)
        return record.to_proto()

    def watch(
        self, id: str, after_sequence: int = 0, stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[pb.WatchJobResponse]:
        """Events with a larger number until the job ends or ``stopped()``; the last holds the job."""
        seen = after_sequence
        while not stopped():
            record = self._record(id)
            yield from record.events_after(seen)
            seen = max(seen, record.sequence)
            if record.finished:
                return
            while not stopped() and self._sequence(id) <= seen:
                with self._news:
                    self._news.wait(self.options.poll_s)

    def sweep(self, *, expire: bool = True) -> SweepCounts:
        """Takes overdue leases away, and tells the queue again of jobs that nobody took.

        Several servers may sweep at once: each change is conditional.
        """
        expired = pushed = 0
        if expire:
            for id in self._ids("expired", now=self._now()):
                expired += self._change(
                    id, lambda r: machine.expire(r, self._now(), self.options.max_attempts)
                )[1]
        if not self._queue.polling:
            before = self._now() - int(self.options.repush_s * 1000)
            for id in self._ids("unpushed", before=before, limit=_BATCH):
                if self._change(id, lambda r: self._mark_pushed(r, before))[1]:
                    if not self._queue.push(id):
                        break  # a queue that is gone would hold up the rest of the housekeeping
                    pushed += 1
        return SweepCounts(expired, pushed)

    def artifacts(self, finished_within_s: float) -> set[str]:
        """Hashes of files that unfinished or lately finished jobs read or wrote."""
        since = self._now() - int(finished_within_s * 1000)
        rows = self._store.read(_query("artifacts"), since=since)
        return {hash for row in rows for hash in row["artifacts"].split()}

    def wake(self) -> None:
        """Lets every watcher look again, so that a stopping server lets go of them."""
        self._tell()

    def _new_record(self, spec: pb.JobSpec, key: str) -> JobRecord:
        kind = spec.WhichOneof("kind")
        if kind is None:
            raise InvalidInput(
                "the specification is empty", remedy="give verify, profile or compress", field="spec"
            )
        text = to_json(spec)
        record = JobRecord(
            # Of the key where there is one: the graph's constraint then keeps keys unique, too.
            id=hashlib.sha256(key.encode()).hexdigest()[:20] if key else uuid.uuid4().hex[:20],
            key=key,
            kind=kind,
            spec=text,
            spec_hash=hashlib.sha256(text.encode()).hexdigest(),
            private=spec.compress.private,
            submitted_ms=self._now(),
            pushed_ms=self._now(),
            artifacts=artifacts_in(spec),
        )
        record.add_event()
        return record

    def _change(self, id: str, change: Callable[[JobRecord], T]) -> tuple[JobRecord, T]:
        def work(tx: Any) -> tuple[JobRecord, T]:
            rows = tx.run(_query("lock"), id=id, now=self._now())
            if not rows:
                raise _not_found(id)
            record = JobRecord.from_row(rows[0]["job"])
            outcome = change(record)
            if record.changed:
                tx.run(_query("save"), id=id, properties=record.changes())
            return record, outcome

        changed = self._store.transaction(work)
        self._tell()
        return changed

    def _mark_pushed(self, record: JobRecord, before: int) -> bool:
        if record.state != "queued" or record.pushed_ms >= before:
            return False
        record.pushed_ms = self._now()
        return True

    def _record(self, id: str) -> JobRecord:
        rows = self._store.read(_query("get"), id=id)
        if not rows:
            raise _not_found(id)
        return JobRecord.from_row(rows[0]["job"])

    def _sequence(self, id: str) -> int:
        rows = self._store.read(_query("sequence"), id=id)
        return rows[0]["sequence"] if rows else _END_OF_TIME

    def _ids(self, query: str, **params: Any) -> list[str]:
        return [row["id"] for row in self._store.read(_query(query), **params)]

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()

    def _now(self) -> int:
        return int(self._clock() * 1000)

    @property
    def _lease_ms(self) -> int:
        return int(self.options.lease_s * 1000)


def _query(name: str) -> str:
    return load_query("kg_service.jobs", name)


def _not_found(id: str) -> NotFound:
    return NotFound(f"there is no job {id[:80]!r}", remedy="list the jobs to see their ids", field="id")


def _write_token(record: JobRecord) -> str:
    return base64.urlsafe_b64encode(json.dumps([record.submitted_ms, record.id]).encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    if not token:
        return _END_OF_TIME, ""
    try:
        ms, id = json.loads(base64.urlsafe_b64decode(token.encode()))
        return int(ms), str(id)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput(
            "the page token is not one of this list",
            remedy="take it from the page before, or leave it out",
            field="page.token",
        ) from None
