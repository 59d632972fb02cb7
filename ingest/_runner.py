"""Runs crawls and says what came of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from ingest import settings as defaults
from ingest._session import Session, SourceReport
from ingest.items import Fault
from ingest.middlewares import named
from ingest.sinks import Sink
from ingest.spiders._kinds import SPIDERS
from ingest.spiders._plan import Plan, read_plan
from kgpress.errors import InvalidInput, KgpressError, Unavailable


@dataclass
class CrawlReport:
    """What a crawl did, source by source, and in sum."""

    sources: list[SourceReport]

    def total(self, name: str) -> int:
        """Of ``fetched``, ``unchanged``, ``added``, ``duplicates`` or ``superseded``."""
        return sum(getattr(source, name) for source in self.sources)

    @property
    def states(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for source in self.sources:
            counts.update(source.states)
        return dict(sorted(counts.items()))

    @property
    def faults(self) -> list[Fault]:
        return [fault for source in self.sources for fault in source.faults]

    def to_dict(self) -> dict[str, Any]:
        sums = ("fetched", "unchanged", "added", "duplicates", "superseded")
        return {
            **{name: self.total(name) for name in sums},
            "states": self.states,
            "faults": [asdict(f) for f in self.faults],
            "sources": [asdict(s) | {"states": s.states} for s in self.sources],
        }


def crawl(
    sources: str | Sequence[str],
    base_url: str = "",
    api_url: str = "",
    sink: Sink | None = None,
    settings: dict[str, Any] | None = None,
) -> CrawlReport:
    """Crawls sources into a sink. Once per process: Scrapy's reactor does not start twice.

    Documents are fetched one source at a time per host; meanwhile others are read and submitted.

    Args:
        sources: Names of declared sources, or paths of their TOML files.
        base_url: Scheme and host of the documents; by default where they live.
        api_url: The same for listings; by default ``base_url`` where that is given.
        sink: Where results go; without it INGEST_OUT or INGEST_SERVER of ``settings``.
        settings: Scrapy settings that override ingest.settings.

    Raises:
        KgpressError: a source is unknown, or the results could not be submitted or written.
    """
    wanted = list(dict.fromkeys([sources] if isinstance(sources, str) else sources))
    plans = {source: read_plan(source) for source in wanted}
    _distinct(plans)
    merged = Settings()
    merged.setmodule(defaults, priority="project")
    merged.update({"LOG_INSTALL_ROOT_HANDLER": False, **(settings or {})}, priority="cmdline")
    hosts = [*merged.getlist("INGEST_NAMED_HOSTS"), *map(_host, filter(None, (base_url, api_url)))]
    merged.set("INGEST_NAMED_HOSTS", hosts, priority="cmdline")
    process = AsyncCrawlerProcess(merged)
    session = Session(merged, sink, len(wanted))
    tasks: list[asyncio.Task[None]] = []
    failures: list[BaseException] = []
    session.stop = lambda: asyncio.ensure_future(process.stop())

    def ended(task: asyncio.Task[None]) -> None:
        session.finished += 1
        session.say()
        if not task.cancelled() and (error := task.exception()):
            failures.append(error)

    spiders = []
    for source, plan in plans.items():
        crawler = process.create_crawler(SPIDERS[plan.kind])
        task = process.crawl(crawler, source=source, base_url=base_url, api_url=api_url, session=session)
        task.add_done_callback(ended)
        tasks.append(task)
        spiders.append(crawler)
    process.start()
    session.done()
    failures += [f for c in spiders if c.spider and (f := c.spider.failure)]  # type: ignore[attr-defined]
    if session.failure is not None:
        raise _as_ours(session.failure, "the results could not be submitted")
    if failures:
        raise _as_ours(failures[0], "the crawl failed")
    session.sink.close()
    for report in session.reports:
        report.faults.sort(key=lambda f: (f.path, f.reason))
    return CrawlReport(sorted(session.reports, key=lambda r: r.source))


def _distinct(plans: dict[str, Plan]) -> None:
    twice = [name for name, n in Counter(p.name for p in plans.values()).items() if n > 1]
    if twice:
        raise InvalidInput(f"the source {twice[0]} is given twice", remedy="give each source once")


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise InvalidInput(
            f"{parts.hostname or url[:80]!r} is no base address",
            remedy="give http:// or https:// with a host and no user name",
            field="base_url",
        )
    return named(parts)


def _as_ours(failure: BaseException, what: str) -> KgpressError:
    if isinstance(failure, KgpressError):
        return failure
    return Unavailable(
        f"{what}: {type(failure).__name__}: {failure}", remedy="crawl again; what was taken adds nothing"
    )
