"""What makes a result the same result: the place it stands in, not the numbers it holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kgpress.v1 import types_pb2

#: Fields that came to the contract after results had been named; absent, they do not count.
_LATER = frozenset({"part", "box"})
#: How to open the document, not which cell it is.
_NO_PLACE = frozenset({"url"})


def canonical_locator(locator: types_pb2.Locator) -> str:
    """The locator as JSON with every field in a fixed order, absent ones included."""
    kind = locator.WhichOneof("kind")
    place = getattr(locator, kind) if kind else None
    fields: dict[str, Any] = {"kind": kind}
    if place is not None:
        names = [f.name for f in place.DESCRIPTOR.fields if f.name not in _LATER | _NO_PLACE]
        fields |= {name: getattr(place, name) for name in names}
    if kind == "cell":
        cell = locator.cell
        if cell.part:
            fields["part"] = cell.part
        # Readers measure boxes a little differently; a row and column name the cell better.
        if cell.box and not cell.row:
            fields["box"] = [round(edge) for edge in cell.box]
    return json.dumps(fields, sort_keys=True, ensure_ascii=False)


def result_id(locator: types_pb2.Locator) -> str:
    """SHA-256 of the locator's canonical form."""
    return hashlib.sha256(canonical_locator(locator).encode()).hexdigest()


def digest(interpretation: types_pb2.Interpretation) -> str:
    """Equal for two readings exactly when they say the same."""
    return hashlib.sha256(interpretation.SerializeToString(deterministic=True)).hexdigest()


#: How a reading came about, not what it says.
_HOW = ("derivations", "rules", "confidence", "cluster")


def meaning(interpretation: types_pb2.Interpretation) -> str:
    """Equal for two readings that say the same of the result, however they were derived."""
    bare = types_pb2.Interpretation()
    bare.CopyFrom(interpretation)
    for field in _HOW:
        bare.ClearField(field)  # type: ignore[arg-type]
    return digest(bare)


def source_id(source: types_pb2.Source) -> str:
    parts = [source.kind, source.name, source.version, source.url]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def trusting(source: types_pb2.Source) -> tuple[str, str]:
    """Ids of the sources whose trust covers this one: itself, and all of its name."""
    return source_id(source), source_id(types_pb2.Source(kind=source.kind, name=source.name))
