"""A source as declared in ``sources/NAME.toml``: its documents, what their columns mean, its rules.

A new source of a known shape is a new TOML file, no code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ingest._rules import Rule, rules
from kgpress.errors import InvalidInput, UnknownName

#: The parts of a quantity: the two sides, the difference, and the ratio after / before.
PARTS = ("after", "before", "change", "kept")


@dataclass(frozen=True)
class File:
    """A document of the repository. With a hash, other bytes are refused."""

    path: str
    sha256: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Column:
    """Where a value stands and how it is written.

    ``unit``: see :mod:`ingest.meaning`. ``complement``: 1 - x (an error, a saved share);
    ``inverse``: 1 / x. With ``table``, the value is joined from another table's rows that
    match ``where``, by ``aggregate`` ("one": all must agree; "mean").
    """

    column: str
    unit: str = "number"
    complement: bool = False
    inverse: bool = False
    table: str = ""
    where: dict[str, str] = field(default_factory=dict)
    aggregate: str = "one"


@dataclass(frozen=True)
class Quantity:
    """Alternative columns for each part; the first that is filled counts, the others must agree."""

    parts: dict[str, tuple[Column, ...]]
    #: Both sides are in an unknown common unit, so only their ratio says something.
    ratio_only: bool = False


@dataclass(frozen=True)
class Remark:
    """Cells that match take the result out of the accepted ones, with a reason."""

    column: str
    matches: str
    reason: str


@dataclass(frozen=True)
class Table:
    name: str
    path: str
    #: "rows": one outcome per row. "matrix": one per cell whose heading matches ``pattern``.
    #: "lookup": read for joins only.
    layout: str = "rows"
    pattern: str = ""
    names: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    #: Field -> the column of another table that must list the name.
    known: dict[str, Column] = field(default_factory=dict)
    qualities: dict[str, Quantity] = field(default_factory=dict)
    sizes: dict[str, Quantity] = field(default_factory=dict)
    settings: dict[str, Column] = field(default_factory=dict)
    #: Columns kept as they stand, among the derivations.
    context: tuple[str, ...] = ()
    #: Columns that tell one run from another, so that equal values are no copies.
    distinguish: tuple[str, ...] = ()
    quarantine: tuple[Remark, ...] = ()
    doubt: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class StrategyRule:
    """Which catalogue methods a paper's method is. ``known``: "C3.sparsity" -> "saved" or a setting."""

    paper: str
    steps: tuple[str, ...]
    method: str = "*"
    known: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    name: str
    rules: str
    owner: str
    repository: str
    commit: str
    licence: str
    files: tuple[File, ...]
    tables: tuple[Table, ...]
    strategies: tuple[StrategyRule, ...]
    datasets: dict[str, dict[str, Any]]
    families: dict[str, str]
    papers: dict[str, dict[str, Any]]
    #: Results that pass every check are accepted; otherwise they wait for a curator.
    accept: bool = False
    #: What the general rules cannot know of its tables.
    meanings: tuple[Rule, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.owner}/{self.repository}"

    def table(self, name: str) -> Table:
        return next(t for t in self.tables if t.name == name)


def names() -> list[str]:
    """The sources that ship with this version."""
    folder = files("ingest.sources")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def load(name: str) -> Source:
    """The declared source, by name or by the path of a TOML file.

    Raises:
        UnknownName: there is no such source.
        InvalidInput: the declaration does not read.
    """
    if name.endswith(".toml"):
        return parse(Path(name).read_text("utf-8"), name)
    if name not in names():
        raise UnknownName("source", name, names())
    return parse(files("ingest.sources").joinpath(f"{name}.toml").read_text("utf-8"), name)


@cache
def of_label(label: str) -> str:
    """The name of the source that declares the repository OWNER/NAME, or ""."""
    return next((n for n in names() if label in _labels(n)), "")


@cache
def _labels(name: str) -> frozenset[str]:
    data = tomllib.loads(files("ingest.sources").joinpath(f"{name}.toml").read_text("utf-8"))
    source = data.get("source", {})
    places = [p.get("repository", "") for p in data.get("crawl", {}).get("at", ())]
    return frozenset([f"{source.get('owner', '')}/{source.get('repository', '')}", *places])


def parse(text: str, name: str = "source") -> Source:
    try:
        return _source(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"the declaration of {name} does not read: {error}", remedy="see docs/sources.md", field="source"
        ) from None


def _source(data: dict[str, Any]) -> Source:
    return Source(
        **({"owner": "", "repository": "", "commit": ""} | data["source"]),
        files=tuple(File(**f) for f in data.get("file", ())),
        tables=tuple(_table(t) for t in data.get("table", ())),
        strategies=tuple(StrategyRule(**s | {"steps": tuple(s["steps"])}) for s in data.get("strategy", ())),
        datasets=data.get("dataset", {}),
        families=data.get("family", {}),
        papers=data.get("paper", {}),
        accept=data.get("acceptance", {}).get("accept", False),
        meanings=rules(data),
    )


def _table(data: dict[str, Any]) -> Table:
    data = dict(data)
    for group in ("qualities", "sizes"):
        data[group] = {name: _quantity(q) for name, q in data.get(group, {}).items()}
    for group in ("settings", "known"):
        data[group] = {name: Column(**c) for name, c in data.get(group, {}).items()}
    for columns in ("context", "distinguish"):
        data[columns] = tuple(data.get(columns, ()))
    for group in ("quarantine", "doubt"):
        data[group] = tuple(Remark(**r) for r in data.get(group, ()))
    return Table(**data)


def _quantity(data: dict[str, Any]) -> Quantity:
    data = dict(data)
    ratio_only = data.pop("ratio_only", False)
    if stray := set(data) - set(PARTS):
        raise TypeError(f"a quantity has no part {sorted(stray)}")
    return Quantity({part: tuple(Column(**c) for c in data.get(part, ())) for part in PARTS}, ratio_only)
