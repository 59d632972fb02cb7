"""Which columns hold numbers and which name things, by their headings and all their cells together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ingest.meaning._cells import Content, is_absent, read
from ingest.meaning._heads import Head, head
from ingest.meaning._words import tag
from ingest.tables._table import Cell, Table

#: A column is one of numbers from this share of numeric cells on.
_NUMERIC = 0.5
_SAMPLE = 60
_BITS = re.compile(r"^\s*(?:u?int|w|a)?[-_ ]?(\d{1,2})(?:[-_ ]?bits?|b)?\s*$", re.IGNORECASE)
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


def columns(table: Table) -> tuple[Column, ...]:
    """The uses of all columns."""
    return tuple(_column(table, number) for number in range(1, table.width + 1))


def _column(table: Table, number: int) -> Column:
    title = " / ".join(table.header_path(number))
    cells = [
        row[number - 1] for row in table.rows if row[0].row not in table.bands and not row[number - 1].spanned
    ][:_SAMPLE] or [row[number - 1] for row in table.rows if row[0].row not in table.bands][:_SAMPLE]
    filled = [c for c in cells if not is_absent(c.text)]
    found = head(title)
    if not filled:
        return Column(number, found, "label" if found.label and not found.measures else "skip", found.label)
    numeric = sum(is_value(read(c.text)) for c in filled) / len(filled)
    kind = found.kind
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
        return Column(number, found, "label", found.measures[0].name)
    if numeric >= _NUMERIC and (number <= table.labels) and not found.measures:
        return Column(number, found, "label", _kind_of(found, filled, table, number))
    if numeric >= _NUMERIC or (found.measures and numeric >= 0.25):
        if found.label and not found.measures and not _looks_measured(filled, found):
            return Column(number, found, "label", found.label)
        return Column(number, found, "value", "")
    return Column(number, found, "label", _kind_of(found, filled, table, number))


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


def _share_text(texts: list[str], test: object) -> float:
    return sum(bool(test(t)) for t in texts) / len(texts) if texts else 0.0  # type: ignore[operator]
