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
from kg_service.graph._transfer import (
    backup,
    export_graph,
    import_evidence,
    import_graph,
    restore,
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
    "backup",
    "bump",
    "connect_bolt",
    "ensure_strategies",
    "export_graph",
    "import_evidence",
    "import_graph",
    "in_batches",
    "load_catalogue",
    "load_query",
    "lock",
    "migrate",
    "open_embedded",
    "open_neo4j",
    "read_migrations",
    "restore",
    "runs_on",
    "start",
]
