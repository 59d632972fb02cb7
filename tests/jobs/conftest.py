"""A graph, a clock that the test turns, and a queue that remembers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from kg_service.jobs import Jobs
from kgpress.v1 import compression_pb2 as pb
from tests.jobs.helpers import OPTIONS, Clock, RecordingQueue


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue() -> RecordingQueue:
    return RecordingQueue()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from kg_service.graph import open_embedded, start

    opened = open_embedded(tmp_path_factory.mktemp("graph"))
    start(opened)
    yield opened
    opened.close()


@pytest.fixture
def clean(store: Any) -> Any:
    """The store without jobs of other tests."""
    store.write("MATCH (j:Job) DETACH DELETE j")
    return store


@pytest.fixture
def jobs(clean: Any, queue: RecordingQueue, clock: Clock) -> Jobs:
    return Jobs(clean, queue, OPTIONS, clock)


@pytest.fixture
def other_server(clean: Any, queue: RecordingQueue, clock: Clock) -> Jobs:
    """A second server on the same graph."""
    return Jobs(clean, queue, OPTIONS, clock)


@pytest.fixture
def spec() -> Callable[..., pb.JobSpec]:
    def make(**fields: Any) -> pb.JobSpec:
        return pb.JobSpec(compress=pb.CompressSpec(campaign=uuid.uuid4().hex, **fields))

    return make
