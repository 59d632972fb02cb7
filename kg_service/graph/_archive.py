"""The file that graphs are moved in.

The file is a ZIP of three members, read in place and never unpacked:

- ``manifest.json``: ``format`` ("kgpress-graph/1"), ``kind`` ("export" or "backup"), versions, the
  content hash, and for each of the other two members its number of lines and its SHA-256;
- ``nodes.jsonl``: ``{"label", "key", "properties"}`` a line;
- ``relations.jsonl``: ``{"type", "start": [label, key], "end": [label, key], "properties"}`` a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_service.graph._content import Entry
from kg_service.graph.schema import NODE_BY_LABEL, RELATIONS
from kgpress.errors import InvalidInput, OutputError

FORMAT = "kgpress-graph/1"
_MEMBERS = ("nodes.jsonl", "relations.jsonl")
_LARGEST = 4 * 1024**3
_ENDS = {(r.type, r.start, r.end) for r in RELATIONS}
_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Archive:
    """A graph out of its store."""

    manifest: dict[str, Any]
    nodes: list[Entry]
    relations: list[Entry]


def write_archive(path: Path, archive: Archive) -> None:
    """Writes the file whole or not at all, readable by its owner only.

    Raises:
        OutputError: it cannot be written.
    """
    lines = {"nodes.jsonl": archive.nodes, "relations.jsonl": archive.relations}
    packed = {name: _packed(entries) for name, entries in lines.items()}
    members = {
        name: {"lines": len(lines[name]), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in packed.items()
    }
    manifest = {"format": FORMAT} | archive.manifest | {"members": members}
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr("manifest.json", json.dumps(manifest, indent=2, sort_keys=True))
            for name, data in packed.items():
                zipped.writestr(name, data)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}",
            remedy="choose a folder with room that you can write",
        ) from None


def read_archive(path: Path, kind: str) -> Archive:
    """Reads and checks all of the file before anybody uses any of it.

    Raises:
        InvalidInput: absent, truncated, tampered with, or not of this kind or schema.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            _check_members(zipped, path)
            manifest = json.loads(zipped.read("manifest.json"))
            _check_manifest(manifest, kind, path)
            nodes, relations = (_entries(zipped, name, manifest, path) for name in _MEMBERS)
    except FileNotFoundError:
        raise InvalidInput(f"there is no file {path}", remedy="check the path", field="path") from None
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):
        raise _damaged(path, "it is truncated or not a graph file") from None
    _check_schema(nodes, relations, path)
    return Archive(manifest, nodes, relations)


def _packed(entries: list[Entry]) -> bytes:
    lines = sorted(json.dumps(entry, sort_keys=True, ensure_ascii=False) for entry in entries)
    return "".join(f"{line}\n" for line in lines).encode()


def _check_members(zipped: zipfile.ZipFile, path: Path) -> None:
    names = [info.filename for info in zipped.infolist()]
    if strange := sorted(set(names) - {"manifest.json", *_MEMBERS}):
        raise _damaged(path, f"it holds the unexpected member {strange[0]!r}")
    if len(names) != 3:
        raise _damaged(path, "a member is missing or there twice")
    if sum(info.file_size for info in zipped.infolist()) > _LARGEST:
        raise _damaged(path, "it unpacks to more than 4 GiB")


def _check_manifest(manifest: dict[str, Any], kind: str, path: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise _damaged(path, f"its format is {manifest.get('format')!r}, not {FORMAT!r}")
    if manifest["kind"] != kind:
        command = {"export": "import", "backup": "restore"}.get(manifest["kind"], "?")
        raise InvalidInput(
            f"{path.name} is a graph {manifest['kind']}, not a graph {kind}",
            remedy=f"use `kgpress graph {command}` for it",
            field="path",
        )


def _entries(zipped: zipfile.ZipFile, name: str, manifest: dict[str, Any], path: Path) -> list[Entry]:
    data = zipped.read(name)
    stated = manifest["members"][name]
    if hashlib.sha256(data).hexdigest() != stated["sha256"]:
        raise _damaged(path, f"{name} is not what was written")
    entries = [json.loads(line) for line in data.splitlines()]
    if len(entries) != stated["lines"]:
        raise _damaged(path, f"{name} has {len(entries)} lines, not {stated['lines']}")
    return entries


def _check_schema(nodes: list[Entry], relations: list[Entry], path: Path) -> None:
    """Labels and types go into queries by name, so only those that the schema declares may come in."""
    try:
        keys = {(node["label"], node["key"]) for node in nodes}
        for node in nodes:
            key = NODE_BY_LABEL[node["label"]].key
            if node["properties"][key] != node["key"] or not _plain(node["properties"]):
                raise _damaged(path, f"the {node['label']} {node['key']!r} is malformed")
        for relation in relations:
            start, end = tuple(relation["start"]), tuple(relation["end"])
            known = (relation["type"], start[0], end[0]) in _ENDS
            if not (known and start in keys and end in keys and _plain(relation["properties"])):
                raise _damaged(path, f"a relation {relation['type']!r} leads nowhere")
    except (KeyError, TypeError, IndexError, AttributeError):
        raise _damaged(path, "it holds nodes or relations that this version does not know") from None


def _plain(properties: dict[str, Any]) -> bool:
    return all(
        isinstance(value, _PLAIN) or (isinstance(value, list) and all(isinstance(v, _PLAIN) for v in value))
        for value in properties.values()
    )


def _damaged(path: Path, fault: str) -> InvalidInput:
    return InvalidInput(
        f"{path.name} cannot be used: {fault}",
        remedy="fetch or make the file again; the graph is as it was",
        field="path",
    )
