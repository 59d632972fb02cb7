"""Evidence to files of the exchange format, in an order that depends on the evidence alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from ingest.exchange import _csv, _jsonl, _jsonld, _model_index, _parquet
from ingest.exchange._record import Record, to_record
from kgpress.errors import OutputError
from kgpress.v1 import evidence_pb2, types_pb2

WRITERS: dict[str, Callable[[list[Record]], str | bytes]] = {
    "csv": _csv.write,
    "jsonl": _jsonl.write,
    "model-index": _model_index.write,
    "parquet": _parquet.write,
    "jsonld": _jsonld.write,
}
_PAGE = 1_000


class Search(Protocol):
    """The part of kgpress.client.Client that an export needs."""

    def search_evidence(
        self, request: evidence_pb2.SearchEvidenceRequest
    ) -> evidence_pb2.SearchEvidenceResponse: ...


def export(
    client: Search, request: evidence_pb2.SearchEvidenceRequest, format: str, out: Path
) -> tuple[int, int]:
    """Writes what matches the request; (written, left out as private). The file appears whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    found = list(search_all(client, request))
    public = [result for result in found if not result.private]
    records = sorted(map(to_record, public), key=_order)
    body = WRITERS[format](records)
    write_whole(out, body if isinstance(body, bytes) else body.encode())
    return len(public), len(found) - len(public)


def search_all(
    client: Search, request: evidence_pb2.SearchEvidenceRequest
) -> Iterator[types_pb2.ReferenceResult]:
    """Every result that matches, page by page."""
    asked = evidence_pb2.SearchEvidenceRequest()
    asked.CopyFrom(request)
    asked.page.size = asked.page.size or _PAGE
    while True:
        response = client.search_evidence(asked)
        yield from response.results
        if not response.page.next_token:
            return
        asked.page.token = response.page.next_token


def write_whole(path: Path, body: bytes) -> None:
    """Replaces the file in one step."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written: {error.strerror}", remedy="give a folder that you can write"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _order(record: Record) -> tuple[Any, ...]:
    """By model first (model-index groups by it), then by where it stands; the id decides between equals."""
    cell = record["locator"].get("cell", {})
    place = tuple(cell.get(k, 0) for k in ("table", "row", "line", "column", "part"))
    return (record.get("model", ""), record.get("source", ""), cell.get("path", ""), *place, record["id"])
