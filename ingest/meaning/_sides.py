"""Which numbers are of the uncompressed model, which of a compressed one, and which belong together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.meaning._ambient import Ambient
from ingest.meaning._facts import Fact
from ingest.meaning._reading import Named
from ingest.meaning._words import Mention, plain

#: Settings that must agree where both sides state them.
_STRICT = ("program", "input", "threads")


@dataclass
class Side:
    """A fact with its side. ``certainty``: how sure the side is; ``why`` it is only likely."""

    fact: Fact
    around: Ambient
    side: str
    certainty: float = 1.0
    why: str = ""
    #: One of several small tables that together describe one model.
    pooled: bool = False
    things: dict[str, Named] = field(default_factory=dict)

    def key(self, name: str) -> str:
        named = self.things.get(name)
        return normal(named.raw) if named else ""

    def own(self, name: str) -> bool:
        """Whether the table itself (a cell or heading) says it."""
        named = self.things.get(name)
        return named is not None and named.origin in ("cell", "heading", "band")


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    return re.sub(r"[^a-z0-9.\u4e00-\u9fff]", "", plain(text).lower())


_SPOKEN = re.compile(r"32|float|full|single|fp|浮点", re.IGNORECASE)


def has_full_precision(tables: list[list[Fact]]) -> bool:
    """Whether the document speaks of FP32 anywhere: then half precision is a compressed variant."""
    for facts in tables:
        for f in facts:
            for v in (*f.column.head.variants, *f.line.variants):
                # "-" in a column of precisions says that nothing was done, not that weights have 32 bits.
                if v.name == "fp32" and _SPOKEN.search(v.raw):
                    return True
    return False


def effective(variants: tuple[Mention, ...], base: bool, half_is_base: bool) -> str:
    """ "before", "after" or ""."""
    names = {v.name for v in variants}
    if "baseline" in names:
        return "before"
    if "teacher" in names:
        return "none"
    levels = [int(v.data["level"]) for v in variants]
    if not levels:
        return "before" if base else ""
    top = max(levels)
    if top == 2:
        return "after"
    if top == 1:
        return "before" if half_is_base else "after"
    return "before"


def sides(facts: list[Fact], around: Ambient, half_is_base: bool) -> list[Side]:
    """The facts of one table with their sides; facts of neither side have side ""."""
    out = [_first(f, around, half_is_base) for f in facts]
    rows: dict[tuple[object, ...], list[Side]] = defaultdict(list)
    for s in out:
        rows[(s.fact.row, s.fact.kind, s.fact.metric)].append(s)
    for group in rows.values():
        _within_row(group)
    _blocks(out, around)
    _speeds(out)
    compressed = {s.key("model") for s in out if s.side == "after"}
    known_after = any(s.side == "after" for s in out)
    known_before = any(s.side == "before" for s in out)
    for s in out:
        if s.side:
            continue
        line = s.fact.line
        if s.fact.role != "value":
            s.side = "after" if known_after or around.variants or around.side == "after" else ""
        elif around.side:
            s.side = around.side
        elif line.unknown_method and (known_before or known_after or around.variants):
            s.side, s.certainty = "after", 0.85 if around.variants else 0.8
            s.why = (
                "" if around.variants else "what was done to the model is named by a word that is not known"
            )
        elif known_after and not (known_before and s.key("model") not in compressed | {""}):
            s.side, s.certainty = "before", 0.9
        elif around.variants:
            s.side = effective(around.variants, False, False)
            s.certainty = 0.9 if s.side == "after" else 1.0
            if known_before and s.side == "before":
                s.side = ""
    return out


_RESULTS = re.compile(r"^(?:final |best |our |the )?results?\b(?! of)|^compress", re.IGNORECASE)


def _blocks(out: list[Side], around: Ambient) -> None:
    """Blocks of "key: value" lines: those titled as results count; of untitled logs, the last outcome."""
    blocks = [s for s in out if s.fact.line.block is not None]
    if not blocks:
        return
    titled = any(s.fact.line.block and _RESULTS.match(s.fact.line.block) for s in blocks)
    last = max((s.fact.row for s in blocks if s.fact.kind == "quality" and not s.fact.line.block), default=0)
    for s in blocks:
        block = s.fact.line.block or ""
        if s.side == "before":
            continue
        meant = bool(_RESULTS.match(block)) if titled else s.fact.row == last
        s.side = "after" if meant and (titled or around.variants or around.side == "after") else "none"
        s.certainty = 0.9 if titled else 0.75


def _first(f: Fact, around: Ambient, half_is_base: bool) -> Side:
    head = f.column.head
    of_head = effective(head.variants, head.base, half_is_base)
    if not of_head and head.after:
        of_head = "after"
    of_row = effective(f.line.variants, f.line.base, half_is_base)
    if f.role in ("change", "relative", "ratio", "kept"):
        of_head = "after" if of_head else of_row
    return Side(f, around, of_head or of_row, things=_things(f, around))


def _within_row(group: list[Side]) -> None:
    values = [s for s in group if s.fact.role == "value"]
    marked = {s.side for s in values if s.side and _by_head(s)}
    for s in values:
        if not _by_head(s) and not s.side and marked == {"before", "after"}:
            s.side = "none"
        if not _by_head(s) and len(marked) == 1 and len(values) > 1:
            wanted = "before" if "after" in marked else "after"
            if not s.side or (s.side == "after" and wanted == "before" and s.fact.line.level != 0):
                s.side, s.certainty = wanted, 0.95


def _speeds(out: list[Side]) -> None:
    """Speeds of boards, in rows that state both accuracies, are of the model that is deployed."""
    rows: dict[int, dict[str, list[Side]]] = defaultdict(lambda: defaultdict(list))
    for s in out:
        if s.fact.kind == "quality" and s.fact.role == "value" and _by_head(s):
            rows[s.fact.row][s.side].append(s)
    for s in out:
        f, marked = s.fact, rows.get(s.fact.row, {})
        if not (marked.get("before") and marked.get("after")) or s.side == "before" or _by_head(s):
            continue
        deployed = {m.fact.column.number: m.fact.column.head.variants for m in marked["after"]}
        if f.role != "value" or len(deployed) != 1:
            continue
        if f.kind in ("latency", "throughput") and f.column.head.measures and _on_board(s):
            s.side, s.certainty = "after", 0.85
            head = replace(f.column.head, variants=next(iter(deployed.values())))
            s.fact = replace(f, column=replace(f.column, head=head))
        elif f.kind in ("macs", "parameters") and s.side == "after":
            # Neither side's alone: quantizing does not change them.
            s.side = "none"


def _on_board(s: Side) -> bool:
    """Whether the heading itself names hardware that is not just a processor or GPU of a host."""
    return any(t.kind == "hardware" and not _HOST.search(t.raw) for t in s.fact.column.head.things)


_HOST = re.compile(
    r"cpu|gpu|x86|xeon|core|epyc|ryzen|tesla|[rg]tx|\b(?:[ahvp]\d00|a10g?|a30|[tpl]4|k80|l40s?)\b",
    re.IGNORECASE,
)


def lone_halves(tables: list[list[Side]]) -> None:
    """Half precision counts as compressed where a list of quantized models gives nothing else of a model."""
    after = [s for group in tables for s in group if s.side == "after" and s.key("model")]
    compressed = {(s.key("model"), s.key("hardware")) for s in after}
    if not compressed:
        return
    for group in tables:
        if not any(s.side == "after" for s in group):
            continue
        for s in group:
            model = s.key("model")
            if s.side != "before" or not model or not s.own("model") or not _is_half(s.fact):
                continue
            board = s.key("hardware") if s.fact.kind in ("latency", "throughput") else ""
            rivals = {b for m, b in compressed if model in m or m in model}
            if not rivals or (board and "" not in rivals and board not in rivals):
                s.side, s.certainty = "after", 0.85


def _is_half(f: Fact) -> bool:
    said = f.column.head.variants or f.line.variants
    return bool(said) and all(int(v.data["level"]) == 1 for v in said)


def _by_head(s: Side) -> bool:
    head = s.fact.column.head
    return bool(head.variants or head.base or head.after)


def _things(f: Fact, around: Ambient) -> dict[str, Named]:
    out: dict[str, Named] = dict(around.things)
    for m in f.column.head.things:
        out[m.kind] = Named(m.raw, "heading", f"column {f.cell.column}", 1.0)
    if f.by_row:
        for m in f.head.things:
            out[m.kind] = Named(m.raw, "cell", f"row {f.row}", 1.0)
    out |= f.line.things
    if f.column.head.label == "student" and "model" in f.line.things:
        out["model"] = f.line.things["model"]
    for name, value in (*f.column.head.settings, *f.settings):
        out["batch" if name.startswith("batch") else name] = Named(
            value, "heading", f"column {f.cell.column}"
        )
    for name, named in f.line.settings.items():
        out.setdefault(name, named)
    return out | {n: v for n, v in around.forced.items() if n not in ("metric", "method")}


class Bases:
    """Uncompressed sides, found by what they measure: tables of thousands of rows stay quick."""

    def __init__(self, sides: list[Side]) -> None:
        self._rows: dict[tuple[object, ...], list[Side]] = defaultdict(list)
        self._models: dict[tuple[object, ...], list[Side]] = defaultdict(list)
        self._all: dict[tuple[object, ...], list[Side]] = defaultdict(list)
        for s in sides:
            if s.side == "before" and s.fact.role == "value":
                what = _what(s.fact)
                self._rows[(*what, s.fact.table, s.fact.row)].append(s)
                self._models[(*what, s.key("model"))].append(s)
                self._all[what].append(s)

    def row(self, s: Side) -> list[Side]:
        """Of the same row."""
        return self._rows.get((*_what(s.fact), s.fact.table, s.fact.row), [])

    def fitting(self, s: Side) -> list[Side]:
        """All of the same model, or of none that is named."""
        what, model = _what(s.fact), s.key("model")
        if not model:
            return self._all.get(what, [])
        return self._models.get((*what, model), []) + self._models.get((*what, ""), [])


def _what(f: Fact) -> tuple[object, ...]:
    return (f.kind, f.metric, f.part)


def partner(after: Side, bases: Bases) -> Side | None:
    """The uncompressed side that belongs to ``after``: the best that agrees, or None."""
    rivals = _rivals(after, bases.row(after))
    if rivals:
        return rivals[0]
    found = _best(after, bases.row(after))
    if found is not None and not found.fact.column.inherited:
        return found
    return _best(after, bases.fitting(after)) or found


def _rivals(after: Side, row: list[Side]) -> list[Side]:
    """Columns of several uncompressed models beside columns of methods: first the one that is spoken of."""
    models = {c.fact.cell.column: _headed(c) for c in row if _headed(c)}
    if len(set(models.values())) < 2 or _headed(after):
        return []
    known = after.key("model")
    row = [c for c in row if c.fact.cell.column in models]
    meant = [c for c in row if models[c.fact.cell.column] in known or known in models[c.fact.cell.column]]
    if not known or not meant:
        after.fact.doubts.append("several uncompressed models stand in the row")
    return meant if known and meant else row


def _headed(s: Side) -> str:
    return next((normal(t.raw) for t in s.fact.column.head.things if t.kind == "model"), "")


def _best(after: Side, candidates: list[Side]) -> Side | None:
    best: tuple[float, Side] | None = None
    for c in candidates:
        score = _agreement(after, c)
        if score is not None and (best is None or score > best[0]):
            best = (score, c)
    return best[1] if best else None


def _agreement(a: Side, b: Side) -> float | None:
    fa, fb = a.fact, b.fact
    if (
        fa.kind != fb.kind
        or fa.metric != fb.metric
        or fb.role != "value"
        or fa.part != fb.part
        or b.side != "before"
    ):
        return None
    score = 0.0
    if fa.table == fb.table and fa.row == fb.row:
        score += (5 if fb.column.inherited else 20) - 0.05 * abs(fa.cell.column - fb.cell.column)
    elif fa.table == fb.table and fa.cell.column == fb.cell.column:
        distance = fa.row - fb.row
        score += 10 - (0.01 * distance if distance > 0 else 2 - 0.01 * distance)
    elif fa.table == fb.table:
        if _by_head(b) != _by_head(a) and not fa.by_row and fa.column.head.text != fb.column.head.text:
            score += 2
        else:
            score += 3
    for name in ("model", "dataset", "hardware", "runtime", *_STRICT, "batch", "label"):
        x, y = a.key(name), b.key(name)
        if x == y:
            score += 1 if x else 0
            continue
        if not x or not y:
            if name == "model" and fa.row != fb.row and a.own("model") and not y:
                score -= 1
            score -= 0.2
            continue
        same_row = fa.table == fb.table and fa.row == fb.row
        if name == "model":
            if same_row and not b.own("model"):
                continue
            if not _same_model(x, y):
                return None
            score -= 0.5
        elif name == "dataset":
            return None
        elif name == "label":
            score -= 0.5
        elif name == "batch":
            if fa.kind != "quality" and "_" not in _batch_source(a):
                return None
            score -= 1.5
        elif name in ("hardware", "runtime") and fa.kind == "quality" and fa.table != fb.table:
            score -= 1
        else:
            return None
    return score


def _batch_source(s: Side) -> str:
    """ "_" where the batch is part of a file's name."""
    named = s.things.get("batch")
    return "_" if named and named.confidence < 1 else ""


def _same_model(x: str, y: str) -> bool:
    return x == y
