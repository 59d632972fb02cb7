"""A documentation site: pages by their links, and the reStructuredText that Sphinx puts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ingest.documents import Kept
from ingest.items import Fault
from ingest.spiders._base import SourceSpider
from ingest.spiders._plan import Place, matches
from ingest.spiders._types import DATA, HTML, TEXT

#: What a link must look like to be a document: a page, a source of one, or data.
_WANTED = re.compile(r"(/|\.html?|\.xhtml|\.md|\.rst|\.rst\.txt|\.txt|\.csv|/[^/.]+)$", re.IGNORECASE)
_LINK = re.compile(rb"""<(?:a|area|link)\s[^>]{0,2000}?href\s*=\s*["']?([^"'\s>]{1,2000})""", re.IGNORECASE)
#: Bytes of a page in which links are looked for.
_LOOKED_AT = 8_000_000


class SiteSpider(SourceSpider):
    """Follows links within the declared URL prefixes, page by page, up to a number of pages.

    Where a page has its source beside it (``_sources/*.rst.txt``) both are documents: the reader
    finds the tables in either, and provenance clusters make one of them.
    """

    name = "site"
    kind = "site"
    types = (*TEXT, *HTML, *DATA)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: set[str] = set()

    def first(self) -> Iterator[Any]:
        for url in self.plan.start:
            yield from self._page(url)

    def got(self, body: bytes, kept: Kept, **more: Any) -> Iterator[Any]:
        if kept.media_type not in HTML:
            return
        for found in _LINK.finditer(body[:_LOOKED_AT]):
            link = found.group(1).decode("utf-8", "replace").replace("&amp;", "&")
            try:
                yield from self._page(urljoin(kept.url, link))
            except ValueError:
                continue  # no address at all

    def _page(self, url: str) -> Iterator[Any]:
        url = urldefrag(url).url
        parts = urlsplit(url)
        path = unquote(parts.path).lstrip("/") or "index"
        if url in self._seen or parts.query or not url.startswith(self.plan.allow):
            return
        if not _WANTED.search(parts.path or "/") or matches(path, self.plan.deny) or ".." in path.split("/"):
            return
        if len(self._seen) >= self.plan.pages:
            if self.complete:
                yield Fault("", f"the site has more than {self.plan.pages} pages; the others are left out")
            self.complete = False
            return
        self._seen.add(url)
        yield from self.ask(url, Place(url=url, licence=self.plan.licence), path)
