"""Entities with other names and known facts, the same on every store."""

from __future__ import annotations

import pytest

from kg_service.evidence import EvidenceRepository
from kg_service.graph import GraphStore
from kgpress.errors import InvalidInput, UnknownName
from kgpress.v1 import evidence_pb2, types_pb2
from tests.support.results import published

LIST = evidence_pb2.ListEntitiesRequest


@pytest.fixture
def repository(started: GraphStore) -> EvidenceRepository:
    return EvidenceRepository(started)


def _model(name: str, *aliases: str, reviewed: bool = False, parameters: float = 0) -> types_pb2.Entity:
    entity = types_pb2.Entity(kind="model", name=name, aliases=aliases, reviewed=reviewed)
    if parameters:
        fact = entity.facts.add(name="parameters", number=parameters)
        fact.source.name, fact.source.kind = "a/zoo", types_pb2.SOURCE_KIND_DOCUMENT
        fact.cell.document_hash, fact.cell.row = "d", 3
    return entity


def test_entities_go_in_and_come_out(repository: EvidenceRepository) -> None:
    repository.append([published()], accept_own_runs=True)
    known = _model("resnet-56", "ResNet56", "resnet_56", reviewed=True, parameters=855_770)
    assert repository.submit_entities([known, _model("other")]) == (1, 1)
    assert repository.submit_entities([known, _model("other")]) == (0, 0)
    found = repository.entities(LIST(kind="model")).entities
    assert [e.name for e in found] == ["other", "resnet-56"]
    known.aliases.sort()
    assert found[1] == known
    assert [e.name for e in repository.entities(LIST(kind="model", text="NET_56")).entities] == ["resnet-56"]
    assert [e.name for e in repository.entities(LIST(kind="model", reviewed=False)).entities] == ["other"]


def test_what_is_known_grows_and_a_review_stays(repository: EvidenceRepository) -> None:
    repository.submit_entities([_model("m", "a", reviewed=True, parameters=1)])
    assert repository.submit_entities([_model("m", "b", parameters=2)]) == (0, 1)
    (entity,) = repository.entities(LIST(kind="model")).entities
    assert (list(entity.aliases), entity.reviewed) == (["a", "b"], True)
    assert [fact.number for fact in entity.facts] == [1, 2] or [f.number for f in entity.facts] == [2, 1]


def test_pages_and_refusals(repository: EvidenceRepository) -> None:
    repository.submit_entities([_model(f"m{i}") for i in range(5)])
    page = types_pb2.PageRequest(size=3)
    first = repository.entities(LIST(kind="model", page=page))
    page.token = first.page.next_token
    rest = repository.entities(LIST(kind="model", page=page))
    assert [e.name for e in [*first.entities, *rest.entities]] == [f"m{i}" for i in range(5)]
    assert (first.page.total, rest.page.next_token) == (5, "")
    with pytest.raises(UnknownName):
        repository.entities(LIST(kind="colour"))
    with pytest.raises(InvalidInput):
        repository.submit_entities([_model(" ")])
