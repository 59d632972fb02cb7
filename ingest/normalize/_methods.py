"""Words for methods and number formats in any text: ``names/methods.toml``, ``names/precisions.toml``."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from ingest.normalize._key import tokens
from kgpress.catalogue import load

_MAX_CHARS = 2_000
#: Formats with their widths: w4a16, W8A8, 4w8a, w4g128, int4/int8, q4_k_m.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("widths", re.compile(r"(?<![a-z0-9])w(\d{1,2})[-_ ]?a(\d{1,2})(?![0-9])", re.IGNORECASE)),
    ("widths", re.compile(r"(?<![a-z0-9])(\d{1,2})w[-_ ]?(\d{1,2})a(?![a-z0-9])", re.IGNORECASE)),
    ("group", re.compile(r"(?<![a-z0-9])(?:w\d)?g(\d{2,4})(?!\d)", re.IGNORECASE)),
    ("group", re.compile(r"group[-_ ]?size[-_ :=]*(\d{1,4})", re.IGNORECASE)),
    ("weights", re.compile(r"(?<![a-z0-9])w([2-8])(?=g\d|[-_ ]|$)(?![-_ ]?a\d)", re.IGNORECASE)),
    (
        "block",
        re.compile(r"(?<![a-z0-9.])(\d{1,2})x(\d{1,2})(?![a-z0-9])(?=[ -]*(?:block|spars|struct|$))", re.I),
    ),
    ("gguf", re.compile(r"(?<![a-z0-9])(q[2-8]_(?:k(?:_(?:s|m|l|mixed))?|[01]))(?![a-z0-9])", re.IGNORECASE)),
    (
        "n:m",
        re.compile(r"(?<![\d:.])([1-9]\d?):([1-9]\d?)(?![\d:])(?=[ -]*(?:spars|struct|semi|$|,|\)))", re.I),
    ),
    ("share", re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d+)?) ?% ?(?:\w+ ){0,2}(?:spars|prun|剪)", re.IGNORECASE)),
    (
        "share",
        re.compile(r"(?:spars\w*|prun\w*|剪[裁枝]率?|fpgm)[ :=_\-]*(\d{1,2}(?:\.\d+)?) ?%", re.IGNORECASE),
    ),
    ("sparse", re.compile(r"sparsity[ :=_]*(0?\.\d+)", re.IGNORECASE)),
    ("distribution", re.compile(r"(?<![a-z])(erk|er|uniform)(?![a-z])", re.IGNORECASE)),
    ("kv", re.compile(r"(?<![a-z])kv[-_ ]?(?:cache[-_ ]?)?(?:int|fp)?[-_ ]?(4|8)(?!\d)", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Mention:
    """Words that name a method or a number format. ``data``: settings that the words themselves state."""

    kind: str
    canonical: str
    raw: str
    start: int
    end: int
    data: dict[str, Any] = field(default_factory=dict, compare=False)


@lru_cache(maxsize=20_000)
def tag(text: str, whole: bool = True) -> tuple[Mention, ...]:
    """Methods (``canonical``: the catalogue's name), precisions and settings in a text, left to right.

    The longest words win. ``whole``: the text is a label or cell of methods, where common words and
    abbreviations ("static", "KD", "2:4") count too; in prose they do not.
    """
    text = text[:_MAX_CHARS]
    found = [m for kind, pattern in _PATTERNS for m in _matched(kind, pattern, text)]
    found += _words(text, whole)
    taken: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= t.start or mention.start >= t.end or mention.kind != t.kind for t in taken):
            taken.append(mention)
    return tuple(sorted(taken, key=lambda m: (m.start, m.end)))


def _matched(kind: str, pattern: re.Pattern[str], text: str) -> list[Mention]:
    return [
        Mention(f"setting {kind}", kind, m[0], m.start(), m.end(), {"groups": m.groups()})
        for m in pattern.finditer(text)
    ]


def _words(text: str, whole: bool) -> list[Mention]:
    found = []
    parts = tokens(text)
    for i, (token, start, _) in enumerate(parts):
        if start and text[start - 1].isalnum() and not _seam(text, start):
            continue
        seen: set[str] = set()
        for words, kind, name, strength, data in _lexicon().get(token, ()):
            end_at = i + len(words)
            if strength == "exact" and len(parts) != len(words):
                continue
            if (
                kind in seen
                or (strength != "words" and not whole)
                or tuple(t for t, _, _ in parts[i:end_at]) != words
            ):
                continue
            end = parts[end_at - 1][2]
            if end < len(text) and text[end].isalnum() and not _seam(text, end):
                continue
            if _broken(text, parts[i:end_at]):
                continue
            found.append(Mention(kind, name, text[start:end], start, end, data))
            seen.add(kind)
    return found


def _seam(text: str, at: int) -> bool:
    """Whether a word may end between these two characters: beside an ideograph."""
    return ord(text[at]) > 0x2E7F or ord(text[at - 1]) > 0x2E7F


def _broken(text: str, parts: tuple[tuple[str, int, int], ...]) -> bool:
    """Whether a comma, a semicolon or a bar stands between the words."""
    gaps = (text[a[2] : b[1]] for a, b in itertools.pairwise(parts))
    return any(set(gap) & set(",;|\n") or len(gap) > 3 for gap in gaps)


_Words = tuple[tuple[str, ...], str, str, str, dict[str, Any]]


@cache
def _lexicon() -> dict[str, tuple[_Words, ...]]:
    """First token -> entries, longest first."""
    out: dict[str, list[_Words]] = defaultdict(list)
    for kind, name in (("method", "methods"), ("method", "methods_more"), ("precision", "precisions")):
        for entry in names(name):
            data = {k: v for k, v in entry.items() if k not in ("name", "words", "short", "exact")}
            for strength in ("words", "short", "exact"):
                for words in entry.get(strength, ()):
                    split = tuple(t for t, _, _ in tokens(words))
                    out[split[0]].append((split, kind, entry["name"], strength, data))
    return {k: tuple(sorted(v, key=lambda e: -len(e[0]))) for k, v in out.items()}


@cache
def names(table: str) -> tuple[dict[str, Any], ...]:
    """The entries of one reviewed table of names."""
    text = files("ingest.normalize").joinpath("names", f"{table}.toml").read_text("utf-8")
    return tuple(tomllib.loads(text).get("entity", ()))


@cache
def label_of(name: str) -> str:
    """The catalogue's label of a method by its name.

    Raises:
        KeyError: the catalogue has no method of that name.
    """
    return {m.name: m.label for m in load().methods}[name]
