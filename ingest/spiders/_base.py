"""What all spiders do: fetch politely, keep by hash, have it read, yield the results."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, StopDownload
from scrapy.http import Response
from twisted.python.failure import Failure

from ingest._extraction import Extracted, Job, extract, key_of, read_results
from ingest._index import Index, Page
from ingest._network import refused
from ingest._session import Session, SourceReport
from ingest.documents import Kept
from ingest.items import Document, Fault, Result
from ingest.spiders._plan import Place, Plan, read_plan
from kgpress._local.lock import held
from kgpress.errors import Conflict

Item = Document | Fault | Result
#: Longer addresses are dropped by Scrapy without a word.
LONGEST_URL = 2_000
#: Results that are on their way through the pipelines at a time.
ON_THE_WAY = 2_000
#: Begins the path of what is kept and is no document, such as a listing.
HIDDEN = "\0"


@dataclass(frozen=True)
class _Asked:
    """What a request is for. ``known``: the page as it was had last, if its bytes are still there."""

    url: str
    place: Place
    path: str
    known: Page | None
    more: dict[str, Any]


class SourceSpider(scrapy.Spider):
    """One source from its declaration to results.

    Documents come first (:meth:`first` and what its callbacks follow), each kept as it arrives;
    when all are answered the kept ones are read together, for a result may need two of them.
    Subclasses say what to ask for.

    Args:
        source: Name of a declared source, or the path of its TOML file.
        base_url: Scheme and host to fetch from instead of the documents' own.
        api_url: The same for listings.
        session: What crawls of one process share; of its own by default.
    """

    kind = ""
    #: Content types of its documents.
    types: tuple[str, ...] = ()
    #: Whether a document, once had, stays as it is under its address.
    immutable = False
    session: Session

    def __init__(
        self,
        source: str = "",
        base_url: str = "",
        api_url: str = "",
        session: Session | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.plan: Plan = read_plan(source)
        self.base_url = base_url.rstrip("/")
        self.api_url = (api_url or base_url).rstrip("/")
        if session is not None:
            self.session = session
        self.report = SourceReport(self.plan.name)
        #: What was extracted, once it was.
        self.extracted: Extracted | None = None
        self.failure: BaseException | None = None
        #: Whether all that was asked for came; what is missing otherwise is not taken for gone.
        self.complete = True
        self._documents: dict[str, Kept] = {}
        self._pending = 0
        self._answered = asyncio.Event()
        self._under_way = 0
        self._room = asyncio.Event()
        self._stack = ExitStack()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not hasattr(spider, "session"):
            spider.session = Session(crawler.settings)
        spider.session.reports.append(spider.report)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._passed, signal=signal)
        crawler.signals.connect(spider._closed, signal=signals.spider_closed)
        folder = spider.session.store.folder / "index"
        folder.mkdir(parents=True, exist_ok=True)
        if not spider._stack.enter_context(held(folder / f"{spider.plan.name}.lock", 0.0)):
            raise Conflict(f"{spider.plan.name} is being crawled by another process", remedy="wait for it")
        spider.index = Index(folder / f"{spider.plan.name}.sqlite3")
        spider._stack.callback(spider.index.close)
        return spider

    index: Index

    def hosts(self) -> set[tuple[str, str]]:
        """(Scheme, host and port) that requests may go to."""
        found = {urlsplit(self.fetch_url(u)) for u in self.plan.urls}
        return {(u.scheme, u.netloc) for u in found}

    def first(self) -> Iterator[Any]:
        """Documents that are there already, and requests for the others."""
        raise NotImplementedError

    def fetch_url(self, url: str) -> str:
        """The address under the base URL, if one was given."""
        if not self.base_url:
            return url
        base, parts = urlsplit(self.base_url), urlsplit(url)
        return urlunsplit((base.scheme, base.netloc, base.path + parts.path, parts.query, ""))

    async def start(self) -> AsyncIterator[Any]:
        began = time.monotonic()
        try:
            async with self.session.host(min((h for _, h in self.hosts()), default="")):
                began = time.monotonic()
                self._pending += 1
                for item in self.first():
                    yield item
                self._done()
                await self._answered.wait()
            async for item in self._results():
                yield item
            while self._under_way:
                self._room.clear()
                await self._room.wait()
        except Exception as error:
            self.failure = error
        finally:
            self.report.seconds = round(time.monotonic() - began, 1)

    # --- asking -----------------------------------------------------------------------------------

    def ask(self, url: str, place: Place, path: str, more: dict[str, Any] | None = None) -> Iterator[Any]:
        """A request for the document, or the document itself where it cannot have changed.

        ``more`` is for :meth:`got`. A path that begins with HIDDEN is kept and is no document.
        """
        there = self.fetch_url(url)
        if len(there) > LONGEST_URL:
            yield Fault(_label(path), "not fetched: its address is too long")
            return
        page = self.index.page(there)
        known = page if page and self.session.store.holds(page.sha256) else None
        asked = _Asked(url, place, path, known, more or {})
        wanted = place.sha256 or (known.sha256 if known else "")
        if (self.immutable or place.sha256) and wanted and self.session.store.holds(wanted):
            yield from self._kept(asked, wanted, known.media_type if known else "", fetched=False)
            return
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.modified:
            headers["If-Modified-Since"] = known.modified
        self._pending += 1
        yield scrapy.Request(
            there,
            callback=self._got,
            errback=self._failed,
            headers=headers,
            cb_kwargs={"asked": asked},
            # Never dropped as a duplicate: every request ends in one of the two callbacks.
            dont_filter=True,
            meta={"handle_httpstatus_list": [304]} if headers else {},
        )

    def got(self, body: bytes, kept: Kept, **more: Any) -> Iterator[Any]:
        """What a document leads to; nothing by default."""
        return iter(())

    def _got(self, response: Response, asked: _Asked) -> Iterator[Any]:
        try:
            if response.status == 304 and asked.known is not None:
                known = asked.known
                yield from self._kept(asked, known.sha256, known.media_type, fetched=False)
                return
            sha256 = hashlib.sha256(response.body).hexdigest()
            if asked.place.sha256 not in ("", sha256):
                why = f"the document has the hash {sha256}, declared is {asked.place.sha256}"
                yield Fault(_label(asked.path), why)
                return
            media_type = _header(response, "Content-Type").partition(";")[0].strip().lower()
            self.session.store.put(response.body)
            versions = _header(response, "ETag"), _header(response, "Last-Modified")
            self.index.keep(Page(self.fetch_url(asked.url), asked.path, sha256, *versions, media_type))
            fetched = asked.known is None or asked.known.sha256 != sha256
            yield from self._kept(asked, sha256, media_type, fetched=fetched)
        finally:
            self._done()

    def _failed(self, failure: Failure) -> Iterator[Any]:
        """The page counts as it was had last; that it cannot be had now is a fault."""
        asked: _Asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        self.complete = False
        try:
            yield Fault(_label(asked.path), f"not fetched: {self._why(failure)}")
            if asked.known is not None:
                yield from self._kept(asked, asked.known.sha256, asked.known.media_type, fetched=False)
        finally:
            self._done()

    def _why(self, failure: Failure) -> str:
        host = urlsplit(failure.request.url).hostname or ""  # type: ignore[attr-defined]
        if host in refused:
            return f"{host} is at {refused[host]}, which is not on the public network"
        if failure.check(DownloadCancelledError):
            return f"it is larger than {self.settings.getint('DOWNLOAD_MAXSIZE'):,} bytes"
        response = getattr(failure.value, "response", None)
        if response is None or isinstance(failure.value, StopDownload):
            return (str(failure.value) or type(failure.value).__name__)[:300]
        if 300 <= response.status < 400:
            scheme = urlsplit(_header(response, "Location")).scheme
            return f"HTTP status {response.status} to {scheme or 'nowhere'}:, which is not followed"
        return f"HTTP status {response.status}"

    def _kept(self, asked: _Asked, sha256: str, media_type: str, *, fetched: bool) -> Iterator[Any]:
        file = self.session.store.path(sha256)
        kept = Kept(sha256, file, asked.path, asked.url, asked.place.licence, media_type)
        if not asked.path.startswith(HIDDEN):
            self._documents[asked.path] = kept
            self.report.fetched += fetched
            self.report.unchanged += not fetched
            self.session.say(asked.path)
            yield Document(asked.path, asked.url, sha256, file.stat().st_size, fetched)
        yield from self.got(file.read_bytes(), kept, **asked.more)

    def _done(self) -> None:
        self._pending -= 1
        if not self._pending:
            self._answered.set()

    # --- reading ----------------------------------------------------------------------------------

    def documents(self) -> list[Kept]:
        """What is to be read, by path."""
        return [self._documents[path] for path in sorted(self._documents)]

    async def _results(self) -> AsyncIterator[Item]:
        documents = self.documents()
        if not documents:
            return
        extracted = self.extracted = await self._extracted(documents)
        self.report.documents = extracted.states
        for path, reason in extracted.faults:
            yield Fault(path, reason)
        if not extracted.file or await self._known(extracted):
            return
        for result in read_results(Path(extracted.file)):
            yield Result(result.locator.cell.path, result)
            self._under_way += 1
            while self._under_way >= ON_THE_WAY:
                self._room.clear()
                await self._room.wait()

    async def _extracted(self, documents: list[Kept]) -> Extracted:
        key = key_of(self.plan.text, documents)
        noted = self.index.fact("extracted")
        before = Extracted(**noted) if noted else None
        if before is not None and before.key == key and before.whole:
            return before
        self.session.say(f"reading {self.plan.name}")
        previous = before.file if before is not None and before.whole else ""
        job = Job(
            self.source,
            documents,
            key,
            self.session.store.folder / "results" / self.plan.name / key,
            previous,
            self.complete,
        )
        async with self.session.extractions:
            made = await extract(job, self.session.limits)
        self.report.extracted = True
        if made.file:
            self.index.note("extracted", vars(made))
            if previous:
                Path(previous).unlink(missing_ok=True)
        return made

    async def _known(self, extracted: Extracted) -> bool:
        """Whether the sink has all of it already."""
        sink = self.session.sink
        noted = self.index.fact(f"submitted {sink.name}") if sink.name else {}
        if noted.get("sha256") != extracted.sha256 or not await asyncio.to_thread(sink.has, noted["ids"]):
            return False
        self.report.duplicates += extracted.results
        return True

    def _passed(self, item: Any) -> None:
        if isinstance(item, Result):
            self._under_way -= 1
            self._room.set()

    def _closed(self) -> None:
        self._stack.close()


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _label(path: str) -> str:
    return path.removeprefix(HIDDEN)
