"""Whole sources to results by the general rules: read, joined, checked against each other."""

from __future__ import annotations

from collections.abc import Iterator

from ingest._declaration import Source
from ingest.documents import Kept
from ingest.items import Fault, Result
from ingest.meaning._outcomes import outcomes
from ingest.meaning._siblings import join
from ingest.normalize import Origin, results
from ingest.tables import TableError, read_document
from kgpress.v1 import types_pb2 as pb


def read_source(source: Source, documents: list[Kept]) -> Iterator[Result | Fault]:
    """Results of a source's documents by the general rules and its declaration, joined across documents."""
    found = []
    for kept in documents:
        try:
            document = read_document(kept.file.read_bytes(), kept.path)
        except (TableError, OSError) as error:
            yield Fault(kept.path, str(error))
            continue
        for fault in document.faults:
            yield Fault(kept.path, fault)
        found.append((kept, *outcomes(document, source.meanings)))
    join([(kept.path, readings, sides) for kept, readings, sides in found])
    for result in results((_origin(source, kept), readings) for kept, readings, _ in found):
        yield Result(result.locator.cell.path, result)


def _origin(source: Source, kept: Kept) -> Origin:
    named = pb.Source(
        kind=pb.SOURCE_KIND_DOCUMENT,
        name=source.label if source.repository else source.name,
        url=kept.url,
        version=source.commit,
        licence=kept.licence or source.licence,
    )
    return Origin(kept.path, kept.sha256, named, source.rules, source.accept, kept.url)
