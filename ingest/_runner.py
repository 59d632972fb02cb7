"""Runs a crawl and says what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from ingest import settings as defaults
from ingest._declaration import load
from ingest.items import Fault
from ingest.sinks import Sink
from kgpress.errors import KgpressError, Unavailable


@dataclass
class CrawlReport:
    """What one crawl did. ``states``: path -> state -> results."""

    source: str
    fetched: int
    states: dict[str, dict[str, int]] = field(default_factory=dict)
    added: int = 0
    duplicates: int = 0
    faults: list[Fault] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def crawl(
    source: str,
    base_url: str | None = None,
    sink: Sink | None = None,
    settings: dict[str, Any] | None = None,
) -> CrawlReport:
    """Crawls a source into a sink. Once per process: Scrapy's reactor does not start twice.

    Args:
        source: Name of a declared source, or the path of its TOML file.
        base_url: Scheme and host of the documents; by default where the source lives.
        sink: Where results go; without it INGEST_OUT or INGEST_SERVER of ``settings``.
        settings: Scrapy settings that override ingest.settings.

    Raises:
        KgpressError: the source is unknown, or the results could not be submitted or written.
    """
    declared = load(source)
    merged = Settings()
    merged.setmodule(defaults, priority="project")
    given = {"LOG_INSTALL_ROOT_HANDLER": False, "INGEST_SINK": sink, **(settings or {})}
    merged.update(given, priority="cmdline")
    process = CrawlerProcess(merged)
    crawler = process.create_crawler("repository")
    arguments = {"source": source} | ({"base_url": base_url} if base_url else {})
    failures: list[BaseException | None] = []

    def failed(failure: Failure) -> None:
        failures.append(failure.value)

    process.crawl(crawler, **arguments).addErrback(failed)
    process.start()
    failure = next(iter(failures), None) or getattr(crawler, "ingest_failure", None)
    if failure is not None:
        raise failure if isinstance(failure, KgpressError) else _submit_failed(failure)
    states: dict[str, Counter[str]] = {}
    for (path, state), count in crawler.ingest_states.items():  # type: ignore[attr-defined]
        states.setdefault(path, Counter())[state] += count
    faults: list[Fault] = crawler.ingest_faults  # type: ignore[attr-defined]
    faults += [Fault(path, "never answered") for path in getattr(crawler.spider, "pending", ())]
    counts = crawler.ingest_counts  # type: ignore[attr-defined]
    return CrawlReport(
        source=declared.name,
        fetched=len(crawler.ingest_documents),  # type: ignore[attr-defined]
        states={path: dict(sorted(c.items())) for path, c in sorted(states.items())},
        added=counts.get("added", 0),
        duplicates=counts.get("duplicates", 0),
        faults=sorted(faults, key=lambda f: (f.path, f.reason)),
    )


def _submit_failed(failure: BaseException) -> KgpressError:
    return Unavailable(
        f"the results could not be submitted: {failure}", remedy="crawl again; what was taken adds nothing"
    )
