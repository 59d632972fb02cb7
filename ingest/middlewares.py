"""What a request may lead to."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import SplitResult, urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from ingest._network import is_address, is_public

_PORTS = {"http": 80, "https": 443}


class StayOnHost:
    """Refuses every request, also after a redirect, that leaves the scheme, host and port of the source.

    An address in numbers must be public, or be named by the user (INGEST_NAMED_HOSTS); names are
    checked where they are looked up. Nothing is sent to an address with a user name or password.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._named = set(crawler.settings.getlist("INGEST_NAMED_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StayOnHost:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.username or there.password:
            raise IgnoreRequest("the address holds a user name or a password")
        # robots.txt and redirects come through here like everything else.
        homes = self._crawler.spider.hosts()  # type: ignore[union-attr]
        if (there.scheme, there.netloc) not in homes and not self._upgrade(there, homes):
            known = ", ".join(sorted({host for _, host in homes}))
            raise IgnoreRequest(f"{there.scheme}://{there.netloc} is not the source's host {known}")
        host = there.hostname or ""
        if is_address(host) and not is_public(host) and named(there) not in self._named:
            raise IgnoreRequest(f"{host} is not on the public network")

    @staticmethod
    def _upgrade(there: SplitResult, homes: set[tuple[str, str]]) -> bool:
        return there.scheme == "https" and ("http", there.netloc) in homes and ":" not in there.netloc


def named(url: SplitResult) -> str:
    """HOST:PORT, as INGEST_NAMED_HOSTS lists it."""
    return f"{url.hostname}:{url.port or _PORTS.get(url.scheme, 0)}"


class ObeyRobots(RobotsTxtMiddleware):
    """robots.txt for every request.

    Scrapy 2.19 lets several requests wait for one robots.txt, and only the first of them gets its
    rules; the others get none and go through. Here all of them read what the first wait has left.
    A host that cannot say its rules is left alone (RFC 9309, 2.3.1.4); Scrapy would take anything.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._silent: set[str] = set()
        # It would log a traceback for what ends as a fault in the report.
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        await super().robot_parser(request)
        netloc = urlparse_cached(request).netloc
        if netloc in self._silent:
            raise IgnoreRequest(f"{netloc} does not answer for its robots.txt")
        parser = self._parsers[netloc]
        return parser if isinstance(parser, RobotParser) else None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._silent.add(netloc)
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, IgnoreRequest):
            self._silent.add(netloc)
        super()._robots_error(exc, netloc)


class WrongType(StopDownload):
    """The document is of a type that the source has none of."""

    def __init__(self, media_type: str) -> None:
        super().__init__(fail=True)
        self._type = media_type

    def __str__(self) -> str:
        return f"the content type {self._type[:80]!r} is none that this source is read from"


class WantedTypes:
    """Refuses documents by their content type; what is no text at all already by its headers."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.headers_received, signal=signals.headers_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WantedTypes:
        return cls(crawler)

    def headers_received(self, headers: Headers, request: Request) -> None:
        # The status is not told here, and error pages are text of any kind.
        media_type = _media_type(headers)
        if not media_type.startswith("text/") and not self._wanted(media_type, request):
            raise WrongType(media_type)

    def process_response(self, request: Request, response: Response) -> Response:
        media_type = _media_type(response.headers)
        if response.status == 200 and not self._wanted(media_type, request):
            raise IgnoreRequest(str(WrongType(media_type)))
        return response

    def _wanted(self, media_type: str, request: Request) -> bool:
        spider: Any = self._crawler.spider
        document = "asked" in request.cb_kwargs  # robots.txt is asked for by nobody
        return not document or not media_type or media_type in spider.types


def _media_type(headers: Headers) -> str:
    return (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
