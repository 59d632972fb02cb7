"""Curators decide, correct, disagree and take back; documents change; the same on every store."""

from __future__ import annotations

import pytest

from kg_service.evidence import EvidenceRepository, check
from kg_service.graph import GraphStore
from kgpress.errors import Conflict, InvalidInput, UnknownName
from kgpress.v1 import evidence_pb2 as pb
from kgpress.v1 import types_pb2
from tests.support.results import own_run, published

ACCEPT, REJECT = pb.REVIEW_DECISION_ACCEPT, pb.REVIEW_DECISION_REJECT
CORRECT, WITHDRAW = pb.REVIEW_DECISION_CORRECT, pb.REVIEW_DECISION_WITHDRAW
ACCEPTED = types_pb2.EVIDENCE_STATE_ACCEPTED
PROPOSED = types_pb2.EVIDENCE_STATE_PROPOSED
REJECTED = types_pb2.EVIDENCE_STATE_REJECTED
QUARANTINED = types_pb2.EVIDENCE_STATE_QUARANTINED
SUPERSEDED = types_pb2.EVIDENCE_STATE_SUPERSEDED
POINT = types_pb2.EVIDENCE_STATE_LAYER_POINT
SEARCH = pb.SearchEvidenceRequest


@pytest.fixture
def repository(started: GraphStore) -> EvidenceRepository:
    return EvidenceRepository(started)


def _add(repository: EvidenceRepository, *results: types_pb2.ReferenceResult) -> list[str]:
    return [r.id for r in repository.append(results, accept_own_runs=True)]


def _correct(
    repository: EvidenceRepository, id_: str, curator: str, quality: float, version: int = 0
) -> types_pb2.ReferenceResult:
    reading = repository.get(id_).result.interpretation
    reading.after.quality = quality
    request = pb.ReviewEvidenceRequest(
        id=id_, decision=CORRECT, curator=curator, correction=reading, interpretation_version=version
    )
    return repository.review_all([request])[0]


def _total(repository: EvidenceRepository, **filters: object) -> int:
    return repository.search(SEARCH(**filters)).page.total  # type: ignore[arg-type]


def test_curators_who_disagree_make_a_conflict_until_they_agree(repository: EvidenceRepository) -> None:
    (id_,) = _add(repository, published())
    assert repository.review(id_, ACCEPT, "grace").state == ACCEPTED
    found = repository.review(id_, REJECT, "ada", "wrong column")
    assert (found.state, found.conflict) == (PROPOSED, True)
    assert found.reasons == ["curators disagree: ada rejects, grace accepts"]
    assert list(repository.accepted()) == []
    assert (_total(repository, conflict=True), _total(repository, conflict=False)) == (1, 0)
    found = repository.review(id_, ACCEPT, "ada", "right after all")
    assert (found.state, found.conflict, list(found.reasons)) == (ACCEPTED, False, [])
    assert [r.withdrawn for r in repository.get(id_).reviews] == [False, True, False]


def test_withdrawing_brings_back_what_was_before(repository: EvidenceRepository) -> None:
    doubted = published()
    doubted.state, doubted.reasons[:] = QUARANTINED, ["a doubt"]
    (id_,) = _add(repository, doubted)
    before = repository.get(id_).result
    with pytest.raises(Conflict):
        repository.review(id_, WITHDRAW, "ada")
    assert repository.review(id_, ACCEPT, "ada").state == ACCEPTED
    assert _total(repository, not_reviewed_by="ada") == 0
    assert repository.review(id_, WITHDRAW, "ada") == before
    assert _total(repository, not_reviewed_by="ada") == 1
    assert [r.decision for r in repository.get(id_).reviews] == [ACCEPT, WITHDRAW]


def test_a_correction_counts_and_can_be_taken_back(repository: EvidenceRepository) -> None:
    (id_,) = _add(repository, published())
    found = _correct(repository, id_, "ada", 0.93, version=1)
    assert (found.state, found.interpretation_version) == (ACCEPTED, 2)
    assert found.interpretation.after.quality == 0.93
    assert (_total(repository, corrected=True), _total(repository, corrected=False)) == (1, 0)
    # Another machine reading is kept, and does not take over from a person.
    repository.append([published(rules="tables/2", quality=0.5)], accept_own_runs=True)
    found = repository.get(id_).result
    assert (found.state, found.interpretation.after.quality) == (ACCEPTED, 0.93)
    found = repository.review(id_, WITHDRAW, "ada")
    assert (found.state, found.interpretation.after.quality) == (PROPOSED, 0.5)
    assert len(repository.get(id_).history) == 2


