"""The lexicon that tells columns, headings and prose apart: ``words/*.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

#: Words end where letters and digits end; Chinese words, which have no blanks, end anywhere.
_EDGE = r"(?:(?<![A-Za-z0-9])|(?=[^\x00-\x7f])){}(?:(?![A-Za-z0-9])|(?<=[^\x00-\x7f]))"
_MAX_TEXT = 1_500


@dataclass(frozen=True)
class Mention:
    """Words of a text that the lexicon knows. ``kind``: measure, label, role, variant, dataset, ...

    ``name`` is the entry's; ``data`` what the entry says (unit, level, family, bits ...).
    """

    kind: str
    name: str
    raw: str
    start: int
    end: int
    data: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class _Entry:
    kind: str
    name: str
    data: dict[str, Any]
    pattern: re.Pattern[str]
    inside: re.Pattern[str] | None = None


def plain(text: str) -> str:
    """Compatibility forms folded (full-width, superscripts), blanks collapsed, backslashes taken off."""
    folded = (
        unicodedata.normalize("NFKC", text).replace("\\", "").replace("\u2011", "-").replace("\u2212", "-")
    )
    return " ".join(folded.split())


@lru_cache(maxsize=60_000)
def tag(text: str, kinds: tuple[str, ...] = (), inside: bool = False) -> tuple[Mention, ...]:
    """Mentions of ``kinds`` (all if empty) in order of position, none within another of its kind group.

    ``inside``: the text stands in a column of methods or precisions, where short words count too.
    """
    text = plain(text[:_MAX_TEXT])
    found: list[Mention] = []
    for entry in _entries():
        if kinds and entry.kind not in kinds:
            continue
        patterns = [entry.pattern, entry.inside] if inside else [entry.pattern]
        for pattern in patterns:
            if pattern is not None:
                found.extend(_mention(entry, m) for m in pattern.finditer(text) if m.end() > m.start())
    return _longest(found)


def _mention(entry: _Entry, match: re.Match[str]) -> Mention:
    data = dict(entry.data)
    data |= {k.rstrip("0123456789"): v for k, v in match.groupdict().items() if v}
    return Mention(entry.kind, entry.name, match[0].strip(), match.start(), match.end(), data)


#: Kinds that compete for the same words: the longest wins.
_GROUP = {"measure": "head", "label": "head", "role": "role", "variant": "variant"}


def _longest(found: list[Mention]) -> tuple[Mention, ...]:
    kept: list[Mention] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for m in sorted(found, key=lambda m: -len(m)):
        group = _GROUP.get(m.kind, m.kind)
        spans = taken.setdefault(group, [])
        if all(m.end <= a or m.start >= b for a, b in spans):
            spans.append((m.start, m.end))
            kept.append(m)
    return tuple(sorted(kept, key=lambda m: (m.start, m.end)))


def without(text: str, mentions: tuple[Mention, ...]) -> str:
    """The text less the mentions' words, with what joined them tidied up."""
    text = plain(text)
    for m in sorted(mentions, key=lambda m: -m.start):
        text = text[: m.start] + "\0" + text[m.end :]
    text = re.sub(r"[-_ /+.,]*\0(?:[-_ /+.,]*\0)*(?:[-_ /+,]+)?", _joint, text)
    text = re.sub(r"\(\s*\)|\[\s*\]", "", text)
    return text.strip(" -_/+,.:").strip()


def _joint(match: re.Match[str]) -> str:
    if match.start() == 0 or match.end() == len(match.string):
        return ""
    before = match[0].split("\0")[0]
    return before if before.strip(".") else " "


@cache
def _entries() -> tuple[_Entry, ...]:
    out: list[_Entry] = []
    for m in _load("measures")["measure"]:
        data = {k: v for k, v in m.items() if k not in ("patterns", "name", "case")}
        out.append(_Entry("measure", m["name"], data, _compile(m["patterns"])))
    labels = _load("labels")
    for kind, group in (("label", labels["label"]), ("role", labels["role"])):
        out += [_Entry(kind, name, {}, _compile(patterns)) for name, patterns in group.items()]
    for v in _load("variants")["variant"]:
        data = {k: x for k, x in v.items() if k not in ("patterns", "name", "inside")}
        inside = _compile(v["inside"]) if "inside" in v else None
        out.append(_Entry("variant", v["name"], data, _compile(v["patterns"]), inside))
    things = _load("things")
    models = "|".join(things["model"]["families"])
    name = rf"(?:{models})(?:[-_ ]?(?:v?\d[\w.]*|[A-Z]\b(?:/(?:8|14|16|32)\b)?|[a-z]?\d\w*|{_TAILS}))*"
    out.append(_Entry("model", "model", {}, re.compile(rf"(?<![A-Za-z]){name}(?![A-Za-z])", re.I)))
    for kind in ("dataset", "hardware", "runtime"):
        more = _compile(things[kind]["inside"]) if "inside" in things[kind] else None
        out.append(_Entry(kind, kind, {}, _compile(things[kind]["names"]), more))
    return tuple(out)


#: Words that follow a family's name within a model's name.
_TAILS = (
    r"base|large|small|tiny|mini|nano|medium|huge|xlarge|lite|slim|dense|uncased|cased|instruct|chat|vd|ssd|"
    r"light|extra|fpn|dcn|hf|bn|coco|voc|cifar|imagenet|squad|turbo|pro|plus|ultra|distilled|pruned|quant"
)


def _compile(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(_EDGE.format("(?:" + "|".join(_unname(patterns)) + ")"), re.IGNORECASE)


def _unname(patterns: list[str]) -> list[str]:
    """Group names made unique, so that alternatives can be joined: (?P<w>, (?P<w2> ..."""
    seen: dict[str, int] = {}
    out = []
    for pattern in patterns:

        def name(m: re.Match[str]) -> str:
            base = m[1].rstrip("0123456789")
            seen[base] = seen.get(base, 0) + 1
            return f"(?P<{base}{seen[base]}>"

        out.append(re.sub(r"\(\?P<(\w+)>", name, pattern))
    return out


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of ``words/lists.toml``: "absent" (cells without a value), "folders" (that say nothing)."""
    return frozenset(_load("lists")[name])


@lru_cache(maxsize=4_000)
def task_metric(text: str) -> str:
    """The metric of a task whose heading names none."""
    return next((name for name, pattern in _task_metrics() if pattern.search(plain(text))), "accuracy")


@lru_cache(maxsize=1_000)
def dataset_metric(text: str) -> str:
    """What results on a data set are usually counted in, or ""."""
    for name, patterns in _load("things")["dataset_metric"].items():
        if any(re.fullmatch(p, plain(text), re.IGNORECASE) for p in patterns):
            return str(name)
    return ""


@cache
def _task_metrics() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, _compile(patterns)) for name, patterns in _load("things")["task_metric"].items())


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("ingest.meaning").joinpath(f"words/{name}.toml").read_text("utf-8"))
