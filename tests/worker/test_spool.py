"""What is written is whole, on disk, and read back in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from compressor.spool import Spool
from kgpress.errors import OutputError
from kgpress.v1 import compression_pb2 as pb
from tests.support.results import own_run


def test_reports_come_back_in_order_and_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for step in range(12):
        spool.keep_results("j1", [own_run("j1", step), own_run("j1", step, seed=1)])
    kept = spool.results("j1")
    read = [spool.read_results(path) for path in kept]
    assert [results[0].locator.run.step for results in read] == list(range(12))
    assert read[3] == [own_run("j1", 3), own_run("j1", 3, seed=1)]


def test_numbers_go_on_after_a_delivery(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    first, second = spool.keep_results("j1", []), spool.keep_results("j1", [])
    spool.delivered(first)
    third = spool.keep_results("j1", [])
    assert spool.results("j1") == [second, third]


def test_half_a_file_is_none(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    path = spool.keep_results("j1", [own_run("j1")])
    path.rename(path.with_name(f".{path.name}.part"))
    assert spool.results("j1") == []
    assert spool.outcome("j1") is None


def test_an_outcome_is_kept_and_dropped(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    request = pb.CompleteJobRequest(job_id="j1", cancelled=True)
    spool.keep_outcome(request)
    assert spool.outcome("j1") == request
    assert spool.jobs() == ["j1"]
    spool.discard("j1")
    assert (spool.outcome("j1"), spool.jobs()) == (None, [])


def test_an_id_is_no_path(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.keep_outcome(pb.CompleteJobRequest(job_id="../../up", cancelled=True))
    assert [p.name for p in tmp_path.iterdir()] == ["spool"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot be written"):
        Spool(tmp_path / "file").keep_results("j1", [])


def test_what_another_worker_delivered_meanwhile(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    path = spool.keep_results("j1", [own_run("j1")])
    spool.discard("j1")
    assert spool.read_results(path) == []
    assert spool.outcome("j1") is None
