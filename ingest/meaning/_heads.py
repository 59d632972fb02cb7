"""What a heading, or a label that works as one, says about the numbers under or beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.meaning._words import Mention, plain, tag, without

_PERCENT = re.compile(r"%|percent|百分", re.IGNORECASE)
#: Unit in a heading: "(ms)", "[MB]", ", ms)", "_mb".
_UNIT = re.compile(
    r"(?<![A-Za-z])(ms|us|µs|μs|s|sec(?:onds?)?|milliseconds|毫秒|kb|mb|gb|kib|mib|gib|bytes|k|m|g|t|b|million|billion)(?![A-Za-z])",
    re.IGNORECASE,
)
_BATCH = re.compile(r"(?:batch(?:[ _-]?size)?|bs) ?[=:]? ?(\d+)", re.IGNORECASE)
_THREADS = re.compile(
    r"(?:thread(?:s|\(s\))?(?: ?num)?|cores?) ?[=:]? ?(\d+)|(?<![A-Za-z\d])(\d+) ?(?:threads?|cores?)\b|"
    r"(single|multi)[-_ ]?(?:thread|core)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"relative|\]?\s*/\s*fp32|/ ?baseline|ratio|% of|recover", re.IGNORECASE)
#: "Floating point accuracy - quant accuracy".
_OF_TWO = re.compile(r"^(.{4,60}?) ([-/]) (.{4,60})$")
#: Contexts that a heading can give.
THINGS = ("dataset", "hardware", "runtime", "model")


@dataclass(frozen=True)
class Head:
    """Attributes:
    measures: What the numbers measure, in the order of the parts ("Top1/Top5").
    role: "value", "change" (difference), "relative" (change or ratio relative to the base), "ratio".
    variants: What was done to the model whose numbers these are.
    base: The heading names the uncompressed side without naming a variant ("Before", "原模型").
    after: The heading names the compressed side ("After", "Ours").
    label: What kind of words stand here, where they are words.
    """

    text: str
    measures: tuple[Mention, ...] = ()
    role: str = "value"
    variants: tuple[Mention, ...] = ()
    base: bool = False
    after: bool = False
    label: str = ""
    percent: bool = False
    unit: str = ""
    things: tuple[Mention, ...] = ()
    settings: tuple[tuple[str, str], ...] = field(default=())
    #: "Accuracy (drop)": what stands in the cells' parentheses.
    inner_change: bool = False

    @property
    def level(self) -> int | None:
        return level_of(self.variants, self.base)

    @property
    def kind(self) -> str:
        return str(self.measures[0].data["kind"]) if self.measures else ""

    @property
    def metric(self) -> str:
        return self.measures[0].name if self.kind == "quality" else ""


def level_of(variants: tuple[Mention, ...], base: bool = False) -> int | None:
    """2 compressed, 1 half precision, 0 the base; None where nothing is said."""
    levels = [int(v.data["level"]) for v in variants]
    if base and 0 not in levels:
        levels.append(0)
    if not levels:
        return None
    return 0 if any(v.name == "baseline" for v in variants) else max(levels)


@lru_cache(maxsize=20_000)
def head(text: str, inside: bool = False) -> Head:
    """The heading's mentions, sorted out."""
    text = plain(text)
    mentions = tag(text, (), inside)
    measures = [m for m in mentions if m.kind == "measure"]
    roles = [m for m in mentions if m.kind == "role" and not _within(m, measures)]
    variants = tuple(m for m in mentions if m.kind == "variant" and not _within(m, measures))
    labels = [m for m in mentions if m.kind == "label"]
    measures = _chosen(measures)
    inner = [r for r in roles if r.name == "change" and measures and _bracketed(text, r)]
    roles = [r for r in roles if r not in inner]
    role = _role(text, roles, measures)
    if role != "value":
        variants = _compressed_only(variants)
    names = {r.name for r in roles}
    settings = []
    if m := _BATCH.search(text):
        settings.append(("batch", m[1]))
    if m := _THREADS.search(text):
        named = (m[1] or m[2] or m[3]).lower()
        settings.append(("threads", "1" if named == "single" else named))
    # "RK3588 @single_core" tells the threads of its numbers, it does not head a column of them.
    measures = [m for m in measures if m.data["kind"] != "setting" or m.name not in dict(settings)]
    return Head(
        text,
        tuple(measures),
        role,
        variants,
        base="before" in names,
        after="after" in names,
        label=_label(text, labels),
        percent=bool(_PERCENT.search(text)),
        unit=(u[-1].lower() if (u := _UNIT.findall(text)) else ""),
        things=tuple(m for m in _things(text, mentions) if not _within(m, measures)),
        settings=tuple(settings),
        inner_change=bool(inner),
    )


