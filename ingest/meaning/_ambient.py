"""What the surroundings of a table say: caption, sections, lead, title, path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from ingest._rules import Rule, value_of
from ingest.meaning._heads import Head, head
from ingest.meaning._reading import Named
from ingest.meaning._words import Mention, plain, tag, without, word_list
from ingest.tables._table import Document, Table

#: How far each place is trusted.
TRUST = {
    "caption": 0.95,
    "section": 0.92,
    "title": 0.9,
    "lead": 0.85,
    "trail": 0.82,
    "path": 0.85,
    "text": 0.8,
}
#: No name of a data set or runtime, but words about it.
_PROSE = re.compile(r"https?:|[。，,;；：]|: ")
_DATASET_SENTENCE = re.compile(r"(?:data ?set|数据集)s?\s*[:：]\s*([^|\n。;；,，]{3,80})", re.IGNORECASE)


@dataclass
class Ambient:
    """What holds for a whole table unless a row or a heading says otherwise."""

    things: dict[str, Named] = field(default_factory=dict)
    variants: tuple[Mention, ...] = ()
    variant_origin: str = ""
    measure: Head | None = None
    measure_origin: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    #: Declared: before anything that the table says.
    forced: dict[str, Named] = field(default_factory=dict)
    side: str = ""
    rules: tuple[Rule, ...] = ()
    skip: bool = False
    #: Declared: bases stand in the table itself or nowhere.
    alone: bool = False


def fitting(document: Document, table: Table, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The declared rules that mean this table."""
    if not rules:
        return ()
    texts = (*table.sections, table.caption, table.lead)
    headings = " | ".join(" / ".join(table.header_path(n)) for n in range(1, table.width + 1))
    return tuple(r for r in rules if r.fits(document.path, texts, headings))


def ambient(document: Document, table: Table, rules: tuple[Rule, ...] = ()) -> Ambient:
    """What surrounds a table, with what its source declares of it."""
    out = _surroundings(document, table)
    out.rules = fitting(document, table, rules)
    for rule in out.rules:
        out.skip = out.skip or (rule.skip and not rule.column)
        out.side = out.side or rule.side
        out.alone = out.alone or rule.alone
        for name, text in rule.default.items():
            if value := value_of(text, document.path):
                out.things.setdefault(name, Named(value, "declaration", f"default {name}", 0.9))
        for name, text in rule.set.items():
            if value := rule.says.get(value := value_of(text, document.path), value):
                out.forced.setdefault(name, Named(value, "declaration", f"set {name}", 1.0))
    return out


def _surroundings(document: Document, table: Table) -> Ambient:
    """The nearest place that names a thing wins; a place that names two of a kind names none."""
    places = [("caption", table.caption)]
    places += [("section", s) for s in reversed(table.sections)]
    places += [("lead", table.lead), ("trail", table.trail[:300]), ("title", document.title)]
    places += [("path", part) for part in reversed(_folders(document.path))]
    out = Ambient(texts=tuple(places))
    for origin, text in places:
        if text:
            _take(out, origin, text)
    for name, named in _told(document).items():
        out.things.setdefault(name, named)
    if "dataset" not in out.things and (only := _only_dataset(document)):
        out.things["dataset"] = only
    return out


def _told(document: Document) -> dict[str, Named]:
    """What the document's tables of one name and one value per row say: "Framework | TensorFlow Lite"."""
    out: dict[str, Named] = {}
    for table in document.tables:
        if table.width != 2:
            continue
        for row in table.rows:
            label = head(row[0].text).label
            value = plain(row[1].text)
            if label in ("runtime", "dataset") and 2 <= len(value) <= 60 and not _PROSE.search(value):
                where = f"row {row[1].row}, column 2"
                if label == "runtime" and not tag(value, ("runtime",)):
                    continue
                out.setdefault(label, Named(value, "cell", where, 0.9))
    return out


def _take(out: Ambient, origin: str, text: str) -> None:
    long = len(text) > 120
    for kind in ("dataset", "hardware", "runtime"):
        if kind in out.things:
            continue
        found = {_key(m.raw): m for m in tag(text, (kind,)) if _counts(m)}
        sentence = _DATASET_SENTENCE.search(text) if kind == "dataset" else None
        if sentence and not found:
            out.things[kind] = Named(sentence[1].strip(), origin, text[:80], TRUST[origin] - 0.1)
        elif len(found) == 1 or (found and kind == "hardware"):
            m = next(iter(found.values())) if kind != "hardware" else max(found.values(), key=len)
            out.things[kind] = Named(m.raw, origin, text[:80], TRUST[origin])
    if origin == "trail":
        return
    if "model" not in out.things and (name := model_in(text, origin)):
        out.things["model"] = Named(name, origin, text[:80], TRUST[origin] - 0.05 * long)
    if not out.variants and origin in ("caption", "section", "title", "path"):
        found_variants = tag(text, ("variant",))
        if found_variants and not all(
            int(v.data["level"]) == 0 and v.name == "baseline" for v in found_variants
        ):
            out.variants, out.variant_origin = found_variants, origin
    if out.measure is None and origin in ("caption", "section", "lead"):
        h = head(text if not long else text[-160:])
        if h.measures and h.kind not in ("none", "setting", "ratio"):
            out.measure, out.measure_origin = h, origin


def model_in(text: str, origin: str) -> str:
    """The one model that a text names, less what was done to it; "" if none or several."""
    if origin == "path" and "." in text:
        text = next((p for p in text.split(".") if tag(p, ("model",))), text)
    models = tag(text, ("model",))
    names = {re.sub(r"[^a-z0-9.]", "", m.raw.lower()): m for m in models}
    if not names:
        return ""
    if origin in ("section", "title", "path", "caption") and len(text) <= 60:
        clean = without(text, tag(text, ("variant",)))
        clean = re.sub(
            r"^[\d.]+\s+|\b(?:model|results?|benchmark|performance|accuracy|on|for)\b.*$|"
            r"\s*(?:评测|测试|实验|结果|性能|精度).*$",
            "",
            clean,
            flags=re.I,
        )
        clean = re.split(r" / | \| |[（(]", clean)[0].strip(" -_:/")
        if clean and tag(clean, ("model",)) and len(clean) <= 40:
            return clean
    if len(names) == 1:
        return next(iter(names.values())).raw
    return ""


def _counts(m: Mention) -> bool:
    return not (m.kind == "hardware" and m.raw.lower() in ("cpu", "gpu", "npu", "x86", "dsp", "arm cpu"))


@lru_cache(maxsize=4_000)
def _folders_of(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts
    names = [*parts[:-1], PurePosixPath(path).stem]
    return tuple(p for p in names if p.lower() not in word_list("folders") and not p.startswith("@"))


def _folders(path: str) -> tuple[str, ...]:
    return _folders_of(path)


@lru_cache(maxsize=2_000)
def _datasets(text: str) -> tuple[Mention, ...]:
    return tag(text, ("dataset",))


def _only_dataset(document: Document) -> Named | None:
    """The data set that the prose speaks of, where it is nearly the only one."""
    found: dict[str, list[Mention]] = {}
    for start in range(0, min(len(document.text), 12_000), 1_400):
        for m in _datasets(document.text[start : start + 1_400]):
            found.setdefault(_key(m.raw)[:5], []).append(m)
    total = sum(map(len, found.values()))
    top = max(found.values(), key=len, default=[])
    if len(top) >= (2 if len(document.text) > 3_000 else 1) and len(top) >= 0.75 * total:
        return Named(max(top, key=len).raw, "lead", plain(document.title)[:80], TRUST["text"])
    return None


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", plain(text).lower())
