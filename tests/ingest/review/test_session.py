"""Decisions, undo, conflicts and bulk acceptance, without a screen."""

from __future__ import annotations

import pytest

from ingest.review import _edit, _filter
from ingest.review._session import SAMPLE, Session, standing
from kgpress.errors import Conflict, InvalidInput
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb
from tests.ingest.review.conftest import Service, read

ACCEPTED, REJECTED = pb.EVIDENCE_STATE_ACCEPTED, pb.EVIDENCE_STATE_REJECTED
PROPOSED, QUARANTINED = pb.EVIDENCE_STATE_PROPOSED, pb.EVIDENCE_STATE_QUARANTINED


def session(service: Service, curator: str = "ann", text: str = "") -> Session:
    return Session(service, curator, _filter.parse(text))


def test_the_queue_goes_on_page_by_page_and_ends() -> None:
    queue = session(Service(*(read(n) for n in range(5))))
    assert [queue.move(1) for _ in range(5)] == [True] * 4 + [False]
    assert (queue.position, queue.total) == (4, 5)
    assert not Session.move(queue, -5)


def test_undo_restores_what_the_curator_had_said_before() -> None:
    service = Service(read(0))
    first = session(service)
    first.reject("wrong column")
    again = session(service)
    again.accept()
    assert service.results[read(0).id].state == ACCEPTED
    done = again.undo()
    assert done is not None
    assert (done.decision, service.results[read(0).id].state) == ("accept", REJECTED)
    kept = standing(service.get_evidence(read(0).id), "ann")
    assert kept is not None
    assert (kept.decision, kept.note) == (ev.REVIEW_DECISION_REJECT, "wrong column")
    assert [r.curator for r in service.reviews[read(0).id]] == ["ann"] * 4
    assert again.undo() is None
    assert again.counts["accept"] == 0


def test_two_curators_who_disagree_leave_a_conflict() -> None:
    service = Service(read(0))
    session(service, "ann").accept()
    bob = session(service, "bob")
    assert bob.reject().conflict
    assert [r.id for r in session(service, text="conflict").results] == [read(0).id]
    assert session(service, "ann", "no-conflict").current is None
    bob.undo()
    assert not service.results[read(0).id].conflict
    assert service.results[read(0).id].state == ACCEPTED


def test_a_decision_holds_for_what_was_seen() -> None:
    service = Service(read(0))
    queue = session(service)
    service.results[read(0).id].interpretation_version = 2
    queue.results[0] = read(0)
    with pytest.raises(Conflict):
        queue.accept()
    assert service.reviews[read(0).id] == []


def test_bulk_takes_proposed_ones_shows_a_sample_and_is_undone_at_once() -> None:
    results = [read(n) for n in range(60)]
    results[3].conflict = True
    results[4].state = QUARANTINED
    results[5].state = REJECTED
    results[6].interpretation.per_layer = True
    service = Service(*results)
    queue = session(service)
    bulk = queue.bulk(seed=1)
    assert (len(bulk.results), len(bulk.sample), sum(bulk.left.values())) == (56, SAMPLE, 4)
    assert {r.id for r in bulk.sample} <= {r.id for r in bulk.results}
    assert [r.id for r in queue.bulk(seed=2).sample] != [r.id for r in bulk.sample]
    assert queue.accept_all(bulk) == 56
    assert sum(r.state == ACCEPTED for r in service.results.values()) == 56
    assert "20 by lot" in service.reviews[bulk.results[0].id][0].note
    done = queue.undo()
    assert done is not None
    assert len(done.ids) == 56
    assert sum(r.state == ACCEPTED for r in service.results.values()) == 0


def test_quarantined_results_are_taken_at_once_only_by_reason() -> None:
    service = Service(*(read(n, "QUARANTINED") for n in range(3)))
    assert session(service).bulk().results == []
    assert len(session(service, text="reason:percent").bulk().results) == 3


def test_a_bulk_undo_that_fails_goes_on_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.review._session._BATCH", 2)
    service = Service(*(read(n) for n in range(5)))
    queue = session(service)
    queue.accept_all(queue.bulk())
    whole, calls = service.review_batch, []

    def breaks(reviews):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == 2:
            raise Conflict("broken", remedy="again")
        return whole(reviews)

    monkeypatch.setattr(service, "review_batch", breaks)
    with pytest.raises(Conflict):
        queue.undo()
    assert sum(r.state == ACCEPTED for r in service.results.values()) == 3
    queue.undo()
    assert sum(r.state == ACCEPTED for r in service.results.values()) == 0


@pytest.mark.parametrize(
    "text",
    [
        "state:proposed,quarantined source:'acme bench' reason:percent confidence<0.8 confidence>0.1",
        "conflict no-corrected per_layer model:ResNet-50",
        "",
    ],
)
def test_filters_are_read_as_they_are_shown(text: str) -> None:
    request = _filter.parse(text)
    assert _filter.parse(_filter.describe(request)) == request
    assert not text or request != ev.SearchEvidenceRequest()


@pytest.mark.parametrize("text", ["state:acepted", "colour:red", "confidence<x", "'open", "model:", "wrong"])
def test_a_filter_that_is_not_understood(text: str) -> None:
    with pytest.raises(InvalidInput, match="write for example"):
        _filter.parse(text)


def test_a_correction_changes_what_was_edited_and_says_who() -> None:
    result = read(0)
    reading = _edit.corrected(result, {"after": "75.9%", "model": "ResNet-50 v1.5", "size_after": ""})
    assert (reading.after.quality, reading.model) == (0.759, "ResNet-50 v1.5")
    assert not reading.after.HasField("size_bytes")
    origins = {d.field: (d.origin, d.raw, d.cell.column) for d in reading.derivations}
    assert origins["after.quality"] == ("curator", "0.0", 3)
    assert origins["model"] == ("curator", "ResNet-50", 1)
    assert origins["before.quality"] == ("cell", "raw 0", 2)
    untouched = {"before", "strategy", "dataset", "conditions", "change", "rules", "cluster"}
    for name in untouched:
        assert getattr(reading, name) == getattr(result.interpretation, name)
    assert result == read(0)


@pytest.mark.parametrize(
    ("edits", "field"),
    [({"after": "75.9"}, "after"), ({"strategy": "C4 > C2"}, "strategy"), ({"model": ""}, "model"), ({}, "")],
)
def test_a_correction_that_cannot_be(edits: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _edit.corrected(read(0), edits)
    assert refused.value.field == field
