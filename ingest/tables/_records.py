"""YAML and JSON trees to tables of records.

A mapping with a value of its own is a record: a row whose columns are its keys. What it lies in comes
first: the keys on the way to it, and the values of the records around it. So
``precisions: {w8a8: {devices: {Phone: {ms: 1.2}}}}`` is the row (w8a8, Phone, 1.2) under the heading
(precisions, devices, ms). Keys such as "devices", which only name what follows, become headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.tables import _limits
from ingest.tables._flow import Flow
from ingest.tables._table import Cell, Table, TableError
from ingest.tables._text import clean
from ingest.tables._tree import Node, read_json, read_yaml

#: A key in the plural, or one that says it is a collection, names what lies under it.
_NAMING = re.compile(r"^[a-z]+(?:[_-][a-z]+)*(?<!s)s$|^(?:[a-z]+[_-])*(?:metric|list|map|index|table|data)$")
#: List values longer than this are not repeated in the rows below.
_LONG = 160

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Label:
    """A leading column: its heading, the text and line, and whose node it is (to tell repeats)."""

    heading: Path
    text: str
    line: int
    node: Node


@dataclass(slots=True)
class _Group:
    headings: list[Path]
    columns: dict[Path, int] = field(default_factory=dict)
    rows: list[tuple[list[_Label], dict[Path, Node]]] = field(default_factory=list)


def read_tree(text: str, form: str, first: int, flow: Flow) -> None:
    """Adds the records of a YAML or JSON text whose first line has the number ``first``.

    Raises:
        TableError: too many values, aliases followed, or nested too deep.
    """
    roots = (read_json if form == "json" else read_yaml)(text, first, flow.faults)
    reader = _Records()
    if len(roots) > 1 and all(root.kind == "mapping" for root in roots):
        reader.visit(Node("sequence", roots[0].line, items=roots), (), [], "")
    else:
        for root in roots:
            reader.visit(root, (), [], "")
    for group in reader.groups.values():
        flow.add([_table(group)])


def _is_leaf(node: Node) -> bool:
    return node.kind == "scalar" or (node.kind == "sequence" and all(i.kind == "scalar" for i in node.items))


def _is_flat(node: Node) -> bool:
    return node.kind == "mapping" and bool(node.pairs) and all(_is_leaf(v) for _, v in node.pairs)


def text_of(node: Node) -> str:
    if node.kind == "scalar":
        return clean(node.text)[: _limits.CELL_CHARS]
    return clean(", ".join(i.text for i in node.items[:500]))[: _limits.CELL_CHARS]


class _Records:
    def __init__(self) -> None:
        self.groups: dict[tuple[object, ...], _Group] = {}
        self._visits = self._cells = self._depth = 0

    def _tick(self, node: Node, count: int = 1) -> None:
        self._visits += count
        if self._visits > _limits.NODES:
            raise TableError(
                f"with its aliases the document has more than {_limits.NODES:,} values (line {node.line})",
                remedy="leave it out",
            )

    def visit(self, node: Node, shape: tuple[str, ...], labels: list[_Label], name: str) -> None:
        """``shape`` is the path with label keys left open; ``name`` heads the next label's column."""
        self._tick(node)
        self._depth += 1
        if self._depth > _limits.DEPTH:
            raise TableError(
                f"the document is nested more than {_limits.DEPTH} deep (line {node.line})",
                remedy="leave it out",
            )
        if node.kind == "sequence":
            for item in node.items:
                if item.kind != "scalar":
                    self.visit(item, (*shape, "[]"), labels, name)
        elif node.kind == "mapping":
            self._mapping(node, shape, labels, name)
        self._depth -= 1

    def _mapping(self, node: Node, shape: tuple[str, ...], labels: list[_Label], name: str) -> None:
        own: dict[Path, Node] = {}
        deep: list[tuple[Node, Node]] = []
        kinds = {v.kind if not _is_leaf(v) else "leaf" for _, v in node.pairs}
        self._tick(node, len(node.pairs))
        if kinds != {"mapping"} and kinds != {"sequence"}:
            for key, value in node.pairs:
                if _is_leaf(value):
                    own[(clean(key.text)[:200],)] = value
                elif _is_flat(value):
                    self._tick(value, len(value.pairs))
                    for inner, v in value.pairs:
                        own[(clean(key.text)[:200], clean(inner.text)[:200])] = v
                else:
                    deep.append((key, value))
        else:
            deep = node.pairs
        if own:
            self._row(shape, labels, own, node)
        below = labels
        if own and deep:
            below = labels + [
                _Label((name, *path) if name and len(path) == 1 else path, text_of(v), v.line, v)
                for path, v in own.items()
                if v.kind == "scalar" or len(text_of(v)) <= _LONG
            ]
        for key, value in deep:
            text = clean(key.text)[:200]
            if self._names(text, value, deep):
                self.visit(value, (*shape, text), below, text)
            else:
                label = _Label((name,) if name else (), text, key.line, key)
                self.visit(value, (*shape, "*"), [*below, label], "")

    @staticmethod
    def _names(key: str, value: Node, siblings: list[tuple[Node, Node]]) -> bool:
        """Whether a key only names what lies under it: then it is a heading and no label."""
        if not _NAMING.match(key):
            return False
        inner = {k.text for k, _ in value.pairs}
        return not any(
            other is not value and other.kind == "mapping" and inner & {k.text for k, _ in other.pairs}
            for _, other in siblings[:50]
        )

    def _row(self, shape: tuple[str, ...], labels: list[_Label], own: dict[Path, Node], node: Node) -> None:
        self._cells += len(labels) + len(own)
        if self._cells > _limits.DOCUMENT_CELLS:
            raise TableError(
                f"the document has more than {_limits.DOCUMENT_CELLS:,} values (line {node.line})",
                remedy="split it",
            )
        headings = [label.heading for label in labels]
        group = self.groups.setdefault((shape, tuple(headings)), _Group(headings))
        for path in own:
            group.columns.setdefault(path, len(group.columns))
        if len(headings) + len(group.columns) > _limits.COLUMNS:
            raise TableError(
                f"records have more than {_limits.COLUMNS:,} columns (line {node.line})",
                remedy="leave it out",
            )
        group.rows.append((labels, own))


