"""All accepted results of ShrinkBench, read a second time without any of ingest."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from kgpress import outcome
from kgpress.v1 import types_pb2 as pb
from tests.ingest.test_shrinkbench import read

#: (after, before, change of quality; parameters kept, operations kept); None is not stated.
Expected = tuple[float | None, float | None, float | None, float | None, float | None]
SPARSITY = ("Sparsity", "global_sparsity", "global sparsity", "Target Sparsity")
BASELINE = (0.7667 + 0.768 + 0.7659) / 3


def test_every_accepted_number_again(shrinkbench: Any, corpus: dict[str, Path]) -> None:
    accepted = [r for r in read(shrinkbench[0]) if r.state == pb.EVIDENCE_STATE_ACCEPTED]
    for result in accepted:
        cell = result.locator.cell
        file = next(f for path, f in corpus.items() if path.endswith(cell.path))
        with file.open(encoding="utf-8-sig", newline="") as stream:
            heading, *rows = [[c.strip() for c in row] for row in csv.reader(stream)]
        row = rows[cell.row - 2]
        named = dict(zip(heading, row, strict=False))
        reading = result.interpretation
        kept = [outcome.kept(reading, q) for q in ("nonzero_parameters", "parameters")]
        got = (
            reading.after.quality if reading.after.HasField("quality") else None,
            reading.before.quality if reading.before.HasField("quality") else None,
            outcome.quality_change(reading),
            next((k for k in kept if k is not None), None),
            outcome.kept(reading, "macs"),
        )
        expected = _expected(file.name, named, row[cell.column - 1], cell.column_name, reading.metric.name)
        for mine, theirs in zip(got, expected, strict=True):
            near = abs(mine - theirs) <= 1e-6 if mine is not None and theirs is not None else mine == theirs
            stated = mine in _shares(named) if mine is not None else False
            assert near or stated, (cell, got, expected)
        assert reading.model == named.get("Model", "ResNet-50")
        assert reading.dataset == named.get("Dataset", "ImageNet")
    assert len(accepted) == 1341


def _shares(row: dict[str, str]) -> list[Any]:
    """The shares of parameters kept that a row states beside its two sides, as rounded there."""
    kept, saved, factor = (row.get(c, "") for c in ("keptParams", "savedParams", "old/new Nparam"))
    shares = [float(kept.rstrip("%")) / 100] if kept else []
    shares += [1 - float(saved.rstrip("%")) / 100] if saved else []
    shares += [1 / float(factor)] if factor else []
    return [pytest.approx(s, abs=1e-6) for s in shares]


def _expected(file: str, row: dict[str, str], cell: str, column: str, metric: str) -> Expected:
    if file.startswith("Results"):
        return _grid(row, "1" if metric == "accuracy" else "5")
    if "fig" in file:
        after = float(cell) / 100
        return after, 0.7614, after - 0.7614, float(column.split("=")[1][:-1]) / 100, None
    after = float(row.get("accuracy") or row["Accuracy"])
    sparsity = next(row[c] for c in SPARSITY if c in row)
    return after, BASELINE, after - BASELINE, 1 - float(sparsity), None


def _grid(row: dict[str, str], k: str) -> Expected:
    def share(column: str) -> float | None:
        return float(row[column].rstrip("%")) / 100 if row[column] else None

    def ratio(after: str, before: str, kept: str, saved: str, factor: str) -> float | None:
        if row[after] and row[before]:
            return float(row[after]) / float(row[before])
        if row[kept]:
            return share(kept)
        if row[saved]:
            return 1 - float(row[saved].rstrip("%")) / 100
        return 1 / float(row[factor]) if row[factor] else None

    def side(top: str, err: str) -> float | None:
        error = share(err)
        return share(top) if row[top] else None if error is None else 1 - error

    before, after, change = side(f"OrigTop{k}", f"OrigErr{k}"), side(f"Top{k}", f"Err{k}"), share(f"dTop{k}")
    if after is None and before is not None and change is not None:
        after = before + change
    if before is None and after is not None and change is not None:
        before = after - change
    if before is not None and after is not None:
        change = after - before
    parameters = ratio("MParams", "OrigMParams", "keptParams", "savedParams", "old/new Nparam")
    return (
        after,
        before,
        change,
        parameters,
        ratio("GFLOPS", "OrigGFLOPS", "keptFLOPS", "savedFLOPS", "old/new FLOPS"),
    )
