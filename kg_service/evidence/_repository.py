"""Evidence in the graph: appended, read anew, reviewed, searched. Nothing is ever overwritten."""

from __future__ import annotations

import base64
import collections
import itertools
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kg_service.evidence import _counts, _documents, _entities, _reviews
from kg_service.evidence._decisions import Decision, standing
from kg_service.evidence._identity import result_id, trusting
from kg_service.evidence._lines import read_results
from kg_service.evidence._plan import Known, Plan, Rules, plan
from kg_service.evidence._rows import source_row, to_interpretation, to_result
from kg_service.evidence._where import where
from kg_service.evidence._write import now, query, write_plan
from kg_service.graph import GraphStore, Tx, bump, lock
from kgpress.errors import InvalidInput
from kgpress.v1 import evidence_pb2, types_pb2

#: Results of one transaction, and of one read.
_BATCH = 2_000
_READ = 5_000
_PAGE = 100
_LARGEST_PAGE = 1_000
#: Least share of hand-checked results that were read rightly before a source is trusted.
TRUST = 0.995


class EvidenceRepository:
    """Append-only evidence over a :class:`GraphStore` on which ``start`` has run."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def append(
        self,
        results: Iterable[types_pb2.ReferenceResult],
        *,
        accept_own_runs: bool,
        keep_states: bool = False,
    ) -> list[evidence_pb2.EvidenceReceipt]:
        """Adds what is new; one receipt for each result, in order.

        A locator that is known gains a reading if this one says something else, and nothing
        otherwise. Each batch is one transaction: a failure leaves whole batches behind it, and the
        same call again completes the rest.

        Args:
            accept_own_runs: results of runs were measured by our own worker and are accepted when
                they pass every check.
            keep_states: the states in the results come from a repository of ours (shipped evidence).
        """
        receipts: list[evidence_pb2.EvidenceReceipt] = []
        iterator = iter(results)
        while batch := [_prepared(r) for r in itertools.islice(iterator, _BATCH)]:
            receipts += self._append(batch, accept_own_runs, keep_states)
        return receipts

    def replace_document(
        self, change: evidence_pb2.DocumentChange, results: Iterable[types_pb2.ReferenceResult]
    ) -> tuple[list[evidence_pb2.EvidenceReceipt], int, int]:
        """Adds the results of a document's new version; those of the old are superseded and kept.

        All of it or nothing, and the same once more changes nothing. A curator's acceptance or
        rejection holds for the new result that says what the old one said.

        Returns receipts, how many were superseded, and how many took decisions over.

        Raises:
            InvalidInput: the change is not complete, or a result is of another document.
        """
        batch = [_prepared(r) for r in results]
        _documents.checked(change, batch)
        made, superseded, carried = self._store.transaction(
            lambda tx: _documents.replace(tx, change, batch, lambda run: _planned(run, batch, False, False))
        )
        return made.receipts, superseded, carried

    def review(
        self,
        id: str,
        decision: evidence_pb2.ReviewDecision,
        curator: str,
        note: str = "",
        superseded_by: str = "",
    ) -> types_pb2.ReferenceResult:
        """Records a curator's decision and returns the result as it stands: see :meth:`review_all`."""
        request = evidence_pb2.ReviewEvidenceRequest(
            id=id, decision=decision, curator=curator, note=note, superseded_by=superseded_by
        )
        return self.review_all([request])[0]

    def review_all(
        self, requests: Sequence[evidence_pb2.ReviewEvidenceRequest]
    ) -> list[types_pb2.ReferenceResult]:
        """Records decisions, all of them or none; the results as they stand, in order.

        Curators whose standing decisions differ make a conflict: the result is proposed, until they
        agree. Withdrawing brings back what was before.

        Raises:
            NotFound: no such result, or no such successor.
            InvalidInput: a decision that is not complete, or a correction that does not pass the checks.
            Conflict: a result is superseded, reads differently by now, or has nothing to withdraw.
        """
        found = self._results(_reviews.review(self._store, requests))
        return [found[request.id] for request in requests]

    def trust_source(self, source: types_pb2.Source, *, precision: float, checked: int, curator: str) -> int:
        """Declares a literature source trusted: its results are accepted when they pass every check.

        Kind and name alone stand for all of that name. Proposed results that nobody doubts are
        accepted at once; returns how many.

        Raises:
            InvalidInput: the measured precision is below 0.995, or nothing was checked by hand.
        """
        if not source.name.strip():
            raise InvalidInput("the source is not named", remedy="name it", field="source")
        if not (TRUST <= precision <= 1) or checked < 1 or not curator.strip():
            raise InvalidInput(
                f"a source is trusted at a precision of at least {TRUST:g} on results checked by hand",
                remedy="check results by hand, and give precision, how many, and who checked",
                field="precision",
            )
        row = source_row(source)
        trust = {
            "precision": precision,
            "checked": checked,
            "trusted_by": curator.strip(),
            "trusted_at": now().ToJsonString(),
        }
        own, of_name = trusting(source)
        name = source.name if own == of_name else None

        def work(tx: Tx) -> int:
            lock(tx, "trust")
            revision = bump(tx)
            tx.run(query("trust"), source=row, trust=trust)
            wanted = {"id": own, "name": name, "kind": row["kind"]}
            rows = tx.run(query("accept_proposed"), revision=revision, **wanted)
            return int(rows[0]["accepted"])

        return self._store.transaction(work)

    def get(self, id: str) -> evidence_pb2.GetEvidenceResponse:
        """The result with its reviews and its older readings, oldest first.

        Raises:
            NotFound: there is none with this id.
        """
        response = evidence_pb2.GetEvidenceResponse(result=self._results([id]).get(id))
        if not response.HasField("result"):
            raise _reviews.no_result(id)
        rows = self._store.read(query("reviews"), ids=[id])
        decisions = [Decision(r["curator"], r["decision"], r["note"] or "", r["version"] or 0) for r in rows]
        stand = list(standing(decisions).values())
        for row, decision in zip(rows, decisions, strict=True):
            value = evidence_pb2.ReviewDecision.Value(f"REVIEW_DECISION_{row['decision'].upper()}")
            entry = response.reviews.add(decision=value, curator=row["curator"], note=row["note"])
            entry.decided_at.FromJsonString(row["decided_at"])
            entry.interpretation_version = row["version"] or 0
            entry.withdrawn = decision.decision != "withdraw" and not any(decision is d for d in stand)
        for row in self._store.read(query("history"), id=id):
            response.history.append(to_interpretation(row["payload"]))
        return response

    def search(self, request: evidence_pb2.SearchEvidenceRequest) -> evidence_pb2.SearchEvidenceResponse:
        """One page, in the order of arrival, or a sample. A token stays valid while evidence is added.

        Raises:
            InvalidInput: the page token was not made by this server, or a bound is out of range.
        """
        match, filters = where(request)
        if request.sample:
            return self._sample(request, match, filters)
        size = min(request.page.size or _PAGE, _LARGEST_PAGE)
        added, after = _read_token(request.page.token)
        text = f"{match}\n{query('search_page')}"
        rows = self._store.read(text, added=added, after=after, limit=size + 1, **filters)
        if not added and len(rows) <= size:
            total = len(rows)
        else:
            total = self._store.read(f"{match}\n{query('search_total')}", **filters)[0]["total"]
        page = types_pb2.PageResponse(total=total)
        if len(rows) > size:
            rows = rows[:size]
            page.next_token = _token(rows[-1]["added"], rows[-1]["id"])
        return evidence_pb2.SearchEvidenceResponse(results=map(to_result, rows), page=page)

    def count(self, request: evidence_pb2.CountEvidenceRequest) -> evidence_pb2.CountEvidenceResponse:
        """Counts by fields, the most first.

        Raises:
            UnknownName: a field that is not counted by.
        """
        return _counts.count(self._store, request)

    def submit_entities(self, entities: Iterable[types_pb2.Entity]) -> tuple[int, int]:
        """Adds entities, or what is new of known ones; (added, changed).

        Raises:
            InvalidInput: an entity without a name, or a fact without a value.
            UnknownName: a kind that is none.
        """
        return _entities.submit(self._store, entities)

    def entities(self, request: evidence_pb2.ListEntitiesRequest) -> evidence_pb2.ListEntitiesResponse:
        """One page of entities of a kind, by name.

        Raises:
            UnknownName: a kind that is none.
        """
        return _entities.listed(self._store, request)

    def accepted(self, after_revision: int = 0) -> Iterator[types_pb2.ReferenceResult]:
        """What teaches, in the order of arrival: accepted results whose last change is later than
        ``after_revision``. Results of one ``interpretation.cluster`` are copies of one measurement.
        """
        added, after = 0, ""
        while True:
            rows = self._store.read(
                query("accepted"), revision=after_revision, added=added, after=after, limit=_READ
            )
            yield from map(to_result, rows)
            if len(rows) < _READ:
                return
            added, after = rows[-1]["added"], rows[-1]["id"]

    def unknown(self, files: Iterable[Path]) -> Iterator[types_pb2.ReferenceResult]:
        """Results in files, as they stand there, that this graph has never heard of."""
        for file in files:
            results = [_prepared(result) for result in read_results(file)]
            rows = self._store.read(query("known_ids"), ids=[r.id for r in results])
            known = {row["id"] for row in rows}
            yield from (r for r in results if r.id not in known)

    def _append(
        self, batch: list[types_pb2.ReferenceResult], accept_own_runs: bool, keep_states: bool
    ) -> list[evidence_pb2.EvidenceReceipt]:
        def work(tx: Tx) -> Plan:
            lock(tx, "evidence")
            made = _planned(tx.run, batch, accept_own_runs, keep_states)
            if not made.empty:
                write_plan(tx, made, bump(tx))
            return made

        # Whatever is known stays known: a batch of nothing but duplicates needs no turn to write.
        ids = list({r.id for r in batch})
        if len(self._store.read(query("known_ids"), ids=ids)) == len(ids):
            made = _planned(self._store.read, batch, accept_own_runs, keep_states)
            if made.empty:
                return made.receipts
        return self._store.transaction(work).receipts

    def _results(self, ids: Sequence[str]) -> dict[str, types_pb2.ReferenceResult]:
        rows = self._store.read(query("get"), ids=list(dict.fromkeys(ids)))
        return {row["id"]: to_result(row) for row in rows}

    def _sample(
        self, request: evidence_pb2.SearchEvidenceRequest, match: str, filters: dict[str, Any]
    ) -> evidence_pb2.SearchEvidenceResponse:
        ids = sorted(row["id"] for row in self._store.read(f"{match}\n{query('search_ids')}", **filters))
        size = min(request.sample, _LARGEST_PAGE, len(ids))
        drawn = random.Random(request.sample_seed).sample(ids, size)
        found = self._results(drawn)
        return evidence_pb2.SearchEvidenceResponse(
            results=[found[id_] for id_ in drawn], page=types_pb2.PageResponse(total=len(ids))
        )


