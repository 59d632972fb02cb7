"""Trains snapshots: once, or as a process that follows the graph.

``python -m kg_service.trainer --once --evidence FILES... --out FILE`` needs no server: the evidence is
imported into a store of its own in a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kg_service.embedding import (
    Embedding,
    TransRConfig,
    Triples,
    entity,
    evidence_triples,
    strategy_triples,
    structure_triples,
    train_embedding,
)
from kg_service.embedding import read_config as read_embedding_config
from kg_service.predictor import PredictorConfig, Snapshot, make_table, newest_snapshot, teaches
from kg_service.predictor import read_config as read_predictor_config
from kg_service.predictor._design import settings_design
from kg_service.predictor._fit import Problem, fit_predictor
from kgpress.catalogue import load
from kgpress.errors import InvalidInput, KgpressError
from kgpress.strategy import Step, Strategy
from kgpress.v1 import types_pb2

if TYPE_CHECKING:
    from kg_service.graph import GraphStore

log = logging.getLogger("kgpress.trainer")


@dataclass(frozen=True)
class Config:
    embedding: TransRConfig
    predictor: PredictorConfig


def read_config() -> Config:
    """The settings that ship."""
    return Config(read_embedding_config(), read_predictor_config())


@dataclass(frozen=True)
class TrainingData:
    """All that a training sees of a graph.

    Attributes:
        structure: triples of catalogue and action space, no outcome among them.
        actions: strategies that may be recommended.
        results: accepted results.
    """

    structure: Sequence[tuple[str, str, str]]
    actions: Sequence[Strategy]
    results: Sequence[types_pb2.ReferenceResult]
    catalogue_version: str
    graph_revision: int
    graph_hash: str


def read_store(store: GraphStore, shipped: Sequence[Path] = ()) -> TrainingData:
    """Reads a graph on which ``start`` has run.

    ``shipped`` are evidence files that teach beside it: a graph that was not told of the literature
    learns from it all the same. What the graph knows of a result counts, not the file.
    """
    import json

    from kg_service.evidence import EvidenceRepository
    from kg_service.graph import load_query

    repository = EvidenceRepository(store)
    revision = store.revision()
    rows = store.read(load_query("kg_service.embedding", "action_space"))
    actions = [
        Strategy(
            tuple(
                Step(m, tuple((n, v) for n, v in settings)) for m, settings in json.loads(r["settings_json"])
            ),
            r["catalogue_version"],
        )
        for r in rows
    ]
    return TrainingData(
        structure=structure_triples(store),
        actions=actions,
        results=[r for r in (*repository.accepted(), *repository.unknown(shipped)) if teaches(r)],
        catalogue_version=load().version,
        graph_revision=revision,
        graph_hash=store.content_hash(),
    )


def fit(data: TrainingData, config: Config | None = None, parent: Snapshot | None = None) -> Snapshot:
    """Trains embedding and predictor. Deterministic for equal data, config and parent.

    The embedding starts from the parent's vectors; the predictor is always trained anew. What
    measures the uncertainty is trained cold: fold embeddings start from structure only, and see
    neither the results nor the edges of their held-out data sets and strategies.
    """
    config = config or read_config()
    table, row_strategies = make_table(data.results, config.predictor)
    known = {s.id: s for s in (*data.actions, *row_strategies)}
    strategies = list(known.values())
    index = {id_: i for i, id_ in enumerate(known)}
    structure = [*data.structure, *(t for s in strategies for t in strategy_triples(s))]
    full = train_embedding(
        Triples.of([*structure, *evidence_triples(data.results)]),
        config.embedding,
        graph_hash=data.graph_hash,
        parent=parent.embedding if parent else None,
    )
    problem = Problem(
        table=table,
        strategy=np.array([index[s.id] for s in row_strategies], dtype=int),
        design=settings_design(strategies),
    )
    embed = _fold_embedding(structure, data.results, strategies, config.embedding)
    predictor, figures = fit_predictor(problem, _vectors(full, strategies), embed, config.predictor)
    return Snapshot(
        strategies=strategies,
        actions=len({s.id for s in data.actions}),
        embedding=full,
        predictor=predictor,
        table=table,
        catalogue_version=data.catalogue_version,
        graph_revision=data.graph_revision,
        graph_hash=data.graph_hash,
        parent=parent.version if parent else "",
        figures=figures,
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def train(
    store: GraphStore | TrainingData,
    out_dir: Path,
    config: Config | None = None,
    parent: Path | None = None,
    shipped: Sequence[Path] = (),
) -> Path:
    """Trains on a graph, writes ``<version>.npz`` into a folder, and records it in the graph.

    Raises:
        OutputError: the folder cannot be written.
    """
    data = store if isinstance(store, TrainingData) else read_store(store, shipped)
    snapshot = fit(data, config, Snapshot.load(parent) if parent else None)
    path = snapshot.save(Path(out_dir) / f"{snapshot.version}.npz")
    if not isinstance(store, TrainingData):
        record(store, snapshot)
    return path


def record(store: GraphStore, snapshot: Snapshot) -> None:
    """A Snapshot node, linked to the one it was trained from."""
    from kg_service.graph import load_query

    store.write(
        load_query("kg_service.predictor", "record_snapshot"),
        version=snapshot.version,
        parent=snapshot.parent,
        graph_revision=snapshot.graph_revision,
        graph_hash=snapshot.graph_hash,
        trained_at=snapshot.trained_at,
        results=len(snapshot.table),
    )


def _vectors(embedding: Embedding, strategies: Sequence[Strategy]) -> np.ndarray:
    return np.stack([embedding[entity(s)] for s in strategies])


def _fold_embedding(
    structure: Sequence[tuple[str, str, str]],
    results: Sequence[types_pb2.ReferenceResult],
    strategies: Sequence[Strategy],
    config: TransRConfig,
) -> Callable[[np.ndarray], np.ndarray]:
    """Vectors from structure and the given rows of evidence alone."""
    cold: list[Embedding] = []
    kept = [r for r in results if teaches(r)]

    def embed(rows: np.ndarray) -> np.ndarray:
        if not cold:
            cold.append(train_embedding(Triples.of(structure), config))
        shown = [r for r, keep in zip(kept, rows, strict=True) if keep]
        triples = Triples.of([*structure, *evidence_triples(shown)])
        return _vectors(train_embedding(triples, config, parent=cold[0]), strategies)

    return embed


def follow(
    store: GraphStore,
    out_dir: Path,
    *,
    poll_s: float,
    stop: threading.Event,
    config: Config | None = None,
    shipped: Sequence[Path] = (),
) -> None:
    """Trains whenever the graph has grown, until ``stop`` is set; warm from the newest snapshot."""
    trained = -1
    while not stop.is_set():
        try:
            revision = store.revision()
            if revision != trained:
                path = train(store, out_dir, config, _parent(out_dir), shipped)
                trained = revision
                log.info("trained %s at revision %d", path.name, revision)
        except KgpressError as error:
            log.warning("not trained: %s", error)
        stop.wait(poll_s)


def _parent(out_dir: Path) -> Path | None:
    path = newest_snapshot(Path(out_dir))
    return path if path.exists() else None


@contextlib.contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[GraphStore]:
    from kg_service import graph

    if arguments.evidence is None:
        from kg_service.server._config import secret

        prefix = "KGPRESS_BOLT" if os.environ.get("KGPRESS_BOLT_URI") else "KGPRESS_NEO4J"
        uri = arguments.graph_uri or os.environ.get(f"{prefix}_URI", "")
        user = arguments.graph_user or os.environ.get(f"{prefix}_USER", "neo4j")
        if not uri:
            raise InvalidInput(
                "no graph to train on",
                remedy="give --graph-uri (or KGPRESS_NEO4J_URI), or --evidence FILES",
                field="graph-uri",
            )
        password = secret(f"{prefix}_PASSWORD", os.environ)
        with graph.connect_bolt(uri, user, password) as store:
            graph.start(store)
            yield store
        return
    from kg_service.evidence import import_evidence

    with (
        tempfile.TemporaryDirectory(prefix="kgpress-train-") as folder,
        graph.open_embedded(Path(folder) / "graph") as store,
    ):
        graph.start(store)
        import_evidence(store, arguments.evidence)
        yield store


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kgpress trainer", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--once", action="store_true", help="train once and end")
    parser.add_argument("--out", type=Path, help="file (with --once) or folder of snapshots")
    parser.add_argument("--evidence", type=Path, nargs="*", help="evidence files instead of a graph server")
    parser.add_argument("--graph-only", action="store_true", help="without shipped evidence not in the graph")
    parser.add_argument("--parent", type=Path, help="snapshot to start from; default: the newest in --out")
    parser.add_argument("--cold", action="store_true", help="start from nothing")
    parser.add_argument("--poll", type=float, default=30.0, help="seconds between looks at the graph")
    parser.add_argument("--graph-uri", default="", help="bolt://...; default KGPRESS_NEO4J_URI")
    parser.add_argument("--graph-user", default="", help="default KGPRESS_NEO4J_USER")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the process; returns its exit code."""
    from kgpress.home import home

    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("pykeen").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        out = arguments.out or home() / "snapshots"
        with _opened(arguments) as store:
            if arguments.once:
                print(_once(store, out, arguments))
            else:
                follow(store, out, poll_s=arguments.poll, stop=stop, shipped=_shipped(arguments))
    except KgpressError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _once(store: GraphStore, out: Path, arguments: argparse.Namespace) -> Path:
    if out.suffix != ".npz":
        parent = None if arguments.cold else arguments.parent or _parent(out)
        return train(store, out, parent=parent, shipped=_shipped(arguments))
    data = read_store(store, _shipped(arguments))
    snapshot = fit(data, parent=Snapshot.load(arguments.parent) if arguments.parent else None)
    record(store, snapshot)
    return snapshot.save(out)


def _shipped(arguments: argparse.Namespace) -> Sequence[Path]:
    from kg_service.evidence import shipped_files

    return () if arguments.graph_only or arguments.evidence is not None else shipped_files()


if __name__ == "__main__":
    sys.exit(main())
