"""Which columns hold numbers and which name things, by their headings and all their cells together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest._rules import Rule
from ingest.meaning._cells import Content, is_absent, read
from ingest.meaning._heads import Head, head, is_head
from ingest.meaning._lists import fits, parts_of
from ingest.meaning._words import Mention, tag, without
from ingest.tables._table import Cell, Table

#: A column is one of numbers from this share of numeric cells on.
_NUMERIC = 0.5
_SAMPLE = 60
_BITS = re.compile(r"^\s*(?:u?int|w|a)?[-_ ]?(\d{1,2})(?:[-_ ]?bits?|b)?\s*$", re.IGNORECASE)
#: Names of parameters: module.layer1.0.conv1.weight, features.3; yolov3_3.5 is a version.
_LAYER = re.compile(
    r"^(?:module\.)?[A-Za-z_]\w*(?:\.\w+)*\.(?:weight|bias|conv\d*|fc\d*|weight_\w+)$"
    r"|^(?:\w+\.)*(?:module|features|layers?\d*|blocks?\d*|stages?\d*|classifier|downsample|conv\w*)\.(?:\w+\.)*\d+$"
)
_LINK = re.compile(
    r"^(?:https?://|\[?(?:link|download|model|config|下载链接?|here|log|cfg|onnx)\]?$)", re.IGNORECASE
)
#: Words that stand beside a number without making it a name.
_BESIDE = re.compile(
    r"^(?:acc(?:uracy)?|f1|map|top-?[15]|bits?|points?|of|in|iou|em|and|[/=,;:~<>+ ]|images?|samples?)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """``use``: "value", "label" or "skip"; ``kind`` of a label: model, dataset, method, ..., other."""

    number: int
    head: Head
    use: str
    kind: str = ""
    #: Repeated from the record's parents, so it belongs to more than its row.
    inherited: bool = False
    #: Headings of what a cell lists, one after another.
    parts: tuple[str, ...] = ()
    #: Declared: the condition that its cells state, and cell -> the words that it is read as.
    condition: str = ""
    says: tuple[tuple[str, str], ...] = ()


def columns(table: Table, rules: tuple[Rule, ...] = ()) -> tuple[Column, ...]:
    """The uses of all columns; ``rules`` are the declared ones that fit the table."""
    found = [_declared(table, n, rules) or _column(table, n) for n in range(1, table.width + 1)]
    models = [c for c in found if c.use == "label" and c.kind == "model"]
    if len(models) > 1:
        best = max(models, key=lambda c: _names_models(table, c))
        found = [replace(c, kind="other") if c in models and c is not best else c for c in found]
    boards = [c for c in found if c.use == "label" and c.kind == "hardware"]
    if len(boards) > 1:
        best = max(boards, key=lambda c: (len({row[c.number - 1].text for row in table.rows}), -c.number))
        found = [replace(c, kind="other") if c in boards and c is not best else c for c in found]
    found = _families(table, _reductions(found))
    found = [_customary(table, c) for c in found]
    if table.width == 2 and found[1].use != "value" and _by_name(table):
        found[1] = replace(found[1], use="value")
    return tuple(found)


def _customary(table: Table, column: Column) -> Column:
    """ "81.6 / 81.1" under MNLI is one number for each part that the heading stands for."""
    parts = parts_of(column.head.text) if column.use == "value" and not column.parts else ()
    texts = [t for row in table.rows if not is_absent(t := row[column.number - 1].text)]
    return replace(column, parts=parts) if parts and fits(texts, parts) else column


#: What a column of percentages right of a quantity says of it.
_REDUCTION = re.compile(
    r"(?:pruned|reduction|reduced|saved|removed|drop|↓|pruning ratio)(?: ?\(?%\)?)?$", re.IGNORECASE
)


def _reductions(found: list[Column]) -> list[Column]:
    """ "FLOPs | Pruned | Parameters | Pruned": the second of each pair is the share that is gone."""
    out = list(found)
    for left, c in pairwise(found):
        if (
            left.head.kind in ("macs", "parameters")
            and _REDUCTION.match(c.head.text)
            and c.use in ("value", "label")
        ):
            word = "FLOPs" if left.head.kind == "macs" else "parameters"
            out[c.number - 1] = replace(c, head=head(f"{word} pruned (%)"), use="value", kind="")
    return out


def _alike(table: Table, column: Column, known: list[Column]) -> bool:
    """Whether a column's numbers are printed like those of the columns that are understood."""

    def printed(c: Column) -> tuple[bool, bool]:
        numbers = [n for row in table.rows for n in read(row[c.number - 1].text).outer[:1]]
        return any(n.digits for n in numbers), all(abs(n.value) <= 100 for n in numbers)

    return printed(column) in {printed(c) for c in known}


