"""One thing has one name: reviewed tables and general rules; what they do not know stays as written."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from ingest.normalize._key import key
from ingest.normalize._methods import Mention, names, tag

#: Kind -> tables of reviewed names.
_TABLES = {
    "model": ("models",),
    "dataset": ("datasets", "datasets_vision", "datasets_language", "llm_tasks"),
    "metric": ("metrics",),
    "hardware": ("hardware",),
    "runtime": ("runtimes",),
}
KINDS = ("model", "dataset", "metric", "method", "hardware", "runtime", "technique")
_MAX_CHARS = 200
_VERSION = re.compile(r"[-_ ]+(?:v ?)?\d+(?:\.\d+)+(?:\+\w+)?$")
#: "EleutherAI/gpt-j-6b": who published the weights, and the model.
_OWNER = re.compile(r"([A-Za-z][\w.-]{2,})/([A-Za-z][\w.\-]{3,})")
_BRACKETS = re.compile(r"\s*[(\[（]([^()\[\]（）]{1,40})[)\]）]\s*$")


@dataclass(frozen=True)
class Entity:
    """A name and how it was found.

    ``known``: it stands in a reviewed table or is written by a reviewed pattern; otherwise it is proposed
    and ``name`` is what the document says. ``facts`` hold what the table states, with its source.
    """

    kind: str
    name: str
    raw: str
    known: bool
    how: str
    confidence: float
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    mentions: tuple[Mention, ...] = ()

    @property
    def key(self) -> str:
        """Equal for spellings of one name."""
        return key(self.name)


@lru_cache(maxsize=50_000)
def resolve(kind: str, raw: str, context: str = "") -> Entity:
    """The entity that a name means; never a nearest guess.

    Args:
        kind: One of KINDS.
        raw: As the document writes it.
        context: The data set, or other words beside it, where the same letters mean two things.

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    text = _clean(raw)
    if kind in ("method", "technique"):
        return _method(kind, text, raw)
    if kind == "model":
        return _model(text, raw)
    if entry := _table(kind).get(key(text)):
        return _known(kind, entry, raw, "alias")
    if kind == "metric" and (entry := _metric_words(text)):
        return _known(kind, entry, raw, "words")
    if kind == "runtime" and (entry := _table(kind).get(key(_VERSION.sub("", text)))):
        return _known(kind, entry, raw, "alias without version", 0.95)
    inner = _BRACKETS.search(text)
    if inner and kind == "dataset" and (entry := _table(kind).get(key(text[: inner.start()]))):
        return _known(kind, entry, raw, f"alias; ({inner[1]}) left out", 0.9)
    return Entity(kind, text, raw, False, "as written", 0.6 if text else 0.0)


def _clean(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).replace("\\", "")
    return " ".join(text.split())[:_MAX_CHARS].strip(" *†‡⭐★`'\"|:：")


def _known(kind: str, entry: dict[str, Any], raw: str, how: str, confidence: float = 1.0) -> Entity:
    facts = {k: v for k, v in entry.items() if k not in ("name", "aliases", "words")}
    return Entity(kind, entry["name"], raw, True, how, confidence, facts)


@cache
def _table(kind: str) -> dict[str, dict[str, Any]]:
    """Key -> entry.

    Raises:
        ValueError: a name stands for two entities.
    """
    out: dict[str, dict[str, Any]] = {}
    for table in _TABLES[kind]:
        for entry in names(table):
            entry = _LANGUAGE_TASK | entry if table == "llm_tasks" else dict(entry)
            # A curator's aliases may stand in another file than the entity's facts.
            if known := out.get(key(entry["name"])):
                known |= {k: v for k, v in entry.items() if k not in known}
                entry = known | {k: entry.get(k, ()) for k in ("aliases", "words")}
            for name in (entry["name"], *entry.get("aliases", ()), *entry.get("words", ())):
                taken = out.setdefault(key(name), entry)
                if taken["name"] != entry["name"]:
                    raise ValueError(f"{name!r} of {table} means {taken['name']!r} and {entry['name']!r}")
    return out


_LANGUAGE_TASK = {
    "domain": "natural language processing",
    "task": "commonsense reasoning",
    "metric": "accuracy",
}


def _metric_words(text: str) -> dict[str, Any] | None:
    """A metric with words around it that say nothing of it: "Accuracy (%)", "FP32 Top-1", "mAP (val)"."""
    bare = re.sub(r"\(?%\)?|\bval\b|\(.{0,30}\)", " ", text, flags=re.IGNORECASE)
    spans = [(m.start, m.end) for m in tag(bare) if m.kind == "precision"]
    for start, end in reversed(spans):
        bare = bare[:start] + bare[end:]
    return _table("metric").get(key(bare))


