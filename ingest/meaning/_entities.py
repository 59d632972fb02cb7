"""Which numbers of a table are of one variant of a model, and so of one result."""

from __future__ import annotations

from collections import defaultdict

from ingest.meaning._facts import Fact
from ingest.meaning._sides import Side
from ingest.meaning._words import Mention
from ingest.tables._table import Table


def entities(group: list[Side]) -> list[list[Side]]:
    """The compressed numbers of a table, together what is of one variant."""
    if _is_list_of_models(group):
        return []
    found: dict[object, list[Side]] = defaultdict(list)
    for s in group:
        if s.side == "after":
            found[_entity(s)].append(s)
    _merge_speeds(found)
    _merge_changes(found)
    return list(found.values())


def pool(tables: list[tuple[Table, list[Side]]]) -> None:
    """Joins tables of one name and one value per row that describe the document's only model."""
    pairs = [(t, g) for t, g in tables if t.width == 2 and g and all(s.fact.by_row for s in g)]
    seen = [(s.fact.kind, s.fact.metric) for _, g in pairs for s in g]
    if len(pairs) < 2 or len(set(seen)) < len(seen):
        return
    first = pairs[0][1]
    best = next((s for _, g in pairs for s in g if s.fact.kind == "quality"), first[0])
    for _, group in pairs:
        for s in group:
            s.pooled = True
            for name, named in best.things.items():
                s.things.setdefault(name, named)
    for _, group in pairs[1:]:
        first.extend(group)
        group.clear()


def _merge_speeds(entities: dict[object, list[Side]]) -> None:
    """Speeds under "TRT-INT8" are of the row's quantized model, where the row states one quality of it."""
    rows: dict[int, list[object]] = defaultdict(list)
    for key, members in entities.items():
        if isinstance(key, tuple) and key[0] == "row":
            rows[members[0].fact.row].append(key)
    for keys in rows.values():
        measured = [k for k in keys if any(s.fact.kind == "quality" for s in entities[k])]
        if len(measured) != 1:
            continue
        target = entities[measured[0]]
        if not any(_narrow(v) for v in target[0].fact.line.variants) or target[0].fact.column.head.variants:
            continue
        for key in keys:
            head = entities[key][0].fact.column.head
            if key != measured[0] and head.variants and all(_narrow(v) for v in head.variants):
                target.extend(entities.pop(key))


def _merge_changes(entities: dict[object, list[Side]]) -> None:
    """A column of differences that names no variant is of the row's one compressed variant."""
    rows: dict[int, list[object]] = defaultdict(list)
    for key, members in entities.items():
        if isinstance(key, tuple) and key[0] == "row":
            rows[members[0].fact.row].append(key)
    for keys in rows.values():
        loose = [
            k
            for k in keys
            if all(s.fact.role != "value" and not s.fact.column.head.variants for s in entities[k])
        ]
        rest = [k for k in keys if k not in loose]
        if len(rest) == 1:
            for key in loose:
                entities[rest[0]].extend(entities.pop(key))


def _narrow(v: Mention) -> bool:
    """Quantized to less than 16 bits, or by an unnamed number of them."""
    return v.data.get("family") == "quantization" and int(v.data["level"]) == 2


def _is_list_of_models(group: list[Side]) -> bool:
    """A long list of models among which a few names sound compressed, none beside its own base."""
    rows = {s.fact.row for s in group}
    compressed = {s.fact.row for s in group if s.side == "after"}
    if any(s.fact.kind != "quality" for s in group):
        return False
    return len(rows) > 40 and len(compressed) < 0.06 * len(rows)


def _entity(s: Side) -> object:
    """What one variant's numbers share: the row and its heading's variant; or the column."""
    f = s.fact
    if s.pooled:
        return "document"
    if f.by_row and f.line.head_text and not f.line.things.get("dataset") and f.head.kind != "":
        return ("column", f.cell.column, _labels(f))
    return ("row", f.row, tuple(sorted(_variant_key(f.column.head.variants))))


def _labels(f: Fact) -> tuple[str, ...]:
    return tuple(
        sorted(n.raw for k, n in f.line.things.items() if n.origin == "cell" and k in ("model", "hardware"))
    )


def _variant_key(variants: tuple[Mention, ...]) -> set[str]:
    return {f"{v.name}{v.data.get('b', '')}{v.data.get('w', '')}{v.data.get('a', '')}" for v in variants}
