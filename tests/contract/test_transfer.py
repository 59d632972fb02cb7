"""Graphs move between stores whole; what is private stays; a bad file changes nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg_service.evidence import EvidenceRepository
from kg_service.graph import (
    EmbeddedStore,
    GraphStore,
    backup,
    export_graph,
    import_graph,
    load_catalogue,
    restore,
)
from kgpress.errors import InvalidInput, OutputError
from kgpress.v1 import evidence_pb2
from tests.support.graphs import clean, small_catalogue
from tests.support.results import many, own_run, published


@pytest.fixture
def filled(started: GraphStore) -> GraphStore:
    repository = EvidenceRepository(started)
    repository.append([*many(30), *(published(row) for row in range(1, 6))], accept_own_runs=True)
    first = repository.search(evidence_pb2.SearchEvidenceRequest()).results[0]
    repository.review(first.id, evidence_pb2.REVIEW_DECISION_REJECT, "ada", "wrong split")
    return started


def test_an_export_makes_the_same_graph_elsewhere(filled: GraphStore, tmp_path: Path) -> None:
    content, accepted = filled.content_hash(), _accepted(filled)
    counts = export_graph(filled, tmp_path / "graph.zip")
    assert counts["results"] == 35

    other = clean(filled)
    assert import_graph(other, tmp_path / "graph.zip") == counts
    assert other.content_hash() == content
    assert _accepted(other) == accepted
    revision = other.revision()
    assert import_graph(other, tmp_path / "graph.zip")["nodes"] == 0
    assert (other.revision(), other.content_hash()) == (revision, content)


def test_the_hash_is_the_same_on_both_stores(
    embedded: EmbeddedStore, neo4j_store: GraphStore, tmp_path: Path
) -> None:
    for here, there in ((embedded, neo4j_store), (neo4j_store, embedded)):
        load_catalogue(clean(here), small_catalogue())
        EvidenceRepository(here).append([*many(20), published()], accept_own_runs=True)
        export_graph(here, tmp_path / f"{here.kind}.zip")
        import_graph(clean(there), tmp_path / f"{here.kind}.zip")
        assert there.content_hash() == here.content_hash()


def test_private_results_leave_no_trace_in_an_export(started: GraphStore, tmp_path: Path) -> None:
    repository = EvidenceRepository(started)
    secret = own_run(
        "secret-job",
        model="secret-model",
        dataset="secret-data",
        strategy_text="C2(ratio=0.123,epochs=7)",
        private=True,
    )
    secret.source.name = "secret-source"
    secret.interpretation.model_family = "secret-family"
    shared = own_run("open-job", model="open-model", dataset="open-data")
    receipts = repository.append([secret, shared], accept_own_runs=True)
    repository.review(receipts[0].id, evidence_pb2.REVIEW_DECISION_REJECT, "ada", "secret-note")

    assert export_graph(started, tmp_path / "graph.zip")["results"] == 1
    with zipfile.ZipFile(tmp_path / "graph.zip") as zipped:
        text = b"".join(map(zipped.read, zipped.namelist())).decode()
    assert "secret" not in text
    assert "0.123" not in text
    assert "open-model" in text
    # The base64 payloads hold names too: nothing of the private result may be left in any form.
    assert receipts[0].id not in text

    backup(started, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as zipped:
        assert b"secret-model" in zipped.read("nodes.jsonl")


def test_a_restore_brings_everything_back(filled: GraphStore, tmp_path: Path) -> None:
    EvidenceRepository(filled).append([own_run("p", private=True)], accept_own_runs=True)
    filled.write("CREATE (:Job {id: 'job-1', state: 'queued'})")
    content, accepted, revision = filled.content_hash(), _accepted(filled), filled.revision()
    backup(filled, tmp_path / "backup.zip")
    EvidenceRepository(filled).append([own_run("later")], accept_own_runs=True)

    restore(filled, tmp_path / "backup.zip")
    assert filled.content_hash() == content
    assert _accepted(filled) == accepted
    assert filled.read("MATCH (j:Job) RETURN j.state AS state") == [{"state": "queued"}]
    # The revision went on, so that nobody takes the graph for the one it was before the restore.
    assert filled.revision() > revision


def test_an_import_joins_what_is_there(started: GraphStore, tmp_path: Path) -> None:
    repository = EvidenceRepository(started)
    repository.append([own_run("both", quality=0.9), own_run("theirs")], accept_own_runs=True)
    export_graph(started, tmp_path / "theirs.zip")

    ours = EvidenceRepository(clean(started))
    load_catalogue(started, small_catalogue())
    receipts = ours.append([own_run("both", quality=0.9), own_run("ours")], accept_own_runs=True)
    ours.review(receipts[0].id, evidence_pb2.REVIEW_DECISION_REJECT, "ada", "no")
    before = started.revision()
    assert import_graph(started, tmp_path / "theirs.zip")["results"] == 1
    states = {r.locator.run.job: r.state for r in _all(ours)}
    assert (len(states), states["both"]) == (3, ours.get(receipts[0].id).result.state)
    assert {r.locator.run.job for r in ours.accepted(after_revision=before)} == {"theirs"}


def _tampered(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)


def _edit_manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | changes
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def _set(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.update({name: data})


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "empty": lambda p: p.write_bytes(b""),
    "not a zip": lambda p: p.write_text("nodes"),
    "absent": lambda p: p.unlink(),
    "a changed member": lambda p: _tampered(p, _set("nodes.jsonl", b"{}\n")),
    "zip-slip": lambda p: _tampered(p, _set("../../evil", b"x")),
    "an absolute member": lambda p: _tampered(p, _set("/etc/evil", b"x")),
    "a missing member": lambda p: _tampered(p, lambda m: m.pop("relations.jsonl")),
    "another format": lambda p: _tampered(p, _edit_manifest(format="kgpress-graph/9")),
    "a newer schema": lambda p: _tampered(p, _edit_manifest(schema_version=99)),
    "another kind": lambda p: _tampered(p, _edit_manifest(kind="backup")),
    "a manifest that is none": lambda p: _tampered(p, _set("manifest.json", b"[]")),
}


def test_a_bad_file_is_named_and_changes_nothing(started: GraphStore, tmp_path: Path) -> None:
    path = tmp_path / "graph.zip"
    export_graph(started, path)
    whole, before = path.read_bytes(), (started.revision(), started.content_hash())
    for name, damage in DAMAGES.items():
        path.write_bytes(whole)
        damage(path)
        with pytest.raises(InvalidInput) as refused:
            import_graph(started, path)
        assert "graph.zip" in refused.value.message, name
        assert refused.value.remedy, name
        if name != "another kind":
            with pytest.raises(InvalidInput):
                restore(started, path)
    assert (started.revision(), started.content_hash()) == before


def test_labels_of_a_file_never_reach_a_query(store: GraphStore, tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "graph.zip"
    export_graph(store, path)
    node = {"label": "Model) DETACH DELETE (n", "key": "x", "properties": {"name": "x"}}
    data = json.dumps(node).encode() + b"\n"

    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["members"]["nodes.jsonl"] = {"lines": 1, "sha256": hashlib.sha256(data).hexdigest()}
        members |= {"nodes.jsonl": data, "manifest.json": json.dumps(manifest).encode()}

    _tampered(path, change)
    with pytest.raises(InvalidInput, match="does not know"):
        import_graph(store, path)


def test_an_unwritable_target_is_named(store: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        export_graph(store, tmp_path / "absent" / "graph.zip")
    assert list(tmp_path.iterdir()) == []


def _accepted(store: GraphStore) -> list[str]:
    return sorted(r.id for r in EvidenceRepository(store).accepted())


def _all(repository: EvidenceRepository) -> list[Any]:
    return list(repository.search(evidence_pb2.SearchEvidenceRequest()).results)
