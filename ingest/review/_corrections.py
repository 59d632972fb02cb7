"""Accepted corrections as a patch of our own data: names to aliases, headings to declarations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest._rules import rules
from ingest.exchange import search_all, to_record, write_whole
from ingest.normalize import key
from ingest.review import _toml
from ingest.review._edit import EDITABLE, field_of
from ingest.review._session import Client
from kgpress.errors import InvalidInput
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb

_NAMES = "ingest/normalize/names"
_SOURCES = "ingest/sources"
#: Column -> the file that a new entity of its kind goes to.
_FILES = {
    "model": "models.toml",
    "dataset": "datasets.toml",
    "hardware": "hardware.toml",
    "runtime": "runtimes.toml",
    "metric": "metrics.toml",
}
_QUANTITIES = tuple(c.name for c in EDITABLE if c.unit)
_LONGEST_ALIAS = 80


@dataclass(frozen=True, order=True)
class Alias:
    """``raw`` is another name of the entity ``name``. ``kind``: a key of ``_FILES``."""

    kind: str
    raw: str
    name: str


@dataclass(frozen=True, order=True)
class Header:
    """In documents of ``source``, a column headed ``text`` holds ``means``: a column of docs/exchange.md."""

    source: str
    text: str
    means: str


@dataclass
class Learned:
    """What corrections teach, and in sentences what they do not."""

    aliases: set[Alias] = field(default_factory=set)
    headers: set[Header] = field(default_factory=set)
    left: list[str] = field(default_factory=list)


def write_diff(
    client: Client, request: ev.SearchEvidenceRequest, out: Path, project: Path | None = None
) -> tuple[int, list[str]]:
    """Writes a unified diff against ``project`` that ``git apply`` takes; nothing where there is nothing.

    Args:
        request: Which corrections; always only accepted ones that no other curator disputes.
        project: The checkout; by default the one that runs.

    Returns:
        How many aliases and headings it adds, and what was left out.

    Raises:
        OutputError: the file cannot be written.
    """
    root = project or Path(__file__).parents[2]
    learned = learn(client, request)
    texts = _Texts(root)
    count = 0
    for entry in _undisputed(learned):
        try:
            count += texts.add_alias(entry) if isinstance(entry, Alias) else texts.add_header(entry)
        except InvalidInput as error:
            learned.left.append(str(error))
    if count:
        write_whole(out, texts.diff().encode())
    return count, list(dict.fromkeys(learned.left))


def learn(client: Client, request: ev.SearchEvidenceRequest) -> Learned:
    """Compares each corrected result with what was read of it."""
    asked = ev.SearchEvidenceRequest()
    asked.CopyFrom(request)
    asked.corrected, asked.conflict = True, False
    asked.states[:] = [pb.EVIDENCE_STATE_ACCEPTED]
    learned = Learned()
    for result in search_all(client, asked):
        machine = next(
            (r for r in reversed(client.get_evidence(result.id).history) if not _by_curator(r)), None
        )
        if machine is not None:
            _compare(machine, result, learned)
    return learned


def _by_curator(reading: pb.Interpretation) -> bool:
    return any(d.origin == "curator" for d in reading.derivations)


def _compare(machine: pb.Interpretation, result: pb.ReferenceResult, learned: Learned) -> None:
    before = to_record(pb.ReferenceResult(interpretation=machine))
    after = to_record(result)
    derived = {d.field: d for d in machine.derivations}
    place = f"{result.source.name} {result.locator.cell.path}, line {result.locator.cell.line}"
    for kind in _FILES:
        if kind in after and before.get(kind) != after[kind]:
            raw = _raw(derived.get(kind))
            if not raw or len(raw) > _LONGEST_ALIAS or not re.search(r"[^\W\d_]", raw):
                learned.left.append(
                    f"{place}: {kind} {after[kind]!r} was read from no name; declare it by hand"
                )
            elif key(raw) != key(after[kind]):
                learned.aliases.add(Alias(kind, raw, after[kind]))
    if before.get("strategy") != after.get("strategy"):
        learned.left.append(f"{place}: the strategy was corrected; declare it by hand")
    _compare_quantities(before, after, derived, result.source.name, place, learned)


def _compare_quantities(
    before: dict[str, Any],
    after: dict[str, Any],
    derived: dict[str, pb.Derivation],
    source: str,
    place: str,
    learned: Learned,
) -> None:
    """A number that went to another field says what its column means; one that went away: nothing."""
    gone = [n for n in _QUANTITIES if n in before and n not in after and field_of(n) in derived]
    come = [n for n in _QUANTITIES if n in after and before.get(n) != after[n]]
    for name in gone:
        heading = derived[field_of(name)].cell.column_name.rpartition(" / ")[2].strip()
        takers = [n for n in come if abs(after[n]) == abs(before[name])]
        if not heading or len(takers) > 1:
            learned.left.append(f"{place}: {name} was corrected; declare its column by hand")
        else:
            learned.headers.add(Header(source, heading, takers[0] if takers else "nothing"))
        come = [n for n in come if n not in takers]
    for name in come:
        if name in before or name != "delta":
            learned.left.append(f"{place}: {name} was corrected to another number; no rule follows from it")


def _raw(derivation: pb.Derivation | None) -> str:
    """The words as the document has them; the place may stand behind them."""
    if derivation is None or derivation.origin in ("default", "declaration", "curator"):
        return ""
    return (derivation.raw.rpartition(" @ ")[0] or derivation.raw).strip()


def _undisputed(learned: Learned) -> Iterator[Alias | Header]:
    """What no other correction contradicts, in a fixed order; the rest is said to be left out."""
    names: dict[tuple[str, str], set[str]] = {}
    for alias in learned.aliases:
        names.setdefault((alias.kind, key(alias.raw)), set()).add(alias.name)
    meanings: dict[tuple[str, str], set[str]] = {}
    for header in learned.headers:
        meanings.setdefault((header.source, header.text), set()).add(header.means)
    yield from _single(sorted(learned.aliases), lambda a: names[a.kind, key(a.raw)], "raw", learned)
    yield from _single(sorted(learned.headers), lambda h: meanings[h.source, h.text], "text", learned)


def _single(entries: Iterable[Any], said: Any, shown: str, learned: Learned) -> Iterator[Any]:
    for entry in entries:
        if len(said(entry)) == 1:
            yield entry
        else:
            learned.left.append(
                f"{getattr(entry, shown)!r} was corrected to {', '.join(sorted(said(entry)))}"
            )


class _Texts:
    """Files of the project as they are and as they become."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._old: dict[str, str] = {}
        self._new: dict[str, str] = {}
        for path in sorted((root / _NAMES).glob("*.toml")):
            self._load(f"{_NAMES}/{path.name}")

    def add_alias(self, alias: Alias) -> int:
        """1, or 0 where it is known. Raises InvalidInput where it names another entity."""
        known = {name for name, written in self._names(alias.kind) if written == key(alias.raw)}
        if alias.name in known:
            return 0
        if known:
            raise InvalidInput(
                f"{alias.raw!r} is a name of {', '.join(sorted(known))}, corrected to {alias.name}",
                remedy="decide by hand",
            )
        path = self._file_of(alias)
        self._change(path, _toml.add_alias(self._new[path], alias.name, alias.raw))
        return 1

    def add_header(self, header: Header) -> int:
        rules({"header": [{"text": header.text, "means": header.means}]})
        path = self._declaration(header.source)
        declared = _toml.read(self._new[path], path).get("header", [])
        if any(h.get("text") == header.text for h in declared):
            raise InvalidInput(f"{path} declares {header.text!r} already", remedy="decide by hand")
        self._change(path, _toml.add_header(self._new[path], header.text, header.means))
        return 1

    def diff(self) -> str:
        parts = []
        for path in sorted(self._new):
            old, new = self._old[path], self._new[path]
            if old != new:
                parts.append(_unified(path, old, new))
        return "".join(parts)

    def _names(self, kind: str) -> Iterator[tuple[str, str]]:
        """(entity, key) of every name of the kind."""
        for path in self._of_kind(kind):
            for entity in _toml.read(self._new[path], path).get("entity", []):
                for word in (
                    entity["name"],
                    *(w for k in ("aliases", "words", "short") for w in entity.get(k, ())),
                ):
                    yield entity["name"], key(word)

    def _of_kind(self, kind: str) -> list[str]:
        own = {f"{_NAMES}/{name}": k for k, name in _FILES.items()} | {f"{_NAMES}/llm_tasks.toml": "dataset"}
        return [p for p in self._new if p.startswith(_NAMES) and own.get(p) == kind]

    def _file_of(self, alias: Alias) -> str:
        for path in self._of_kind(alias.kind):
            if any(e["name"] == alias.name for e in _toml.read(self._new[path], path).get("entity", [])):
                return path
        path = f"{_NAMES}/{_FILES[alias.kind]}"
        if path not in self._new:
            self._old[path] = self._new[path] = ""
        return path

    def _declaration(self, source: str) -> str:
        for file in sorted((self._root / _SOURCES).glob("*.toml")):
            path = f"{_SOURCES}/{file.name}"
            if path not in self._new:
                self._load(path)
            declared = _toml.read(self._new[path], path)
            own = declared.get("source", {})
            places = {own.get("name"), f"{own.get('owner')}/{own.get('repository')}"}
            places |= {at.get("repository") for at in declared.get("crawl", {}).get("at", [])}
            if source in places:
                return path
        raise InvalidInput(f"no file in {_SOURCES} declares {source!r}", remedy="add one")

    def _load(self, path: str) -> None:
        self._old[path] = self._new[path] = (self._root / path).read_text(encoding="utf-8")

    def _change(self, path: str, text: str) -> None:
        _toml.read(text, path)
        self._new[path] = text


def _unified(path: str, old: str, new: str) -> str:
    head = f"diff --git a/{path} b/{path}\n" + ("" if old else "new file mode 100644\n")
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{path}" if old else "/dev/null",
        f"b/{path}",
    )
    return head + "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
