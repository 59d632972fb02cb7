"""Where results go: a server, or a file that a graph can import."""

from __future__ import annotations

import gzip
import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Protocol

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from ingest._extraction import place_of
from ingest.documents import whole
from kgpress.errors import NotFound, OutputError
from kgpress.v1 import evidence_pb2, types_pb2


class Submit(Protocol):
    """The part of kgpress.client.Client that ingest needs."""

    def submit_evidence(
        self, results: Iterable[types_pb2.ReferenceResult]
    ) -> evidence_pb2.SubmitEvidenceResponse: ...

    def replace_document(
        self, change: evidence_pb2.DocumentChange, results: Iterable[types_pb2.ReferenceResult]
    ) -> evidence_pb2.ReplaceDocumentResponse: ...

    def get_evidence(self, id: str) -> evidence_pb2.GetEvidenceResponse: ...


@dataclass
class Batch:
    """What became of submitted results. ``ids``: of those, where the sink gives ids."""

    added: int = 0
    duplicates: int = 0
    superseded: int = 0
    ids: list[str] = field(default_factory=list)


class Sink(Protocol):
    """Takes results in batches.

    ``name``: under which it is remembered what it has; empty where it wants everything each time.
    ``replaces``: whether a changed document is told by :meth:`replace`; otherwise its superseded
    results are submitted like the others.
    """

    name: str
    replaces: bool

    def submit(self, results: list[types_pb2.ReferenceResult]) -> Batch: ...
    def replace(
        self, change: evidence_pb2.DocumentChange, results: list[types_pb2.ReferenceResult]
    ) -> Batch: ...
    def has(self, ids: list[str]) -> bool: ...
    def close(self) -> None: ...


class ServerSink:
    """Submits over gRPC. What is known there already counts as a duplicate, so a repeat is harmless."""

    replaces = True

    def __init__(self, client: Submit, name: str = "server") -> None:
        self._client = client
        self.name = name

    def submit(self, results: list[types_pb2.ReferenceResult]) -> Batch:
        return _batch(self._client.submit_evidence(results))

    def replace(self, change: evidence_pb2.DocumentChange, results: list[types_pb2.ReferenceResult]) -> Batch:
        answer = self._client.replace_document(change, results)
        batch = _batch(answer.submitted)
        batch.superseded = answer.superseded
        return batch

    def has(self, ids: list[str]) -> bool:
        """Whether results that were submitted once are still there; a server may be another by now."""
        with suppress(NotFound):
            for id_ in ids:
                self._client.get_evidence(id_)
            return bool(ids)
        return False

    def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _batch(answer: evidence_pb2.SubmitEvidenceResponse) -> Batch:
    return Batch(answer.added, answer.duplicates, ids=[r.id for r in answer.receipts])


class FileSink:
    """One protobuf-JSON per line, gzipped, in the order of the locators: the same bytes every time.

    The file appears whole when the crawl ends; a crawl that dies leaves the old one. Lines are
    sorted in runs on disk, so memory stays bounded however many they are.
    """

    name = ""
    replaces = False
    #: Lines in memory.
    RUN = 5_000

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._lines: list[tuple[str, str]] = []
        self._runs: list[IO[str]] = []
        self._before = set(_places(path))

    def submit(self, results: list[types_pb2.ReferenceResult]) -> Batch:
        batch = Batch()
        for result in results:
            place = place_of(result)
            known = _digest(place) in self._before
            batch.added += not known
            batch.duplicates += known
            data = MessageToDict(result, preserving_proto_field_name=True)
            self._lines.append((place, json.dumps(data, ensure_ascii=False, sort_keys=True)))
            if len(self._lines) >= self.RUN:
                self._spill()
        return batch

    def replace(self, change: evidence_pb2.DocumentChange, results: list[types_pb2.ReferenceResult]) -> Batch:
        return self.submit(results)

    def has(self, ids: list[str]) -> bool:
        return False

    def close(self) -> None:
        """Writes the file.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            with self._stack, whole(self._path) as stream, gzip.GzipFile("", "wb", 6, stream, 0) as packed:
                last = ""
                for place, line in heapq.merge(*map(_read_run, self._runs), sorted(self._lines)):
                    if place != last:
                        packed.write(f"{line}\n".encode())
                    last = place
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror}", remedy="give a folder that you can write"
            ) from None

    def _spill(self) -> None:
        run = self._stack.enter_context(tempfile.TemporaryFile("w+"))  # noqa: SIM115
        for place, line in sorted(self._lines):
            run.write(json.dumps([place, line]) + "\n")
        run.seek(0)
        self._runs.append(run)
        self._lines = []


def _read_run(run: IO[str]) -> Iterator[tuple[str, str]]:
    for text in run:
        place, line = json.loads(text)
        yield place, line


def _digest(place: str) -> bytes:
    return blake2b(place.encode("utf-8", "replace"), digest_size=12).digest()


def _places(path: Path) -> Iterator[bytes]:
    """Of the results that an earlier crawl has left in the file; none where it does not read."""
    with suppress(OSError, EOFError, ValueError, KeyError, ParseError), gzip.open(path, "rt") as lines:
        for line in lines:
            data = json.loads(line)
            small = {"locator": data["locator"], "source": {"name": data["source"].get("name", "")}}
            yield _digest(place_of(ParseDict(small, types_pb2.ReferenceResult())))
