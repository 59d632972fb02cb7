"""ArcadeDB within this process, answering Bolt on a loopback port that only its password opens."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg_service.graph._jvm import start_jvm
from kg_service.graph._lock import FolderLock
from kg_service.graph._retry import Backoff
from kg_service.graph._store import Address, GraphStore
from kgpress.errors import Unavailable

DATABASE = "kgpress"
_HOST = "127.0.0.1"
_ATTEMPTS = 3
_RECORDS = ["createRecord", "readRecord", "updateRecord", "deleteRecord"]
_ADMIN = ["updateSecurity", "updateSchema", "updateDatabaseSettings"]


@dataclass(frozen=True)
class _Credentials:
    password: str
    reader_password: str


class EmbeddedStore(GraphStore):
    """A :class:`GraphStore` that owns its server. Another process connects with :func:`connect_bolt`."""

    def __init__(self, server: Any, lock: FolderLock, address: Address, reader: Address) -> None:
        self._server = server
        self._lock = lock
        super().__init__(address, reader=reader, backoff=Backoff())
        atexit.register(self.close)

    @property
    def bolt_uri(self) -> str:
        return self.address.uri

    @property
    def user(self) -> str:
        return self.address.user

    @property
    def password(self) -> str:
        return self.address.password

    @property
    def database(self) -> str:
        return DATABASE

    def reads_only(self, cypher: str) -> bool | None:
        import jpype

        database = self._server._java_server.getDatabase(DATABASE)
        try:
            return bool(database.getQueryEngine("opencypher").analyze(cypher).isIdempotent())
        except jpype.JException:
            # Not Cypher: running it says why.
            return None

    def close(self) -> None:
        if self._server is None:
            return
        atexit.unregister(self.close)
        super().close()
        self._server.stop()
        self._server = None
        self._lock.release()


def open_embedded(folder: Path) -> EmbeddedStore:
    """Opens the store in ``folder``, made when absent; takes about two seconds.

    Files that a killed process left behind are recovered from the write-ahead log.

    Raises:
        Unavailable: a live process has it open, or the server does not start.
        OutputError: the folder cannot be written.
    """
    folder = Path(folder).absolute()
    lock = FolderLock(folder)
    try:
        credentials = _credentials(folder)
        _write_groups(folder / "config")
        server, port = _start(folder, credentials)
        uri = f"bolt://{_HOST}:{port}"
        return EmbeddedStore(
            server,
            lock,
            Address(uri, "root", credentials.password, DATABASE),
            Address(uri, "reader", credentials.reader_password, DATABASE),
        )
    except BaseException:
        lock.release()
        raise


def _start(folder: Path, credentials: _Credentials) -> tuple[Any, int]:
    from arcadedb_embedded.exceptions import ArcadeDBError
    from arcadedb_embedded.server import ArcadeDBServer

    logs = folder / "log"
    logs.mkdir(exist_ok=True)
    start_jvm(logs)
    fault: Exception | None = None
    for _ in range(_ATTEMPTS):
        bolt, http = _free_ports()
        server = ArcadeDBServer(
            str(folder),
            credentials.password,
            {
                # In "production" mode an analyst's syntax error would lose its message.
                "mode": "development",
                "host": _HOST,
                "http_port": str(http),
                "bolt_port": bolt,
                "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
                "server_logsDirectory": str(logs),
            },
        )
        try:
            server.start()
            server.create_database(DATABASE)
            _ensure_reader(server, credentials.reader_password)
        except ArcadeDBError as error:
            # Another process may have taken the port in between.
            fault = error
            continue
        return server, bolt
    raise Unavailable(
        f"the embedded graph in {folder} does not start: {fault}",
        remedy=f"see {logs}, and restore a backup if its files are damaged",
    )


def _ensure_reader(server: Any, password: str) -> None:
    import jpype

    security = server._java_server.getSecurity()
    if security.getUser("reader") is not None:
        return
    entry = {
        "name": "reader",
        "password": str(security.encodePassword(password)),
        "databases": {DATABASE: ["reader"]},
    }
    security.createUser(jpype.JClass("com.arcadedb.serializer.json.JSONObject")(json.dumps(entry)))


def _credentials(folder: Path) -> _Credentials:
    """Made once per home; only the owner can read them."""
    path = folder / "credentials.json"
    try:
        return _Credentials(**json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        pass
    # Users of the server whose passwords nobody knows any more are of no use.
    (folder / "config" / "server-users.jsonl").unlink(missing_ok=True)
    made = _Credentials(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(made), file)
    return made


def _write_groups(config: Path) -> None:
    """Users of the group ``reader`` may read records and nothing else."""
    config.mkdir(exist_ok=True)
    groups = {
        "admin": _group(_ADMIN, _RECORDS),
        "reader": _group([], ["readRecord"]),
        "*": _group([], []),
    }
    text = json.dumps({"databases": {"*": {"groups": groups}}, "version": 2})
    (config / "server-groups.json").write_text(text, "utf-8")


def _group(access: list[str], records: list[str]) -> dict[str, Any]:
    return {
        "resultSetLimit": -1,
        "readTimeout": -1,
        "access": access,
        "types": {"*": {"access": records}},
    }


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.bind((_HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]
