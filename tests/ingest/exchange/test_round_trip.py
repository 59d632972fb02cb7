"""What is written is read again as it was, in every format that is read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ingest.exchange import COLUMNS, READERS, WRITERS, export, import_files
from kgpress.errors import OutputError
from kgpress.v1 import evidence_pb2 as ev
from tests.ingest.exchange.conftest import Memory, result

SUFFIX = {"csv": ".csv", "jsonl": ".jsonl", "model-index": ".yaml"}
ALL = ev.SearchEvidenceRequest()


def test_every_format_that_is_read_is_written() -> None:
    assert set(READERS) < set(WRITERS) == {*SUFFIX, "parquet", "jsonld"}


@pytest.mark.parametrize("format", SUFFIX)
def test_exported_results_come_back_as_they_were(tmp_path: Path, format: str) -> None:
    results = [
        result(0),
        result(1, dataset='=HYPERLINK("x")', model="@cmd"),
        result(2, model="'-1+1", hardware="＝1"),
        result(3, strategy="C4", per_layer=True, layer="conv1"),
        result(4, confidence=0.0, model="1e5", dataset="yes"),
    ]
    results[4].interpretation.ClearField("before")
    results[2].interpretation.strategy.catalogue_version = "1-of-before"
    results[4].interpretation.change.quality = -0.011
    results[3].interpretation.after.parameters = 2**62
    first, again = tmp_path / f"a{SUFFIX[format]}", tmp_path / f"b{SUFFIX[format]}"
    assert export(Memory(*results), ALL, format, first) == (5, 0)
    other = Memory()
    assert import_files([first], other).added == 5
    read = {r.locator.cell.line: r for r in other.results}
    for sent in results:
        back = read[sent.locator.cell.line]
        assert back.interpretation == sent.interpretation
        assert (back.locator, back.source) == (sent.locator, sent.source)
    assert import_files([first], other).duplicates == 5
    for had in other.results:
        had.id, had.state = results[had.locator.cell.line - 10].id, results[0].state
    export(other, ALL, format, again)
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("format", WRITERS)
def test_order_does_not_depend_on_arrival_and_private_results_stay(tmp_path: Path, format: str) -> None:
    results = [result(n) for n in range(5)]
    secret = result(7, model="Secret-Net")
    secret.private = True
    assert export(Memory(*results, secret), ALL, format, tmp_path / "a") == (5, 1)
    assert export(Memory(secret, *reversed(results)), ALL, format, tmp_path / "b") == (5, 1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b"Secret-Net" not in (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "'=1", "''=1"])
def test_no_spreadsheet_runs_a_cell_and_the_text_is_kept(text: str) -> None:
    from ingest.exchange._csv import guarded, unguarded

    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["ResNet", "'tHooft", "1+1=2", "a-b", ""])
def test_other_texts_are_left_alone(text: str) -> None:
    from ingest.exchange._csv import guarded, unguarded

    assert guarded(text) == unguarded(text) == text


def test_csv_cells_are_guarded_and_numbers_stay_numbers(tmp_path: Path) -> None:
    export(Memory(result(0, model="=1+1")), ALL, "csv", tmp_path / "a.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text()))
    assert row["model"] == "'=1+1"
    assert float(row["delta"]) == -0.7613


def test_parquet_has_types_and_units(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    export(Memory(result(0), result(1)), ALL, "parquet", tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == [c.name for c in COLUMNS if c.only != "import"]
    assert str(table.schema.field("size_after").type) == "int64"
    assert table.schema.field("latency_before").metadata[b"unit"] == b"ms"
    row = table.to_pylist()[0]
    assert (row["after"], row["size_before"], row["hardware"]) == (0.0, 97_800_000, "x86-cpu")
    assert json.loads(row["locator"])["cell"]["line"] == 10


def test_json_ld_names_runs_evaluations_and_where_they_are_from(tmp_path: Path) -> None:
    export(Memory(result(0), result(1)), ALL, "jsonld", tmp_path / "a.jsonld")
    document = json.loads((tmp_path / "a.jsonld").read_text())
    assert all(isinstance(v, str | dict) for v in document["@context"].values())
    nodes = {node["@id"]: node for node in document["@graph"]}
    assert len(nodes) == len(document["@graph"])
    runs = [n for n in nodes.values() if "mls:Run" in n["@type"]]
    assert len(runs) == 2
    run = runs[0]
    values = {
        (nodes[o]["specifiedBy"], nodes[o]["kgpress:side"]): nodes[o]["hasValue"] for o in run["hasOutput"]
    }
    assert values["urn:kgpress:measure:accuracy", "before"] == 0.7613
    assert values["urn:kgpress:measure:accuracy", "after"] == 0.0
    assert values["urn:kgpress:measure:size", "after"] == 24_500_000
    place = nodes[run["wasDerivedFrom"]]
    assert nodes[place["hadPrimarySource"]]["label"] == "acme/bench"
    assert place["kgpress:locator"]["@value"]["cell"]["line"] == 10
    linked = [*run["hasInput"], run["executes"]]
    assert all(i in nodes for i in linked)
    known = {t for t in document["@context"] if ":" not in t}
    used = {key for node in nodes.values() for key in node if not key.startswith("@")}
    assert all(key in known or key.partition(":")[0] in known for key in used)


def test_nothing_is_left_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        export(Memory(result(0)), ALL, "csv", tmp_path / "taken")
    with pytest.raises(OutputError, match="cannot be written"):
        export(Memory(result(0)), ALL, "csv", tmp_path / "none" / "a.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


def test_the_page_says_what_is_read() -> None:
    from ingest.exchange.docs import page

    printed = (Path(__file__).parents[3] / "docs" / "exchange.md").read_text("utf-8")
    assert printed == page(), "run `python -m ingest.exchange.docs > docs/exchange.md`"
