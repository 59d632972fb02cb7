"""Units, alternatives, joins and checks, on small declared tables."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest._declaration import Column, Source, load, names, parse
from ingest._transform import transform
from ingest.documents import DocumentStore, Kept
from ingest.items import Fault, Result
from ingest.meaning import NumberFault, read_number
from kgpress import outcome
from kgpress.errors import InvalidInput, UnknownName
from kgpress.v1 import types_pb2 as pb

DECLARATION = """
[source]
name = "small"
rules = "small/1"
owner = "someone"
repository = "tables"
commit = "c0"
licence = "MIT"
[acceptance]
accept = true
[[file]]
path = "t.csv"
[[table]]
name = "t"
path = "t.csv"
names = { paper = "Paper", model = "Model", dataset = "Data" }
[table.qualities.accuracy]
after = [{ column = "Top1", unit = "percent" }, { column = "Err1", unit = "percent", complement = true }]
before = [{ column = "Base", unit = "percent" }]
change = [{ column = "dTop1", unit = "percent" }]
[table.sizes.parameters]
after = [{ column = "MParams", unit = "millions" }]
before = [{ column = "BaseM", unit = "millions" }]
kept = [{ column = "saved", unit = "percent", complement = true }, { column = "x", inverse = true }]
[[strategy]]
paper = "han"
steps = ["C3"]
known = { "C3.sparsity" = "saved" }
[[strategy]]
paper = "li"
steps = ["C2"]
[dataset."CIFAR-10"]
domain = "computer vision"
task = "image classification"
classes = 10
"""
HEADING = "Paper,Model,Data,Top1,Err1,Base,dTop1,MParams,BaseM,saved,x"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Rows of text -> items, in order."""

    def reader(*rows: str, declaration: str = DECLARATION) -> list[Any]:
        store = DocumentStore(tmp_path / "documents")
        source = parse(declaration)
        sha256 = store.put("\n".join([HEADING, *rows]).encode())
        items = list(transform(source, {"t.csv": Kept(sha256, store.path(sha256))}))
        return [item.result if isinstance(item, Result) else item for item in items]

    return reader


def one(items: list[Any]) -> pb.ReferenceResult:
    assert len(items) == 1
    return items[0]


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("93.55%", Column("c", "percent"), "0.9355"),
        ("6.45%", Column("c", "percent", complement=True), "0.9355"),
        ("83.09", Column("c", "percent number"), "0.8309"),
        ("0.8235", Column("c", "fraction"), "0.8235"),
        ("2.3416151056e-8", Column("c"), "2.3416151056E-8"),
        ("15.1", Column("c", "millions"), "15100000"),
        ("4", Column("c", inverse=True), "0.25"),
        ("-1.060%", Column("c", "percent"), "-0.0106"),
    ],
)
def test_numbers_are_exact(text: str, column: Column, value: str) -> None:
    assert read_number(text, column)[0] == Decimal(value)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("93.55", Column("c", "percent")),
        ("93.55%", Column("c", "fraction")),
        ("nan", Column("c")),
        ("inf", Column("c")),
        ("1e999", Column("c")),
        ("=1+1", Column("c")),
        ("1,5", Column("c")),
        ("0x1f", Column("c")),
        ("1_000", Column("c")),
        ("٣", Column("c")),
        ("9" * 100, Column("c")),
        ("0", Column("c", inverse=True)),
    ],
)
def test_nothing_else_is_a_number(text: str, column: Column) -> None:
    with pytest.raises(NumberFault):
        read_number(text, column)


def test_an_accepted_row(read: Any) -> None:
    result = one(read("li,VGG-16,CIFAR-10,93.4%,,93.25%,,5.4,15,,"))
    assert result.state == pb.EVIDENCE_STATE_ACCEPTED
    reading = result.interpretation
    assert reading.after.parameters == 5_400_000
    assert outcome.kept(reading, "parameters") == pytest.approx(0.36)
    assert not reading.change.ListFields()
    assert result.locator.cell.column_name == "Top1"


def test_zeros_in_place_are_no_smaller_model(read: Any) -> None:
    reading = one(read("han,VGG-16,CIFAR-10,93.4%,,93.25%,,5.4,15,,")).interpretation
    assert outcome.kept(reading, "parameters") is None
    assert outcome.kept(reading, "nonzero_parameters") == pytest.approx(0.36)
    assert reading.after.nonzero_parameters == 5_400_000
    assert not reading.after.HasField("parameters")
    assert reading.strategy.text == "C3(sparsity=0.64,epochs=?,samples=?)"


