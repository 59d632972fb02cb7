"""One thing has one name: models, data sets, devices and runtimes, their other names and known facts."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format

from kg_service.evidence._identity import canonical_locator
from kg_service.evidence._rows import source_row
from kg_service.evidence._write import query
from kg_service.graph import GraphStore, Tx, bump, lock
from kgpress.errors import InvalidInput, UnknownName
from kgpress.v1 import evidence_pb2, types_pb2

LABELS = {"model": "Model", "dataset": "Dataset", "hardware": "Hardware", "runtime": "Runtime"}
_PAGE, _LARGEST_PAGE = 100, 1_000
_BATCH = 2_000


def submit(store: GraphStore, entities: Iterable[types_pb2.Entity]) -> tuple[int, int]:
    """Adds entities, or what is new of known ones; (added, changed). A review is never taken back.

    Raises:
        InvalidInput: an entity without a name, or a fact without a value.
        UnknownName: a kind that is none.
    """
    by_kind: dict[str, list[types_pb2.Entity]] = {kind: [] for kind in LABELS}
    for entity in entities:
        _check(entity)
        by_kind[entity.kind].append(entity)

    def work(tx: Tx) -> tuple[int, int]:
        lock(tx, "entities")
        added = changed = 0
        for kind, given in by_kind.items():
            new, more = _write(tx, kind, given)
            added, changed = added + new, changed + more
        if added or changed:
            bump(tx)
        return added, changed

    return store.transaction(work)


def listed(store: GraphStore, request: evidence_pb2.ListEntitiesRequest) -> evidence_pb2.ListEntitiesResponse:
    """One page of entities of a kind, by name.

    Raises:
        UnknownName: a kind that is none.
    """
    if request.kind not in LABELS:
        raise UnknownName("kind of entity", request.kind, list(LABELS), field="kind")
    size = min(request.page.size or _PAGE, _LARGEST_PAGE)
    reviewed = request.reviewed if request.HasField("reviewed") else None
    found = store.read(_named("entities", request.kind), text=request.text.lower(), reviewed=reviewed)
    page = [row for row in found if row["name"] > request.page.token][: size + 1]
    response = evidence_pb2.ListEntitiesResponse(page=types_pb2.PageResponse(total=len(found)))
    if len(page) > size:
        page = page[:size]
        response.page.next_token = page[-1]["name"]
    facts: dict[str, list[dict[str, Any]]] = {}
    for row in store.read(_named("entity_facts", request.kind), names=[row["name"] for row in page]):
        facts.setdefault(row["entity"], []).append(row)
    for row in page:
        entity = response.entities.add(kind=request.kind, name=row["name"], reviewed=bool(row["reviewed"]))
        entity.aliases.extend(row["aliases"] or [])
        entity.facts.extend(map(_fact, facts.get(row["name"], [])))
    return response


def _check(entity: types_pb2.Entity) -> None:
    if entity.kind not in LABELS:
        raise UnknownName("kind of entity", entity.kind, list(LABELS), field="entity.kind")
    if not entity.name.strip():
        raise InvalidInput("an entity has no name", remedy="name it", field="entity.name")
    for fact in entity.facts:
        value = fact.WhichOneof("value")
        if not (fact.name and value and (value == "text" or math.isfinite(fact.number))):
            raise InvalidInput(
                f"a fact of {entity.name} has no name or no value", remedy="give both", field="entity.facts"
            )


def _write(tx: Tx, kind: str, entities: list[types_pb2.Entity]) -> tuple[int, int]:
    """(added, changed)."""
    merged: dict[str, types_pb2.Entity] = {}
    for entity in entities:
        merged.setdefault(entity.name, types_pb2.Entity()).MergeFrom(entity)
    names = list(merged)
    known = {row["name"]: row for row in tx.run(_named("known_entities", kind), names=names)}
    facts = {row["id"] for row in tx.run(_named("entity_facts", kind), names=names)}
    rows, links, changed = [], [], 0
    for name, entity in merged.items():
        before = known.get(name, {"aliases": [], "reviewed": False})
        aliases = sorted({*(before["aliases"] or []), *entity.aliases} - {name})
        reviewed = bool(before["reviewed"] or entity.reviewed)
        fresh = [row for row in _fact_rows(entity) if row["id"] not in facts]
        same = aliases == sorted(before["aliases"] or []) and reviewed == bool(before["reviewed"])
        if name in known and same and not fresh:
            continue
        changed += name in known
        rows.append({"name": name, "aliases": aliases, "reviewed": reviewed or None})
        links += fresh
    sources = {row["source"]["id"]: row["source"] for row in links}
    families = [
        {"model": row["entity"], "family": row["properties"]["text"]}
        for row in links
        if kind == "model" and row["properties"]["name"] == "family"
    ]
    _run(tx, _named("write/entities", kind), rows)
    _run(tx, query("write/sources"), list(sources.values()))
    facts_rows = [row | {"source": row["source"]["id"]} for row in links]
    _run(tx, _named("write/facts", kind), facts_rows)
    _run(tx, query("write/link_family"), [f for f in families if f["family"]])
    return len(rows) - changed, changed


def _fact_rows(entity: types_pb2.Entity) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for fact in entity.facts:
        locator = canonical_locator(types_pb2.Locator(cell=fact.cell))
        source = source_row(fact.source)
        value = fact.number if fact.WhichOneof("value") == "number" else fact.text
        parts = [entity.kind, entity.name, fact.name, value, source["id"], locator]
        id_ = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
        number = fact.number if fact.HasField("number") else None
        text = fact.text if fact.HasField("text") else None
        properties = {"id": id_, "name": fact.name, "number": number, "text": text, "locator": locator}
        rows[id_] = {"id": id_, "entity": entity.name, "source": source, "properties": properties}
    return list(rows.values())


def _fact(row: dict[str, Any]) -> types_pb2.EntityFact:
    fact = types_pb2.EntityFact(name=row["fact"])
    if row["number"] is not None:
        fact.number = row["number"]
    else:
        fact.text = row["text"] or ""
    place = {key: value for key, value in json.loads(row["locator"]).items() if key != "kind"}
    json_format.ParseDict(place, fact.cell)
    source = row["source"]
    fact.source.CopyFrom(
        types_pb2.Source(
            kind=types_pb2.SourceKind.Value(f"SOURCE_KIND_{source['kind'].upper()}"),
            name=source["name"],
            url=source.get("url") or "",
            version=source.get("version") or "",
            licence=source.get("licence") or "",
            title=source.get("title") or "",
        )
    )
    if source.get("year") is not None:
        fact.source.year = source["year"]
    return fact


def _named(name: str, kind: str) -> str:
    """Cypher takes no label as a parameter; these come from the table above."""
    return query(name).replace("__LABEL__", LABELS[kind])


def _run(tx: Tx, text: str, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), _BATCH):
        tx.run(text, rows=rows[at : at + _BATCH])