def _table(group: _Group) -> Table:
    width = len(group.headings) + len(group.columns)
    if width * len(group.rows) > _limits.CELLS:
        raise TableError(f"a table has more than {_limits.CELLS:,} cells", remedy="split it or leave it out")
    paths = [*group.headings, *group.columns]
    depth = max(1, *(len(path) for path in paths))
    line = group.rows[0][0][0].line if group.headings else next(iter(group.rows[0][1].values())).line
    heading = tuple(
        tuple(_head(path, level, depth, column, line) for column, path in enumerate(paths, 1))
        for level in range(depth)
    )
    names = [" / ".join(path) for path in paths]
    last: list[tuple[int, Node | None]] = [(0, None)] * len(group.headings)
    rows: list[tuple[Cell, ...]] = []
    for number, (labels, own) in enumerate(group.rows, depth + 1):
        cells: list[Cell] = []
        outer_same = True
        for i, label in enumerate(labels):
            begun, node = last[i]
            outer_same = outer_same and node is label.node
            spanned = outer_same
            if not spanned:
                last[i] = (begun := number, label.node)
            cells.append(
                Cell(
                    label.text,
                    number,
                    i + 1,
                    label.line,
                    names[i],
                    spanned=spanned,
                    origin=(begun, i + 1) if spanned else (0, 0),
                )
            )
        first = next(iter(own.values())).line
        for path, place in group.columns.items():
            column = len(labels) + place + 1
            found = own.get(path)
            cells.append(
                Cell(text_of(found), number, column, found.line, names[column - 1])
                if found
                else Cell("", number, column, first, names[column - 1])
            )
        rows.append(tuple(cells))
    return Table(0, heading, tuple(rows), kind="records", labels=len(group.headings))


def _head(path: Path, level: int, depth: int, column: int, line: int) -> Cell:
    """A column's heading at a level; a short path reaches down to the last one."""
    if not path:
        return Cell("", level + 1, column, line)
    at = min(level, len(path) - 1)
    spanned = at != level
    return Cell(
        path[at],
        level + 1,
        column,
        line,
        path[at],
        spanned=spanned,
        origin=(at + 1, column) if spanned else (0, 0),
    )
