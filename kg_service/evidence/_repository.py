"""Evidence in the graph: appended, read anew, reviewed, searched. Nothing is ever overwritten."""

from __future__ import annotations

import base64
import itertools
import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from kg_service.evidence._identity import result_id, source_id
from kg_service.evidence._plan import Known, Plan, Rules, plan
from kg_service.evidence._rows import source_row, state_name, to_interpretation, to_result
from kg_service.graph import GraphStore, Tx, bump, ensure_strategies, in_batches, load_query, lock
from kgpress import strategy
from kgpress.errors import Conflict, InvalidInput, KgpressError, NotFound
from kgpress.v1 import evidence_pb2, types_pb2

_PACKAGE = "kg_service.evidence"
_BATCH = 1_000
_PAGE = 100
_LARGEST_PAGE = 1_000
#: Least share of hand-checked results that were read rightly before a source is trusted.
TRUST = 0.995
_DECISIONS = {
    evidence_pb2.REVIEW_DECISION_ACCEPT: ("accept", "accepted"),
    evidence_pb2.REVIEW_DECISION_REJECT: ("reject", "rejected"),
    evidence_pb2.REVIEW_DECISION_QUARANTINE: ("quarantine", "quarantined"),
    evidence_pb2.REVIEW_DECISION_SUPERSEDE: ("supersede", "superseded"),
}


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

    def review(
        self,
        id: str,
        decision: evidence_pb2.ReviewDecision,
        curator: str,
        note: str = "",
        superseded_by: str = "",
    ) -> types_pb2.ReferenceResult:
        """Records a curator's decision and returns the result in its new state.

        Raises:
            NotFound: no such result, or no such successor.
            InvalidInput: no decision, no curator, or a successor that does not fit the decision.
            Conflict: the result is superseded already.
        """
        if decision not in _DECISIONS:
            raise InvalidInput("the decision is missing", remedy="accept, reject, quarantine or supersede")
        if not curator.strip():
            raise InvalidInput("the curator is not named", remedy="say who decides", field="curator")
        verb, state = _DECISIONS[decision]
        if (verb == "supersede") != bool(superseded_by) or superseded_by == id:
            raise InvalidInput(
                "superseding takes the id of another result, and only superseding does",
                remedy="give superseded_by together with the decision to supersede",
                field="superseded_by",
            )
        review = {
            "id": uuid.uuid4().hex,
            "decision": verb,
            "curator": curator.strip(),
            "note": note,
            "decided_at": _now().ToJsonString(),
        }

        def work(tx: Tx) -> None:
            lock(tx, "review")
            known = {row["id"]: row for row in tx.run(_query("states"), ids=[id, superseded_by])}
            for wanted in filter(None, (id, superseded_by)):
                if wanted not in known:
                    raise _no_result(wanted)
            if known[id]["state"] == "superseded" and known[id]["review"] != review["id"]:
                raise Conflict(f"result {id[:12]} is superseded already", remedy="review its successor")
            reasons = [] if verb == "accept" else [note] if note else known[id]["reasons"] or []
            tx.run(
                _query("review"),
                id=id,
                state=state,
                reasons=reasons,
                review=review,
                revision=bump(tx),
            )
            if superseded_by:
                tx.run(_query("supersede"), id=id, by=superseded_by)

        self._store.transaction(work)
        return self.get(id).result

    def trust_source(self, source: types_pb2.Source, *, precision: float, checked: int, curator: str) -> int:
        """Declares a literature source trusted: its results are accepted when they pass every check.

        Proposed results of it are accepted at once; returns how many.

        Raises:
            InvalidInput: the measured precision is below 0.995, or nothing was checked by hand.
        """
        if not (TRUST <= precision <= 1) or checked < 1 or not curator.strip():
            raise InvalidInput(
                f"a source is trusted at a precision of at least {TRUST:g} on results checked by hand",
                remedy="check results by hand, and give precision, how many, and who checked",
                field="precision",
            )
        trust = {
            "precision": precision,
            "checked": checked,
            "trusted_by": curator.strip(),
            "trusted_at": _now().ToJsonString(),
        }

        def work(tx: Tx) -> int:
            lock(tx, "trust")
            revision = bump(tx)
            tx.run(_query("trust"), source=source_row(source), trust=trust)
            rows = tx.run(_query("accept_proposed"), source=source_id(source), revision=revision)
            return int(rows[0]["accepted"])

        return self._store.transaction(work)

    def get(self, id: str) -> evidence_pb2.GetEvidenceResponse:
        """The result with its reviews and its older readings, oldest first.

        Raises:
            NotFound: there is none with this id.
        """
        rows = self._store.read(_query("get"), ids=[id])
        if not rows:
            raise _no_result(id)
        response = evidence_pb2.GetEvidenceResponse(result=to_result(rows[0]))
        for row in self._store.read(_query("reviews"), id=id):
            decision = evidence_pb2.ReviewDecision.Value(f"REVIEW_DECISION_{row['decision'].upper()}")
            entry = response.reviews.add(decision=decision, curator=row["curator"], note=row["note"])
            entry.decided_at.FromJsonString(row["decided_at"])
        for row in self._store.read(_query("history"), id=id):
            response.history.append(to_interpretation(row["payload"]))
        return response

    def search(self, request: evidence_pb2.SearchEvidenceRequest) -> evidence_pb2.SearchEvidenceResponse:
        """One page, in the order of arrival. A token stays valid while evidence is added.

        Raises:
            InvalidInput: the page token was not made by this server.
        """
        size = min(request.page.size or _PAGE, _LARGEST_PAGE)
        added, after = _read_token(request.page.token)
        filters: dict[str, Any] = {
            "states": [state_name(s) for s in request.states],
            "source": request.source,
            "model": request.model,
            "dataset": request.dataset,
            "method": request.method,
            "strategy": _canonical(request.strategy),
            "job": request.job,
        }
        rows = self._store.read(_query("search"), added=added, after=after, limit=size + 1, **filters)
        total = self._store.read(_query("search_total"), **filters)[0]["total"]
        page = types_pb2.PageResponse(total=total)
        if len(rows) > size:
            rows = rows[:size]
            page.next_token = _token(rows[-1]["added"], rows[-1]["id"])
        return evidence_pb2.SearchEvidenceResponse(results=map(to_result, rows), page=page)

    def accepted(self, after_revision: int = 0) -> Iterator[types_pb2.ReferenceResult]:
        """What teaches, in the order of arrival: accepted results whose last change is later than
        ``after_revision``. Results of one ``interpretation.cluster`` are copies of one measurement.
        """
        added, after = 0, ""
        while True:
            rows = self._store.read(
                _query("accepted"), revision=after_revision, added=added, after=after, limit=_BATCH
            )
            yield from map(to_result, rows)
            if len(rows) < _BATCH:
                return
            added, after = rows[-1]["added"], rows[-1]["id"]

    def _append(
        self, batch: list[types_pb2.ReferenceResult], accept_own_runs: bool, keep_states: bool
    ) -> list[evidence_pb2.EvidenceReceipt]:
        ids = list(dict.fromkeys(r.id for r in batch))
        sources = {source_id(r.source): r.source for r in batch}

        def planned(run: Any) -> Plan:
            trusted = run(_query("trusted_sources"), ids=list(sources))
            rules = Rules(accept_own_runs, keep_states, frozenset(row["id"] for row in trusted))
            known = {
                row["id"]: Known(
                    row["state"],
                    row["reasons"] or [],
                    {reading["digest"]: reading["version"] for reading in row["readings"]},
                )
                for row in run(_query("known"), ids=ids)
            }
            return plan(batch, known, rules)

        def work(tx: Tx) -> Plan:
            lock(tx, "evidence")
            made = planned(tx.run)
            if not made.empty:
                _write(tx, made, bump(tx))
            return made

        # Whatever is known stays known: a batch of nothing but duplicates needs no turn to write.
        made = planned(self._store.read)
        return (made if made.empty else self._store.transaction(work)).receipts


