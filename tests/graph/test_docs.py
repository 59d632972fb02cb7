"""docs/graph.md says what the schema says."""

from __future__ import annotations

from pathlib import Path

from kg_service.graph._queries import without_comments
from kg_service.graph.docs import analyst_queries, render
from kg_service.graph.schema import NODES, RELATIONS

ROOT = Path(__file__).parents[2]


def test_the_document_is_current() -> None:
    assert (ROOT / "docs" / "graph.md").read_text("utf-8") == render(), (
        "run `python -m kg_service.graph.docs > docs/graph.md`"
    )


def test_everything_is_described() -> None:
    assert all(node.description and node.properties for node in NODES)
    assert all(p.description for node in NODES for p in node.properties)
    assert all(node.key in {p.name for p in node.properties} for node in NODES)
    labels = {node.label for node in NODES}
    assert all(r.description and {r.start, r.end} <= labels for r in RELATIONS)
    assert {r.name for r in RELATIONS} >= {"R1", "R2", "R3", "R4", "R5"}


def test_titled_queries() -> None:
    queries = analyst_queries()
    assert len(queries) == 14
    assert all(q.title and q.cypher.startswith("MATCH") for q in queries)


def test_queries_take_values_as_parameters_only() -> None:
    for path in ROOT.glob("kg_service/**/queries/**/*.cypher"):
        text = without_comments(path.read_text("utf-8"))
        assert text, path
        assert not any(mark in text for mark in ("{}", "%s", "{{")), path
