"""Migrations: each once, in order, unchanged."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import threading
from pathlib import Path

import pytest

from kg_service.graph import GraphStore, Migration, migrate, read_migrations
from kg_service.graph.schema import NODES
from kgpress.errors import MigrationError

EXTRA = Migration(len(read_migrations()) + 1, "extra", "c" * 64, ("CREATE (:Model {name: randomUUID()})",))


def _models(store: GraphStore) -> int:
    return int(store.read("MATCH (m:Model) RETURN count(m) AS n")[0]["n"])


def test_a_migrated_graph_needs_nothing(store: GraphStore) -> None:
    assert migrate(store) == []
    rows = store.read("MATCH (m:Migration) RETURN m.version AS v, m.state AS s ORDER BY v")
    assert rows == [{"v": m.version, "s": "done"} for m in read_migrations()]


def test_every_key_is_unique(store: GraphStore) -> None:
    from neo4j.exceptions import ConstraintError

    from kgpress.errors import Unavailable

    quick = type(store._backoff)(attempts=1)
    backoff, store._backoff = store._backoff, quick
    try:
        for node in NODES:
            value = 7 if node.label == "Migration" else "twice"
            query = f"CREATE (:{node.label} {{{node.key}: $value}})"
            store.write(query, value=value)
            with pytest.raises((ConstraintError, Unavailable)):
                store.write(query, value=value)
    finally:
        store._backoff = backoff


def test_a_new_one_is_applied_once(store: GraphStore) -> None:
    migrations = (*read_migrations(), EXTRA)
    assert migrate(store, migrations) == [EXTRA.version]
    assert migrate(store, migrations) == []
    assert _models(store) == 1


def test_a_changed_old_one_is_refused(store: GraphStore) -> None:
    first, *rest = read_migrations()
    changed = dataclasses.replace(first, checksum="0" * 64)
    with pytest.raises(MigrationError, match="V0001__keys has changed") as refused:
        migrate(store, (changed, *rest))
    assert refused.value.remedy


def test_a_graph_from_the_future_is_refused(store: GraphStore) -> None:
    migrate(store, (*read_migrations(), EXTRA))
    with pytest.raises(MigrationError, match="schema version"):
        migrate(store)


def test_servers_that_start_at_once_migrate_once(store: GraphStore) -> None:
    store.write("MATCH (m:Migration) DELETE m")
    migrations = (*read_migrations(), EXTRA)
    barrier = threading.Barrier(3)

    def server(_: int) -> list[int]:
        barrier.wait()
        return migrate(store, migrations)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        applied = list(pool.map(server, range(3)))
    assert sorted(v for versions in applied for v in versions) == [m.version for m in migrations]
    assert _models(store) == 1


def test_what_a_dead_server_began_is_finished(store: GraphStore) -> None:
    store.write(
        "CREATE (:Migration {version: $v, name: 'extra', checksum: $c, state: 'running', "
        "owner: 'dead', claimed_at: 0.0})",
        v=EXTRA.version,
        c=EXTRA.checksum,
    )
    assert migrate(store, (*read_migrations(), EXTRA)) == [EXTRA.version]
    assert _models(store) == 1


def test_files_are_numbered_without_a_gap(tmp_path: Path) -> None:
    (tmp_path / "V0001__a.cypher").write_text("// why\nCREATE (:A);\nCREATE (:B);\n")
    assert read_migrations(tmp_path)[0].statements == ("CREATE (:A)", "CREATE (:B)")
    (tmp_path / "V0003__c.cypher").write_text("CREATE (:C);\n")
    with pytest.raises(MigrationError, match="numbered"):
        read_migrations(tmp_path)
    (tmp_path / "V3__c.cypher").write_text("CREATE (:C);\n")
    with pytest.raises(MigrationError, match="misnamed"):
        read_migrations(tmp_path)
