"""The embedded store's files: owned by one process, recovered after a kill, closed to others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kg_service.graph import Backoff, connect_bolt, migrate, open_embedded
from kgpress.errors import OutputError, Unavailable

_OWNER = """
import sys, time
from pathlib import Path
from kg_service.graph import migrate, open_embedded
store = open_embedded(Path(sys.argv[1]))
migrate(store)
for i in range(50):
    store.write("CREATE (:Model {name: $name})", name=f"model-{i}")
print(store.bolt_uri, store.user, store.password, store.database, flush=True)
time.sleep(600)
"""


def test_another_process_shares_refuses_and_recovers(tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    owner = subprocess.Popen([sys.executable, "-c", _OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout is not None
        uri, user, password, database = owner.stdout.readline().split()
        # Held by a live process: others connect, and do not open the files.
        with connect_bolt(uri, user, password, database) as shared:
            assert shared.kind == "arcadedb"
            assert shared.read("MATCH (m:Model) RETURN count(m) AS n") == [{"n": 50}]
        with pytest.raises(Unavailable, match=str(owner.pid)) as refused:
            open_embedded(folder)
        assert refused.value.remedy
        with pytest.raises(Unavailable, match="refuses the user"):
            connect_bolt(uri, user, "guessed", database)
        _check_closed_to_others(folder, uri)
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    # Held by a dead process: opened, and nothing that was committed is lost.
    with open_embedded(folder) as store:
        assert migrate(store) == []
        assert store.read("MATCH (m:Model) RETURN count(m) AS n") == [{"n": 50}]
        with pytest.raises(Unavailable, match=str(os.getpid())):
            open_embedded(folder)
    # Closed in order: free again.
    store.close()


def _check_closed_to_others(folder: Path, uri: str) -> None:
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "credentials.json").stat().st_mode & 0o777 == 0o600
    port = int(uri.rpartition(":")[2])
    address = socket.gethostbyname(socket.gethostname())
    if not address.startswith("127."):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), timeout=2).close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be used"):
        open_embedded(tmp_path / "file")


def test_no_server_at_the_address_is_told() -> None:
    with pytest.raises(Unavailable, match="cannot be reached") as refused:
        connect_bolt("bolt://127.0.0.1:1", "neo4j", "x", backoff=Backoff(attempts=2))
    assert refused.value.remedy
