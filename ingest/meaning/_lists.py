"""Cells that list several numbers, one for each part that their heading stands for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ingest.meaning._cells import Content, Number, read
from ingest.meaning._heads import Head, head, is_head
from ingest.meaning._words import plain

_NAMED = re.compile(r"\[?([A-Za-z][^=\[\]]*)\]?\s*=\s*\[?([\d.]+%?(?:\s*[,/]\s*[\d.]+%?)*)\]?")


def parts_of(heading: str) -> tuple[str, ...]:
    """The headings that a heading stands for by custom: "MNLI" is matched and mismatched; else none."""
    text = plain(heading).split(" / ")[-1] if "/" not in heading.replace(" / ", "") else plain(heading)
    for pattern, parts in _customs():
        if pattern.fullmatch(text) or pattern.fullmatch(plain(heading)):
            return tuple(part.format(text) for part in parts)
    return ()


@cache
def _customs() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    known = tomllib.loads(files("ingest.meaning").joinpath("words/pairs.toml").read_text(encoding="utf-8"))
    return tuple((re.compile(p["heading"], re.IGNORECASE), tuple(p["parts"])) for p in known["pair"])


def fits(texts: list[str], parts: tuple[str, ...]) -> bool:
    """Whether most of a column's cells list as many numbers as there are parts."""
    return sum(len(read(text).outer) == len(parts) for text in texts) > 0.5 * len(texts)


def listed(text: str, parts: tuple[str, ...]) -> Iterator[tuple[int, Head, Content, Number]]:
    """Place of the part, heading, content and number of each that a cell lists.

    Either bare numbers, one a part, or "NAMES = VALUES" once for each part: "f1=76.87 f1=76.2".
    """
    named = _NAMED.findall(plain(text))
    if len(named) == len(parts):
        yield from _named(named, parts)
        return
    content = read(text)
    if named or len(content.outer) != len(parts):
        return
    inner = content.inner if len(content.inner) == len(parts) else ()
    for i, (part, number) in enumerate(zip(parts, content.outer, strict=True)):
        own = Content((number, *inner[i : i + 1]), content.settings, "", content.approximate)
        yield i, head(part), own, number


def _named(
    named: list[tuple[str, str]], parts: tuple[str, ...]
) -> Iterator[tuple[int, Head, Content, Number]]:
    for part, (names, values) in zip(parts, named, strict=True):
        measures, numbers = re.split(r"[,/]", names), re.split(r"[,/]", values)
        if len(measures) != len(numbers):
            return
        for i, (name, value) in enumerate(zip(measures, numbers, strict=True)):
            own, number = head(f"{part} {name.strip(' %')}"), read(value).numbers[0]
            if own.kind == "quality" and is_head(name):
                yield i, own, Content((number,)), number