def _families(table: Table, found: list[Column]) -> list[Column]:
    """Where columns beside it are headed by boards, data sets or models, an unknown heading is one too."""
    bare = [
        c
        for c in found
        if c.use == "value" and not c.head.measures and c.head.role == "value" and c.head.text
    ]
    counts: Counter[str] = Counter(t.kind for c in bare for t in c.head.things[:1])
    if not counts:
        return found
    kind, count = counts.most_common(1)[0]
    unknown = [
        c for c in bare if not c.head.things and not c.head.variants and not c.head.base and not c.head.after
    ]
    if count < (1 if kind == "dataset" else 2) or kind == "runtime":
        return found
    named = {
        c.number: replace(
            c.head, things=(Mention(kind, kind, c.head.text.split(" / ")[-1], 0, len(c.head.text)),)
        )
        for c in unknown
        if len(c.head.text) <= 40 and _alike(table, c, [k for k in bare if k.head.things])
    }
    return [replace(c, head=named[c.number]) if c.number in named else c for c in found]


def _names_models(table: Table, column: Column) -> tuple[float, int]:
    """How well a column serves as that of the models: known names, a plain heading, the leftmost."""
    texts = list(dict.fromkeys(row[column.number - 1].text for row in table.rows))[:_SAMPLE]
    known = _share_text(texts, lambda t: bool(tag(t, ("model",))))
    plainly = bool(re.fullmatch(r"(?:model|network|name|模型|model name|backbone)s?", column.head.text, re.I))
    return (round(known, 1) + 0.6 * plainly, -column.number)


def _by_name(table: Table) -> bool:
    """A table of a name and a value per row, some of which measure something."""
    return any(
        is_head(row[0].text) and is_value(read(row[1].text))
        for row in table.rows
        if row[0].row not in table.bands
    )


def title_of(table: Table, number: int) -> str:
    return " / ".join(table.header_path(number))


def _declared(table: Table, number: int, rules: tuple[Rule, ...]) -> Column | None:
    title = title_of(table, number)
    for rule in rules:
        if rule.column and re.match(rule.column, title, re.IGNORECASE):
            found = replace(_column(table, number, rule.heading or title), says=tuple(rule.says.items()))
            if rule.parts:
                return replace(found, use="value", kind="", parts=rule.parts)
            if rule.skip:
                return replace(found, use="skip", kind="none")
            if rule.condition:
                return replace(found, use="label", kind="condition", condition=rule.condition)
            kind = (found.head.label or found.kind) if found.use == "label" or rule.use == "label" else ""
            if rule.heading and found.head.label and not found.head.measures and rule.use != "value":
                return replace(found, use="label", kind=found.head.label)
            inherited = number <= table.labels
            return replace(found, use=rule.use or found.use, kind=kind, inherited=inherited)
    return None


def _column(table: Table, number: int, title: str | None = None) -> Column:
    title = title_of(table, number) if title is None else title
    if table.kind == "keyed" and number <= 2:
        return Column(
            number, head(""), "label" if number == 1 else "skip", "block" if number == 1 else "text"
        )
    cells = [
        row[number - 1] for row in table.rows if row[0].row not in table.bands and not row[number - 1].spanned
    ][:_SAMPLE] or [row[number - 1] for row in table.rows if row[0].row not in table.bands][:_SAMPLE]
    filled = [c for c in cells if not is_absent(c.text)]
    found = head(title)
    if not filled:
        return Column(number, found, "label" if found.label and not found.measures else "skip", found.label)
    numeric = sum(is_value(read(c.text)) for c in filled) / len(filled)
    kind = found.kind
    if _share(filled, lambda c: bool(_LAYER.match(c.text))) > 0.7:
        return Column(number, found, "label", "layer")
    if found.label == "teacher" and not found.measures:
        return Column(number, found, "label", "teacher")
    if _links(filled):
        return Column(number, found, "skip", "link")
    if re.search(r"bits?\b|precision|w/a", title, re.I) and _share(filled, _is_widths) > 0.6:
        return Column(number, found, "label", "widths")
    if found.label in ("precision", "method", "batch", "input") and kind in ("", "setting"):
        inside = head(title, inside=True)
        if (
            found.label == "precision"
            and _share(filled, lambda c: bool(_BITS.match(c.text)) or bool(_variants(c))) > 0.5
        ):
            return Column(number, found, "label", "bits")
        if numeric < _NUMERIC:
            return Column(number, inside, "label", found.label)
    if kind == "none" or (found.label in ("link", "layer") and not found.measures):
        return Column(number, found, "label" if found.label == "layer" else "skip", found.label or "none")
    if kind == "setting":
        name = found.measures[0].name
        if name == "sparsity" and all(not n.value for c in filled for n in read(c.text).numbers):
            return Column(number, found, "skip", name)
        return Column(number, found, "label", name)
    if numeric >= _NUMERIC and (number <= table.labels) and not found.measures:
        return Column(number, found, "label", _kind_of(found, filled, table, number))
    if numeric >= _NUMERIC or (found.measures and numeric >= 0.25):
        if found.label and not found.measures and not _looks_measured(filled, found):
            return Column(number, found, "label", found.label)
        return Column(number, found, "value", "")
    return Column(number, found, "label", _kind_of(found, filled, table, number))