def _method(kind: str, text: str, raw: str) -> Entity:
    found = [m for m in tag(text) if m.kind == "method"]
    if len(found) == 1:
        return Entity(kind, found[0].canonical, raw, True, "words", 1.0, mentions=tuple(tag(text)))
    return Entity(kind, text, raw, False, "as written", 0.6, mentions=tuple(found))


def _model(text: str, raw: str) -> Entity:
    if entry := _table("model").get(key(text)):
        return _known("model", entry, raw, "alias")
    name, marks = _composed(text)
    if owner := _OWNER.fullmatch(name):
        name = owner[2]
        marks.append(Mention("mark", "organisation", owner[1], owner.start(1), owner.end(1)))
    for _ in range(8):
        if entity := _family(name, raw, tuple(marks)):
            return entity
        shorter, mark = _without_mark(name)
        if mark is None:
            break
        name = shorter
        marks.append(mark)
    return Entity("model", name or text, raw, False, "as written", 0.6 if text else 0.0, {}, tuple(marks))


def _composed(text: str) -> tuple[str, list[Mention]]:
    """The model within a name that also states framework, data set, input size and operations."""
    for pattern in _compositions():
        if match := pattern.fullmatch(text):
            stated = [(k, v) for k, v in match.groupdict().items() if v and k != "model"]
            marks = [Mention("mark", k, v, match.start(k), match.end(k)) for k, v in stated]
            if match["dataset"] and key(match["dataset"]) not in _table("dataset"):
                return f"{match['model']}_{match['dataset']}", [m for m in marks if m.canonical != "dataset"]
            return match["model"], marks
    return text, []


def _family(name: str, raw: str, marks: tuple[Mention, ...]) -> Entity | None:
    for family, pattern in _families():
        match = pattern.fullmatch(key(name))
        if match is None:
            continue
        before, spell = family.get("before", {}), family.get("spell", {})
        parts = {g: before.get(g, "") + spell.get(v, v) if v else "" for g, v in match.groupdict().items()}
        facts: dict[str, Any] = {str(k): family[k] for k in ("domain", "task", "source") if k in family}
        facts["family"] = family["name"]
        how = "pattern of the family" + (" without marks" if marks else "")
        return Entity("model", family["model"].format(**parts), raw, True, how, 1.0, facts, marks)
    return None


@cache
def _families() -> tuple[tuple[dict[str, Any], re.Pattern[str]], ...]:
    entries = tomllib.loads(_read("models"))["family"]
    return tuple((entry, re.compile(entry["pattern"])) for entry in entries)


def _read(table: str) -> str:
    return files("ingest.normalize").joinpath("names", f"{table}.toml").read_text("utf-8")


@cache
def _compositions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry["pattern"]) for entry in tomllib.loads(_read("marks"))["composed"])


@cache
def _marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    marks = tomllib.loads(_read("marks"))
    out = []
    for kind, words in marks.items():
        if kind == "composed":
            continue
        choices = "|".join(words if kind in ("batch", "tag") else map(re.escape, words))
        out.append((kind, re.compile(rf"(?:[-_ .]+|(?<=[^\W\d_]))(?P<mark>{choices})$", re.IGNORECASE)))
        if kind != "file":
            out.append((kind, re.compile(rf"^(?P<mark>{choices})[-_ ]+", re.IGNORECASE)))
    return tuple(out)


def _without_mark(name: str) -> tuple[str, Mention | None]:
    """The name less its last (or first) mark."""
    inner = _BRACKETS.search(name)
    if inner and _is_mark(inner[1]):
        return name[: inner.start()].strip(), Mention("mark", inner[1].casefold(), inner[1], 0, 0)
    for kind, pattern in _marks():
        match = pattern.search(name)
        if match is None or not (name[: match.start()] + name[match.end() :]).strip(" -_."):
            continue
        rest = name[: match.start()] if match.end() == len(name) else name[match.end() :]
        if match.start() and name[match.start("mark") - 1].isalnum():
            continue
        mark = Mention("mark", kind, match["mark"], match.start("mark"), match.end("mark"))
        return rest.strip(" -_."), mark
    return name, None


def _is_mark(text: str) -> bool:
    return any(
        pattern.fullmatch("_" + text) for _, pattern in _marks() if not pattern.pattern.startswith("^")
    )


def entries(kind: str) -> Iterator[dict[str, Any]]:
    """The reviewed entries of a kind, for docs and for a curator's diff."""
    for table in _TABLES[kind]:
        yield from names(table)
