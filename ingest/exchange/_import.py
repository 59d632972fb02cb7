"""Files of results to evidence: every fault with its place, and all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ingest.exchange import _csv, _jsonl, _model_index
from ingest.exchange._columns import BY_NAME
from ingest.exchange._faults import Fault, ImportRefused
from ingest.exchange._record import BadRow, to_result
from ingest.exchange._rows import MAX_FAULTS, Read, Row, unknown
from ingest.normalize import resolve
from kgpress.errors import InvalidInput
from kgpress.v1 import evidence_pb2, types_pb2

_KINDS = ("model", "dataset", "metric", "hardware", "runtime")
#: Bytes of one file.
MAX_BYTES = 50_000_000

READERS: dict[str, Callable[[bytes, str], Read]] = {
    "csv": _csv.read,
    "jsonl": _jsonl.read,
    "model-index": _model_index.read,
}
_SUFFIXES = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".yaml": "model-index",
    ".yml": "model-index",
    ".md": "model-index",
}


class Submit(Protocol):
    """The part of kgpress.client.Client that an import needs."""

    def submit_evidence(
        self, results: Iterable[types_pb2.ReferenceResult]
    ) -> evidence_pb2.SubmitEvidenceResponse: ...


class Keep(Protocol):
    """The part of ingest.documents.DocumentStore that an import needs."""

    def put(self, body: bytes) -> str: ...


@dataclass(frozen=True)
class Imported:
    """What became of the rows; in a dry run only ``rows`` counts."""

    rows: int
    added: int = 0
    duplicates: int = 0
    quarantined: int = 0


def import_files(
    paths: Sequence[Path],
    client: Submit | None,
    documents: Keep | None = None,
    *,
    format: str = "",
    defaults: Mapping[str, str] | None = None,
) -> Imported:
    """Submits what the files state; without a client they are only read (a dry run).

    The files are kept in ``documents``, so that each result's locator opens. A submission that breaks
    off is completed by the same call again: what is known adds nothing.

    Args:
        format: csv, jsonl or model-index; by default what the suffix says.
        defaults: Column -> text, for rows that lack the column.

    Raises:
        ImportRefused: a line cannot be used; nothing was submitted.
        InvalidInput: a file cannot be read, or a default is no column.
    """
    bodies = [(path.name, _reader(path, format), _body(path)) for path in paths]
    results, faults = [], []
    for name, reader, body in bodies:
        found, wrong = read_results(body, name, reader, defaults or {})
        results += found
        faults += wrong
    faults += _repeated(results)
    if faults:
        raise ImportRefused(faults)
    if client is None:
        return Imported(len(results))
    if documents is not None:
        for _, _, body in bodies:
            documents.put(body)
    answer = client.submit_evidence([result for _, _, result in results])
    return Imported(len(results), answer.added, answer.duplicates, answer.quarantined)


Placed = tuple[str, int, types_pb2.ReferenceResult]


def read_results(
    body: bytes, name: str, reader: Callable[[bytes, str], Read], defaults: Mapping[str, str]
) -> tuple[list[Placed], list[Fault]]:
    """(file, line, result) of every good row, and the faults of all others."""
    for column in defaults:
        if column not in BY_NAME or BY_NAME[column].kind == "json":
            raise InvalidInput(f"--set: {unknown(column)}", remedy="set a column that holds a single value")
    read = reader(body, name)
    sha256 = hashlib.sha256(body).hexdigest()
    results, faults = [], list(read.faults)
    for row in read.rows:
        if len(faults) > MAX_FAULTS:
            break
        given = {c: v for c, v in row.given.items() if BY_NAME[c].only != "export"}
        given |= {c: v for c, v in defaults.items() if c not in given}
        here = types_pb2.CellLocator(document_hash=sha256, path=name, line=row.line, column=row.column)
        try:
            names = _names(given)
            results.append((name, row.line, to_result(given | names, row.units, here, given)))
        except BadRow as bad:
            faults += [_fault(name, row, column, reason) for column, reason in bad.faults]
    return results, sorted(faults, key=lambda fault: (fault.line, fault.column))


def _names(given: Mapping[str, Any]) -> dict[str, str]:
    """Reviewed names for other spellings. A row that cites a place is an export: it stays as it is."""
    if given.get("locator"):
        return {}
    found = {}
    for kind in _KINDS:
        raw = given.get(kind)
        entity = resolve(kind, raw) if isinstance(raw, str) and raw.strip() else None
        if entity is not None and entity.known and entity.confidence == 1.0:
            found[kind] = entity.name
    return found


def _fault(name: str, row: Row, column: str, reason: str) -> Fault:
    line, at = row.places.get(column, (row.line, row.column or 1))
    return Fault(name, line, at, reason if column in reason else f"{column}: {reason}")


def _repeated(results: Iterable[Placed]) -> list[Fault]:
    """Two rows that cite one place: one of them is not what the place says."""
    seen: dict[bytes, tuple[str, int]] = {}
    faults = []
    for name, line, result in results:
        key = result.locator.SerializeToString(deterministic=True)
        first = seen.setdefault(key, (name, line))
        if first != (name, line):
            faults.append(Fault(name, line, 1, f"the locator is that of line {first[1]} of {first[0]}"))
    return faults


def _reader(path: Path, format: str) -> Callable[[bytes, str], Read]:
    known = format or _SUFFIXES.get(path.suffix.lower(), "")
    if known not in READERS:
        raise InvalidInput(
            f"{path.name} is of no known format", remedy=f"say --format {'|'.join(READERS)}", field="file"
        )
    return READERS[known]


def _body(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidInput(
                f"{path.name} is larger than {MAX_BYTES // 10**6} MB", remedy="split it", field="file"
            )
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}", remedy="check the path", field="file"
        ) from None