def test_a_collapse_is_a_result(read: Any) -> None:
    """A model that has lost everything is what some compression comes to: no error of the source."""
    result = one(read("li,VGG-16,CIFAR-10,10%,,93%,,5.4,15,,"))
    assert result.state == pb.EVIDENCE_STATE_ACCEPTED
    assert result.interpretation.after.quality == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("li,VGG-16,CIFAR-10,0.8235,,83.09%,,5.4,15,,", "column of percentages without a % sign"),
        ("li,VGG-16,CIFAR-10,93.4%,,,,5.4,15,,", "without the quality before"),
        ("li,VGG-16,CIFAR-10,,,93.4%,,5.4,15,,", "after compression is not stated"),
        ("li,VGG-16,CIFAR-10,193.4%,,93%,,5.4,15,,", "not a fraction"),
        ("li,VGG-16,CIFAR-10,93%,,93%,-1%,5.4,15,,", "is not 93%"),
        ("li,VGG-16,CIFAR-10,93%,8%,93%,,5.4,15,,", "do not agree"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,15,5.4,,", "parameters grows"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,5.4,15,10%,", "is not 10%"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,,,120%,", "share of parameters kept is -0.2"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,,,0%,", "nothing is removed"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,,,,", "no reduction"),
        ("li,VGG-16,,93%,,93%,,5.4,15,,", "the dataset is not named"),
        ("li,???,CIFAR-10,93%,,93%,,5.4,15,,", "the model is not named"),
        ("li,VGG-16,Elsewhere,93%,,93%,,5.4,15,,", "'Elsewhere' is not declared"),
        ("he,VGG-16,CIFAR-10,93%,,93%,,5.4,15,,", "'he' is none of the catalogue"),
        ("han,VGG-16,CIFAR-10,93%,,93%,,,,99.999%,", "out of range"),
        ("li,=HYPERLINK(),CIFAR-10,=1+1%,,93%,,5.4,15,,", "is not a number"),
        (f"li,{'m' * 500},CIFAR-10,93%,,93%,,5.4,15,,", "has 500 characters"),
        ("li,VGG\u202e16,CIFAR-10,93%,,93%,,5.4,15,,", "control characters"),
        ("li,VGG-16,CIFAR-10,93%,,93%,,0,15,,", "parameters is 0"),
    ],
)
def test_quarantine_and_its_reason(read: Any, row: str, reason: str) -> None:
    result = one(read(row))
    assert result.state == pb.EVIDENCE_STATE_QUARANTINED
    assert any(reason in r for r in result.reasons), list(result.reasons)


def test_a_base_far_from_its_peers_is_doubted(read: Any) -> None:
    rows = [f"{p},VGG-16,CIFAR-10,93%,,{base},,5.4,15,," for p, base in (("li", "93%"), ("han", "94%"))]
    odd = "odd,VGG-16,CIFAR-10,9.8%,,10.1%,,5.4,15,,"
    assert not any("median" in r for r in read(*rows)[0].reasons)
    assert any("the median of 3 papers" in r for r in read(*rows, odd)[2].reasons)
    assert read(*rows, odd)[0].state == pb.EVIDENCE_STATE_ACCEPTED


def test_rows_without_an_outcome_give_nothing(read: Any) -> None:
    assert read("li,VGG-16,CIFAR-10,,,93%,,,15,,", "") == []


def test_names_are_carried_as_they_stand(read: Any) -> None:
    name = "x'}) DETACH DELETE n //"
    result = one(read(f"li,{name},CIFAR-10,93%,,93%,,5.4,15,,"))
    assert result.interpretation.model == name


def test_without_a_declared_acceptance_results_wait(read: Any) -> None:
    waiting = DECLARATION.replace("accept = true", "accept = false")
    result = one(read("li,VGG-16,CIFAR-10,93.4%,,93.25%,,5.4,15,,", declaration=waiting))
    assert result.state == pb.EVIDENCE_STATE_PROPOSED


def test_another_document_than_declared_is_a_fault(read: Any) -> None:
    items = read("li,VGG-16,CIFAR-10,1%,,1%,,5,15,,", declaration=DECLARATION.replace('"Top1"', '"Acc"'))
    assert items == [Fault("t.csv", "the table has no column 'Acc'; see its declaration")]


def test_ragged_rows_are_faults_and_the_others_count(read: Any) -> None:
    fault, result = read("li" + "," * 30, "li,VGG-16,CIFAR-10,93.4%,,93.25%,,5.4,15,,")
    assert "cells under" in fault.reason
    assert result.state == pb.EVIDENCE_STATE_ACCEPTED


@pytest.mark.parametrize("name", names())
def test_shipped_declarations_read(name: str) -> None:
    source: Source = load(name)
    paths = {f.path for f in source.files}
    assert {t.path for t in source.tables} <= paths
    assert all(len(f.sha256) == 64 for f in source.files)
    assert len(source.commit) == 40 or not source.files


@pytest.mark.parametrize(
    "text", ["[source", "[source]\nname = 1\n", DECLARATION.replace("kept =", "share =")]
)
def test_bad_declarations_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="does not read"):
        parse(text)


def test_unknown_source_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="shrinkbench"):
        load("shrinkbensh")
