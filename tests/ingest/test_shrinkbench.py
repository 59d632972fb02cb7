"""What the first source comes to: every number opens at its locator and equals the cell there."""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from kgpress import outcome, strategy
from kgpress.v1 import types_pb2 as pb
from tests.ingest.conftest import ROOT

SHIPPED = ROOT / "kg_service" / "shipped" / "evidence" / "shrinkbench.jsonl.gz"

#: File -> accepted, proposed, quarantined.
COUNTS = {
    "Results-Grid view.csv": (271, 34, 36),
    "_fig5-resnet50-reset-to-epoch-vs-top1.csv": (30, 0, 5),
    "_fig9-resnet50-turnaround-epoch-vs-top1.csv": (25, 0, 0),
    "fig5-resnet50-reset-to-epoch-vs-top1.csv": (30, 0, 5),
    "fig9-resnet50-turnaround-epoch-vs-top1.csv": (25, 0, 0),
    "rn50_l0_regularization.csv": (275, 0, 48),
    "rn50_magnitude_pruning.csv": (236, 0, 0),
    "rn50_random_pruning.csv": (288, 0, 0),
    "rn50_variational_dropout.csv": (161, 0, 0),
}


def read(path: Path) -> list[pb.ReferenceResult]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json_format.Parse(line, pb.ReferenceResult()) for line in lines]


@pytest.fixture(scope="module")
def results(shrinkbench: Any) -> list[pb.ReferenceResult]:
    return read(shrinkbench[0])


@pytest.fixture(scope="module")
def cells(corpus: dict[str, Path]) -> dict[str, list[list[str]]]:
    """Hash of the document -> its cells, read without any of ingest."""
    tables = {}
    for file in corpus.values():
        if file.suffix == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as stream:
                tables[hashlib.sha256(file.read_bytes()).hexdigest()] = list(csv.reader(stream))
    return tables


def name(result: pb.ReferenceResult) -> str:
    return result.locator.cell.path.rpartition("/")[2]


def state(result: pb.ReferenceResult) -> str:
    return pb.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()


def at(results: list[pb.ReferenceResult], file: str, row: int, column: str) -> pb.ReferenceResult:
    found = [
        r
        for r in results
        if name(r) == file and r.locator.cell.row == row and r.locator.cell.column_name == column
    ]
    assert len(found) == 1
    return found[0]


def test_counts_by_file_and_state(results: list[pb.ReferenceResult], shrinkbench: Any) -> None:
    counted = Counter((name(r), state(r)) for r in results)
    states = ("accepted", "proposed", "quarantined")
    assert {file: tuple(counted[file, s] for s in states) for file in COUNTS} == COUNTS
    assert sum(counted.values()) == sum(map(sum, COUNTS.values()))
    report = shrinkbench[1]
    assert report["faults"] == []
    assert report["added"] == len(results)
    assert report["fetched"] == 13


def test_every_number_stands_in_the_cell_it_names(
    results: list[pb.ReferenceResult], cells: dict[str, list[list[str]]]
) -> None:
    """The raw text of each derivation is the text of the cell at its place; the anchor is one of them."""
    place = re.compile(r"row (\d+), column (\d+) \((.*?)\)")
    seen = 0
    for result in random.Random(3).sample(results, 400):
        cell = result.locator.cell
        table = cells[cell.document_hash]
        assert table[0][cell.column - 1].strip() == cell.column_name
        anchor = table[cell.row - 1][cell.column - 1].strip()
        raws = []
        for derivation in result.interpretation.derivations:
            raw, _, where = derivation.raw.partition(" @ ")
            found = place.findall(where)
            raws.append(raw)
            if derivation.origin == "heading":
                text = table[0][int(found[0][1]) - 1]
                assert raw in re.findall(r"\d+", text)
            elif derivation.origin == "cell" and len(found) == 1:
                row, column, heading = found[0]
                assert table[0][int(column) - 1].strip() == heading
                assert table[int(row) - 1][int(column) - 1].strip() == raw
                seen += 1
        assert any(anchor in raw for raw in raws) or state(result) == "quarantined"
    assert seen > 1000


def test_sides_equal_the_cells(results: list[pb.ReferenceResult], cells: dict[str, list[list[str]]]) -> None:
    """Accepted magnitude runs, recomputed from the row: fraction as it stands, sparsity as 1 - kept."""
    mine = [r for r in results if name(r) == "rn50_magnitude_pruning.csv"]
    for r in mine:
        row = cells[r.locator.cell.document_hash][r.locator.cell.row - 1]
        reading = r.interpretation
        assert reading.after.quality == float(row[5])
        assert reading.before.quality == pytest.approx((76.67 + 76.8 + 76.59) / 300, abs=1e-12)
        assert outcome.kept(reading, "nonzero_parameters") == pytest.approx(1 - float(row[0]), abs=1e-12)
        assert outcome.kept(reading, "parameters") is None
        assert strategy.from_proto(reading.strategy).steps[0]["sparsity"] == float(row[0])


