"""Documents by the hash of their bytes: written once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class DocumentStore:
    """A folder ``ab/abcd...``. A process that dies in mid-write leaves no half document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes) -> str:
        """Keeps the bytes; returns their SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        target = self.path(sha256)
        if not self.holds(sha256):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)
        return sha256

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        """Whether the document is there and is what its name says."""
        if not sha256 or not self.path(sha256).exists():
            return False
        return hashlib.sha256(self.path(sha256).read_bytes()).hexdigest() == sha256
