"""A repository at a commit, as raw files: BASE/OWNER/REPOSITORY/COMMIT/PATH."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from ingest._declaration import File, load
from ingest._transform import Kept, transform
from ingest.documents import DocumentStore
from ingest.items import Document, Fault, Result
from kgpress.home import home

Item = Document | Fault | Result


class RepositorySpider(scrapy.Spider):
    """Fetches the declared documents, keeps them by hash and, when all are in, yields the results.

    A document that is kept already under its declared hash is not fetched again, so a crawl that
    was killed goes on where it stopped.

    Args:
        source: Name of a declared source, or the path of its TOML file.
        base_url: Scheme and host of the raw files.
    """

    name = "repository"
    store: DocumentStore

    def __init__(
        self, source: str = "", base_url: str = "https://raw.githubusercontent.com", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source = load(source)
        self.base_url = base_url.rstrip("/")
        self.allowed_domains = [urlsplit(self.base_url).hostname or ""]
        self._kept: dict[str, Kept] = {}
        #: Paths that are asked for and not answered yet.
        self.pending: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        folder = crawler.settings.get("INGEST_DOCUMENTS") or home() / "documents"
        spider.store = DocumentStore(Path(folder))
        return spider

    async def start(self) -> AsyncIterator[Any]:
        wanted = []
        for file in self.source.files:
            if self.store.holds(file.sha256):
                self._kept[file.path] = Kept(file.sha256, self.store.path(file.sha256))
            else:
                wanted.append(file)
        self.pending = {file.path for file in wanted}
        if not wanted:
            for item in transform(self.source, self._kept):
                yield item
        for file in wanted:
            # Never dropped as a duplicate: every request ends in one of the two callbacks.
            yield scrapy.Request(
                self._url(file),
                callback=self.keep,
                errback=self.fail,
                cb_kwargs={"file": file},
                dont_filter=True,
            )

    def _url(self, file: File) -> str:
        s = self.source
        return f"{self.base_url}/{s.owner}/{s.repository}/{s.commit}/{quote(file.path)}"

    def keep(self, response: Response, file: File) -> Iterator[Item]:
        sha256 = self.store.put(response.body)
        if file.sha256 and sha256 != file.sha256:
            yield Fault(file.path, f"the document has the hash {sha256}, declared is {file.sha256}")
        else:
            self._kept[file.path] = Kept(sha256, self.store.path(sha256))
            yield Document(file.path, response.url, sha256, len(response.body))
        yield from self._answered(file)

    def fail(self, failure: Failure) -> Iterator[Item]:
        file: File = failure.request.cb_kwargs["file"]  # type: ignore[attr-defined]
        response = getattr(failure.value, "response", None)
        reason = f"HTTP status {response.status}" if response is not None else str(failure.value)
        yield Fault(file.path, f"not fetched: {reason or type(failure.value).__name__}")
        yield from self._answered(file)

    def _answered(self, file: File) -> Iterator[Item]:
        self.pending.discard(file.path)
        if not self.pending:
            yield from transform(self.source, self._kept)
