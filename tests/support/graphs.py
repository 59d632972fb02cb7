"""Clean graphs on both stores, quickly: servers live as long as the test run."""

from __future__ import annotations

import dataclasses

from kg_service.graph import GraphStore, migrate
from kgpress.catalogue import Catalogue, load

_WIPE = "MATCH (n) WITH n LIMIT 5000 DETACH DELETE n RETURN count(*) AS gone"


def wipe(store: GraphStore) -> None:
    """Deletes every node; the constraints stay."""
    while store.write(_WIPE)[0]["gone"]:
        pass


def clean(store: GraphStore) -> GraphStore:
    """As a new graph after its migrations."""
    wipe(store)
    migrate(store)
    # Another graph behind the same revision: what the store remembers is not of this one.
    store._hashed = None
    return store


def small_catalogue() -> Catalogue:
    """The catalogue with an action space of 34 strategies, where 560 would only take time."""
    return dataclasses.replace(load(), patterns=(("C2",), ("C4",), ("C2", "C4")), version="small")
