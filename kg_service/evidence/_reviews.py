"""Curators' decisions, written: each is kept with who and when, and together they settle the state."""

from __future__ import annotations

import base64
import collections
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kg_service.evidence._check import check
from kg_service.evidence._decisions import Decision, Readings, Settled, settle, standing
from kg_service.evidence._identity import digest, meaning
from kg_service.evidence._rows import corrected, interpretation_row, strategy_of, to_interpretation
from kg_service.evidence._write import now, query, write_interpretations, write_rows
from kg_service.graph import GraphStore, Tx, bump, ensure_strategies, lock
from kgpress.errors import Conflict, InvalidInput, NotFound
from kgpress.strategy import Strategy
from kgpress.v1 import evidence_pb2, types_pb2

#: Decisions of one transaction.
LARGEST_BATCH = 1_000
_VERBS = {
    value: name.removeprefix("REVIEW_DECISION_").lower()
    for name, value in evidence_pb2.ReviewDecision.items()
    if value
}


@dataclass
class Case:
    """A result under review. ``decisions`` are in order; ``versions`` say what each reading says."""

    id: str
    state: str
    read_state: str
    read_reasons: list[str]
    payload: str
    decisions: list[Decision]
    versions: dict[int, types_pb2.Interpretation] = field(default_factory=dict)
    machine: int = 0
    current: int = 0

    def settled(self) -> Settled:
        readings = Readings(
            self.machine,
            {version: meaning(reading) for version, reading in self.versions.items()},
            self.versions[self.current].per_layer,
        )
        return settle(self.decisions, readings, self.read_state, self.read_reasons)


@dataclass
class _Rows:
    reviews: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    strategies: list[Strategy] = field(default_factory=list)
    superseded: list[dict[str, Any]] = field(default_factory=list)
    touched: dict[str, Case] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)


def review(store: GraphStore, requests: Sequence[evidence_pb2.ReviewEvidenceRequest]) -> list[str]:
    """Records decisions, all of them or none; the ids of the results.

    Raises:
        NotFound: no such result, or no such successor.
        InvalidInput: a decision that is not complete, or a correction that does not pass the checks.
        Conflict: a result is superseded already, reads differently by now, or has nothing to withdraw.
    """
    if len(requests) > LARGEST_BATCH:
        raise InvalidInput(
            f"{len(requests)} reviews in one batch", remedy=f"send at most {LARGEST_BATCH}", field="reviews"
        )
    for request in requests:
        _complete(request)
    # Named before the transaction, which may run twice.
    names = [uuid.uuid4().hex for _ in requests]

    def work(tx: Tx) -> None:
        lock(tx, "review")
        # The answer to the commit of a first attempt was lost: it is all there.
        if tx.run(query("known_reviews"), ids=names):
            return
        ids = {r.id for r in requests} | {r.superseded_by for r in requests if r.superseded_by}
        cases = load_cases(tx, sorted(ids))
        rows = _Rows()
        for name, request in zip(names, requests, strict=True):
            _decide(rows, cases, request, name)
        _write(tx, rows, bump(tx))

    if requests:
        store.transaction(work)
    return [request.id for request in requests]


def load_cases(tx: Tx, ids: list[str]) -> dict[str, Case]:
    """What the graph holds of results and the decisions on them."""
    made: dict[str, list[Decision]] = collections.defaultdict(list)
    for row in tx.run(query("reviews"), ids=ids):
        decision = Decision(row["curator"], row["decision"], row["note"] or "", row["version"] or 0)
        made[row["result"]].append(decision)
    cases: dict[str, Case] = {}
    for row in tx.run(query("under_review"), ids=ids):
        case = cases.get(row["id"])
        if case is None:
            # Before its first review a result stands as it was read.
            read = row["read_state"] or row["state"]
            reasons = row["read_reasons"] if row["read_state"] else row["reasons"]
            case = Case(row["id"], row["state"], read, reasons or [], row["payload"], made[row["id"]])
            cases[row["id"]] = case
        case.versions[row["version"]] = to_interpretation(row["reading"])
        if not row["curator"]:
            case.machine = row["version"]
        if row["current"]:
            case.current = row["version"]
    return cases


def settled_row(case: Case, revision: int, review: str) -> dict[str, Any]:
    """Properties of a result after its decisions."""
    settled = case.settled()
    return {
        "id": case.id,
        "properties": {
            "state": settled.state,
            "reasons": settled.reasons,
            "conflict": settled.conflict or None,
            "curators": sorted(standing(case.decisions)),
            "read_state": case.read_state,
            "read_reasons": case.read_reasons,
            "revision": revision,
            "review": review,
        },
    }