def _label(text: str, labels: list[Mention]) -> str:
    """The longest label word; of a heading of several levels, that of the lowest."""
    last = text.rfind(" / ")
    lowest = [m for m in labels if m.start >= last] if last >= 0 else labels
    chosen = lowest or labels
    return max(chosen, key=len).name if chosen else ""


def _things(text: str, mentions: tuple[Mention, ...]) -> list[Mention]:
    found = [m for m in mentions if m.kind in THINGS]
    if not any(m.kind == "dataset" for m in found):
        short = tag(text, ("dataset",), True)
        bare = without(text, tuple(m for m in mentions if m.kind == "measure"))
        found += [m for m in short if len(m) > 0.5 * len(bare) or len(m) >= 6]
    return found


def _bracketed(text: str, m: Mention) -> bool:
    before = text[: m.start]
    return before.count("(") > before.count(")") and bool(before.split("(")[0].strip())


def _within(m: Mention, others: list[Mention]) -> bool:
    return any(o.start <= m.start and m.end <= o.end and o is not m for o in others)


def _chosen(measures: list[Mention]) -> list[Mention]:
    """One measure, or the parts of a compound like Top1/Top5; settings give way to measurements.

    "Accuracy (Top1/Top5)": the general word gives way to what it is made of.
    """
    qualities = [m for m in measures if m.data["kind"] == "quality"]
    if len(qualities) > 1:
        special = [m for m in qualities if m.name not in ("accuracy", "score", "AP", "precision")]
        return list({m.name: m for m in special or qualities}.values())
    for kinds in (
        ("quality",),
        ("throughput", "latency"),
        ("size", "parameters", "macs", "memory"),
        ("ratio",),
    ):
        if found := [m for m in measures if m.data["kind"] in kinds]:
            return [found[-1] if kinds[0] == "throughput" and len(found) > 1 else found[0]]
    return measures[:1]


def _role(text: str, roles: list[Mention], measures: list[Mention]) -> str:
    names = {r.name for r in roles}
    if m := _OF_TWO.match(text):
        left, right = (tag(x, ("measure",)) for x in m.group(1, 3))
        if left and right and left[0].name == right[0].name and (m[2] == "-" or _both_told(m)):
            return "change" if m[2] == "-" else "relative"
    if measures and measures[0].data["kind"] == "ratio":
        return "ratio"
    if "ratio" in names or ("change" in names and _RELATIVE.search(text)):
        return "relative"
    return "change" if "change" in names else "value"


def _both_told(m: re.Match[str]) -> bool:
    """Levels of a heading are joined with " / " too: a quotient names both sides."""
    return all(tag(x, ("variant", "role")) for x in m.group(1, 3))


def _compressed_only(variants: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """A difference "INT8 - FP32" belongs to INT8."""
    strong = tuple(v for v in variants if int(v.data["level"]) > 0)
    return strong or variants


def is_head(text: str) -> bool:
    """Whether a row's label names a measure, so that it works as the heading of its row."""
    found = head(text)
    return bool(found.measures) and found.kind not in ("none", "setting")
