"""What every store must do the same."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest
from neo4j.exceptions import CypherSyntaxError

from kg_service.graph import GraphStore, Tx, start
from kgpress.catalogue import load


def test_kind_and_version_are_told(store: GraphStore) -> None:
    assert store.kind in ("arcadedb", "neo4j")
    assert store.version[0].isdigit()


def test_a_transaction_is_all_or_nothing(store: GraphStore) -> None:
    def work(tx: Tx) -> None:
        tx.run("CREATE (:Model {name: 'half'})")
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        store.transaction(work)
    assert store.read("MATCH (m:Model) RETURN m.name AS name") == []


def test_values_come_back_as_they_went(store: GraphStore) -> None:
    values = {
        "text": "häßlich ' \" \\ {x}",
        "whole": 2**62,
        "real": 0.1,
        "yes": True,
        "list": ["a", "b"],
        "empty": [],
    }
    store.write("CREATE (m:Model {name: 'm'}) SET m += $values", values=values)
    row = store.read("MATCH (m:Model {name: 'm'}) RETURN properties(m) AS p")[0]["p"]
    assert {key: row.get(key, []) for key in values} == values


def test_a_key_is_unique(store: GraphStore) -> None:
    store.write("MERGE (m:Model {name: 'm'})")
    store.write("MERGE (m:Model {name: 'm'})")
    assert store.read("MATCH (m:Model) RETURN count(m) AS n") == [{"n": 1}]


def test_concurrent_merges_of_one_new_key_make_one_node(store: GraphStore) -> None:
    barrier = threading.Barrier(6)

    def merge(i: int) -> None:
        barrier.wait()
        for name in ("a", "b", "c"):
            store.write(
                "MERGE (m:Model {name: $name}) ON CREATE SET m.count = 0 SET m.last = $i",
                name=name,
                i=i,
            )

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(merge, range(6)))
    assert store.read("MATCH (m:Model) RETURN count(m) AS n") == [{"n": 3}]


def test_concurrent_increments_are_not_lost(store: GraphStore) -> None:
    def increment(_: int) -> None:
        def work(tx: Tx) -> None:
            # Writing first takes the node, so that what is read next is the last word.
            row = tx.run("MATCH (g:GraphState {id: 'graph'}) SET g.writer = 't' RETURN g.revision AS n")
            tx.run("MATCH (g:GraphState {id: 'graph'}) SET g.revision = $n", n=row[0]["n"] + 1)

        store.transaction(work)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(increment, range(24)))
    assert store.revision() == 24


def test_wrong_cypher_is_told_at_once(store: GraphStore) -> None:
    with pytest.raises(CypherSyntaxError):
        store.read("RETURN foo bar")


def test_start_twice_changes_nothing(store: GraphStore) -> None:
    start(store)
    revision, content = store.revision(), store.content_hash()
    start(store)
    assert (store.revision(), store.content_hash()) == (revision, content)


def test_status_tells_what_is_there(started: GraphStore) -> None:
    status = started.status()
    assert status.store == started.kind
    assert status.schema_version >= 2
    assert status.graph_revision == started.revision() == 1
    assert status.catalogue_version == "small"
    assert status.counts["CompressionMethod"] == len(load().methods)
    assert status.counts["Strategy"] > 30
    assert len(status.graph_hash) == 64
