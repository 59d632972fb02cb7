"""The ready queries of docs/graph.md run on every store."""

from __future__ import annotations

from kg_service.evidence import EvidenceRepository
from kg_service.graph import GraphStore
from kg_service.graph.docs import analyst_queries
from kgpress.v1 import evidence_pb2, types_pb2
from tests.support.results import many, own_run, published


def test_every_ready_query_answers(started: GraphStore) -> None:
    repository = EvidenceRepository(started)
    repeats = [own_run("again", step, quality=0.9 + step / 100) for step in range(3)]
    elsewhere = published(2)
    elsewhere.interpretation.runtime = "TensorRT"
    receipts = repository.append([*repeats, *many(20), published(), elsewhere], accept_own_runs=True)
    model = types_pb2.Entity(kind="model", name="resnet-56", aliases=["ResNet56"])
    model.facts.add(name="parameters", number=855_770).source.name = "a/zoo"
    repository.submit_entities([model])
    repository.review(receipts[0].id, evidence_pb2.REVIEW_DECISION_ACCEPT, "ada")

    answers = {q.name: started.query_read_only(q.cypher) for q in analyst_queries()}
    assert len(answers) == 14
    assert {name for name, answer in answers.items() if not answer.rows} == set()
    methods = {row[0]: row for row in answers["01_search_space"].rows}
    assert methods["C2"][1:4] == ["pruning", "L1-norm filter pruning", "L1 norm"]
    assert sorted(methods["C2"][4]) == ["epochs", "pruning ratio", "training samples"]
    assert answers["08_strategies_with_a_sequence"].rows[0][0] == ["C2", "C4"]
