"""The knowledge graph: one Cypher text, one driver, two stores."""

from kg_service.graph._catalogue import (
    bump,
    ensure_strategies,
    in_batches,
    load_catalogue,
    lock,
    runs_on,
    start,
)
from kg_service.graph._embedded import EmbeddedStore, open_embedded
from kg_service.graph._migrate import Migration, migrate, read_migrations
from kg_service.graph._queries import load_query
from kg_service.graph._readonly import QueryResult
from kg_service.graph._retry import Backoff
from kg_service.graph._store import (
    Address,
    GraphStatus,
    GraphStore,
    Tx,
    connect_bolt,
    open_neo4j,
)

__all__ = [
    "Address",
    "Backoff",
    "EmbeddedStore",
    "GraphStatus",
    "GraphStore",
    "Migration",
    "QueryResult",
    "Tx",
    "bump",
    "connect_bolt",
    "ensure_strategies",
    "in_batches",
    "load_catalogue",
    "load_query",
    "lock",
    "migrate",
    "open_embedded",
    "open_neo4j",
    "read_migrations",
    "runs_on",
    "start",
]
