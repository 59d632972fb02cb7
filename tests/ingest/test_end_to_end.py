"""Through the real path: web, crawl, gRPC, embedded graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kgpress.client import Client
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb
from tests.ingest.conftest import Crawl, Host


@pytest.fixture
def server(embedded: Any, tmp_path: Path) -> Iterator[str]:
    """Address of a server on an empty embedded graph."""
    from kg_service.graph import start
    from kg_service.server import build, open_components

    start(embedded)
    components = open_components(
        embedded, artifacts_url=str(tmp_path / "artifacts"), snapshots=tmp_path / "snapshots", local=True
    )
    address = f"unix:{tmp_path}/s"
    running = build(components, [address])
    running.start()
    yield address
    running.stop(1.0)


def total(client: Client, *states: pb.EvidenceState) -> int:
    request = ev.SearchEvidenceRequest(states=states, source="JJGO/shrinkbench")
    return client.search_evidence(request).page.total


@pytest.mark.slow
def test_crawled_evidence_reaches_the_graph_once(
    shrinkbench_host: Host, crawl: Crawl, shrinkbench: Any, server: str
) -> None:
    """A server that trusts no source yet proposes what passed; what was doubted stays quarantined."""
    states: dict[str, int] = shrinkbench[1]["states"]
    code, report, err = crawl.run("shrinkbench", shrinkbench_host.url, "--server", server)
    assert code == 0, err
    assert (report["added"], report["duplicates"]) == (sum(states.values()), 0)
    with Client(server) as client:
        assert total(client) == sum(states.values())
        assert total(client, pb.EVIDENCE_STATE_QUARANTINED) == states["quarantined"]
        assert total(client, pb.EVIDENCE_STATE_PROPOSED) == states["proposed"] + states["accepted"]
        revision = client.graph_status().graph_revision
    code, report, err = crawl.run("shrinkbench", shrinkbench_host.url, "--server", server)
    assert code == 0, err
    assert (report["added"], report["duplicates"]) == (0, sum(states.values()))
    with Client(server) as client:
        assert total(client) == sum(states.values())
        assert client.graph_status().graph_revision == revision
