"""Analysts read, in bounds, and can do nothing else."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.graph import GraphStore, connect_bolt
from kgpress.errors import Forbidden, InvalidInput, KgpressError, TimedOut, TooLarge

WRITES = [
    "CREATE (:Model {name: 'x'})",
    "CREATE (:Unheard {name: 'x'})",
    "MERGE (m:Model {name: 'x'}) RETURN m",
    "MATCH (m:Model) SET m.name = 'y' RETURN m",
    "MATCH (m:Model) REMOVE m.name",
    "MATCH (m:Model) SET m:Other",
    "MATCH (m:Model) DETACH DELETE m",
    "MATCH (a:Model), (d:Dataset) CREATE (a)-[:KNOWS]->(d)",
    "FOREACH (x IN [1] | CREATE (:Model {name: 'x'}))",
    "CALL { CREATE (m:Model {name: 'x'}) RETURN m } RETURN m",
    "UNWIND [1, 2] AS x CALL { WITH x CREATE (:Model {name: x}) } IN TRANSACTIONS OF 1 ROWS",
    "PROFILE CREATE (:Model {name: 'x'})",
    "/* MATCH */ create (:Model {name: 'x'}) // RETURN",
    "CREATE INDEX sneaky FOR (n:Model) ON (n.size)",
    "DROP CONSTRAINT model_name",
    "CREATE USER spy SET PASSWORD 'abcdefgh'",
    "CALL db.createLabel('Sneaky')",
    "CALL merge.node(['Model'], {name: 'x'}) YIELD node RETURN node",
    "RETURN 1; MATCH (n) DETACH DELETE n",
]

OTHER_POWERS = [
    "LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line",
    "MATCH (m:Model) LOAD CSV FROM 'file:///etc/hostname' AS line RETURN m, line",
    "CALL { LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line } RETURN line",
    "PROFILE LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line",
    "SHOW USERS",
    "SHOW TRANSACTIONS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "CALL dbms.listConfig()",
    "CALL dbms.killConnections(['bolt-1'])",
    "USE system SHOW USERS",
]


@pytest.fixture
def graph(store: GraphStore) -> GraphStore:
    store.write(
        "UNWIND range(1, 1500) AS i MERGE (:Model {name: toString(i)}) MERGE (d:Dataset {name: 'set'})"
    )
    return store


def test_what_writes_is_refused(graph: GraphStore) -> None:
    before = _everything(graph)
    refusals = {cypher: _refusal(graph, cypher) for cypher in WRITES}
    assert {c: type(r) for c, r in refusals.items() if not isinstance(r, Forbidden | InvalidInput)} == {}
    assert all(refusal.remedy for refusal in refusals.values() if refusal)
    plain = [c for c in WRITES[:12] if not c.startswith("PROFILE")]
    assert {c: str(refusals[c]) for c in plain if not isinstance(refusals[c], Forbidden)} == {}
    assert _everything(graph) == before


def test_files_users_and_the_server_are_out_of_reach(graph: GraphStore) -> None:
    refusals = {cypher: _refusal(graph, cypher) for cypher in OTHER_POWERS}
    assert {c: r for c, r in refusals.items() if not isinstance(r, Forbidden | InvalidInput)} == {}


def test_the_network_is_out_of_reach(graph: GraphStore, listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    for prefix in ("", "PROFILE ", "EXPLAIN "):
        with pytest.raises((Forbidden, InvalidInput)):
            graph.query_read_only(f"{prefix}LOAD CSV FROM '{url}' AS line RETURN line")
    assert asked == []


def test_columns_rows_and_parameters(graph: GraphStore) -> None:
    result = graph.query_read_only(
        "MATCH (m:Model) WHERE toInteger(m.name) < $below RETURN m.name AS name, m AS node "
        "ORDER BY toInteger(name);\n",
        {"below": 3},
    )
    assert result.columns == ["name", "node"]
    assert result.rows == [["1", {"name": "1"}], ["2", {"name": "2"}]]
    assert not result.truncated


def test_times_are_text(store: GraphStore) -> None:
    rows = store.query_read_only("RETURN datetime('2024-05-06T07:08:09Z') AS t, date('2024-05-06') AS d").rows
    assert [text[:10] for text in rows[0]] == ["2024-05-06", "2024-05-06"]


def test_rows_are_limited(graph: GraphStore) -> None:
    for limit, truncated in [(1499, True), (1500, False)]:
        result = graph.query_read_only("MATCH (m:Model) RETURN m.name", row_limit=limit)
        assert (len(result.rows), result.truncated) == (limit, truncated)


def test_a_long_query_is_ended_and_the_next_one_served(graph: GraphStore) -> None:
    started = time.monotonic()
    with pytest.raises(TimedOut):
        graph.query_read_only(
            "MATCH (a:Model) MATCH (b:Model) MATCH (c:Model) "
            "WHERE a.name + b.name + c.name = 'no' RETURN count(*)",
            timeout_s=1.0,
        )
    assert time.monotonic() - started < 20
    assert graph.query_read_only("RETURN 1 AS one").rows == [[1]]


def test_what_is_not_a_query_is_said_to_be_none(store: GraphStore) -> None:
    for cypher in ("RETURN foo bar", "MATCH (m:Model) RETURN $missing", "", "MATCH (n) RETURN nothing()"):
        refusal = _refusal(store, cypher)
        assert isinstance(refusal, InvalidInput), cypher
        assert "\n" not in refusal.message
        assert "server log" not in refusal.message


def test_bounds_have_bounds(store: GraphStore) -> None:
    for rows, seconds in [(0, 1.0), (100_001, 1.0), (1, 0.0), (1, 301.0)]:
        with pytest.raises(TooLarge):
            store.query_read_only("RETURN 1", row_limit=rows, timeout_s=seconds)


def test_a_borrowed_connection_takes_no_analysts(store: GraphStore) -> None:
    address = store.address
    with (
        connect_bolt(address.uri, address.user, address.password, address.database) as borrowed,
        pytest.raises(Forbidden),
    ):
        borrowed.query_read_only("RETURN 1")


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/rows.csv", asked
    server.shutdown()


def _refusal(store: GraphStore, cypher: str) -> KgpressError | None:
    try:
        store.query_read_only(cypher)
    except KgpressError as error:
        return error
    return None


def _everything(store: GraphStore) -> list[dict[str, object]]:
    return store.read("MATCH (n) RETURN labels(n)[0] AS label, count(*) AS n ORDER BY label")
