"""What a curator does, without a screen: the queue of results, decisions, undo, bulk acceptance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ingest.exchange import search_all
from kgpress.errors import Conflict, KgpressError
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb

T = TypeVar("T")

_PAGE = 200
_BATCH = 500
#: Results shown before many are accepted at once.
SAMPLE = 20


class Client(Protocol):
    """The part of kgpress.client.Client that a review needs."""

    def search_evidence(self, request: ev.SearchEvidenceRequest) -> ev.SearchEvidenceResponse: ...
    def get_evidence(self, id: str) -> ev.GetEvidenceResponse: ...
    def review(self, request: ev.ReviewEvidenceRequest) -> pb.ReferenceResult: ...
    def review_batch(self, reviews: Iterable[ev.ReviewEvidenceRequest]) -> list[pb.ReferenceResult]: ...


@dataclass
class Done:
    """One thing to undo: what was decided, and by id what this curator had decided before."""

    decision: str
    ids: list[str]
    earlier: dict[str, ev.ReviewEvidenceRequest] = field(default_factory=dict)


@dataclass(frozen=True)
class Bulk:
    """A filtered set that may be accepted at once, with a sample of it by lot."""

    results: list[pb.ReferenceResult]
    sample: list[pb.ReferenceResult]
    #: Why others of the set are not among them -> how many.
    left: dict[str, int]


class Session:
    """The results that a request finds, in the order of their arrival, and a place among them."""

    def __init__(self, client: Client, curator: str, request: ev.SearchEvidenceRequest) -> None:
        self.client = client
        self.curator = curator
        self.counts: Counter[str] = Counter()
        self._undo: list[Done] = []
        self._details: dict[str, ev.GetEvidenceResponse] = {}
        self.ask(request)

    def ask(self, request: ev.SearchEvidenceRequest) -> None:
        """Begins anew with what the request finds."""
        self.request = ev.SearchEvidenceRequest()
        self.request.CopyFrom(request)
        self.results: list[pb.ReferenceResult] = []
        self.position = 0
        self._token, self._more = "", True
        self.total = 0
        self._fetch()

    @property
    def current(self) -> pb.ReferenceResult | None:
        return self.results[self.position] if self.position < len(self.results) else None

    @property
    def detail(self) -> ev.GetEvidenceResponse | None:
        """The current result with its reviews and older readings."""
        if self.current is None:
            return None
        id = self.current.id
        if id not in self._details:
            self._details[id] = self.client.get_evidence(id)
        return self._details[id]

    def move(self, steps: int) -> bool:
        """False at either end."""
        wanted = self.position + steps
        while wanted >= len(self.results) and self._more:
            self._fetch()
        if not 0 <= wanted < len(self.results):
            return False
        self.position = wanted
        return True

    def accept(self) -> pb.ReferenceResult:
        return self._decide(ev.REVIEW_DECISION_ACCEPT, "accept")

    def reject(self, note: str = "") -> pb.ReferenceResult:
        return self._decide(ev.REVIEW_DECISION_REJECT, "reject", note=note)

    def correct(self, reading: pb.Interpretation, note: str = "") -> pb.ReferenceResult:
        """Gives the current result another reading, and accepts it so."""
        return self._decide(ev.REVIEW_DECISION_CORRECT, "correct", note=note, correction=reading)

    def undo(self) -> Done | None:
        """Takes back the last decision (all of a bulk); what stood before it stands again.

        Goes to the result, where there is one. None: there is nothing to take back.
        """
        if not self._undo:
            return None
        done = self._undo[-1]
        withdrawn = ev.REVIEW_DECISION_WITHDRAW
        # What is taken back leaves the list at once, so that a failure in mid-way can be repeated.
        taken: list[str] = []
        while ids := done.ids[:_BATCH]:
            requests = [
                ev.ReviewEvidenceRequest(id=id, decision=withdrawn, curator=self.curator) for id in ids
            ]
            for result in self.client.review_batch(requests):
                self._replace(result)
            taken += ids
            del done.ids[:_BATCH]
            self.counts[done.decision] -= len(ids)
        for id, request in list(done.earlier.items()):
            self._replace(self.client.review(request))
            del done.earlier[id]
        self._undo.pop()
        places = [i for i, result in enumerate(self.results) if taken and result.id == taken[0]]
        if places:
            self.position = places[0]
        return Done(done.decision, taken)

    def bulk(self, seed: int | None = None) -> Bulk:
        """What may be accepted of the whole filtered set, with a sample by lot.

        A quarantined result is among it only where the filter names the reason, so that one look at the
        sample judges one reason.
        """
        fits, left = [], Counter[str]()
        for result in search_all(self.client, self.request):
            if reason := self._unfit(result):
                left[reason] += 1
            else:
                fits.append(result)
        drawn = random.Random(seed).sample(fits, min(SAMPLE, len(fits)))
        return Bulk(fits, drawn, dict(left))

    def accept_all(self, bulk: Bulk) -> int:
        """Accepts each as it was when the sample was drawn, in batches; how many.

        Raises:
            Conflict: one is read differently by now. Earlier batches stand, and can be undone.
        """
        done = Done("accept", [])
        note = f"one of {len(bulk.results)} accepted at once after {len(bulk.sample)} by lot"
        for results in _batches(bulk.results):
            requests = [
                ev.ReviewEvidenceRequest(
                    id=r.id,
                    decision=ev.REVIEW_DECISION_ACCEPT,
                    curator=self.curator,
                    note=note,
                    interpretation_version=r.interpretation_version,
                )
                for r in results
            ]
            for result in self.client.review_batch(requests):
                self._replace(result)
            if not done.ids:
                self._undo.append(done)
            done.ids += [r.id for r in results]
            self.counts["accept"] += len(results)
        return len(bulk.results)

    def _unfit(self, result: pb.ReferenceResult) -> str:
        if result.conflict:
            return "in conflict"
        if result.interpretation.per_layer:
            return "points of single layers"
        if result.state == pb.EVIDENCE_STATE_PROPOSED:
            return ""
        if result.state == pb.EVIDENCE_STATE_QUARANTINED:
            return "" if self.request.reason else "quarantined (filter by a reason to take them)"
        return "decided already"

    def _decide(
        self,
        decision: ev.ReviewDecision,
        word: str,
        note: str = "",
        correction: pb.Interpretation | None = None,
    ) -> pb.ReferenceResult:
        result, detail = self.current, self.detail
        if result is None or detail is None:
            raise Conflict("there is no result to decide on", remedy="change the filter")
        earlier = standing(detail, self.curator)
        request = ev.ReviewEvidenceRequest(
            id=result.id,
            decision=decision,
            curator=self.curator,
            note=note,
            correction=correction,
            interpretation_version=result.interpretation_version,
        )
        try:
            after = self.client.review(request)
        except KgpressError:
            self._details.pop(result.id, None)
            raise
        self._replace(after)
        self._undo.append(Done(word, [after.id], {after.id: earlier} if earlier else {}))
        self.counts[word] += 1
        return after

    def _replace(self, result: pb.ReferenceResult) -> None:
        self._details.pop(result.id, None)
        for i, known in enumerate(self.results):
            if known.id == result.id:
                self.results[i] = result

    def _fetch(self) -> None:
        request = ev.SearchEvidenceRequest()
        request.CopyFrom(self.request)
        request.page.size, request.page.token = _PAGE, self._token
        response = self.client.search_evidence(request)
        self.results += response.results
        self.total = response.page.total
        self._token = response.page.next_token
        self._more = bool(self._token)


def standing(detail: ev.GetEvidenceResponse, curator: str) -> ev.ReviewEvidenceRequest | None:
    """What this curator says of the result now, as a request that would say it again."""
    own = [r for r in detail.reviews if r.curator == curator and not r.withdrawn]
    if not own or own[-1].decision == ev.REVIEW_DECISION_WITHDRAW:
        return None
    last = own[-1]
    request = ev.ReviewEvidenceRequest(
        id=detail.result.id, decision=last.decision, curator=curator, note=last.note
    )
    if last.decision == ev.REVIEW_DECISION_CORRECT:
        request.correction.CopyFrom(_version(detail, last.interpretation_version))
    return request


def _version(detail: ev.GetEvidenceResponse, version: int) -> pb.Interpretation:
    """Versions count from 1; the history holds those that are not current, oldest first."""
    if version in (0, detail.result.interpretation_version):
        return detail.result.interpretation
    older = [v for v in range(1, len(detail.history) + 2) if v != detail.result.interpretation_version]
    return detail.history[older.index(version)]


def _batches(items: list[T]) -> Iterable[list[T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
