"""What documents state of uncompressed models themselves: parameters, operations, input, year."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.normalize._key import key
from ingest.normalize._published import strategy_of
from ingest.normalize._resolve import resolve
from ingest.tables import Cell, Document, Table
from kgpress.v1 import types_pb2 as pb

_NUMBER = re.compile(r"([\d,]+(?:\.\d+)?)\s*([KMGB])?(?:[a-z ]*)", re.IGNORECASE)
#: A bare number of parameters below this is written in some unit that is not stated.
_WHOLE = Decimal(1_000)
_MAX_TEXT = 40
_MAX_ALIASES = 20


def model_facts(documents: Iterable[tuple[Document, pb.Source]]) -> list[pb.Entity]:
    """One entity per model with the facts that the documents state, each with its cell, by name.

    A fact that is stated again with the same value is kept once, with its first cell. Rows of compressed
    variants state nothing of the model itself and are left out.
    """
    entities: dict[str, pb.Entity] = {}
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for document, source in documents:
        for raw, fact in _stated(document, source):
            resolved = resolve("model", raw)
            entity = entities.setdefault(
                resolved.key, pb.Entity(kind="model", name=resolved.name, reviewed=resolved.known)
            )
            if raw != entity.name and raw not in entity.aliases and len(entity.aliases) < _MAX_ALIASES:
                entity.aliases.append(raw)
            told = (fact.name, fact.text or f"{fact.number:.6g}")
            if told not in seen[resolved.key]:
                seen[resolved.key].add(told)
                entity.facts.append(fact)
    return sorted(entities.values(), key=lambda e: e.name)


def _stated(document: Document, source: pb.Source) -> Iterator[tuple[str, pb.EntityFact]]:
    for table in document.tables:
        columns = _columns(table)
        names = [n for n, what in columns.items() if what == "model"]
        facts = {n: what for n, what in columns.items() if what != "model"}
        if not names or not facts:
            continue
        for row in table.rows:
            raw = row[names[0] - 1].text.strip()
            if not raw or strategy_of([raw]) is not None or len(raw) > 120:
                continue
            for number, entry in facts.items():
                cell = row[number - 1]
                fact = _fact(entry, cell)
                if fact is None:
                    continue
                fact.source.CopyFrom(source)
                fact.cell.CopyFrom(_place(document, table, cell))
                yield raw, fact


def _columns(table: Table) -> dict[int, Any]:
    """Column -> "model" or the entry of the fact that its innermost heading names."""
    headings, models = _headings()
    out: dict[int, Any] = {}
    width = len(table.heading[-1]) if table.heading else 0
    for column in range(1, width + 1):
        path = table.header_path(column)
        said = key(path[-1]) if path else ""
        if said in models and "model" not in out.values():
            out[column] = "model"
        elif said in headings:
            out[column] = headings[said]
    return out


@cache
def _headings() -> tuple[dict[str, dict[str, Any]], frozenset[str]]:
    told = _told()
    headings = {key(h): entry for entry in told["fact"] for h in entry["headings"]}
    return headings, frozenset(key(m) for m in told["model"])


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files("ingest.normalize").joinpath("names", "facts.toml").read_text("utf-8"))


def _fact(entry: dict[str, Any], cell: Cell) -> pb.EntityFact | None:
    text = cell.text.strip()
    if not text or cell.struck:
        return None
    if entry.get("text"):
        return pb.EntityFact(name=entry["name"], text=text) if len(text) <= _MAX_TEXT else None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    number = Decimal(match[1].replace(",", ""))
    suffix = (match[2] or "").upper()
    if "factor" in entry and not suffix:
        number *= Decimal(entry["factor"])
    elif suffix:
        number *= Decimal(_told()["suffix"][suffix])
    elif number < _WHOLE:
        return None
    return pb.EntityFact(name=entry["name"], number=float(number)) if number > 0 else None


def _place(document: Document, table: Table, cell: Cell) -> pb.CellLocator:
    return pb.CellLocator(
        document_hash=document.sha256,
        path=document.path,
        line=cell.line,
        row=cell.row,
        column=cell.column,
        column_name=cell.column_name[:200],
        xpath=cell.xpath,
        page=cell.page,
        table=table.index,
    )
