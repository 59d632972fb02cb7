"""What the spiders yield."""

from __future__ import annotations

from dataclasses import dataclass

from kgpress.v1 import types_pb2


@dataclass
class Document:
    """A document that is kept by the hash of its bytes. ``fetched``: its bytes came in this crawl."""

    path: str
    url: str
    sha256: str
    size: int
    fetched: bool = True


@dataclass
class Result:
    """One result, as it is submitted."""

    path: str
    result: types_pb2.ReferenceResult


@dataclass
class Fault:
    """A document, table or row that could not be used, and why."""

    path: str
    reason: str
