"""The graph service over a real channel."""

from __future__ import annotations

from typing import Any

import pytest

from kgpress.errors import Forbidden, InvalidInput, KgpressError, TooLarge
from kgpress.v1 import graph_pb2
from tests.server.helpers import Running, refused


def query(running: Running, cypher: str, **fields: Any) -> graph_pb2.QueryGraphResponse:
    return running.stubs.graph.QueryGraph(graph_pb2.QueryGraphRequest(cypher=cypher, **fields))


def test_cypher_with_parameters_and_every_kind_of_value(running: Running) -> None:
    request = graph_pb2.QueryGraphRequest(
        cypher="UNWIND range(1, $n) AS i RETURN i, [i, 'a'] AS l, {k: null} AS m, true AS b LIMIT $n"
    )
    request.parameters["n"] = 2
    answer = running.stubs.graph.QueryGraph(request)
    assert list(answer.columns) == ["i", "l", "m", "b"]
    assert [list(row) for row in answer.rows] == [[i, [i, "a"], {"k": None}, True] for i in (1, 2)]
    assert not answer.truncated


def test_cypher_rows_are_limited(running: Running) -> None:
    answer = query(running, "UNWIND range(1, 50) AS i RETURN i", row_limit=7)
    assert (len(answer.rows), answer.truncated) == (7, True)


@pytest.mark.parametrize(
    ("cypher", "fields", "kind", "field"),
    [
        (" ", {}, InvalidInput, "cypher"),
        ("RETURN 1", {"row_limit": 100_001}, InvalidInput, "row_limit"),
        ("RETURN 1", {"timeout_s": 301}, InvalidInput, "timeout_s"),
        ("RETURN 1", {"timeout_s": -1}, InvalidInput, "timeout_s"),
        ("RETURN 1", {"timeout_s": float("nan")}, InvalidInput, "timeout_s"),
        ("CREATE (n:Intruder) RETURN n", {}, Forbidden, None),
    ],
)
def test_cypher_that_is_refused(
    running: Running, cypher: str, fields: dict[str, Any], kind: type[KgpressError], field: str | None
) -> None:
    error = refused(lambda: query(running, cypher, **fields))
    assert type(error) is kind
    assert field is None or error.field == field


def test_an_answer_over_the_limit_is_refused_clearly(running: Running) -> None:
    cypher = (
        "UNWIND range(1, 90000) AS i RETURN 'a text that is fifty characters long, so that rows add up' AS t"
    )
    error = refused(lambda: query(running, cypher, row_limit=100_000))
    assert isinstance(error, TooLarge)
    assert "fewer rows" in error.remedy


def test_the_graph_tells_what_it_holds(running: Running) -> None:
    status = running.stubs.graph.GetGraphStatus(graph_pb2.GetGraphStatusRequest())
    assert status.store in ("arcadedb", "neo4j")
    assert status.counts["CompressionMethod"] > 0
    assert status.catalogue_version
