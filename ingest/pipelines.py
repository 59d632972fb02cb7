"""What becomes of items: results are submitted, faults are kept for the report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler

from ingest.items import Document, Fault, Result
from ingest.sinks import FileSink, ServerSink, Sink
from kgpress.errors import InvalidInput
from kgpress.v1 import types_pb2


def open_sink(settings: Any) -> Sink:
    """The sink that was given as an object, or one from INGEST_OUT or INGEST_SERVER."""
    if sink := settings.get("INGEST_SINK"):
        return sink
    if path := settings.get("INGEST_OUT"):
        return FileSink(Path(path))
    if target := settings.get("INGEST_SERVER"):
        from kgpress.client import Client

        return ServerSink(Client(target))
    raise InvalidInput("there is nowhere to put results", remedy="give --server TARGET or --out FILE")


class SubmitResults:
    """Submits in batches; what is left goes at the end of the crawl.

    A failure to submit stops the crawl and is raised by :func:`ingest.crawl`: results are never
    dropped in silence. The next crawl submits all again, which adds only what is missing.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._sink = open_sink(crawler.settings)
        self._batch: list[types_pb2.ReferenceResult] = []
        self._size = crawler.settings.getint("INGEST_BATCH")
        crawler.ingest_states = Counter()  # type: ignore[attr-defined]
        crawler.ingest_failure = None  # type: ignore[attr-defined]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Result):
            state = types_pb2.EvidenceState.Name(item.result.state).removeprefix("EVIDENCE_STATE_").lower()
            self._crawler.ingest_states[item.path, state] += 1  # type: ignore[attr-defined]
            self._batch.append(item.result)
            if len(self._batch) >= self._size:
                self._flush()
        return item

    def close_spider(self) -> None:
        self._flush()
        if self._crawler.ingest_failure is None:  # type: ignore[attr-defined]
            self._guard(self._sink.close)
        self._crawler.ingest_counts = dict(self._sink.counts)  # type: ignore[attr-defined]

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch and self._crawler.ingest_failure is None:  # type: ignore[attr-defined]
            self._guard(lambda: self._sink.submit(batch))

    def _guard(self, work: Any) -> None:
        try:
            work()
        except Exception as error:
            self._crawler.ingest_failure = error  # type: ignore[attr-defined]
            if self._crawler.engine is not None and self._crawler.spider is not None:
                self._crawler.engine.close_spider(self._crawler.spider, "submit failed")


class KeepFaults:
    """Counts documents and keeps faults for the report."""

    def __init__(self, crawler: Crawler) -> None:
        self._faults: list[Fault] = []
        self._documents: list[Document] = []
        crawler.ingest_faults = self._faults  # type: ignore[attr-defined]
        crawler.ingest_documents = self._documents  # type: ignore[attr-defined]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Fault):
            self._faults.append(item)
        elif isinstance(item, Document):
            self._documents.append(item)
        return item