def _planned(
    run: Callable[..., list[dict[str, Any]]],
    batch: list[types_pb2.ReferenceResult],
    accept_own_runs: bool,
    keep_states: bool,
) -> Plan:
    sources = {id_ for r in batch for id_ in trusting(r.source)}
    trusted = run(query("trusted_sources"), ids=sorted(sources))
    rules = Rules(accept_own_runs, keep_states, frozenset(row["id"] for row in trusted))
    rows = run(query("known"), ids=list(dict.fromkeys(r.id for r in batch)))
    decisions: dict[str, list[Decision]] = collections.defaultdict(list)
    if reviewed := [row["id"] for row in rows if row["review"]]:
        for row in run(query("reviews"), ids=reviewed):
            decision = Decision(row["curator"], row["decision"], row["note"] or "", row["version"] or 0)
            decisions[row["result"]].append(decision)
    known = {
        row["id"]: Known(
            row["state"],
            row["reasons"] or [],
            {reading["digest"]: reading["version"] for reading in row["readings"]},
            decisions[row["id"]],
            any(reading["current"] and reading["corrected"] for reading in row["readings"]),
        )
        for row in rows
    }
    return plan(batch, known, rules)


def _prepared(result: types_pb2.ReferenceResult) -> types_pb2.ReferenceResult:
    """A copy with its identity; what arrives without a time gets this one."""
    copy = types_pb2.ReferenceResult()
    copy.CopyFrom(result)
    copy.id = result_id(result.locator)
    if not copy.HasField("submitted_at"):
        copy.submitted_at.CopyFrom(now())
    return copy


def _token(added: int, id_: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([added, id_]).encode()).decode()


def _read_token(token: str) -> tuple[int, str]:
    if not token:
        return 0, ""
    try:
        added, id_ = json.loads(base64.urlsafe_b64decode(token.encode()))
        return int(added), str(id_)
    except (ValueError, TypeError):
        raise InvalidInput(
            "the page token is not one of ours",
            remedy="start with an empty token and pass on next_token",
            field="page.token",
        ) from None
