"""Files on the wire: chunks out, and a part file that becomes the real one only when it is whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from kgpress.errors import InvalidInput, OutputError, Unavailable
from kgpress.v1 import compression_pb2 as pb

CHUNK_BYTES = 2**20


def sha256(path: Path) -> str:
    """Of the file's content, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def upload_requests(path: Path) -> Iterator[pb.UploadArtifactRequest]:
    """Header with name, size and hash, then chunks of at most 1 MiB."""
    header = pb.ArtifactHeader(name=path.name, size_bytes=path.stat().st_size, hash=sha256(path))
    yield pb.UploadArtifactRequest(header=header)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield pb.UploadArtifactRequest(chunk=chunk)


def readable(path: str | os.PathLike[str]) -> Path:
    """The path of a file that can be sent.

    Raises:
        InvalidInput: there is no such file, or it cannot be read.
    """
    file = Path(path)
    if not file.is_file() or not os.access(file, os.R_OK):
        raise InvalidInput(f"{file} is not a readable file", remedy="check the path", field="path")
    return file


class PartFile:
    """A download under way: ``.NAME.HASH.part`` beside its goal, continued after a break.

    Raises:
        OutputError: the folder cannot be written, or is full.
        Unavailable: what arrived does not have the hash that was asked for.
    """

    def __init__(self, goal: Path, content_hash: str) -> None:
        self.goal = goal
        self.content_hash = content_hash
        self.part = goal.parent / f".{goal.name}.{content_hash[:16]}.part"

    @property
    def offset(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def append(self, chunk: bytes) -> None:
        try:
            self.goal.parent.mkdir(parents=True, exist_ok=True)
            with self.part.open("ab") as file:
                file.write(chunk)
        except OSError as error:
            raise OutputError(
                f"{self.goal.parent} cannot be written: {error.strerror}",
                remedy="choose another folder, or make room",
                field="path",
            ) from None

    def finish(self) -> Path:
        """Checks the hash, then moves the file to its goal in one step."""
        self.append(b"")
        if sha256(self.part) != self.content_hash:
            self.part.unlink()
            raise Unavailable(f"the artefact {self.content_hash} arrived damaged", remedy="fetch it again")
        os.replace(self.part, self.goal)
        return self.goal
