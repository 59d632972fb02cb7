"""A changed document: the results of its new version come in, those of the old one are superseded."""

from __future__ import annotations

import collections
import hashlib
from collections.abc import Callable
from typing import Any

from kg_service.evidence._identity import meaning
from kg_service.evidence._plan import Plan
from kg_service.evidence._reviews import Case, load_cases, settled_row
from kg_service.evidence._write import query, write_plan, write_rows
from kg_service.graph import Tx, bump, lock
from kgpress.errors import InvalidInput
from kgpress.v1 import evidence_pb2, types_pb2

#: Results of one document.
LARGEST_DOCUMENT = 20_000
_SAME_PLACE = ("model", "dataset", "hardware", "runtime", "layer", "split")
Planner = Callable[[Callable[..., list[dict[str, Any]]]], Plan]


def checked(change: evidence_pb2.DocumentChange, results: list[types_pb2.ReferenceResult]) -> None:
    """Raises:
    InvalidInput: the change is not complete, or a result is of another document.
    """
    for field in ("source", "path"):
        if not getattr(change, field):
            raise InvalidInput(f"the document's {field} is not given", remedy="name it", field=field)
    if not (change.old_hash or change.new_hash):
        raise InvalidInput("no version is given", remedy="give old_hash, new_hash or both", field="new_hash")
    if len(results) > LARGEST_DOCUMENT:
        raise InvalidInput(
            f"a document of {len(results)} results", remedy=f"split it: at most {LARGEST_DOCUMENT}"
        )
    for result in results:
        cell = result.locator.cell
        if (cell.document_hash, cell.path) != (change.new_hash, change.path):
            raise InvalidInput(
                f"a result stands in {cell.path!r} ({cell.document_hash[:12]}), not in the new version",
                remedy="send the results of the changed document only",
                field="result.locator",
            )


def replace(
    tx: Tx,
    change: evidence_pb2.DocumentChange,
    results: list[types_pb2.ReferenceResult],
    planner: Planner,
) -> tuple[Plan, int, int]:
    """What was planned and written; how many were superseded; how many took decisions over."""
    lock(tx, "document")
    _revive(tx, [r.id for r in results])
    made = planner(tx.run)
    old = tx.run(
        query("versions_of_document"),
        path=change.path,
        source=change.source,
        new=change.new_hash,
        old=change.old_hash,
        kept=[r.id for r in results],
    )
    if made.empty and not old:
        return made, 0, 0
    revision = bump(tx)
    write_plan(tx, made, revision)
    cases = load_cases(tx, [row["id"] for row in old])
    successors = _successors(cases, results)
    write_rows(tx, settled=[_superseded(row, change, revision) for row in old])
    write_rows(tx, supersede=[{"id": id_, "by": by} for id_, (by, _) in successors.items()])
    added = {row["id"] for row in made.results}
    same = {id_: by for id_, (by, equal) in successors.items() if equal and by in added}
    return made, len(old), _carry_over(tx, cases, same, revision)


def _revive(tx: Tx, ids: list[str]) -> None:
    """A document that is again what it was: its results are in force again."""
    rows = tx.run(query("replaced"), ids=ids)
    if not rows:
        return
    cases = load_cases(tx, [row["id"] for row in rows])
    revision = bump(tx)
    revived = [
        settled_row(cases[row["id"]], revision, row["review"])
        if row["review"]
        else {
            "id": row["id"],
            "properties": {
                "state": row["read_state"],
                "reasons": row["read_reasons"] or [],
                "read_state": None,
                "read_reasons": None,
                "revision": revision,
            },
        }
        for row in rows
    ]
    for row in revived:
        row["properties"]["replaced"] = None
    write_rows(tx, settled=revived, revive=[{"id": row["id"]} for row in revived])


def _superseded(row: dict[str, Any], change: evidence_pb2.DocumentChange, revision: int) -> dict[str, Any]:
    told = f"its document has changed: {change.new_hash[:12]}" if change.new_hash else "its document is gone"
    if change.new_hash == change.old_hash:
        told = "its document is read without it by now"
    properties = {
        "state": "superseded",
        "reasons": [told],
        "replaced": True,
        "conflict": None,
        "revision": revision,
    }
    if not row["review"]:
        properties |= {"read_state": row["state"], "read_reasons": row["reasons"] or []}
    return {"id": row["id"], "properties": properties}


def _successors(
    old: dict[str, Case], results: list[types_pb2.ReferenceResult]
) -> dict[str, tuple[str, bool]]:
    """For each old result the new one that stands in its place, and whether it says the same."""
    equal: dict[str, list[str]] = collections.defaultdict(list)
    alike: dict[tuple[str, ...], list[str]] = collections.defaultdict(list)
    for result in results:
        equal[meaning(result.interpretation)].append(result.id)
        alike[_place(result.interpretation)].append(result.id)
    found: dict[str, tuple[str, bool]] = {}
    for id_, case in old.items():
        reading = case.versions[case.machine]
        same, near = equal[meaning(reading)], alike[_place(reading)]
        if same:
            # Equal readings stand in the order of the document.
            found[id_] = (same.pop(0) if len(same) > 1 else same[0], True)
        elif len(near) == 1:
            found[id_] = (near[0], False)
    return found


def _place(reading: types_pb2.Interpretation) -> tuple[str, ...]:
    names = tuple(getattr(reading, name) for name in _SAME_PLACE)
    return (*names, reading.metric.name, reading.strategy.text)


def _carry_over(tx: Tx, cases: dict[str, Case], same: dict[str, str], revision: int) -> int:
    """Decisions on an old result hold for the new one that says the same; corrections wait for a curator."""
    decided = {
        old: new
        for old, new in same.items()
        if cases[old].decisions and all(d.decision != "correct" for d in cases[old].decisions)
    }
    if not decided:
        return 0
    fresh = load_cases(tx, list(decided.values()))
    reviews: list[dict[str, Any]] = []
    settled: list[dict[str, Any]] = []
    for row in tx.run(query("reviews"), ids=list(decided)):
        new = decided[row["result"]]
        name = hashlib.sha256(f"{row['id']} {new}".encode()).hexdigest()[:32]
        kept = ("number", "decision", "curator", "note", "decided_at")
        reviews.append(
            {"result": new, "properties": {key: row[key] for key in kept} | {"id": name, "version": 1}}
        )
    for old, new in decided.items():
        case = fresh[new]
        case.decisions = [d.of_version(1) for d in cases[old].decisions]
        last = next(r["properties"]["id"] for r in reversed(reviews) if r["result"] == new)
        settled.append(settled_row(case, revision, last))
    write_rows(tx, reviews=reviews, settled=settled)
    return len(decided)
