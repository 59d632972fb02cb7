"""What a store answers, as plain values."""

from __future__ import annotations

from typing import Any

from neo4j.graph import Entity, Path
from neo4j.time import Date, DateTime, Duration, Time


def plain(value: Any) -> Any:
    """Nodes and relations as their properties, paths as a list of them, times as ISO 8601 text."""
    if isinstance(value, Entity):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return [plain(entity) for pair in _alternating(value) for entity in pair]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and not isinstance(value, Duration):
        return [plain(item) for item in value]
    if isinstance(value, Date | DateTime | Time | Duration):
        return value.iso_format()
    return value


def _alternating(path: Path) -> list[tuple[Any, ...]]:
    """Node, relation, node, relation, node."""
    nodes = list(path.nodes)
    return [(nodes[0],), *zip(path.relationships, nodes[1:], strict=True)]
