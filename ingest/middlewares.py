"""What a request may lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached


class StayOnHost:
    """Refuses every request, also after a redirect, that leaves the scheme, host and port of the source."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StayOnHost:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        spider: Spider | None = self._crawler.spider
        home, there = urlsplit(getattr(spider, "base_url", "")), urlsplit(request.url)
        if (home.scheme, home.netloc) != (there.scheme, there.netloc):
            raise IgnoreRequest(f"{there.scheme}://{there.netloc} is not the source's host {home.netloc}")


class ObeyRobots(RobotsTxtMiddleware):
    """robots.txt for every request.

    Scrapy 2.19 lets several requests wait for one robots.txt, and only the first of them gets its
    rules; the others get none and go through. Here all of them read what the first wait has left.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        await super().robot_parser(request)
        parser = self._parsers[urlparse_cached(request).netloc]
        return parser if isinstance(parser, RobotParser) else None
