"""Analysts' helpers on a real Neo4j."""

from __future__ import annotations

import pytest

from kg_service.evidence import EvidenceRepository
from kg_service.graph import GraphStore, load_catalogue
from kgpress.errors import InvalidInput, Unavailable
from tests.support.graphs import small_catalogue
from tests.support.neo4j import Server
from tests.support.results import own_run, published

analyst = pytest.importorskip("kgpress.analyst")

pytestmark = pytest.mark.neo4j


@pytest.fixture
def graph(neo4j_server: Server, neo4j_store: GraphStore):  # type: ignore[no-untyped-def]
    load_catalogue(neo4j_store, small_catalogue())
    both = own_run("b", strategy_text="C2(ratio=0.5,epochs=20) > C4(bits=8)", quality=0.94)
    results = [own_run("a", quality=0.95), both, published()]
    EvidenceRepository(neo4j_store).append(results, accept_own_runs=True)
    return analyst.connect(neo4j_server.uri, neo4j_server.user, neo4j_server.password)


def test_results_are_a_data_frame(graph) -> None:  # type: ignore[no-untyped-def]
    frame = analyst.results(graph)
    assert list(frame["quality_after"]) == [0.95, 0.94] or set(frame["quality_after"]) == {0.95, 0.94}
    assert (frame["size_bytes_before"] / frame["size_bytes_after"]).mean() > 3
    assert len(analyst.results(graph, method="C4")) == 1
    assert len(analyst.results(graph, state="proposed")) == 1
    nothing = analyst.results(graph, model="none")
    assert nothing.empty
    assert "quality_after" in nothing.columns


def test_a_query_of_ones_own(graph) -> None:  # type: ignore[no-untyped-def]
    frame = analyst.frame(graph, "UNWIND $xs AS x RETURN x, x * x AS square", xs=[1, 2, 3])
    assert list(frame["square"]) == [1, 4, 9]
    with pytest.raises(InvalidInput):
        analyst.frame(graph, "RETURN foo bar")


def test_objects(graph) -> None:  # type: ignore[no-untyped-def]
    method = analyst.CompressionMethod.match(graph, "C2").first()
    assert (method.technique, method.executable) == ("L1 norm", True)
    assert {hp.name for hp in method.hyperparameters} == {"ratio", "epochs", "samples"}
    assert [t.name for t in method.types] == ["pruning"]
    strategy = next(s for s in method.strategies if s.text.endswith("C4(bits=8)"))
    assert {m.label for m in strategy.methods} == {"C2", "C4"}


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        analyst.connect("bolt://127.0.0.1:1", "neo4j", "x")
