"""A server on a real store with a stub in place of the trained recommender."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.artifacts import ArtifactStore
from kg_service.evidence import EvidenceRepository
from kg_service.graph import GraphStore, open_embedded, start
from kg_service.jobs import JobOptions, Jobs
from kg_service.server import Components, RecommenderHolder
from tests.server.helpers import Running, StubRecommender, run


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """One started store for all: loading the catalogue for each test would take longer than the tests."""
    opened = open_embedded(tmp_path_factory.mktemp("graph"))
    start(opened)
    yield opened
    opened.close()


@pytest.fixture
def recommender() -> StubRecommender:
    return StubRecommender()


@pytest.fixture
def components(graph: GraphStore, tmp_path: Path, recommender: StubRecommender) -> Components:
    snapshot = tmp_path / "shipped.npz"
    snapshot.write_bytes(b"stub")
    evidence = EvidenceRepository(graph)
    return Components(
        store=graph,
        evidence=evidence,
        recommender=RecommenderHolder(None, evidence, lambda path: recommender, lambda: snapshot),
        jobs=Jobs(graph, options=JobOptions(lease_s=1.0, poll_s=0.05)),
        artifacts=ArtifactStore(str(tmp_path / "artifacts"), max_bytes=8 << 20),
    )


@pytest.fixture
def running(components: Components) -> Iterator[Running]:
    started = run(components)
    yield started
    started.stop()
