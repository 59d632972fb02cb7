"""Where a home's local server lies: its socket, locks, log and state."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgpress.errors import OutputError
from kgpress.home import home as home_folder

# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Place:
    """Paths of one home's local server."""

    home: Path
    socket: Path

    @property
    def target(self) -> str:
        return f"unix:{self.socket}"

    @property
    def server_lock(self) -> Path:
        """Held by the process that owns the store, for as long as it lives."""
        return self.home / "run" / "server.lock"

    @property
    def start_lock(self) -> Path:
        """Held while a server is being started, or decides to end for want of work."""
        return self.home / "run" / "start.lock"

    @property
    def log(self) -> Path:
        return self.home / "logs" / "server.log"

    def read_state(self) -> dict[str, Any]:
        """What the running server said of itself; empty where there is none."""
        try:
            return json.loads(self._state.read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    def write_state(self, state: dict[str, Any]) -> None:
        """Readable by the user only: it holds the graph's password."""
        partial = self._state.with_suffix(".part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(partial, self._state)

    def clear(self) -> None:
        """Removes what a server leaves behind."""
        self._state.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    @property
    def _state(self) -> Path:
        return self.home / "run" / "server.json"


def place(home: str | os.PathLike[str] | None = None) -> Place:
    """The place of a home (``$KGPRESS_HOME`` by default), whose folders are made when absent.

    Raises:
        OutputError: the home or the socket's folder cannot be used.
    """
    root = home_folder(home)
    key = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return Place(root, _socket_folder() / f"{key}.sock")


def _socket_folder() -> Path:
    """A folder that only this user can enter, with a short path."""
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        folder = Path(base or "") / f"kgpress-{os.getuid()}"
        if base and Path(base).is_dir() and len(str(folder)) + 22 < _LONGEST_SOCKET_PATH:
            return _private(folder)
    raise OutputError("no folder is short enough for a socket", remedy="set TMPDIR to a short path")


def _private(folder: Path) -> Path:
    """Made when absent. One that another user could have laid there is refused."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise OutputError(
            f"the socket's folder {folder} cannot be made: {error.strerror}",
            remedy="set XDG_RUNTIME_DIR to a folder of yours",
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise OutputError(
            f"{folder} is not a folder of yours alone",
            remedy=f"remove it, or run: chmod 700 {folder}",
        )
    return folder
