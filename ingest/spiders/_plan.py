"""What a source declares of its documents: which kind of place they lie in, and where.

``[crawl]`` of ``sources/NAME.toml``; a declaration that only lists ``[[file]]`` is a repository
whose files are named one by one. The format is described in docs/sources.md.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kgpress.errors import InvalidInput, UnknownName

KINDS = ("repository", "site", "paper", "pdf", "files", "card")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]*/[A-Za-z0-9_][\w.-]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True)
class Place:
    """One repository at a commit, or one document's URL."""

    repository: str = ""
    commit: str = ""
    #: Name of the commit; documents are then ``@REF/PATH``, so one path at two commits stays two.
    ref: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: Path -> hash and licence of files that are named, so that no listing is needed.
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    url: str = ""
    path: str = ""
    sha256: str = ""
    licence: str = ""

    def wants(self, path: str) -> bool:
        """Whether a file of the listing is a document of the source."""
        return matches(path, self.include) and not matches(path, self.exclude)


@dataclass(frozen=True)
class Plan:
    """Where the documents of one source are."""

    name: str
    kind: str
    licence: str
    places: tuple[Place, ...]
    #: Of a site: where to begin, and the URL prefixes within which links are followed.
    start: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    #: Pages of a site at most.
    pages: int = 2_000
    #: The declaration's text; the spiders are told its name or file.
    text: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        return (*self.start, *self.allow, *(p.url for p in self.places if p.url))


def read_plan(source: str) -> Plan:
    """The plan of a declared source, by name or by the path of its TOML file.

    Raises:
        UnknownName: there is no such source.
        InvalidInput: the declaration does not read.
    """
    if source.endswith(".toml"):
        try:
            return parse_plan(Path(source).read_text("utf-8"), source)
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(
                f"{source} cannot be read: {error}", remedy="give the path of a TOML file", field="source"
            ) from None
    if source not in declared():
        raise UnknownName("source", source, declared())
    return parse_plan(files("ingest.sources").joinpath(f"{source}.toml").read_text("utf-8"), source)


def declared() -> list[str]:
    """Names of the sources that ship with this version."""
    folder = files("ingest.sources")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def parse_plan(text: str, name: str) -> Plan:
    """Raises InvalidInput where the text is no declaration, or says something that is never fetched."""
    try:
        data = tomllib.loads(text)
        plan = _plan(data, text)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise _bad(name, str(error)) from None
    if not _NAME.fullmatch(plan.name):
        raise _bad(name, f"{plan.name!r} is no name for a source")
    for place in plan.places:
        if plan.kind == "repository" and not (
            _COMMIT.fullmatch(place.commit) and _REPOSITORY.fullmatch(place.repository)
        ):
            raise _bad(name, f"{place.repository}@{place.commit} is no OWNER/REPOSITORY at a full commit")
    for url in plan.urls:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _bad(name, f"{url[:200]!r} is no http(s) address")
        if parts.username or parts.password:
            raise _bad(name, "an address holds a user name or a password")
    if not plan.places and not plan.start:
        raise _bad(name, "it names no documents")
    return plan


def _plan(data: dict[str, Any], text: str) -> Plan:
    source, crawl = data["source"], dict(data.get("crawl", {}))
    licence = source.get("licence", "")
    kind = crawl.pop("kind", "repository")
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    places = [_place(p, licence) for p in crawl.pop("at", ())]
    places += [_place({"url": u}, licence) for u in crawl.pop("urls", ())]
    if "file" in data and not places:
        named = {f["path"]: (f.get("sha256", ""), f.get("licence", "")) for f in data["file"]}
        repository = f"{source['owner']}/{source['repository']}"
        places = [Place(repository=repository, commit=source["commit"], named=named, licence=licence)]
    start, allow, deny = (tuple(crawl.pop(key, ())) for key in ("start", "allow", "deny"))
    allow = allow or tuple(url.rpartition("/")[0] + "/" for url in start)
    return Plan(source["name"], kind, licence, tuple(places), start, allow, deny, text=text, **crawl)


def _place(data: dict[str, Any], licence: str) -> Place:
    data = {"licence": licence} | data
    for key in ("include", "exclude"):
        data[key] = tuple(data.get(key, ()))
    if data.get("url") and not data.get("path"):
        data["path"] = unquote(urlsplit(data["url"]).path).lstrip("/") or "index"
    return Place(**data)


def matches(path: str, globs: tuple[str, ...]) -> bool:
    """``*`` stays within a folder, ``**`` crosses folders."""
    return any(_glob(g).fullmatch(path) for g in globs)


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(known.get(p) or re.escape(p) for p in parts))


def _bad(name: str, what: str) -> InvalidInput:
    return InvalidInput(
        f"the declaration of {name} does not read: {what}", remedy="see docs/sources.md", field="source"
    )