def test_two_corrections_that_differ_are_a_conflict(repository: EvidenceRepository) -> None:
    (id_,) = _add(repository, published())
    _correct(repository, id_, "ada", 0.93)
    assert repository.review(id_, ACCEPT, "grace").state == ACCEPTED
    found = _correct(repository, id_, "grace", 0.94)
    assert (found.conflict, found.interpretation.after.quality) == (True, 0.94)
    found = repository.review(id_, ACCEPT, "ada")
    assert (found.conflict, found.state) == (False, ACCEPTED)


def test_corrections_are_checked(repository: EvidenceRepository) -> None:
    cell, run = _add(repository, published(), own_run())
    with pytest.raises(InvalidInput, match=r"accuracy after is 93, outside 0\.\.1"):
        _correct(repository, cell, "ada", 93.0)
    with pytest.raises(InvalidInput, match="says the same"):
        _correct(repository, cell, "ada", 0.91)
    with pytest.raises(InvalidInput, match="of our own"):
        _correct(repository, run, "ada", 0.5)
    with pytest.raises(InvalidInput, match="corrected reading"):
        repository.review(cell, CORRECT, "ada")
    with pytest.raises(Conflict, match="since version 7"):
        _correct(repository, cell, "ada", 0.93, version=7)


def test_a_batch_is_all_or_nothing(repository: EvidenceRepository, started: GraphStore) -> None:
    ids = _add(repository, *(published(row) for row in range(5)))
    requests = [pb.ReviewEvidenceRequest(id=i, decision=ACCEPT, curator="ada") for i in ids]
    content = started.content_hash()
    with pytest.raises(InvalidInput):
        repository.review_all([*requests, pb.ReviewEvidenceRequest(id=ids[0], curator="ada")])
    assert started.content_hash() == content
    assert [r.id for r in repository.review_all(requests)] == ids
    assert _total(repository, states=[ACCEPTED]) == 5


def test_layers_are_points_of_their_own(repository: EvidenceRepository) -> None:
    point = published(1)
    point.interpretation.per_layer = True
    assert check(point) == ["the layer is not named"]
    point.interpretation.layer = "conv1"
    (id_,) = _add(repository, point)
    repository.trust_source(point.source, precision=0.999, checked=500, curator="ada")
    assert repository.get(id_).result.state == POINT
    assert repository.review(id_, ACCEPT, "ada").state == POINT
    assert list(repository.accepted()) == []
    assert (_total(repository, per_layer=True), _total(repository, per_layer=False)) == (1, 0)


def test_trust_covers_a_name_and_spares_what_is_doubted(repository: EvidenceRepository) -> None:
    doubted = published(2)
    doubted.state, doubted.reasons[:] = PROPOSED, ["the baseline is of another document"]
    sound, waiting = _add(repository, published(1), doubted)
    name = types_pb2.Source(kind=types_pb2.SOURCE_KIND_DATASET, name="a/paper")
    assert repository.trust_source(name, precision=0.998, checked=500, curator="ada") == 1
    other = published(3)
    other.source.version = "another"
    (third,) = _add(repository, other)
    states = [repository.get(i).result.state for i in (sound, waiting, third)]
    assert states == [ACCEPTED, PROPOSED, ACCEPTED]


def _document(hash_: str, *qualities: float) -> list[types_pb2.ReferenceResult]:
    results = [published(row, document=hash_, quality=q) for row, q in enumerate(qualities, 1)]
    for row, result in enumerate(results):
        result.interpretation.dataset = f"set-{row}"
    return results


def _change(old: str, new: str) -> pb.DocumentChange:
    return pb.DocumentChange(source="a/paper", path="results.csv", old_hash=old, new_hash=new)


