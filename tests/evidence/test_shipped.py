"""What ships: own runs at once, the literature in compact files, the page that counts it."""

from __future__ import annotations

from pathlib import Path

from kg_service.evidence import docs, read_results, shipped_files, write_literature
from kgpress.v1 import types_pb2
from tests.support.results import own_run, published

ROOT = Path(__file__).parents[2]


def test_literature_is_written_compactly_and_the_same_each_time(tmp_path: Path) -> None:
    results = [published(row, document=f"d{row % 7}") for row in range(300)]
    for result in results:
        result.id, result.state = "known here only", types_pb2.EVIDENCE_STATE_ACCEPTED
    (file,) = write_literature(tmp_path, results)
    content = file.read_bytes()
    (tmp_path / "literature-02.jsonl.gz").write_bytes(content)
    assert write_literature(tmp_path, reversed(results)) == [file]
    assert file.read_bytes() == content
    assert [f.name for f in tmp_path.iterdir()] == ["literature-01.jsonl.gz"]
    read = list(read_results(file))
    assert {r.id for r in read} == {""}
    assert {r.locator.cell.row for r in read} == set(range(300))
    assert len(content) < 100 * len(results)


def test_a_new_graph_takes_everything_but_the_literature() -> None:
    everything, at_once = shipped_files(), shipped_files(literature=False)
    assert everything[: len(at_once)] == at_once
    assert not [f for f in at_once if f.name.startswith("literature-")]
    assert {f.name.partition("-")[0] for f in at_once} >= {"campaign"}
    assert all(f.stat().st_size < 4_500_000 for f in everything)


def test_the_page_is_current() -> None:
    results = [result for file in shipped_files() for result in read_results(file)]
    assert (ROOT / "docs" / "evidence.md").read_text("utf-8") == docs.render(results)


def test_the_page_counts() -> None:
    accepted, doubted = published(1), published(2)
    accepted.state, doubted.state = types_pb2.EVIDENCE_STATE_ACCEPTED, types_pb2.EVIDENCE_STATE_QUARANTINED
    run = own_run()
    run.state, run.interpretation.model_family = types_pb2.EVIDENCE_STATE_ACCEPTED, "LSTM"
    page = docs.render([accepted, doubted, run])
    assert "3 results: 2 accepted, 1 quarantined." in page
    assert "| a/paper | own | 1 | 0 | 1 | 0 | 0 | 0 |" in page
    assert "| pruning | 2 | 2 | 2 |" in page
    assert "- compression type: quantization: 0 results of 0 sources" in page
    assert "recurrent" not in page
