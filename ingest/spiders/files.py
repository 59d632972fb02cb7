"""Documents that are named by their addresses: papers, PDF files, results files, model cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.spiders._base import SourceSpider
from ingest.spiders._types import BYTES, DATA, HTML, PDF, TEXT


class FilesSpider(SourceSpider):
    """CSV, JSON or YAML files of results, each by its URL."""

    name = "files"
    kind = "files"
    #: Of the documents' paths, where their addresses have none: readers go by it.
    ending = ""
    types: tuple[str, ...] = (*TEXT, *DATA, *BYTES)

    def first(self) -> Iterator[Any]:
        for place in self.plan.places:
            ending = "" if place.path.lower().endswith(self.ending) else self.ending
            yield from self.ask(place.url, place, place.path + ending)


class PaperSpider(FilesSpider):
    """A paper as HTML with its tables, as LaTeXML makes it and arXiv shows it (``/html/ID``)."""

    name = "paper"
    kind = "paper"
    ending = ".html"
    types = HTML


class PdfSpider(FilesSpider):
    """A paper as PDF."""

    name = "pdf"
    kind = "pdf"
    ending = ".pdf"
    types = (*PDF, *BYTES)


class CardSpider(FilesSpider):
    """A model card: a README.md whose front matter holds ``model-index``."""

    name = "card"
    kind = "card"
    types = (*TEXT, *BYTES)
