"""One process owns the files of an embedded store."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from kgpress.errors import OutputError, Unavailable


class FolderLock:
    """A folder, made when absent, held until released or until the process dies, however it dies:
    the kernel lets go of it.

    Raises:
        Unavailable: a live process holds it; its process id is named.
        OutputError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file: IO[str] = open(folder / "owner.lock", "a+", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise OutputError(
                f"the graph folder {folder} cannot be used: {error.strerror}",
                remedy="set KGPRESS_HOME to a folder that you can write",
            ) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise Unavailable(
                f"the graph in {folder} is open in another process (pid {owner})",
                remedy="use the server that this process runs, or stop it",
            ) from None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