def _complete(request: evidence_pb2.ReviewEvidenceRequest) -> None:
    verb = _VERBS.get(request.decision, "")
    if not verb:
        raise InvalidInput(
            "the decision is missing",
            remedy="accept, reject, quarantine, supersede, correct or withdraw",
            field="decision",
        )
    if not request.curator.strip():
        raise InvalidInput("the curator is not named", remedy="say who decides", field="curator")
    if (verb == "supersede") != bool(request.superseded_by) or request.superseded_by == request.id:
        raise InvalidInput(
            "superseding takes the id of another result, and only superseding does",
            remedy="give superseded_by together with the decision to supersede",
            field="superseded_by",
        )
    if (verb == "correct") != request.HasField("correction"):
        raise InvalidInput(
            "correcting takes the corrected reading, and only correcting does",
            remedy="give correction together with the decision to correct",
            field="correction",
        )


def _decide(
    rows: _Rows, cases: dict[str, Case], request: evidence_pb2.ReviewEvidenceRequest, name: str
) -> None:
    for wanted in filter(None, (request.id, request.superseded_by)):
        if wanted not in cases:
            raise no_result(wanted)
    case, verb, curator = cases[request.id], _VERBS[request.decision], request.curator.strip()
    if case.state == "superseded":
        raise Conflict(f"result {case.id[:12]} is superseded already", remedy="review its successor")
    version = request.interpretation_version
    if version and version != case.current:
        raise Conflict(
            f"result {case.id[:12]} reads differently since version {version}",
            remedy="look at it again, then decide",
        )
    version = case.current
    if verb == "withdraw" and curator not in standing(case.decisions):
        raise Conflict(
            f"{curator} has decided nothing on result {case.id[:12]}", remedy="withdraw your own decisions"
        )
    if verb == "correct":
        version = _correct(rows, case, request.correction, curator)
    case.decisions.append(Decision(curator, verb, request.note, version))
    rows.touched[case.id] = case
    rows.reviews.append(
        {
            "result": case.id,
            "properties": {
                "id": name,
                "number": len(case.decisions),
                "decision": verb,
                "curator": curator,
                "note": request.note,
                "version": version,
                "decided_at": now().ToJsonString(),
            },
        }
    )
    if verb == "supersede":
        case.state = "superseded"
        rows.superseded.append({"id": case.id, "by": request.superseded_by})
        rows.reasons[case.id] = [request.note] if request.note else case.read_reasons
    else:
        case.current = case.settled().version


def _correct(rows: _Rows, case: Case, reading: types_pb2.Interpretation, curator: str) -> int:
    """Adds the corrected reading; its version."""
    result = types_pb2.ReferenceResult()
    result.ParseFromString(base64.b64decode(case.payload))
    if result.locator.WhichOneof("kind") == "run":
        raise InvalidInput(
            "a measurement of our own is not corrected", remedy="reject it, and measure again", field="id"
        )
    if meaning(reading) == meaning(case.versions[case.current]):
        raise InvalidInput(
            "the correction says the same as the reading", remedy="accept it instead", field="correction"
        )
    result.interpretation.CopyFrom(reading)
    if reasons := check(result):
        raise InvalidInput(
            f"the correction does not pass: {'; '.join(reasons)}", remedy="mend it", field="correction"
        )
    reading = result.interpretation
    if not corrected(reading):
        reading.derivations.add(field="interpretation", origin="curator", confidence=1.0)
    known = {digest(r): version for version, r in case.versions.items()}
    version = known.get(digest(reading)) or max(case.versions) + 1
    case.versions[version] = reading
    row = interpretation_row(case.id, version, reading)
    row["properties"] |= {"curator": curator, "corrected": True, "current": False}
    rows.readings.append(row)
    rows.strategies += filter(None, [strategy_of(reading)])
    return version


def _write(tx: Tx, rows: _Rows, revision: int) -> None:
    ensure_strategies(tx, rows.strategies, in_action_space=False)
    write_interpretations(tx, rows.readings)
    last = {row["result"]: row["properties"]["id"] for row in rows.reviews}
    settled = []
    for case in rows.touched.values():
        row = settled_row(case, revision, last[case.id])
        if case.state == "superseded":
            row["properties"] |= {"state": "superseded", "reasons": rows.reasons[case.id], "conflict": None}
        settled.append(row)
    current = [{"id": c.id, "version": c.current} for c in rows.touched.values() if len(c.versions) > 1]
    write_rows(tx, reviews=rows.reviews, settled=settled, current=current, supersede=rows.superseded)


def no_result(id_: str) -> NotFound:
    return NotFound(f"there is no result {id_!r}", remedy="search for it: `kgpress evidence search`")
