"""Numbered, immutable changes of the schema. The graph keeps the checksum of each that it has seen."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

from kg_service.graph._queries import load_query, without_comments
from kg_service.graph._store import GraphStore
from kgpress.errors import MigrationError, Unavailable

_NAME = re.compile(r"V(\d{4})__(\w+)\.cypher")
_PACKAGE = "kg_service.graph"
#: A claim older than this belongs to a server that died, in seconds.
_STALE_AFTER = 60.0


@dataclass(frozen=True)
class Migration:
    version: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def read_migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The migrations in ``folder``, by default those that ship with this version, in order.

    Raises:
        MigrationError: a file is misnamed, or a number is missing or given twice.
    """
    folder = folder or files(_PACKAGE).joinpath("migrations")
    found = []
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".cypher"):
            continue
        match = _NAME.fullmatch(file.name)
        if match is None:
            raise MigrationError(
                f"the migration {file.name} is misnamed", remedy="name it V0001__what_it_does.cypher"
            )
        text = file.read_text("utf-8")
        statements = tuple(s for s in map(str.strip, without_comments(text).split(";")) if s)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(int(match[1]), match[2], checksum, statements))
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise MigrationError(
            f"migrations are numbered {[m.version for m in found]}",
            remedy="number them 1, 2, 3 without a gap",
        )
    return tuple(found)


def migrate(
    store: GraphStore,
    migrations: tuple[Migration, ...] | None = None,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[int]:
    """Brings the schema up to date; returns the versions that this call applied.

    Servers that start at once agree: each migration is claimed by one, and the others wait for it.

    Raises:
        MigrationError: a migration that was applied has changed since, or the graph is newer than
            this version of kgpress.
        Unavailable: another server claimed a migration and does not finish it.
    """
    migrations = read_migrations() if migrations is None else migrations
    applied = store.read(load_query(_PACKAGE, "applied_migrations"))
    if [(row["version"], row["checksum"], row["state"]) for row in applied] == [
        (m.version, m.checksum, "done") for m in migrations
    ]:
        return []
    _refuse_newer([row["version"] for row in applied], migrations)
    store.write(load_query(_PACKAGE, "migration_key"))
    owner = uuid.uuid4().hex
    return [m.version for m in migrations if _apply(store, m, owner, clock, sleep)]


def _apply(
    store: GraphStore,
    migration: Migration,
    owner: str,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> bool:
    """Returns whether this server ran it."""
    deadline = clock() + 2 * _STALE_AFTER
    while True:
        claim = store.write(
            load_query(_PACKAGE, "claim_migration"),
            version=migration.version,
            name=migration.name,
            checksum=migration.checksum,
            owner=owner,
            now=clock(),
        )[0]
        if claim["checksum"] != migration.checksum:
            raise MigrationError(
                f"migration V{migration.version:04d}__{migration.name} has changed since the graph saw it",
                remedy="restore the file as it was, and put the change into a new migration",
            )
        if claim["state"] == "done":
            return False
        if claim["owner"] == owner:
            break
        if clock() - claim["claimed_at"] > _STALE_AFTER:
            store.write(
                load_query(_PACKAGE, "take_over_migration"),
                version=migration.version,
                previous=claim["owner"],
                owner=owner,
                now=clock(),
            )
            continue
        if clock() > deadline:
            raise Unavailable(
                f"another server does not finish migration V{migration.version:04d}",
                remedy="see what that server does, or stop it and start again",
            )
        sleep(0.2)
    for statement in migration.statements:
        store.write(statement)
    store.write(
        load_query(_PACKAGE, "finish_migration"),
        version=migration.version,
        now=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return True


def _refuse_newer(versions: list[int], migrations: tuple[Migration, ...]) -> None:
    newest = max(versions, default=0)
    if newest > len(migrations):
        raise MigrationError(
            f"the graph has schema version {newest}, this version of kgpress knows {len(migrations)}",
            remedy="install the newer version of kgpress that wrote it",
        )
