"""Real stores for the tests, and what the contract suite came to on each."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.graph import EmbeddedStore, GraphStore, load_catalogue, open_embedded, open_neo4j
from tests.support import neo4j
from tests.support.graphs import clean, small_catalogue

STORES = [pytest.param("arcadedb"), pytest.param("neo4j", marks=pytest.mark.neo4j)]

_outcomes: dict[str, collections.Counter[str]] = {}


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j.Server]:
    """A Neo4j server for the whole run. Skipped where it cannot be had, except on CI."""
    try:
        server = neo4j.start(tmp_path_factory.mktemp("neo4j"))
    except neo4j.CannotStart as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Neo4j: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _neo4j_store(neo4j_server: neo4j.Server) -> Iterator[GraphStore]:
    with open_neo4j(neo4j_server.uri, neo4j_server.user, neo4j_server.password) as store:
        yield store


@pytest.fixture(scope="session")
def _embedded_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    store = open_embedded(tmp_path_factory.mktemp("embedded"))
    yield store
    store.close()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> GraphStore:
    """Each store in turn, migrated and otherwise empty."""
    return clean(request.getfixturevalue(_FIXTURES[request.param]))


@pytest.fixture
def started(store: GraphStore) -> GraphStore:
    """Each store in turn, with the catalogue and a small action space."""
    load_catalogue(store, small_catalogue())
    return store


@pytest.fixture
def embedded(_embedded_store: EmbeddedStore) -> EmbeddedStore:
    """The embedded store alone, migrated and otherwise empty."""
    clean(_embedded_store)
    return _embedded_store


@pytest.fixture
def neo4j_store(_neo4j_store: GraphStore) -> GraphStore:
    """Neo4j alone, migrated and otherwise empty."""
    return clean(_neo4j_store)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A KGPRESS_HOME of the test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KGPRESS_HOME", str(folder))
    return folder


_FIXTURES = {"arcadedb": "_embedded_store", "neo4j": "_neo4j_store"}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.nodeid.startswith("tests/contract/"):
        return
    counted = report.when == "call" or report.outcome == "skipped" or report.failed
    parameters = report.nodeid.rpartition("[")[2].rstrip("]").split("-")
    for name in _FIXTURES:
        if counted and name in parameters:
            _outcomes.setdefault(name, collections.Counter())[report.outcome] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _outcomes:
        return
    terminalreporter.section("contract suite per store")
    for name, counts in sorted(_outcomes.items()):
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        terminalreporter.write_line(f"{name}: {told}")
