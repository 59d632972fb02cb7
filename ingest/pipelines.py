"""What becomes of items: results are submitted, faults are kept for the report."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Self

from scrapy.crawler import Crawler

from ingest.items import Fault, Result
from ingest.sinks import Batch
from kgpress.v1 import evidence_pb2, types_pb2


class SubmitResults:
    """Submits in batches; what is left goes at the end of the crawl.

    A failure to submit ends the crawl and is raised by :func:`ingest.crawl`: results are never
    dropped in silence. The next crawl submits all of the source again, which adds only what is
    missing. That all of it was submitted is noted last.
    """

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        self._spider = spider
        self._session = spider.session
        self._size = crawler.settings.getint("INGEST_BATCH")
        self._batch: list[types_pb2.ReferenceResult] = []
        #: Documents that took another's place go as a whole: (source, path) -> their results.
        self._replaced: dict[tuple[str, str], list[types_pb2.ReferenceResult]] | None = None
        self._ids: list[str] = []
        self._taken = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Result):
            self._taken += 1
            if not self._replaces(item.result):
                self._batch.append(item.result)
            if len(self._batch) >= self._size:
                await self._flush()
        return item

    async def close_spider(self) -> None:
        await self._flush()
        extracted, sink = self._spider.extracted, self._session.sink
        if extracted is None or not self._taken:
            return
        for source, path, old, new in extracted.replaced if sink.replaces else ():
            change = evidence_pb2.DocumentChange(source=source, path=path, old_hash=old, new_hash=new)
            results = (self._replaced or {}).get((source, path), []) if new else []
            await self._submit(partial(sink.replace, change, results))
        if self._session.failure is None and self._taken == extracted.results and sink.name:
            noted = {"sha256": extracted.sha256, "ids": self._ids}
            self._spider.index.note(f"submitted {sink.name}", noted)

    def _replaces(self, result: types_pb2.ReferenceResult) -> bool:
        """Whether the result waits for its document to be replaced as a whole."""
        if not self._session.sink.replaces:
            return False
        if self._replaced is None:
            self._replaced = {(source, path): [] for source, path, *_ in self._spider.extracted.replaced}
        if result.state == types_pb2.EVIDENCE_STATE_SUPERSEDED:
            return True
        waiting = self._replaced.get((result.source.name, result.locator.cell.path))
        if waiting is not None:
            waiting.append(result)
        return waiting is not None

    async def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            await self._submit(lambda: self._session.sink.submit(batch))

    async def _submit(self, work: Any) -> None:
        """In a thread, one at a time; nothing more once it has failed."""
        async with self._session.submitting:
            if self._session.failure is not None:
                return
            try:
                done: Batch = await asyncio.to_thread(work)
            except Exception as error:
                self._session.failure = error
                self._session.stop()
                return
        report = self._spider.report
        report.added += done.added
        report.duplicates += done.duplicates
        report.superseded += done.superseded
        self._ids = [*self._ids, *done.ids[:1]][:20]


class KeepFaults:
    """Faults for the report."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider: Any = crawler.spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Fault):
            self._spider.report.faults.append(item)
        return item
