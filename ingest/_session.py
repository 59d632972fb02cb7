"""What the crawls of one process share: where results go, and who may do what at a time."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest._extraction import Limits
from ingest.documents import DocumentStore
from ingest.items import Fault
from ingest.sinks import FileSink, ServerSink, Sink
from kgpress.errors import InvalidInput
from kgpress.home import home


@dataclass
class SourceReport:
    """What the crawl of one source did. ``documents``: path -> state -> results."""

    source: str
    fetched: int = 0
    #: Documents that were had already, and those that the server said had not changed.
    unchanged: int = 0
    documents: dict[str, dict[str, int]] = field(default_factory=dict)
    added: int = 0
    duplicates: int = 0
    superseded: int = 0
    faults: list[Fault] = field(default_factory=list)
    #: Whether the documents were read in this crawl; where nothing changed they are not.
    extracted: bool = False
    seconds: float = 0.0

    @property
    def states(self) -> dict[str, int]:
        """State -> results, over all documents."""
        total: Counter[str] = Counter()
        for states in self.documents.values():
            total.update(states)
        return dict(sorted(total.items()))


class Session:
    """Made once per process. ``failure``: why nothing can be submitted any more."""

    def __init__(self, settings: Any, sink: Sink | None = None, sources: int = 1) -> None:
        self.sink = sink or open_sink(settings)
        self.store = DocumentStore(Path(settings.get("INGEST_DOCUMENTS") or home() / "documents"))
        self.limits = Limits(settings.getint("INGEST_EXTRACT_BYTES"), settings.getfloat("INGEST_EXTRACT_S"))
        #: Extractions at a time.
        self.extractions = asyncio.Semaphore(settings.getint("INGEST_JOBS") or min(2, os.cpu_count() or 1))
        #: One stream of results at a time: a graph has one writer.
        self.submitting = asyncio.Lock()
        self.reports: list[SourceReport] = []
        self.failure: BaseException | None = None
        #: Ends all crawls of the process.
        self.stop: Callable[[], object] = lambda: None
        self.finished = 0
        self._hosts: dict[str, asyncio.Lock] = {}
        self._sources = sources
        self._shown = sys.stderr.isatty() and sources > 0

    def host(self, name: str) -> asyncio.Lock:
        """Held while a source is fetched: two sources never press on one host together."""
        return self._hosts.setdefault(name, asyncio.Lock())

    def say(self, last: str = "") -> None:
        """The progress line, on a terminal."""
        if not self._shown:
            return
        fetched = sum(r.fetched for r in self.reports)
        results = sum(sum(r.states.values()) for r in self.reports)
        line = f"{self.finished}/{self._sources} sources, {fetched:,} documents fetched, {results:,} results"
        sys.stderr.write(f"\r\x1b[K{line}  {last[:40]}")
        sys.stderr.flush()

    def done(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")


def open_sink(settings: Any) -> Sink:
    """A sink for INGEST_OUT or INGEST_SERVER."""
    if path := settings.get("INGEST_OUT"):
        return FileSink(Path(path))
    if target := settings.get("INGEST_SERVER"):
        from kgpress.client import Client

        return ServerSink(Client(target), target)
    raise InvalidInput("there is nowhere to put results", remedy="give --server TARGET or --out FILE")