def test_percent_error_and_change_columns(results: list[pb.ReferenceResult]) -> None:
    grid = "Results-Grid view.csv"
    error = at(results, grid, 318, "Err1").interpretation
    assert (error.before.quality, error.after.quality) == (pytest.approx(0.9304), pytest.approx(0.931))
    assert error.strategy.text == "C2(ratio=?,epochs=?,samples=?)"
    assert (error.before.parameters, error.after.parameters) == (850_000, 770_000)
    assert error.change.macs == pytest.approx(0.112 / 0.125)
    change = at(results, grid, 5, "dTop1").interpretation
    assert (change.before.quality, change.after.quality) == (pytest.approx(0.706), pytest.approx(0.702))
    only = at(results, grid, 381, "dTop5").interpretation
    assert not only.before.HasField("quality")
    assert not only.after.HasField("quality")
    assert outcome.quality_change(only) == pytest.approx(-0.0055)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (534, "dTop5", "the median of"),
        (546, "Err1", "changed by"),
        (143, "Top5", "changed by"),
        (381, "dTop5", "the model is not named"),
        (39, "Top5", "without the quality before"),
        (151, "savedParams", "the quality after compression is not stated"),
        (612 - 550, "Top1", "parameters before is 18.000"),
        (55, "dTop5", "none of the catalogue"),
    ],
)
def test_what_does_not_add_up_is_quarantined(
    results: list[pb.ReferenceResult], row: int, column: str, reason: str
) -> None:
    result = at(results, "Results-Grid view.csv", row, column)
    assert state(result) == "quarantined"
    assert any(reason in r for r in result.reasons), list(result.reasons)


def test_figures_and_doubts_wait_for_a_curator(results: list[pb.ReferenceResult]) -> None:
    proposed = [r for r in results if state(r) == "proposed"]
    assert Counter(r.reasons[0] for r in proposed) == {
        "read from a figure": 12,
        "the collectors' note doubts what was measured": 15,
        "the share saved may be of operations, not of parameters": 7,
    }
    assert {r.interpretation.confidence for r in proposed} == {0.5}


def test_accepted_results_are_whole(results: list[pb.ReferenceResult]) -> None:
    for r in results:
        if state(r) != "accepted":
            assert r.reasons
            continue
        reading = r.interpretation
        assert not r.reasons
        assert reading.model
        assert reading.dataset
        assert reading.split == "unknown"
        assert reading.strategy.steps
        assert outcome.quality_change(reading) is not None
        shares = [outcome.kept(reading, q) for q in ("parameters", "nonzero_parameters", "macs")]
        assert any(s is not None and 0 < s <= 1 for s in shares)
        for side in (reading.before, reading.after):
            assert 0 <= side.quality <= 1
        assert r.source.title
        assert 1989 <= r.source.year <= 2020


def test_copies_share_a_cluster(results: list[pb.ReferenceResult]) -> None:
    """The figures' working copies, the figure and the grid of results: one measurement."""
    last = [at(results, f, 8, "fracRemaining=50%") for f in COUNTS if "fig5" in f]
    grid = at(results, "Results-Grid view.csv", 202, "Top1")
    assert len({r.interpretation.cluster for r in [*last, grid]}) == 1
    assert len({r.interpretation.cluster for r in results if "magnitude" in name(r)}) == 236
    files = defaultdict(set)
    for r in results:
        files[name(r)].add(r.interpretation.cluster)
    assert (
        files["_fig5-resnet50-reset-to-epoch-vs-top1.csv"]
        == files["fig5-resnet50-reset-to-epoch-vs-top1.csv"]
    )


def test_shipped_evidence_is_what_a_crawl_gives(shrinkbench: Any) -> None:
    """But for the catalogue's version, which names the catalogue that it was made with."""

    def bare(path: Path) -> list[pb.ReferenceResult]:
        made = read(path)
        for r in made:
            r.interpretation.strategy.catalogue_version = ""
        return made

    assert bare(SHIPPED) == bare(shrinkbench[0])


def test_shipped_evidence_carries_no_text(results: list[pb.ReferenceResult]) -> None:
    """Facts, not prose: no derivation is longer than a name or a number with its place."""
    assert max(len(d.raw) for r in results for d in r.interpretation.derivations) < 160
