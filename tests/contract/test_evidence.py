"""Evidence is appended, read anew, reviewed and found, the same on every store."""

from __future__ import annotations

import concurrent.futures
import time
from pathlib import Path

import pytest

from kg_service.evidence import EvidenceRepository, import_evidence, result_id, write_results
from kg_service.graph import GraphStore
from kgpress import strategy
from kgpress.errors import Conflict, InvalidInput, NotFound
from kgpress.v1 import evidence_pb2, types_pb2
from tests.support.results import many, own_run, published

ACCEPTED = types_pb2.EVIDENCE_STATE_ACCEPTED
PROPOSED = types_pb2.EVIDENCE_STATE_PROPOSED
QUARANTINED = types_pb2.EVIDENCE_STATE_QUARANTINED
REJECTED = types_pb2.EVIDENCE_STATE_REJECTED
SUPERSEDED = types_pb2.EVIDENCE_STATE_SUPERSEDED


@pytest.fixture
def repository(started: GraphStore) -> EvidenceRepository:
    return EvidenceRepository(started)


def _one(
    repository: EvidenceRepository, result: types_pb2.ReferenceResult, *, own: bool = True
) -> evidence_pb2.EvidenceReceipt:
    return repository.append([result], accept_own_runs=own)[0]


def test_states_on_arrival(repository: EvidenceRepository) -> None:
    bad = own_run("bad", quality=float("nan"))
    results = [own_run(), published(), bad]
    receipts = repository.append(results, accept_own_runs=True)
    assert [r.state for r in receipts] == [ACCEPTED, PROPOSED, QUARANTINED]
    assert receipts[2].reasons == ["quality after is not a finite number"]
    assert _one(repository, own_run("stranger"), own=False).state == PROPOSED
    assert [r.locator.run.job for r in repository.accepted()] == ["job-1"]


def test_what_goes_in_comes_out(repository: EvidenceRepository) -> None:
    sent = own_run(private=True, seed=2**63 + 5)
    sent.interpretation.test_after.quality = 0.9
    sent.interpretation.model_profile.layer_types["Conv"] = 3
    sent.submitted_at.FromJsonString("2024-05-06T07:08:09Z")
    receipt = _one(repository, sent)
    got = repository.get(receipt.id).result
    expected = types_pb2.ReferenceResult()
    expected.CopyFrom(sent)
    expected.id, expected.interpretation_version, expected.state = result_id(sent.locator), 1, ACCEPTED
    assert got == expected


def test_the_same_again_changes_nothing(repository: EvidenceRepository, started: GraphStore) -> None:
    first = _one(repository, own_run())
    revision, content = started.revision(), started.content_hash()
    again = _one(repository, own_run())
    assert (again.id, again.duplicate, first.duplicate) == (first.id, True, False)
    # A worker that measures again under the same name adds nothing either.
    assert _one(repository, own_run(quality=0.5)).duplicate
    assert (started.revision(), started.content_hash()) == (revision, content)


def test_equal_numbers_from_two_places_stay_two(repository: EvidenceRepository) -> None:
    receipts = repository.append([published(1), published(2)], accept_own_runs=True)
    assert len({r.id for r in receipts}) == 2


def test_reading_anew_adds_a_version(repository: EvidenceRepository) -> None:
    first = _one(repository, published())
    second = _one(repository, published(rules="tables/2", quality=0.9))
    assert (second.id, second.duplicate) == (first.id, False)
    found = repository.get(first.id)
    assert (found.result.interpretation_version, found.result.interpretation.rules) == (2, "tables/2")
    assert [reading.rules for reading in found.history] == ["tables/1"]
    assert repository.search(evidence_pb2.SearchEvidenceRequest()).page.total == 1
    # The first reading once more is known already, and does not take over again.
    assert _one(repository, published()).duplicate
    assert repository.get(first.id).result.interpretation_version == 2


def test_a_new_reading_of_an_accepted_result_must_be_accepted_again(
    repository: EvidenceRepository,
) -> None:
    receipt = _one(repository, published())
    repository.review(receipt.id, evidence_pb2.REVIEW_DECISION_ACCEPT, "ada")
    again = _one(repository, published(rules="tables/2", quality=0.7))
    assert (again.state, again.reasons) == (PROPOSED, ["it reads differently since it was accepted"])
    repository.review(receipt.id, evidence_pb2.REVIEW_DECISION_REJECT, "ada")
    assert _one(repository, published(rules="tables/3", quality=0.6)).state == REJECTED