def _write(tx: Tx, made: Plan, revision: int) -> None:
    ensure_strategies(tx, made.executed, in_action_space=True)
    ensure_strategies(tx, made.published, in_action_space=False)
    sources = {source_id(row["source"]): source_row(row["source"]) for row in made.results}
    results = [
        {
            "id": row["id"],
            "source": source_id(row["source"]),
            "properties": row["properties"] | {"added": revision, "revision": revision},
        }
        for row in made.results
    ]
    rows = made.interpretations
    batches: dict[str, list[dict[str, Any]]] = {
        "sources": list(sources.values()),
        "results": results,
        "states": [row | {"revision": revision} for row in made.states],
        "interpretations": [{key: row[key] for key in ("id", "result", "properties")} for row in rows],
        "link_strategy": _links(rows, "strategy"),
        "link_model": _links(rows, "model"),
        "link_family": _pairs(rows, "model", "family"),
        "link_dataset": _links(rows, "dataset"),
        "link_domain": _pairs(rows, "dataset", "domain"),
        "link_task": _pairs(rows, "dataset", "task"),
        "link_metric": _links(rows, "metric"),
        "link_hardware": _links(rows, "hardware"),
        "link_model_profile": _links(rows, "model_profile"),
        "link_dataset_profile": _links(rows, "dataset_profile"),
    }
    for query, entries in batches.items():
        in_batches(tx, _PACKAGE, f"write/{query}", entries)


def _links(rows: list[dict[str, Any]], target: str) -> list[dict[str, Any]]:
    return [{"id": row["id"], target: row[target]} for row in rows if row[target]]


def _pairs(rows: list[dict[str, Any]], first: str, second: str) -> list[dict[str, Any]]:
    pairs = {(row[first], row[second]) for row in rows if row[first] and row[second]}
    return [{first: a, second: b} for a, b in sorted(pairs)]


def _prepared(result: types_pb2.ReferenceResult) -> types_pb2.ReferenceResult:
    """A copy with its identity; what arrives without a time gets this one."""
    copy = types_pb2.ReferenceResult()
    copy.CopyFrom(result)
    copy.id = result_id(result.locator)
    if not copy.HasField("submitted_at"):
        copy.submitted_at.CopyFrom(_now())
    return copy


def _now() -> Timestamp:
    now = Timestamp()
    now.GetCurrentTime()
    now.nanos -= now.nanos % 1_000_000
    return now


def _query(name: str) -> str:
    return load_query(_PACKAGE, name)


def _canonical(text: str) -> str:
    """The text as the graph prints it, where it parses."""
    try:
        return strategy.parse(text).text if text else ""
    except KgpressError:
        return text


def _no_result(id_: str) -> NotFound:
    return NotFound(f"there is no result {id_!r}", remedy="search for it: `kgpress evidence search`")


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
