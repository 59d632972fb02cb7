"""A corrected reading from edited columns; everything that is not edited stays as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from ingest.exchange import BY_NAME, COLUMNS, BadRow, Column, to_record, to_result
from kgpress.errors import InvalidInput
from kgpress.v1 import types_pb2 as pb

_READING = "interpretation."
#: Not a matter of reading: who vouches for it and how it came about.
_NEVER = (
    "catalogue_version",
    "rules",
    "confidence",
    "cluster",
    "split",
    "per_layer",
    "layer",
    "seconds",
    "test_before",
    "test_after",
)
_SPECIAL = ("strategy", "metric", "delta")
#: Offered even where they are empty.
_ALWAYS = ("model", "dataset", "metric", "before", "after", "delta", "strategy", "hardware", "runtime")

#: What a curator can correct, in the order of the exchange format.
EDITABLE: tuple[Column, ...] = tuple(
    c for c in COLUMNS if (c.path.startswith(_READING) or c.name in _SPECIAL) and c.name not in _NEVER
)


def fields(result: pb.ReferenceResult) -> dict[str, str]:
    """Column -> text of what the result says, and the main columns where it says nothing."""
    record = to_record(result)
    texts = {c.name: _text(record.get(c.name)) for c in EDITABLE}
    if "before" in record and "after" in record:
        texts["delta"] = ""
    return {name: text for name, text in texts.items() if text or name in _ALWAYS}


def corrected(result: pb.ReferenceResult, edits: Mapping[str, str]) -> pb.Interpretation:
    """The reading with the edited columns, each derived from the curator.

    Args:
        edits: Column -> new text, with units as in docs/exchange.md; empty removes.

    Raises:
        InvalidInput: a text cannot be read, or nothing was changed; the sentence names the column.
    """
    before = fields(result)
    changed = {n: t.strip() for n, t in edits.items() if t.strip() != before.get(n, "")}
    if not changed:
        raise InvalidInput("nothing was changed", remedy="change a field, or accept it as it is")
    texts = {n: t for n, t in (before | changed).items() if t}
    try:
        parsed = to_result(texts | {"source": result.source.name or "?"}, {}, result.locator.cell)
    except BadRow as bad:
        column, reason = bad.faults[0]
        raise InvalidInput(f"{column}: {reason}", field=column) from None
    reading = pb.Interpretation()
    reading.CopyFrom(result.interpretation)
    for name in changed:
        _take(reading, parsed.interpretation, name)
        _derive(reading, name, before.get(name, ""), removed=name not in texts)
    if reading.derivations:
        reading.confidence = min(d.confidence for d in reading.derivations)
    return reading


def field_of(column: str) -> str:
    """What derivations call a column: "after.size_bytes" for size_after."""
    path = BY_NAME[column].path
    return path.removeprefix(_READING) or {"delta": "change.quality"}.get(column, column)


def _take(reading: pb.Interpretation, parsed: pb.Interpretation, name: str) -> None:
    if name in ("strategy", "metric"):
        reading.ClearField(name)  # type: ignore[arg-type]
        if parsed.HasField(name):  # type: ignore[arg-type]
            getattr(reading, name).CopyFrom(getattr(parsed, name))
        return
    *parents, leaf = field_of(name).split(".")
    old, new = reduce(getattr, parents, reading), reduce(getattr, parents, parsed)
    if new.DESCRIPTOR.fields_by_name[leaf].has_presence and not new.HasField(leaf):
        old.ClearField(leaf)
    else:
        setattr(old, leaf, getattr(new, leaf))


def _derive(reading: pb.Interpretation, name: str, old: str, *, removed: bool) -> None:
    """The curator's word in place of the old derivation; its cell is kept, so that rules can learn."""
    field = field_of(name)
    had = [d for d in reading.derivations if d.field == field]
    kept = [d for d in reading.derivations if d.field != field]
    del reading.derivations[:]
    reading.derivations.extend(kept)
    if removed:
        return
    entry = reading.derivations.add(field=field, origin="curator", raw=old, confidence=1.0)
    if had and had[0].HasField("cell"):
        entry.cell.CopyFrom(had[0].cell)


def _text(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)
