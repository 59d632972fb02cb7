"""Analysts' queries: they read the graph, in bounds, and can do nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg_service.graph._store import GraphStore


@dataclass(frozen=True)
class QueryResult:
    """Rows in the order of ``columns``; ``truncated`` when more rows matched than were asked for."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool


def run_read_only(
    store: GraphStore, cypher: str, params: dict[str, Any], row_limit: int, timeout_s: float
) -> QueryResult:
    raise NotImplementedError
