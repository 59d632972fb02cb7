"""Documents by the hash of their bytes: written once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kgpress.errors import InvalidInput

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A document of a source in the store."""

    sha256: str
    file: Path
    path: str = ""
    #: Where it lies for everybody, whatever server it was fetched from.
    url: str = ""
    licence: str = ""
    #: As the server called it, without parameters; may be empty.
    media_type: str = ""


class DocumentStore:
    """A folder ``ab/abcd...``. A process that dies in mid-write leaves no half document."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Keeps the bytes; returns their SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        if not self.holds(sha256):
            with whole(self.path(sha256)) as stream:
                stream.write(body)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the document lies if it is there.

        Raises:
            InvalidInput: it is no hash; such a text may come from anybody and lead anywhere.
        """
        if not _HASH.fullmatch(sha256):
            raise InvalidInput(f"{sha256[:80]!r} is no document hash", remedy="give a SHA-256 in hex")
        return self.folder / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        """Whether the document is there and is what its name says."""
        try:
            return bool(sha256) and file_hash(self.path(sha256)) == sha256
        except (FileNotFoundError, InvalidInput):
            return False


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def whole(target: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes appear as ``target`` when the block ends well, and not at all otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