def test_one_locator_submitted_at_once_by_many_is_one_result(
    repository: EvidenceRepository, started: GraphStore
) -> None:
    batch = [own_run("race", step) for step in range(3)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: repository.append(batch, accept_own_runs=True), range(4)))
    assert len({r.id for receipt in receipts for r in receipt}) == 3
    assert sum(not r.duplicate for receipt in receipts for r in receipt) == 3
    counts = started.status().counts
    assert (counts["ReferenceResult"], counts["Interpretation"]) == (3, 3)


def test_a_review_is_kept_with_curator_and_time(repository: EvidenceRepository) -> None:
    receipt = _one(repository, published())
    before = time.time()
    repository.review(receipt.id, evidence_pb2.REVIEW_DECISION_REJECT, "ada", "wrong column")
    result = repository.review(receipt.id, evidence_pb2.REVIEW_DECISION_ACCEPT, "ada", "right after all")
    assert (result.state, list(result.reasons)) == (ACCEPTED, [])
    reviews = repository.get(receipt.id).reviews
    assert [(r.note, r.withdrawn) for r in reviews] == [("wrong column", True), ("right after all", False)]
    assert all(before - 1 < r.decided_at.ToSeconds() + 1 for r in reviews)


def test_superseding_names_the_successor(repository: EvidenceRepository, started: GraphStore) -> None:
    old, new = (r.id for r in repository.append([published(1), published(2)], accept_own_runs=True))
    supersede = evidence_pb2.REVIEW_DECISION_SUPERSEDE
    for by in ("", old):
        with pytest.raises(InvalidInput):
            repository.review(old, supersede, "ada", superseded_by=by)
    with pytest.raises(NotFound):
        repository.review(old, supersede, "ada", superseded_by="nobody")
    assert repository.review(old, supersede, "ada", superseded_by=new).state == SUPERSEDED
    rows = started.read("MATCH (a)-[:SUPERSEDED_BY]->(b) RETURN a.id AS a, b.id AS b")
    assert rows == [{"a": old, "b": new}]
    with pytest.raises(Conflict):
        repository.review(old, evidence_pb2.REVIEW_DECISION_ACCEPT, "ada")


def test_reviews_of_nothing_or_by_nobody_are_refused(repository: EvidenceRepository) -> None:
    receipt = _one(repository, published())
    accept = evidence_pb2.REVIEW_DECISION_ACCEPT
    with pytest.raises(NotFound):
        repository.review("nothing", accept, "ada")
    with pytest.raises(NotFound):
        repository.get("nothing")
    with pytest.raises(InvalidInput):
        repository.review(receipt.id, accept, " ")
    with pytest.raises(InvalidInput):
        repository.review(receipt.id, evidence_pb2.REVIEW_DECISION_UNSPECIFIED, "ada")


def test_a_source_is_trusted_once_its_precision_was_measured(repository: EvidenceRepository) -> None:
    waiting, source = _one(repository, published(1)), published(1).source
    for precision, checked in ((0.99, 400), (0.999, 0), (1.2, 400)):
        with pytest.raises(InvalidInput):
            repository.trust_source(source, precision=precision, checked=checked, curator="ada")
    assert repository.trust_source(source, precision=0.998, checked=500, curator="ada") == 1
    assert repository.get(waiting.id).result.state == ACCEPTED
    assert _one(repository, published(2)).state == ACCEPTED
    bad = published(3, quality=1.5)
    assert _one(repository, bad).state == QUARANTINED
    other = published(4)
    other.source.name = "b/paper"
    assert _one(repository, other).state == PROPOSED


def test_search_filters_and_pages(repository: EvidenceRepository) -> None:
    repository.append([*many(25), published(1)], accept_own_runs=True)
    request = evidence_pb2.SearchEvidenceRequest
    assert _total(repository, request()) == 26
    assert _total(repository, request(states=[PROPOSED])) == 1
    assert _total(repository, request(states=[PROPOSED, ACCEPTED])) == 26
    assert _total(repository, request(source="a/paper")) == 1
    assert _total(repository, request(model="fcn")) == 25
    assert _total(repository, request(dataset="set-3")) == 1
    assert _total(repository, request(method="C3")) == 1
    assert _total(repository, request(method="C999")) == 0
    assert _total(repository, request(job="job-0")) == 20
    assert _total(repository, request(strategy=" C2( epochs=20, ratio=0.3 ) ")) == 1

    seen: list[str] = []
    token = ""
    while True:
        page = types_pb2.PageRequest(size=7, token=token)
        response = repository.search(request(page=page))
        assert response.page.total >= 26
        seen += [r.id for r in response.results]
        token = response.page.next_token
        if not token:
            break
        # What arrives between two pages is on the last one.
        if len(seen) == 7:
            _one(repository, own_run("late"))
    assert (len(seen), len(set(seen))) == (27, 27)
    with pytest.raises(InvalidInput):
        repository.search(request(page=types_pb2.PageRequest(token="nonsense")))


