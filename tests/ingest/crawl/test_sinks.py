"""A file of results: whole or not at all, the same bytes in any order, bounded memory."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sinks import FileSink
from kgpress.errors import OutputError
from kgpress.v1 import types_pb2 as pb
from tests.ingest.conftest import ROOT


def result(row: int, path: str = "a.csv", after: float = 0.9) -> pb.ReferenceResult:
    made = pb.ReferenceResult(source=pb.Source(name="x"), state=pb.EVIDENCE_STATE_ACCEPTED)
    made.locator.cell.MergeFrom(pb.CellLocator(document_hash="0" * 64, path=path, row=row, column=3))
    made.interpretation.after.quality = after
    return made


def written(path: Path, results: list[pb.ReferenceResult], batch: int) -> bytes:
    sink = FileSink(path)
    for i in range(0, len(results), batch):
        sink.submit(results[i : i + batch])
    sink.close()
    return path.read_bytes()


def test_any_order_and_any_batches_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = [result(i, path) for path in ("b.csv", "a.csv") for i in range(300)]
    first = written(tmp_path / "a.gz", results, 1_000)
    monkeypatch.setattr(FileSink, "RUN", 70)
    random.Random(1).shuffle(results)
    assert written(tmp_path / "b.gz", [*results, *results[:50]], 33) == first
    rows = gzip.decompress(first).splitlines()
    assert len(rows) == 600
    assert b'"row": 10}' in rows[10]


def test_what_an_earlier_file_has_is_no_addition(tmp_path: Path) -> None:
    out = tmp_path / "o.gz"
    written(out, [result(1), result(2)], 10)
    sink = FileSink(out)
    batch = sink.submit([result(2, after=0.5), result(3)])
    assert (batch.added, batch.duplicates) == (1, 1)
    out.write_bytes(b"no gzip at all")
    assert FileSink(out).submit([result(2)]).added == 1


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "o.gz").mkdir()
    sink = FileSink(tmp_path / "o.gz")
    sink.submit([result(1)])
    with pytest.raises(OutputError, match="cannot be written"):
        sink.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "o.gz"]


@pytest.mark.slow
def test_many_results_take_little_memory(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from ingest.sinks import FileSink; from tests.ingest.crawl.test_sinks import result\n"
        "sink = FileSink(Path(sys.argv[1]))\n"
        # Not getrusage, which would count the program that this one was started from, too.
        "status = lambda: Path('/proc/self/status').read_text().splitlines()\n"
        "peak = lambda: int(next(s for s in status() if s.startswith('VmHWM')).split()[1])\n"
        "def more(n, at):\n"
        "    for i in range(at, at + n): sink.submit([result(i, 'x' * 500)])\n"
        "more(6_000, 0); before = peak(); more(14_000, 6_000); sink.close(); print(peak() - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "o.gz")], cwd=ROOT, capture_output=True, text=True
    )
    assert int(ran.stdout) < 20_000, ran.stderr  # kilobytes
    with gzip.open(tmp_path / "o.gz") as lines:
        assert sum(1 for _ in lines) == 20_000
