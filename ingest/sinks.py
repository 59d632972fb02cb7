"""Where results go: a server, or a file that a graph can import."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from google.protobuf.json_format import MessageToDict

from kgpress.errors import OutputError
from kgpress.v1 import evidence_pb2, types_pb2


class Submit(Protocol):
    """The part of kgpress.client.Client that ingest needs."""

    def submit_evidence(
        self, results: Iterable[types_pb2.ReferenceResult]
    ) -> evidence_pb2.SubmitEvidenceResponse: ...


class Sink(Protocol):
    """Takes results in batches. ``counts``: what became of them."""

    counts: Counter[str]

    def submit(self, results: list[types_pb2.ReferenceResult]) -> None: ...
    def close(self) -> None: ...


class ServerSink:
    """Submits over gRPC. What is known there already counts as a duplicate, so a repeat is harmless."""

    def __init__(self, client: Submit) -> None:
        self._client = client
        self.counts: Counter[str] = Counter()

    def submit(self, results: list[types_pb2.ReferenceResult]) -> None:
        answer = self._client.submit_evidence(results)
        self.counts.update(added=answer.added, duplicates=answer.duplicates)

    def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


class FileSink:
    """One protobuf-JSON per line, gzipped, in the order of the locators: the same bytes every time.

    The file appears whole when the crawl ends; a crawl that dies leaves the old one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[tuple[Any, ...], str] = {}
        self.counts: Counter[str] = Counter()

    def submit(self, results: list[types_pb2.ReferenceResult]) -> None:
        for result in results:
            cell = result.locator.cell
            key = (cell.path, cell.document_hash, cell.table, cell.row, cell.column)
            self.counts["duplicates" if key in self._lines else "added"] += 1
            data = MessageToDict(result, preserving_proto_field_name=True)
            self._lines[key] = json.dumps(data, ensure_ascii=False, sort_keys=True)

    def close(self) -> None:
        text = "".join(f"{self._lines[key]}\n" for key in sorted(self._lines))
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
            stream.write(text.encode())
        temporary = self._path.with_name(f".{self._path.name}.part")
        try:
            temporary.write_bytes(packed.getvalue())
            os.replace(temporary, self._path)
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror}", remedy="give a folder that you can write"
            ) from None
