"""YAML and JSON text to a tree whose every node knows its line. Nothing is constructed: all is text.

Aliases stay references, so a bomb of anchors costs nothing here; who walks the tree counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from ingest.tables import _limits
from ingest.tables._table import TableError

#: libyaml is several times faster; its events are the same.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULLS = frozenset({"~", "null", "Null", "NULL"})


@dataclass(slots=True, eq=False)
class Node:
    """``kind``: "scalar" (``text``), "mapping" (``pairs`` of key and value) or "sequence" (``items``)."""

    kind: str
    line: int
    text: str = ""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)


class _Builder:
    """A stack machine over open/close events, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self._open: list[tuple[Node, str]] = []
        self._key: list[Node | None] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def _tick(self, line: int) -> None:
        self._count += 1
        if self._count > _limits.NODES:
            raise TableError(
                f"the document has more than {_limits.NODES:,} values (line {line})", remedy="split it"
            )

    def open(self, kind: str, line: int, anchor: str = "") -> None:
        self._tick(line)
        if len(self._open) >= _limits.DEPTH:
            raise TableError(
                f"the document is nested more than {_limits.DEPTH} deep (line {line})", remedy="leave it out"
            )
        self._open.append((Node(kind, line), anchor))
        self._key.append(None)

    def close(self) -> None:
        node, anchor = self._open.pop()
        self._key.pop()
        self._put(node, anchor)

    def scalar(self, text: str, line: int, anchor: str = "") -> None:
        self._tick(line)
        self._put(Node("scalar", line, text), anchor)

    def alias(self, name: str, line: int) -> None:
        self._tick(line)
        # An alias within its own anchor names nothing yet: it stays text.
        self._put(self._anchors.get(name) or Node("scalar", line, f"*{name}"), "")

    def _put(self, node: Node, anchor: str) -> None:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.roots.append(node)
            return
        parent = self._open[-1][0]
        if parent.kind == "sequence":
            parent.items.append(node)
        elif (key := self._key[-1]) is None:
            self._key[-1] = node
        else:
            self._key[-1] = None
            if key.text == "<<" and node.kind == "mapping":
                parent.pairs.extend(node.pairs[: _limits.COLUMNS])
            else:
                parent.pairs.append((key, node))

    def new_document(self) -> None:
        self._anchors.clear()


def read_yaml(text: str, first: int, faults: list[str]) -> list[Node]:
    """The roots of a YAML stream; ``first`` is the number of its first line. Tags are ignored.

    A text that ceases to be YAML is read up to there, with a fault.

    Raises:
        TableError: too many values, or nested too deep.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            line = event.start_mark.line + first
            if isinstance(event, yaml.ScalarEvent):
                plain = event.style is None
                builder.scalar(
                    "" if plain and event.value in _NULLS else event.value, line, event.anchor or ""
                )
            elif isinstance(event, yaml.MappingStartEvent):
                builder.open("mapping", line, event.anchor or "")
            elif isinstance(event, yaml.SequenceStartEvent):
                builder.open("sequence", line, event.anchor or "")
            elif isinstance(event, yaml.CollectionEndEvent):
                builder.close()
            elif isinstance(event, yaml.AliasEvent):
                builder.alias(event.anchor, line)
            elif isinstance(event, yaml.DocumentStartEvent):
                builder.new_document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + first})" if mark else ""
        faults.append(
            f"the YAML does not parse: {getattr(error, 'problem', None) or 'odd characters'}{where}"
        )
    except RecursionError:
        raise TableError("the YAML is nested too deep", remedy="leave it out") from None
    return builder.roots


_TOKEN = re.compile(
    r'[ \t\r\f]*(?:(?P<end>\n)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+))'
)


def read_json(text: str, first: int, faults: list[str]) -> list[Node]:
    """The values of a JSON text, or of JSON lines. What is not JSON ends the reading, with a fault.

    Raises:
        TableError: too many values, or nested too deep.
    """
    builder = _Builder()
    stack: list[str] = []
    try:
        for kind, value, line in _json_tokens(text, first):
            if kind in "{[":
                builder.open("mapping" if kind == "{" else "sequence", line)
                stack.append(kind)
            elif kind in "}]":
                if not stack or stack.pop() + kind not in ("{}", "[]"):
                    raise ValueError(f"a bracket does not match (line {line})")
                builder.close()
            elif kind == "scalar":
                builder.scalar(value, line)
        if stack:
            raise ValueError("it ends within a bracket")
    except ValueError as error:
        faults.append(f"the JSON does not parse: {error}")
    return builder.roots


def _json_tokens(text: str, first: int) -> Iterator[tuple[str, str, int]]:
    line, at = first, 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found["end"]:
            line += 1
        elif found["mark"]:
            yield found["mark"], "", line
        elif found["text"]:
            yield "scalar", str(json.loads(found["text"], strict=False)), line
        else:
            word = found["word"]
            yield "scalar", "" if word == "null" else word, line
    if text[at:].strip():
        raise ValueError(f"odd characters (line {line})")