def test_a_changed_document_supersedes_its_results(
    repository: EvidenceRepository, started: GraphStore
) -> None:
    old = _add(repository, *_document("v1", 0.91, 0.92, 0.93))
    repository.review(old[0], REJECT, "ada", "not a result")
    receipts, superseded, carried = repository.replace_document(
        _change("v1", "v2"), _document("v2", 0.91, 0.5)
    )
    assert (superseded, carried) == (3, 1)
    assert [repository.get(i).result.state for i in old] == [SUPERSEDED] * 3
    assert repository.get(old[1]).result.reasons == ["its document has changed: v2"]
    # What ada has said of the number that is still there holds; nobody has looked at the other one.
    assert [repository.get(r.id).result.state for r in receipts] == [REJECTED, PROPOSED]
    rows = started.read("MATCH (a)-[:SUPERSEDED_BY]->(b) RETURN a.id AS a, b.id AS b")
    assert {(r["a"], r["b"]) for r in rows} == {(old[0], receipts[0].id), (old[1], receipts[1].id)}
    content = started.content_hash()
    assert repository.replace_document(_change("v1", "v2"), _document("v2", 0.91, 0.5))[1:] == (0, 0)
    assert started.content_hash() == content
    # As it was: the first results are in force again.
    repository.replace_document(_change("", "v1"), _document("v1", 0.91, 0.92, 0.93))
    assert [repository.get(i).result.state for i in old] == [REJECTED, PROPOSED, PROPOSED]
    assert _total(repository, states=[SUPERSEDED]) == 2
    # The same bytes, read anew without the last one; then the document is gone.
    assert repository.replace_document(_change("v1", "v1"), _document("v1", 0.91, 0.92))[1] == 1
    assert repository.replace_document(_change("v1", ""), [])[1] == 2


def test_a_change_of_document_is_complete(repository: EvidenceRepository) -> None:
    for change in (pb.DocumentChange(path="a", old_hash="1", new_hash="2"), _change("", "")):
        with pytest.raises(InvalidInput):
            repository.replace_document(change, [])
    with pytest.raises(InvalidInput, match="not in the new version"):
        repository.replace_document(_change("v1", "v2"), _document("v3", 0.9))


def test_filters(repository: EvidenceRepository) -> None:
    sure, unsure = published(1), published(2)
    unsure.interpretation.confidence, unsure.interpretation.runtime = 0.4, "TensorRT"
    unsure.interpretation.hardware = "a board nobody knows"
    unsure.state, unsure.reasons[:] = PROPOSED, ["The baseline is far away"]
    _add(repository, sure, unsure, own_run())
    assert _total(repository, max_confidence=0.5) == 1
    assert _total(repository, min_confidence=0.5) == 2
    assert _total(repository, reason="baseline IS far") == 1
    assert _total(repository, runtime="TensorRT", hardware="a board nobody knows") == 1
    assert _total(repository, document_hash="document-1", path="results.csv") == 2
    assert _total(repository, domain="computer vision", metric="accuracy") == 2
    assert _total(repository, compression_type="pruning") == 3
    assert _total(repository, compression_type="quantization") == 0
    assert _total(repository, cluster="cluster-2") == 1
    with pytest.raises(InvalidInput):
        _total(repository, min_confidence=1.5)


def test_a_sample_is_drawn_by_lot(repository: EvidenceRepository) -> None:
    ids = _add(repository, *(published(row) for row in range(30)), own_run())
    drawn = [repository.search(SEARCH(path="results.csv", sample=5, sample_seed=s)) for s in (1, 1, 2)]
    names = [[r.id for r in response.results] for response in drawn]
    assert names[0] == names[1] != names[2]
    assert len(set(names[0]) & set(ids)) == 5
    assert drawn[0].page.total == 30


def test_counts(repository: EvidenceRepository) -> None:
    copy = published(3)
    copy.interpretation.cluster = "cluster-1"
    _add(repository, published(1), published(2), copy, own_run(dataset="other"))
    counted = repository.count(pb.CountEvidenceRequest(by=["source", "state"]))
    assert [(list(c.keys), c.results) for c in counted.counts] == [
        (["a/paper", "proposed"], 3),
        (["own runs", "accepted"], 1),
    ]
    assert (counted.total.results, counted.total.groups, counted.total.clusters) == (4, 2, 3)
    some = pb.CountEvidenceRequest(filter=SEARCH(source="a/paper"), by=["compression_type", "hardware"])
    assert [list(c.keys) for c in repository.count(some).counts] == [["pruning", ""]]
    with pytest.raises(UnknownName):
        repository.count(pb.CountEvidenceRequest(by=["colour"]))
