"""Models, data and results as files named by their SHA-256, in a folder or any fsspec URL.

Content first goes to a name of its own and is moved into place once size and hash are known to
be right, so a reader never meets half a file. Beside the content lies ``<hash>.json`` with the
file's name and when it was last stored.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from kgpress.errors import InvalidInput, NotFound, OutputError, TooLarge, Unavailable
from kgpress.v1 import compression_pb2

CHUNK_BYTES = 1 << 20
MAX_BYTES = 2 << 30
_HASH = re.compile(r"[0-9a-f]{64}")
_UNSAFE = re.compile(r"[^\w.+=@ -]", re.ASCII)
_STALE_UPLOAD_S = 24 * 3600.0
_log = logging.getLogger(__name__)


class ArtifactStore:
    """Files by hash under one URL. Thread-safe; several servers may share the URL.

    Args:
        url: a folder, or an fsspec URL such as ``s3://bucket/prefix``.
        max_bytes: the largest file that is taken.
    """

    def __init__(
        self, url: str, *, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.time
    ) -> None:
        try:
            self._fs, self._root = fsspec.core.url_to_fs(str(url))
        except (ImportError, ValueError) as error:
            raise InvalidInput(
                f"the artefact address {url!r} cannot be used: {error}",
                remedy="give a folder, or a URL whose fsspec driver is installed",
                field="artifacts",
            ) from None
        self._root = self._root.rstrip("/")
        self._max_bytes = max_bytes
        self._clock = clock

    def put(
        self, name: str, chunks: Iterable[bytes], *, size_bytes: int | None = None, hash: str = ""
    ) -> compression_pb2.Artifact:
        """Stores a file and returns its name, size and hash.

        Raises:
            TooLarge: more than ``max_bytes``; nothing is kept.
            InvalidInput: empty, or not of the stated size or hash; nothing is kept.
        """
        name = safe_name(name)
        if size_bytes is not None and size_bytes > self._max_bytes:
            raise self._too_large(size_bytes)
        if hash:
            check_hash(hash, "header.hash")
            if (known := self._find(hash)) is not None and size_bytes in (None, known.size_bytes):
                self._remember(hash, name)
                return compression_pb2.Artifact(hash=hash, size_bytes=known.size_bytes, name=name)
        partial = f"{self._root}/.partial/{uuid.uuid4().hex}"
        with self._reachable():
            self._fs.makedirs(f"{self._root}/.partial", exist_ok=True)
        try:
            digest, size = self._receive(partial, chunks)
            _check_content(size, digest, size_bytes, hash)
            with self._reachable():
                self._fs.makedirs(self._folder(digest), exist_ok=True)
                self._remember(digest, name)
                self._fs.mv(partial, self._path(digest))
        finally:
            with suppress(OSError):
                if self._fs.exists(partial):
                    self._fs.rm_file(partial)
        return compression_pb2.Artifact(hash=digest, size_bytes=size, name=name)

    def stat(self, hash: str) -> compression_pb2.Artifact:
        """Name and size of a stored file.

        Raises:
            NotFound: there is no such file.
        """
        found = self._find(check_hash(hash, "hash"))
        if found is None:
            raise NotFound(f"there is no artefact {hash}", remedy="upload it first", field="hash")
        return found

    def read(self, hash: str, offset: int = 0) -> Iterator[bytes]:
        """The content from ``offset`` on, in chunks of at most 1 MiB."""
        size = self.stat(hash).size_bytes
        if not 0 <= offset <= size:
            raise InvalidInput(
                f"offset {offset} lies beyond the file's {size} bytes",
                remedy="start from 0",
                field="offset",
            )
        with self._reachable(), self._fs.open(self._path(hash), "rb") as file:
            file.seek(offset)
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def local_path(self, hash: str) -> Path | None:
        """The file's own path where the store is a folder on this machine."""
        self.stat(hash)
        return Path(self._path(hash)) if isinstance(self._fs, LocalFileSystem) else None

    def sweep(self, referenced: Callable[[], set[str]], older_than_days: float) -> list[str]:
        """Deletes what nothing refers to and was last stored more than so many days ago.

        ``referenced`` is asked after the candidates are listed: a job that came in between
        keeps its files. Returns the hashes that were deleted.
        """
        before = self._clock() - older_than_days * 86400
        with self._reachable():
            found = self._fs.find(self._root) if self._fs.exists(self._root) else []
        hashes = {Path(path).name for path in found if _HASH.fullmatch(Path(path).name)}
        old = {h for h in hashes if self._memory(h).get("stored_at", 0.0) < before}
        deleted = sorted(old - referenced()) if old else []
        with self._reachable():
            for hash in deleted:
                self._fs.rm_file(self._path(hash))
                with suppress(FileNotFoundError):
                    self._fs.rm_file(self._path(hash) + ".json")
        self._drop_abandoned()
        return deleted

    def _receive(self, partial: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with self._reachable(), self._fs.open(partial, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > self._max_bytes:
                    raise self._too_large(size)
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest(), size

    def _find(self, hash: str) -> compression_pb2.Artifact | None:
        with self._reachable():
            try:
                size = self._fs.info(self._path(hash))["size"]
            except FileNotFoundError:
                return None
        name = self._memory(hash).get("name", hash)
        return compression_pb2.Artifact(hash=hash, size_bytes=size, name=name)

    def _remember(self, hash: str, name: str) -> None:
        self._fs.pipe_file(
            self._path(hash) + ".json", json.dumps({"name": name, "stored_at": self._clock()}).encode()
        )

    def _memory(self, hash: str) -> dict:
        try:
            return json.loads(self._fs.cat_file(self._path(hash) + ".json"))
        except (FileNotFoundError, ValueError):  # a server died between the two writes
            return {}

    def _drop_abandoned(self) -> None:
        """Uploads of servers that died."""
        folder = f"{self._root}/.partial"
        with self._reachable():
            for path in self._fs.find(folder) if self._fs.exists(folder) else []:
                with suppress(OSError, NotImplementedError):
                    if self._fs.modified(path).timestamp() < time.time() - _STALE_UPLOAD_S:
                        self._fs.rm_file(path)

    def _folder(self, hash: str) -> str:
        return f"{self._root}/{hash[:2]}"

    def _path(self, hash: str) -> str:
        return f"{self._folder(hash)}/{hash}"

    def _too_large(self, size: int) -> TooLarge:
        return TooLarge(
            f"the file has {size} bytes or more, the limit is {self._max_bytes}",
            remedy="raise the server's artefact limit or send a smaller file",
            field="header.size_bytes",
        )

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        """A store that cannot be written or reached, said without its address."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (ConnectionError, TimeoutError) as error:
            _log.warning("artefact store: %s", error)
            raise Unavailable(
                "the artefact store cannot be reached", remedy="try again; check the store"
            ) from error
        except OSError as error:
            _log.error("artefact store: %s", error)
            raise OutputError(
                f"the artefact store cannot be used: {error.strerror or type(error).__name__}",
                remedy="make room in it and check that the server may write there",
            ) from error


def safe_name(name: str) -> str:
    """A file name without folders, control or special characters; at most 128 characters."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", last).strip(". ")[-128:] or "artefact"


def check_hash(hash: str, field: str) -> str:
    if not _HASH.fullmatch(hash):
        raise InvalidInput(
            f"{hash[:80]!r} is not a SHA-256",
            remedy="give 64 lower-case hexadecimal digits, as the upload returned",
            field=field,
        )
    return hash


def _check_content(size: int, digest: str, size_bytes: int | None, hash: str) -> None:
    if size_bytes is not None and size != size_bytes:
        raise InvalidInput(
            f"{size} bytes came, {size_bytes} were announced",
            remedy="upload the file again",
            field="header.size_bytes",
        )
    if hash and digest != hash:
        raise InvalidInput(
            f"the content's SHA-256 is {digest}, not the announced {hash}",
            remedy="upload the file again",
            field="header.hash",
        )
    if size == 0:
        raise InvalidInput("the file is empty", remedy="send its content", field="chunk")