def test_what_is_newer_than_a_revision(repository: EvidenceRepository, started: GraphStore) -> None:
    repository.append([own_run("a"), published(1)], accept_own_runs=True)
    revision = started.revision()
    assert list(repository.accepted(revision)) == []
    _one(repository, own_run("b"))
    waiting = repository.search(evidence_pb2.SearchEvidenceRequest(states=[PROPOSED])).results[0]
    repository.review(waiting.id, evidence_pb2.REVIEW_DECISION_ACCEPT, "ada")
    newer = list(repository.accepted(revision))
    assert len(newer) == 2
    assert {r.interpretation.cluster for r in newer} == {"", "cluster-1"}
    assert len(list(repository.accepted())) == 3


def test_strategies_of_evidence_share_nodes_with_the_action_space(
    repository: EvidenceRepository, started: GraphStore
) -> None:
    off_grid = "C2(ratio=0.55,epochs=20)"
    open_settings = "C2(ratio=?,epochs=?,samples=?)"
    results = [own_run(strategy_text=off_grid), published(strategy_text=open_settings)]
    repository.append(results, accept_own_runs=True)
    rows = started.read(
        "MATCH (:Interpretation)-[:OF_STRATEGY]->(s:Strategy)-[:HAS_SETTING]->(v:Setting) "
        "RETURN s.text AS text, s.in_action_space AS own, s.fully_set AS full, collect(v.id) AS settings"
    )
    by_text = {row["text"]: row for row in rows}
    executed, read = by_text[off_grid], by_text[strategy.parse(open_settings).text]
    assert (executed["own"], executed["full"]) == (True, True)
    assert (read["own"], read["full"]) == (False, False)
    assert set(executed["settings"]) == {"C2.ratio=0.55", "C2.epochs=20", "C2.samples=0"}
    assert "C2.ratio=?" in read["settings"]
    shared = started.read(
        "MATCH (s:Strategy)-[:HAS_SETTING]->(:Setting {id: 'C2.epochs=20'}) RETURN count(s) AS n"
    )
    assert shared[0]["n"] > 1


def test_files_of_evidence_keep_their_states(
    repository: EvidenceRepository, started: GraphStore, tmp_path: Path
) -> None:
    accepted, rejected, bad = published(1), published(2), published(3, quality=7.0)
    accepted.state, rejected.state, bad.state = ACCEPTED, REJECTED, ACCEPTED
    path = tmp_path / "evidence.jsonl.gz"
    assert write_results(path, [accepted, rejected, bad, own_run()]) == 4
    bytes_ = path.read_bytes()
    write_results(path, [accepted, rejected, bad, own_run()])
    assert path.read_bytes() == bytes_
    assert import_evidence(started, [path]) == {"added": 4, "duplicates": 0, "quarantined": 1}
    assert import_evidence(started, [path]) == {"added": 0, "duplicates": 4, "quarantined": 0}
    states = {
        r.locator.cell.row: r.state for r in repository.search(evidence_pb2.SearchEvidenceRequest()).results
    }
    assert states == {1: ACCEPTED, 2: REJECTED, 3: QUARANTINED, 0: ACCEPTED}
    path.write_bytes(bytes_[: len(bytes_) // 2])
    revision = started.revision()
    with pytest.raises(InvalidInput, match=r"evidence\.jsonl\.gz"):
        import_evidence(started, [path])
    plain = tmp_path / "evidence.jsonl"
    plain.write_text('{"id": 3}\n')
    with pytest.raises(InvalidInput, match="line 1"):
        import_evidence(started, [plain])
    assert started.revision() == revision


def test_thousands_of_results_are_imported_quickly(repository: EvidenceRepository) -> None:
    results = list(many(2000))
    started_at = time.process_time(), time.monotonic()
    receipts = repository.append(results, accept_own_runs=True)
    assert {r.state for r in receipts} == {ACCEPTED}
    # 60 s for thousands on an idle machine; test machines are shared.
    assert time.monotonic() - started_at[1] < 120
    assert sum(1 for _ in repository.accepted()) == 2000


def _total(repository: EvidenceRepository, request: evidence_pb2.SearchEvidenceRequest) -> int:
    response = repository.search(request)
    assert len(response.results) == response.page.total
    return response.page.total
