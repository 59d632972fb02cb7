"""``model-index`` YAML, as in the front matter of model cards, with a ``kgpress`` block for what it lacks."""

from __future__ import annotations

import functools
import itertools
import json
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import yaml

from ingest.exchange._columns import BY_NAME
from ingest.exchange._faults import Fault
from ingest.exchange._record import Record
from ingest.exchange._rows import Read, Row, decoded, unknown

#: Deeper nesting than any model card has, and more nodes than memory should hold.
_MAX_DEPTH = 30
_MAX_NODES = 1_500_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
#: Our columns that model-index has a place of its own for.
_NATIVE = ("model", "task", "dataset", "metric", "after", "source", "source_url")
#: A block that several metrics share cannot say these.
_OF_ONE_METRIC = ("before", "delta", "locator", "test_before", "test_after", "derivations")


@functools.cache
def _hub() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("ingest.exchange") / "hub.toml").read_text(encoding="utf-8"))


def write(records: Iterable[Record]) -> str:
    """One entry a model, one result a record."""
    index = []
    for model, group in itertools.groupby(records, key=lambda record: record.get("model", "")):
        index.append({"name": model, "results": [_entry(record) for record in group]})
    text: str = yaml.dump(
        {"model-index": index}, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=2**20
    )
    return text


def _entry(record: Record) -> dict[str, Any]:
    task = record.get("task", "")
    entry: dict[str, Any] = {"task": {"type": _slug(task), "name": task} if task else {"type": "other"}}
    dataset = record.get("dataset", "unknown")
    entry["dataset"] = {"name": dataset, "type": _slug(dataset)}
    metric = {"type": record["metric"]} if "metric" in record else {}
    if metric and "after" in record:
        metric["value"] = record["after"]
    entry["metrics"] = [metric] if metric else []
    entry["source"] = {"name": record.get("source", ""), "url": record.get("source_url", "")}
    # Nested values as one text each: a file of thousands of results stays readable, also for YAML's readers.
    entry["kgpress"] = {
        name: json.dumps(value, ensure_ascii=False, sort_keys=True)
        if isinstance(value, dict | list)
        else value
        for name, value in record.items()
        if name not in _NATIVE
    }
    return entry


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def read(data: bytes, file: str) -> Read:
    """A row for each metric of each result; a result without metrics is one row."""
    text, faults = decoded(data, file)
    result = Read(faults=faults)
    if faults:
        return result
    text, skipped = _front_matter(text)
    try:
        root = _composed(text)
        for row in _rows(root):
            result.rows.append(row)
            for name in [n for n in row.given if n not in BY_NAME]:
                at = row.places.pop(name)
                del row.given[name]
                result.faults.append(Fault(file, at[0] + skipped, at[1], unknown(name)))
            row.line += skipped
            row.places = {name: (line + skipped, at) for name, (line, at) in row.places.items()}
    except _Odd as odd:
        result.faults.append(Fault(file, odd.line + skipped, odd.column, str(odd)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        result.faults.append(Fault(file, line + 1 + skipped, column + 1, f"no YAML: {error.problem}"))
    except yaml.YAMLError as error:
        result.faults.append(Fault(file, 1 + skipped, 1, f"no YAML: {str(error).splitlines()[0]}"))
    if not result.rows and not result.faults:
        result.faults.append(Fault(file, 1, 1, "there is no result under model-index"))
    return result


class _Odd(Exception):
    """YAML that is no model-index."""

    def __init__(self, reason: str, mark: yaml.Mark) -> None:
        super().__init__(reason)
        self.line, self.column = mark.line + 1, mark.column + 1


def _front_matter(text: str) -> tuple[str, int]:
    """A card's YAML between its two --- lines, and how many lines stand before it."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return text, 0
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]) + "\n", 1
    return "\n".join(lines[1:]), 1


def _composed(text: str) -> yaml.Node:
    """The tree. Anchors and tags can make a small file large or run code, so none is taken."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if count > _MAX_NODES:
            raise _Odd("the file is too large from here on; split it, or use jsonl", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise _Odd("nested too deeply", event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Odd("anchors and aliases are not taken; write it out", event.start_mark)
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Odd("tags are not taken; leave it out", event.start_mark)
    root = yaml.compose(text, Loader=_LOADER)
    if not isinstance(root, yaml.MappingNode):
        mark = root.start_mark if root else yaml.Mark("", 0, 0, 0, None, None)
        raise _Odd("no mapping with the key model-index", mark)
    return root


def _rows(root: yaml.Node) -> Iterator[Row]:
    for model in _list(_map(root).get("model-index"), "model-index"):
        entry = _map(model)
        for result in _list(entry.get("results"), "results"):
            parts = _map(result)
            metrics = _list(parts.get("metrics"), "metrics")
            for metric in metrics or [None]:
                row = _row(metric or result, entry.get("name"), parts, metric)
                if len(metrics) > 1:
                    _refuse_shared(parts.get("kgpress"))
                yield row


def _row(at: yaml.Node, name: yaml.Node | None, parts: dict[str, yaml.Node], metric: Any) -> Row:
    row = Row(at.start_mark.line + 1, at.start_mark.column + 1)
    _put(row, "model", name)
    task = _map(parts.get("task"))
    _put(row, "task", _known(task.get("type"), "task") or task.get("name"))
    dataset = _map(parts.get("dataset")).get("name")
    if dataset is not None and dataset.value != "unknown":
        _put(row, "dataset", dataset)
    source = _map(parts.get("source"))
    _put(row, "source", source.get("name"))
    _put(row, "source_url", source.get("url"))
    measured = _map(metric)
    _put(row, "metric", _known(measured.get("type"), "metric"))
    _put(row, "after", measured.get("value"))
    for block in (parts.get("kgpress"), measured.get("kgpress")):
        for key, value in _map(block).items():
            _put(row, key, value)
    return row


def _known(node: yaml.Node | None, kind: str) -> yaml.Node | None:
    """The node with our name for what a card calls it; None for a task that is no task."""
    if not isinstance(node, yaml.ScalarNode) or (kind == "task" and node.value == "other"):
        return None
    ours = _hub()[kind].get(node.value, node.value)
    ours = ours.replace("-", " ") if kind == "task" else ours
    return yaml.ScalarNode(node.tag, ours, node.start_mark, node.end_mark)


def _put(row: Row, name: str, node: yaml.Node | None) -> None:
    if node is None or node.tag.endswith(":null"):
        return
    column = BY_NAME.get(name)
    if name in row.given and row.given[name] != node.value:
        raise _Odd(f"{name} is given twice, and differs", node.start_mark)
    if column is not None and column.kind == "json":
        row.given[name] = _json(name, node) if isinstance(node, yaml.ScalarNode) else _plain(node)
    elif isinstance(node, yaml.ScalarNode):
        row.given[name] = node.value
    else:
        raise _Odd(f"{name} takes a single value", node.start_mark)
    row.places[name] = (node.start_mark.line + 1, node.start_mark.column + 1)


def _json(name: str, node: yaml.ScalarNode) -> Any:
    try:
        return json.loads(node.value)
    except (ValueError, RecursionError):
        raise _Odd(f"{name} is no JSON; leave it out", node.start_mark) from None


def _refuse_shared(block: yaml.Node | None) -> None:
    for key, node in _map(block).items():
        if key in _OF_ONE_METRIC:
            raise _Odd(f"{key} belongs to one metric; put a kgpress block into the metric", node.start_mark)


def _map(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if node is None or node.tag.endswith(":null"):
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _Odd("a mapping is expected here", node.start_mark)
    return {str(key.value): value for key, value in node.value}


def _list(node: yaml.Node | None, name: str) -> list[yaml.Node]:
    if node is None or node.tag.endswith(":null"):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _Odd(f"{name} takes a list", node.start_mark)
    return list(node.value)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    kind = node.tag.rpartition(":")[2]
    try:
        if kind in ("int", "float"):
            return {"int": int, "float": float}[kind](node.value)
    except ValueError:
        return node.value
    return {"true": True, "false": False}.get(node.value.lower()) if kind == "bool" else node.value