def _links(cells: list[Cell]) -> bool:
    """Most cells are links of few different words: "[Model](...)", "[下载链接](...)"."""
    linked = [c for c in cells if c.links]
    texts = {c.text for c in cells}
    few = len(texts) <= max(2, len(cells) // 5) and not any(read(t).numbers for t in texts)
    return len(linked) > 0.6 * len(cells) and few and not any(tag(t, ("model",)) for t in texts)


def is_value(content: Content) -> bool:
    """Whether the cell is a number, or numbers with words that do not make it a name."""
    return bool(content.numbers) and bool(_BESIDE.match(content.rest))


def _looks_measured(cells: list[Cell], found: Head) -> bool:
    """A column headed "Quantization" or "Model" may still hold measurements: decimals or units."""
    if found.variants or found.label in ("dataset", "student"):
        return True
    return _share(cells, lambda c: any(n.digits or n.unit for n in read(c.text).numbers)) > 0.5


def _share(cells: list[Cell], test: object) -> float:
    return sum(bool(test(c)) for c in cells) / len(cells) if cells else 0.0  # type: ignore[operator]


def _is_widths(cell: Cell) -> bool:
    return bool(re.match(r"^\W*\d{1,2} ?/ ?\d{1,2}(?:\W+\d{1,2})?\W*$", cell.text))


def _variants(cell: Cell) -> bool:
    return bool(tag(cell.text, ("variant",), True))


def _kind_of(found: Head, cells: list[Cell], table: Table, number: int) -> str:
    """By the heading; where it says nothing (or only "name"), by what most cells name."""
    texts = list(dict.fromkeys(c.text for c in cells))
    if _share_text(texts, lambda t: bool(_LINK.match(t))) > 0.6 and found.label != "model":
        return "link"
    votes: Counter[str] = Counter()
    for text in texts:
        for kind in ("dataset", "hardware", "runtime", "model"):
            if tag(text, (kind,)):
                votes[kind] += 1
        if tag(text, ("variant",)):
            votes["method"] += 1
        if (h := head(text)).measures and h.kind not in ("none", "setting"):
            votes["metric"] += 1
    n = len(texts)
    label = found.label
    if label in (
        "teacher",
        "student",
        "layer",
        "program",
        "link",
        "batch",
        "input",
        "metric",
        "dataset",
        "hardware",
    ):
        if label == "dataset" and not votes["dataset"] and re.search(r"task|domain|任务", found.text, re.I):
            return "metric" if votes["metric"] > 0.6 * n else "other"
        if label == "dataset" and votes["metric"] > 0.6 * n and votes["dataset"] < 0.4 * n:
            return "metric"
        return label
    if label in ("method", "precision", "runtime"):
        if label == "runtime" and votes["runtime"] < 0.2 * n and votes["model"] > 0.6 * n:
            return "model"
        if label == "method" and votes["model"] > 0.8 * n and votes["method"] < 0.2 * n:
            return "model"
        return label
    if label == "model":
        if votes["model"] < 0.2 * n and votes["method"] > 0.7 * n:
            return "variant"
        return "model"
    if (
        number == 1
        and not table.labels
        and _share_text(texts, _like_a_model) >= 0.5
        and votes["metric"] < 0.3 * n
    ):
        return "model"
    if not votes:
        return "other"
    best, count = max(votes.items(), key=lambda kv: (kv[1], kv[0] == "model"))
    if count < 0.4 * n:
        return "other"
    if best == "metric" and votes["model"] >= votes["metric"]:
        best = "model"
    if best == "method" and votes["model"] >= 0.5 * n:
        return "model"
    if best == "method":
        return "variant"
    return best


def _like_a_model(text: str) -> bool:
    """Letters and digits are left when what was done is taken off: "VILA1.5-3B-AWQ"."""
    left = without(text, tag(text, ("variant",)))
    kinds = ("dataset", "hardware", "runtime", "measure")
    return bool(re.match(r"[A-Za-z][\w.\- ]*\d", left)) and len(left) <= 50 and not tag(left, kinds)


def _share_text(texts: list[str], test: object) -> float:
    return sum(bool(test(t)) for t in texts) / len(texts) if texts else 0.0  # type: ignore[operator]
