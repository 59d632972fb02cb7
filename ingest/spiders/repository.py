"""A repository at a commit: its listing, and raw files as BASE/OWNER/REPOSITORY/COMMIT/PATH."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from ingest.documents import Kept
from ingest.items import Fault
from ingest.spiders._base import HIDDEN, SourceSpider
from ingest.spiders._plan import Place
from ingest.spiders._types import BYTES, DATA, HTML, LISTING, PDF, TEXT

RAW = "https://raw.githubusercontent.com"
API = "https://api.github.com"


class RepositorySpider(SourceSpider):
    """Files that are named, or those of the listing that the globs want.

    The listing is the answer of the git trees API; one that says it is cut short is asked for
    folder by folder. A commit does not change, so nothing that is kept is asked for again.
    """

    name = "repository"
    kind = "repository"
    types = (*TEXT, *HTML, *DATA, *PDF, *BYTES, *LISTING)
    immutable = True

    def hosts(self) -> set[tuple[str, str]]:
        raw, api = urlsplit(self.base_url or RAW), urlsplit(self.api_url or API)
        return {(raw.scheme, raw.netloc), (api.scheme, api.netloc)}

    def first(self) -> Iterator[Any]:
        for place in self.plan.places:
            for path, (sha256, licence) in place.named.items():
                yield from self._file(place, path, sha256, licence)
            if place.include:
                yield from self._listing(place, place.commit, "", whole=True)

    def fetch_url(self, url: str) -> str:
        base = self.api_url if url.startswith(f"{API}/") else self.base_url
        if not base:
            return url
        parts, own = urlsplit(base), urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path + own.path, own.query, ""))

    def _file(self, place: Place, path: str, sha256: str = "", licence: str = "") -> Iterator[Any]:
        url = f"{RAW}/{place.repository}/{place.commit}/{quote(path)}"
        licence = licence or place.licence
        place = Place(place.repository, place.commit, sha256=sha256, licence=licence, ref=place.ref)
        yield from self.ask(url, place, f"@{place.ref}/{path}" if place.ref else path)

    def _listing(self, place: Place, tree: str, folder: str, *, whole: bool) -> Iterator[Any]:
        url = f"{API}/repos/{place.repository}/git/trees/{tree}" + ("?recursive=1" if whole else "")
        path = f"{HIDDEN}{place.repository}@{tree}"
        more = {"place": place, "tree": tree, "folder": folder, "whole": whole}
        yield from self.ask(url, place, path, more)

    def got(self, body: bytes, kept: Kept, **more: Any) -> Iterator[Any]:
        if more:
            yield from self._listed(body, **more)

    def _listed(self, body: bytes, place: Place, tree: str, folder: str, whole: bool) -> Iterator[Any]:
        try:
            answer = json.loads(body)
            entries = [(str(e["path"]), str(e["type"]), str(e["sha"])) for e in answer["tree"]]
            cut = bool(answer.get("truncated"))
        except (ValueError, TypeError, KeyError, RecursionError):
            self.complete = False
            yield Fault(f"{place.repository}@{place.commit}", "the listing is no git tree")
            return
        if cut and whole:
            yield from self._listing(place, tree, folder, whole=False)
            return
        for path, kind, sha in entries:
            path = f"{folder}{path}"
            if kind == "blob" and _plain(path) and place.wants(path):
                yield from self._file(place, path)
            elif kind == "tree" and not whole:
                yield from self._listing(place, sha, f"{path}/", whole=True)


def _plain(path: str) -> bool:
    """Whether a path stays in its repository and in one line."""
    parts = path.split("/")
    return path.isprintable() and not any(p in ("", ".", "..") for p in parts)
