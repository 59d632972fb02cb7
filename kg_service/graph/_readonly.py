"""Analysts' queries: they read the graph, in bounds, and can do nothing else.

Two guards, neither of which guesses from the query's text. First the store's own parser judges the
statement: only a read may run, and nothing that loads files, manages the server or calls procedures
outside ``db.``. Then it runs where the store itself refuses writes: in READ access mode on Neo4j
(which would still load files: hence the first guard), as a user of a read-only group on ArcadeDB
(which does not enforce that mode, and is started with LOAD CSV switched off). Its transaction is
never committed.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import neo4j
from neo4j.exceptions import ConstraintError, DriverError, Neo4jError

from kg_service.graph._queries import load_query
from kg_service.graph._retry import Backoff, is_transient, run_with_retries
from kg_service.graph._values import plain
from kgpress.errors import Forbidden, InvalidInput, KgpressError, TimedOut, TooLarge

if TYPE_CHECKING:
    from kg_service.graph._store import GraphStore

MAX_ROWS = 100_000
MAX_SECONDS = 300.0
_PROCEDURES = "db."
_REFUSED_OPERATORS = ("LoadCSV", "Show", "Terminate", "AdministrationCommand")
_REMEDY = "ask with MATCH, WHERE, WITH and RETURN alone"
_TIMED_OUT = ("TransactionTimedOut", "Transaction.Terminated")
_REFUSED = ("Security.Forbidden", "Statement.AccessMode", "Security.Unauthorized")


@dataclass(frozen=True)
class QueryResult:
    """Rows in the order of ``columns``; ``truncated`` when more rows matched than were asked for."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool


def run_read_only(
    store: GraphStore, cypher: str, params: dict[str, Any], row_limit: int, timeout_s: float
) -> QueryResult:
    """See :meth:`GraphStore.query_read_only`."""
    if not 0 < row_limit <= MAX_ROWS:
        raise TooLarge(
            f"a limit of {row_limit} rows", remedy=f"ask for 1 to {MAX_ROWS} rows", field="row_limit"
        )
    if not 0 < timeout_s <= MAX_SECONDS:
        raise TooLarge(
            f"a timeout of {timeout_s:g} s",
            remedy=f"allow at most {MAX_SECONDS:g} s",
            field="timeout_s",
        )
    driver = store.reader_driver()
    if driver is None:
        raise Forbidden(
            "this connection takes no analysts' queries", remedy="ask the server that owns the graph"
        )
    cypher = cypher.strip().removesuffix(";")
    if store.reads_only(cypher) is False:
        raise Forbidden("the query would write", remedy=_REMEDY, field="cypher")
    tag = uuid.uuid4().hex
    guard = _Watch(store, tag, timeout_s) if store.kind == "arcadedb" else None

    def attempt() -> QueryResult:
        try:
            return asked()
        except ConstraintError:
            # It got as far as breaking a constraint: it writes.
            raise Forbidden("the query would write", remedy=_REMEDY, field="cypher") from None

    def asked() -> QueryResult:
        with driver.session(
            database=store.address.database,
            default_access_mode=neo4j.READ_ACCESS,
            fetch_size=min(row_limit + 1, 1_000),
        ) as session:
            with session.begin_transaction(timeout=timeout_s) as transaction:
                _refuse_unless_read(transaction.run(f"EXPLAIN {cypher}", params).consume(), store.kind)  # type: ignore[arg-type]
            with (
                session.begin_transaction(timeout=timeout_s) as transaction,
                guard.watching() if guard else _nothing(),
            ):
                # The tag tells this statement from others, should it have to be ended.
                return _fetch(transaction.run(f"{cypher}\n// {tag}", params), row_limit)  # type: ignore[arg-type]

    try:
        return run_with_retries(attempt, Backoff(attempts=3), store.address.uri)
    except (Neo4jError, DriverError) as error:
        raise _translated(error, timeout_s, guard is not None and guard.fired) from None


def _fetch(result: neo4j.Result, row_limit: int) -> QueryResult:
    rows: list[list[Any]] = []
    for record in result:
        if len(rows) == row_limit:
            return QueryResult(list(result.keys()), rows, truncated=True)
        rows.append([plain(value) for value in record.values()])
    return QueryResult(list(result.keys()), rows, truncated=False)


def _refuse_unless_read(summary: neo4j.ResultSummary, kind: str) -> None:
    plan: dict[str, Any] | None = summary.plan  # type: ignore[assignment]
    if plan is None:
        raise Forbidden("the statement manages the server", remedy=_REMEDY, field="cypher")
    if kind == "arcadedb":
        # Its plans do not tell reads from writes; its parser did, and its read-only user will.
        return
    if summary.query_type != "r":
        raise Forbidden("the query would write or manage the server", remedy=_REMEDY, field="cypher")
    for operator, details in _operators(plan):
        if operator.startswith(_REFUSED_OPERATORS):
            raise Forbidden(f"the query uses {operator}", remedy=_REMEDY, field="cypher")
        if operator.startswith("ProcedureCall") and not details.startswith(_PROCEDURES):
            name = details.partition("(")[0]
            raise Forbidden(f"the query calls {name}", remedy=_REMEDY, field="cypher")


def _operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield plan["operatorType"].partition("@")[0], str(plan.get("args", {}).get("Details", ""))
    for child in plan.get("children", []):
        yield from _operators(child)


def _translated(error: Exception, timeout_s: float, ended: bool) -> KgpressError:
    code = getattr(error, "code", None) or ""
    message = str(getattr(error, "message", None) or error).strip().splitlines()[0]
    if ended or any(part in code for part in _TIMED_OUT):
        return TimedOut(
            f"the query ran longer than {timeout_s:g} s",
            remedy="narrow it, or allow more time",
            field="timeout_s",
        )
    if any(part in code for part in _REFUSED):
        return Forbidden(f"the query may not do this: {message}", remedy=_REMEDY, field="cypher")
    if is_transient(error):
        return TooLarge(f"the query asks too much: {message}", remedy="narrow it", field="cypher")
    return InvalidInput(
        f"the query cannot be run: {message}",
        remedy="labels, properties and examples: docs/graph.md",
        field="cypher",
    )


@contextmanager
def _nothing() -> Iterator[None]:
    yield


class _Watch:
    """Ends a statement that runs too long on ArcadeDB, which does not heed a transaction's timeout."""

    def __init__(self, store: GraphStore, tag: str, timeout_s: float) -> None:
        self._store = store
        self._tag = tag
        self._timeout_s = timeout_s
        self.fired = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._end_when_late, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _end_when_late(self, done: threading.Event) -> None:
        if done.wait(self._timeout_s):
            return
        self.fired = True
        while True:
            for row in self._store.read(load_query("kg_service.graph", "running")):
                if self._tag in row["currentQuery"]:
                    self._store.read(load_query("kg_service.graph", "terminate"), id=row["transactionId"])
            if done.wait(0.2):
                return
