"""The trainer on a real graph: what it reads, what it writes, and how it is stopped."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from kg_service import trainer
from kg_service.embedding import structure_triples
from kg_service.evidence import EvidenceRepository
from kg_service.graph import EmbeddedStore, start
from kg_service.predictor import Snapshot
from kg_service.recommendation import Recommender
from kgpress.strategy import action_space, parse
from tests import recommender_data as data

TINY = dataclasses.replace(
    data.QUICK,
    embedding=dataclasses.replace(data.QUICK.embedding, epochs=2, warm_epochs=1),
    predictor=dataclasses.replace(data.QUICK.predictor, steps=20, folds=2),
)


def test_the_graph_gives_the_catalogues_triples_and_actions(embedded: EmbeddedStore) -> None:
    start(embedded)
    from_graph, declared = set(structure_triples(embedded)), set(data.catalogue_triples())
    # Values that no strategy of the action space uses have nodes too, from the methods' defaults.
    assert declared <= from_graph
    assert {relation for _, relation, _ in from_graph - declared} <= {"HAS_VALUE"}
    read = trainer.read_store(embedded)
    assert {s.id for s in read.actions} == {s.id for s in action_space()}
    assert read.graph_revision == embedded.revision()


def test_trains_records_and_starts_warm_from_the_parent(embedded: EmbeddedStore, tmp_path: Path) -> None:
    start(embedded)
    repository = EvidenceRepository(embedded)
    repository.append(data.results(datasets=2, repeats=1), accept_own_runs=True)
    first = Snapshot.load(trainer.train(embedded, tmp_path, TINY))
    repository.append(
        [data.result(data.subject("later", 0.5), parse("C4(bits=8)"), 0.5)], accept_own_runs=True
    )
    second = Snapshot.load(trainer.train(embedded, tmp_path, TINY, tmp_path / f"{first.version}.npz"))
    assert second.parent == first.version
    assert second.embedding.parent == first.embedding.version
    assert second.embedding.graph_hash == second.graph_hash != first.graph_hash
    assert (len(first.table), len(second.table)) == (34, 35)
    assert second.graph_revision > first.graph_revision
    nodes = embedded.read("MATCH (s:Snapshot) RETURN s.version AS version, s.parent AS parent")
    assert {(n["version"], n["parent"]) for n in nodes} == {
        (first.version, ""),
        (second.version, first.version),
    }
    assert Recommender(second).info.results == 35


def test_follows_the_graph_until_stopped(
    embedded: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(embedded)
    made, stop = [], threading.Event()

    def train(store: object, out: Path, config: object, parent: Path | None, shipped: object) -> Path:
        made.append(parent)
        if len(made) == 2:
            stop.set()
        else:
            results = [data.result(data.subject("s", 0.5), parse("C4(bits=8)"), 0.5)]
            EvidenceRepository(embedded).append(results, accept_own_runs=True)
        return tmp_path / "x.npz"

    monkeypatch.setattr(trainer, "train", train)
    trainer.follow(embedded, tmp_path, poll_s=0.05, stop=stop)
    assert len(made) == 2, "once at the start, once for the growth, not again without any"


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("KGPRESS_BOLT_URI", "KGPRESS_NEO4J_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert trainer.main(["--once", "--out", "x.npz"]) == 2
    assert "no graph to train on; give --graph-uri" in capsys.readouterr().err
