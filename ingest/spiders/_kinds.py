"""Which spider crawls which kind of source."""

from __future__ import annotations

from ingest.spiders._base import SourceSpider
from ingest.spiders.files import CardSpider, FilesSpider, PaperSpider, PdfSpider
from ingest.spiders.repository import RepositorySpider
from ingest.spiders.site import SiteSpider

SPIDERS: dict[str, type[SourceSpider]] = {
    spider.kind: spider
    for spider in (RepositorySpider, SiteSpider, PaperSpider, PdfSpider, FilesSpider, CardSpider)
}
