"""Walks everything that a graph holds, as plain entries that no store's own ids enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kg_service.graph._queries import load_query
from kg_service.graph.schema import NODE_BY_LABEL

_PACKAGE = "kg_service.graph"
Entry = dict[str, Any]
Reader = Callable[[str], list[Entry]]


def nodes(read: Reader, *, operational: bool = False) -> Iterator[Entry]:
    """Nodes as label, key and properties; with ``operational`` also those of this installation."""
    for row in read(load_query(_PACKAGE, "all_nodes")):
        if _wanted(row["label"], operational):
            yield row | {"key": row["properties"][NODE_BY_LABEL[row["label"]].key]}


def relations(read: Reader, *, operational: bool = False) -> Iterator[Entry]:
    """Relations as type, [label, key] of both ends, and properties."""
    for row in read(load_query(_PACKAGE, "all_relations")):
        start, end = row["start_label"], row["end_label"]
        if _wanted(start, operational) and _wanted(end, operational):
            yield {
                "type": row["type"],
                "start": [start, row["start"][NODE_BY_LABEL[start].key]],
                "end": [end, row["end"][NODE_BY_LABEL[end].key]],
                "properties": row["properties"],
            }


def _wanted(label: str, operational: bool) -> bool:
    """A label that the schema does not know is not ours."""
    node_type = NODE_BY_LABEL.get(label)
    return node_type is not None and (operational or not node_type.operational)
