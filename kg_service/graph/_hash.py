"""One number for the content of a graph, whatever store holds it and in whatever order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg_service.graph._content import Entry, digests
from kg_service.graph.schema import UNHASHED_PROPERTIES

if TYPE_CHECKING:
    from kg_service.graph._store import GraphStore


def content_hash(store: GraphStore) -> str:
    """SHA-256 over the sorted digests of nodes and relations.

    Operational nodes and counters that belong to one installation play no part.
    """
    return hash_entries(*digests(store.read))


def hash_entries(nodes: Iterable[Entry], relations: Iterable[Entry]) -> str:
    digests = [_digest(["node", n["label"], n["key"], _kept(n["properties"])]) for n in nodes]
    digests += [
        _digest(["relation", r["type"], r["start"], r["end"], _kept(r["properties"])]) for r in relations
    ]
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def _kept(properties: dict[str, Any]) -> dict[str, Any]:
    """An empty list and an absent property are one: stores differ in which of them they keep."""
    return {
        key: value
        for key, value in properties.items()
        if key not in UNHASHED_PROPERTIES and value is not None and value != []
    }


def _digest(entry: list[Any]) -> bytes:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).digest()
