"""The recommender in service follows snapshots and evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.server import RecommenderHolder
from kgpress.errors import Unavailable
from kgpress.v1 import recommendation_pb2, types_pb2
from tests.server.helpers import StubRecommender, no_snapshot


class Evidence:
    """Results by the revision at which they were accepted."""

    def __init__(self, **revisions: int) -> None:
        self.revisions = revisions
        self.asked: list[int] = []

    def accepted(self, after_revision: int = 0) -> Iterator[types_pb2.ReferenceResult]:
        self.asked.append(after_revision)
        for id, revision in self.revisions.items():
            if revision > after_revision:
                yield types_pb2.ReferenceResult(id=id)


def write(folder: Path, name: str, revision: int, age_s: int = 0) -> Path:
    path = folder / name
    path.write_text(str(revision))
    os.utime(path, (2_000_000_000 - age_s,) * 2)
    return path


def read(path: Path) -> StubRecommender:
    return StubRecommender(int(path.read_text()), version=path.name)


def holder(folder: Path, evidence: Evidence, shipped: Path | None = None) -> RecommenderHolder:
    return RecommenderHolder(folder, evidence, read, lambda: shipped or no_snapshot())


def stale(held: RecommenderHolder) -> bool | None:
    info = recommendation_pb2.SnapshotInfo(graph_revision=held.current.info.graph_revision, stale=True)
    held.stamp(info)
    return info.stale if info.HasField("stale") else None


def test_without_a_snapshot_it_says_what_to_do(tmp_path: Path) -> None:
    held = holder(tmp_path, Evidence())
    held.refresh(1)
    assert not held.ready
    with pytest.raises(Unavailable, match="no trained snapshot"):
        held.current  # noqa: B018


def test_the_newest_snapshot_is_taken_up_and_replaced(tmp_path: Path) -> None:
    held = holder(tmp_path, Evidence())
    write(tmp_path, "a.npz", 3, age_s=10)
    held.refresh(3)
    assert held.current.info.version == "a.npz"
    first = held.current
    held.refresh(3)
    assert held.current is first, "an unchanged file is not read again"
    write(tmp_path, "b.npz", 5)
    held.refresh(5)
    assert held.current.info.version == "b.npz"


def test_evidence_after_the_snapshot_is_laid_over_it_once(tmp_path: Path) -> None:
    evidence = Evidence(old=3, new=4)
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3)
    held.refresh(4)
    assert held.current.known == {"new"}
    held.refresh(4)
    assert evidence.asked == [3]
    evidence.revisions["newer"] = 6
    held.refresh(6)
    assert held.current.known == {"new", "newer"}
    assert evidence.asked == [3, 4]


def test_a_new_snapshot_gets_what_came_after_it(tmp_path: Path) -> None:
    evidence = Evidence(a=4, b=6)
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3, age_s=10)
    held.refresh(6)
    write(tmp_path, "b.npz", 5)
    held.refresh(6)
    assert held.current.known == {"b"}


def test_a_shipped_snapshot_counts_revisions_of_another_graph(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped" / "snapshot.npz"
    shipped.parent.mkdir()
    write(shipped.parent, shipped.name, 900)
    held = holder(tmp_path, Evidence(own=2), shipped)
    held.refresh(2)
    assert held.current.known == {"own"}
    assert stale(held) is True


def test_stale_means_that_the_graph_has_grown(tmp_path: Path) -> None:
    evidence = Evidence()
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3)
    held.refresh(None)
    assert stale(held) is None, "the graph could not be asked"
    held.refresh(3)
    assert stale(held) is False
    held.refresh(4)
    assert stale(held) is True


def test_it_serves_while_the_graph_is_gone_and_catches_up(tmp_path: Path) -> None:
    evidence = Evidence(a=4)
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3)
    held.refresh(None)
    assert held.ready
    assert evidence.asked == []
    held.refresh(4)
    assert held.current.known == {"a"}


def test_a_result_that_was_taken_back_is_forgotten(tmp_path: Path) -> None:
    evidence = Evidence(a=4)
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3)
    held.refresh(4)
    del evidence.revisions["a"]
    held.reload(5)
    assert held.current.known == set()


def test_a_broken_snapshot_leaves_the_one_before_in_service(tmp_path: Path) -> None:
    held = holder(tmp_path, Evidence())
    write(tmp_path, "a.npz", 3, age_s=10)
    held.refresh(3)
    (tmp_path / "b.npz").write_text("half a file")
    held.refresh(3)
    assert held.current.info.version == "a.npz"
    write(tmp_path, "b.npz", 4)
    held.refresh(4)
    assert held.current.info.version == "b.npz"


def test_failing_evidence_leaves_the_one_before_in_service(tmp_path: Path) -> None:
    evidence = Evidence()
    held = holder(tmp_path, evidence)
    write(tmp_path, "a.npz", 3)
    held.refresh(3)

    def gone(after_revision: int = 0) -> Iterator[types_pb2.ReferenceResult]:
        raise Unavailable("the graph is gone")
        yield

    evidence.accepted = gone  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        held.reload(4)
    assert held.ready
