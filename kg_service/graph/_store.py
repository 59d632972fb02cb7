"""The graph as the rest of the service sees it: one driver, one Cypher text, two stores."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import neo4j

from kg_service.graph._hash import content_hash
from kg_service.graph._queries import load_query
from kg_service.graph._readonly import QueryResult, run_read_only
from kg_service.graph._retry import Backoff, run_with_retries

T = TypeVar("T")
Row = dict[str, Any]

# Hints of the planner (a label that no node has yet) are no news to a user.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)


class Tx:
    """An open transaction."""

    def __init__(self, transaction: neo4j.Transaction) -> None:
        self._transaction = transaction

    def run(self, query: str, /, **params: Any) -> list[Row]:
        """Runs one statement; rows as plain dicts by column."""
        result = self._transaction.run(query, params)  # type: ignore[arg-type]
        return [record.data() for record in result]


@dataclass(frozen=True)
class GraphStatus:
    """What the store holds."""

    store: str
    store_version: str
    schema_version: int
    graph_revision: int
    graph_hash: str
    catalogue_version: str
    #: Nodes per label.
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """Where a store answers Bolt, and as whom."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str | None = None


class GraphStore:
    """A property graph behind Bolt. Safe to share between threads.

    Args:
        address: where, and with what rights; may write.
        reader: the user of analysts' queries; on ArcadeDB it must be one that the server lets read
            only, since that store does not enforce the access mode of a session.
    """

    def __init__(
        self, address: Address, *, reader: Address | None = None, backoff: Backoff | None = None
    ) -> None:
        self.address = address
        self._reader = reader
        self._backoff = backoff or Backoff()
        self._driver = _driver(address)
        self._reader_driver: neo4j.Driver | None = None
        self._hashed: tuple[int, str] | None = None
        info = self._retry(self._driver.get_server_info)
        self.kind, self.version = _kind_and_version(info.agent)

    def read(self, query: str, /, **params: Any) -> list[Row]:
        """Runs one statement that changes nothing."""
        return self._run(lambda tx: tx.run(query, **params), neo4j.READ_ACCESS)

    def write(self, query: str, /, **params: Any) -> list[Row]:
        """Runs one statement in a transaction of its own; repeated on transient errors."""
        return self.transaction(lambda tx: tx.run(query, **params))

    def transaction(self, work: Callable[[Tx], T]) -> T:
        """Runs ``work`` in one transaction: all of it or nothing.

        It is run again, as a whole, after a transient error, also when the answer to a commit was
        lost; it must therefore lead to the same graph when it is run twice (MERGE, not CREATE).

        Raises:
            Unavailable: the store cannot be reached.
        """
        return self._run(work, neo4j.WRITE_ACCESS)

    def query_read_only(
        self,
        cypher: str,
        params: dict[str, Any] | None = None,
        row_limit: int = 1_000,
        timeout_s: float = 30.0,
    ) -> QueryResult:
        """Runs an analyst's query.

        Raises:
            Forbidden: it would write, read files or the network, or manage the server.
            InvalidInput: it is not Cypher, or a parameter is missing.
            TimedOut: it ran longer than ``timeout_s``.
        """
        return run_read_only(self, cypher, params or {}, row_limit, timeout_s)

    def revision(self) -> int:
        """Counts the writing transactions of evidence and catalogue."""
        rows = self.read(load_query("kg_service.graph", "revision"))
        return int(rows[0]["revision"]) if rows else 0

    def content_hash(self) -> str:
        """SHA-256 of catalogue, strategies and evidence; equal on both stores for equal content.

        Remembered until the revision changes: it reads the whole graph.
        """
        before = self.revision()
        if self._hashed is None or self._hashed[0] != before:
            found = content_hash(self)
            # What was written meanwhile may be in it or not.
            self._hashed = (before, found) if self.revision() == before else None
            return found
        return self._hashed[1]

    def status(self) -> GraphStatus:
        state = self.read(load_query("kg_service.graph", "state"))
        versions = self.read(load_query("kg_service.graph", "applied_migrations"))
        counts = self.read(load_query("kg_service.graph", "count_labels"))
        return GraphStatus(
            store=self.kind,
            store_version=self.version,
            schema_version=max((row["version"] for row in versions), default=0),
            graph_revision=int(state[0]["revision"] or 0) if state else 0,
            graph_hash=self.content_hash(),
            catalogue_version=(state[0]["catalogue_version"] or "") if state else "",
            counts={row["label"]: row["nodes"] for row in counts},
        )

    def close(self) -> None:
        for driver in (self._reader_driver, self._driver):
            if driver is not None:
                driver.close()

    def __enter__(self) -> GraphStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reader_driver(self) -> neo4j.Driver | None:
        """The analysts' connection; None where the store was opened without one."""
        if self._reader is not None and self._reader_driver is None:
            self._reader_driver = _driver(self._reader)
        return self._reader_driver

    def reads_only(self, cypher: str) -> bool | None:
        """What the store's own parser says of a statement; None where it is not at hand."""
        return None

    def _run(self, work: Callable[[Tx], T], access_mode: str) -> T:
        def attempt() -> T:
            with (
                self._driver.session(
                    database=self.address.database, default_access_mode=access_mode
                ) as session,
                session.begin_transaction() as transaction,
            ):
                outcome = work(Tx(transaction))
                transaction.commit()
                return outcome

        return self._retry(attempt)

    def _retry(self, work: Callable[[], T]) -> T:
        return run_with_retries(work, self._backoff, self.address.uri)


def open_neo4j(
    uri: str,
    user: str,
    password: str,
    database: str | None = None,
    *,
    backoff: Backoff | None = None,
) -> GraphStore:
    """Connects to a Neo4j server, whose READ access mode guards the analysts' queries.

    Raises:
        Unavailable: it cannot be reached, or refuses the user.
    """
    address = Address(uri, user, password, database)
    return GraphStore(address, reader=address, backoff=backoff)


def connect_bolt(
    uri: str,
    user: str,
    password: str,
    database: str | None = None,
    *,
    backoff: Backoff | None = None,
) -> GraphStore:
    """Connects to a store that another process owns, of either kind, without analysts' queries.

    Raises:
        Unavailable: it cannot be reached, or refuses the user.
    """
    return GraphStore(Address(uri, user, password, database), backoff=backoff)


def _driver(address: Address) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(
        address.uri,
        auth=(address.user, address.password),
        user_agent="kgpress",
        connection_timeout=5.0,
        connection_acquisition_timeout=30.0,
        telemetry_disabled=True,
    )


def _kind_and_version(agent: str) -> tuple[str, str]:
    """ArcadeDB answers as ``Neo4j/5.26.0 compatible (ArcadeDB 26.10.2)``."""
    if "ArcadeDB" in agent:
        return "arcadedb", agent.partition("ArcadeDB ")[2].rstrip(")") or agent
    return "neo4j", agent.removeprefix("Neo4j/")
