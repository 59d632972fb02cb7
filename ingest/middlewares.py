"""What a request may lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest


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
