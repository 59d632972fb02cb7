"""Walks everything that a graph holds, as plain entries that no store's own ids enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kg_service.graph._queries import load_query
from kg_service.graph.schema import NODE_BY_LABEL, NODES, RELATIONS, UNHASHED_PROPERTIES

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


def digests(read: Reader) -> tuple[list[Entry], list[Entry]]:
    """Nodes and relations as :func:`nodes` and :func:`relations` give them, without what plays no part
    in a hash: the payloads are most of a graph, and a digest stands for each.
    """
    found: list[Entry] = []
    for node in NODES:
        if not node.operational:
            kept = [p.name for p in node.properties if p.name not in UNHASHED_PROPERTIES]
            text = _filled("label_nodes", LABEL=node.label, KEPT=", ".join(f".{name}" for name in kept))
            rows = read(text)
            found += [{"label": node.label, "key": r["p"][node.key], "properties": r["p"]} for r in rows]
    links: list[Entry] = []
    for relation in RELATIONS:
        start, end = NODE_BY_LABEL[relation.start], NODE_BY_LABEL[relation.end]
        columns = ", ".join(f"r.{p.name} AS {p.name}" for p in relation.properties)
        names = {"TYPE": relation.type, "START": start.label, "END": end.label}
        names |= {"START_KEY": start.key, "END_KEY": end.key, "KEPT": f", {columns}" if columns else ""}
        for row in read(_filled("type_relations", **names)):
            ends = [start.label, row.pop("start_key")], [end.label, row.pop("end_key")]
            links.append({"type": relation.type, "start": ends[0], "end": ends[1], "properties": row})
    return found, links


def _filled(query: str, **names: str) -> str:
    """Cypher takes no label as a parameter; these come from the schema."""
    text = load_query(_PACKAGE, query)
    for name, value in sorted(names.items(), key=lambda item: -len(item[0])):
        text = text.replace(f"__{name}__", value)
    return text


def _wanted(label: str, operational: bool) -> bool:
    """A label that the schema does not know is not ours."""
    node_type = NODE_BY_LABEL.get(label)
    return node_type is not None and (operational or not node_type.operational)
