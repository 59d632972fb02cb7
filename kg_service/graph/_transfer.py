"""Between stores: export and import of what may be shared, backup and restore of everything."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg_service.graph._archive import Archive, read_archive, write_archive
from kg_service.graph._catalogue import bump, lock
from kg_service.graph._content import Entry, nodes, relations
from kg_service.graph._hash import hash_entries
from kg_service.graph._migrate import migrate, read_migrations
from kg_service.graph._private import without_private
from kg_service.graph._queries import load_query
from kg_service.graph._store import GraphStore, Tx
from kg_service.graph.schema import LOCAL_PROPERTIES, NODE_BY_LABEL
from kgpress.errors import InvalidInput

_PACKAGE = "kg_service.graph"
_BATCH = 2_000
#: Brought by migrations, which every graph has of its own.
_OWN = "Migration"
#: Readings and reviews belong to their result.
_PARTS = ("INTERPRETED_AS", "HAS_REVIEW")


def import_evidence(store: GraphStore, files: Iterable[Path]) -> dict[str, int]:
    """See :func:`kg_service.evidence.import_evidence`; here beside its siblings."""
    # The evidence package is built on this one.
    from kg_service import evidence

    return evidence.import_evidence(store, files)


def export_graph(store: GraphStore, path: Path) -> dict[str, int]:
    """Writes catalogue, strategies and evidence, without private results and what only they name.

    Returns the counts of nodes, relations and results written.

    Raises:
        OutputError: the file cannot be written.
    """
    found = _read(store, operational=False)
    return _save(path, "export", store, *without_private(*found))


def backup(store: GraphStore, path: Path) -> dict[str, int]:
    """Writes everything: private results, jobs and counters included.

    Raises:
        OutputError: the file cannot be written.
    """
    return _save(path, "backup", store, *_read(store, operational=True))


def import_graph(store: GraphStore, path: Path) -> dict[str, int]:
    """Adds what an export holds, all of it or nothing; what the graph knows already stays as it is.

    Returns what was new.

    Raises:
        InvalidInput: the file is damaged, or from a newer version; the graph is as it was.
    """
    archive = read_archive(path, "export")
    _check_version(archive, path)
    migrate(store)

    def work(tx: Tx) -> dict[str, int]:
        lock(tx, "import")
        known = {(node["label"], node["key"]) for node in nodes(tx.run)}
        fresh, links = _unknown(archive, known)
        if not fresh and not links:
            return _counts([], [])
        revision = bump(tx)
        for node in fresh:
            local = {key: revision for key in LOCAL_PROPERTIES if key in node["properties"]}
            node["properties"] |= local
        _load(tx, fresh, links)
        return _counts(fresh, links)

    return store.transaction(work)


def restore(store: GraphStore, path: Path) -> dict[str, int]:
    """Makes the graph what it was when the backup was written, all of it or nothing.

    What the graph held is gone afterwards. Returns what was written.

    Raises:
        InvalidInput: the file is damaged, or from a newer version; the graph is as it was.
    """
    archive = read_archive(path, "backup")
    _check_version(archive, path)
    migrate(store)
    wanted = [node for node in archive.nodes if node["label"] != _OWN]

    def work(tx: Tx) -> dict[str, int]:
        revision = lock(tx, "restore")
        tx.run(load_query(_PACKAGE, "wipe"))
        _load(tx, wanted, archive.relations)
        # Readers that remember a revision must see that the graph is another one.
        tx.run(load_query(_PACKAGE, "raise_revision"), floor=revision + 1)
        return _counts(wanted, archive.relations)

    return store.transaction(work)


def _read(store: GraphStore, *, operational: bool) -> tuple[list[Entry], list[Entry]]:
    def work(tx: Tx) -> tuple[list[Entry], list[Entry]]:
        # Holds writers of evidence off, so that nodes and relations fit together.
        lock(tx, "export")
        return (
            list(nodes(tx.run, operational=operational)),
            list(relations(tx.run, operational=operational)),
        )

    migrate(store)
    found, links = store.transaction(work)
    keys = {(node["label"], node["key"]) for node in found}
    return found, [r for r in links if tuple(r["start"]) in keys and tuple(r["end"]) in keys]


def _save(path: Path, kind: str, store: GraphStore, found: list[Entry], links: list[Entry]) -> dict[str, int]:
    content = {node["label"] for node in found if not NODE_BY_LABEL[node["label"]].operational}
    manifest: dict[str, Any] = {
        "kind": kind,
        "schema_version": len(read_migrations()),
        "store": f"{store.kind} {store.version}",
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "content_hash": hash_entries(
            (n for n in found if n["label"] in content),
            (r for r in links if {r["start"][0], r["end"][0]} <= content),
        ),
    }
    write_archive(Path(path), Archive(manifest, found, links))
    return _counts(found, links)


def _check_version(archive: Archive, path: Path) -> None:
    version, known = archive.manifest.get("schema_version", 0), len(read_migrations())
    if version > known:
        raise InvalidInput(
            f"{path.name} has schema version {version}, this version of kgpress knows {known}",
            remedy="install the newer version of kgpress that wrote it",
            field="path",
        )


def _unknown(archive: Archive, known: set[tuple[str, Any]]) -> tuple[list[Entry], list[Entry]]:
    """Nodes and relations to add. A result that is known keeps its own readings and reviews."""
    kept_out = set(known)
    for relation in archive.relations:
        if relation["type"] in _PARTS and tuple(relation["start"]) in known:
            kept_out.add(tuple(relation["end"]))
    fresh = [n for n in archive.nodes if (n["label"], n["key"]) not in kept_out]
    new = {(n["label"], n["key"]) for n in fresh}
    links = [
        r
        for r in archive.relations
        if new & {tuple(r["start"]), tuple(r["end"])} and {tuple(r["start"]), tuple(r["end"])} <= new | known
    ]
    return fresh, links


def _load(tx: Tx, wanted: Iterable[Entry], links: Iterable[Entry]) -> None:
    by_label: dict[str, list[Entry]] = collections.defaultdict(list)
    for node in wanted:
        by_label[node["label"]].append(node)
    by_ends: dict[tuple[str, str, str], list[Entry]] = collections.defaultdict(list)
    for link in links:
        by_ends[link["type"], link["start"][0], link["end"][0]].append(
            {"start": link["start"][1], "end": link["end"][1], "properties": link["properties"]}
        )
    for label, rows in by_label.items():
        _run_named(tx, "load_nodes", rows, LABEL=label, KEY=NODE_BY_LABEL[label].key)
    for (type_, start, end), rows in by_ends.items():
        names = {"TYPE": type_, "START": start, "END": end}
        names |= {"START_KEY": NODE_BY_LABEL[start].key, "END_KEY": NODE_BY_LABEL[end].key}
        _run_named(tx, "load_relations", rows, **names)


def _run_named(tx: Tx, query: str, rows: list[Entry], **names: str) -> None:
    """Cypher takes no label as a parameter; these come from the schema, never from the file."""
    text = load_query(_PACKAGE, query)
    for name, value in sorted(names.items(), key=lambda item: -len(item[0])):
        text = text.replace(f"__{name}__", value)
    for at in range(0, len(rows), _BATCH):
        tx.run(text, rows=rows[at : at + _BATCH])


def _counts(found: list[Entry], links: list[Entry]) -> dict[str, int]:
    results = sum(node["label"] == "ReferenceResult" for node in found)
    return {"nodes": len(found), "relations": len(links), "results": results}
