"""The table beside the result, with the cells marked; where there is none, why."""

from __future__ import annotations

from ingest.documents import DocumentStore
from ingest.review._source import Sources
from kgpress.v1 import types_pb2 as pb
from tests.ingest.review.conftest import read


def test_the_cells_of_the_result_are_marked(documents: DocumentStore) -> None:
    excerpt = Sources(documents).excerpt(read(1))
    assert excerpt.why == ""
    assert [number for number, _ in excerpt.rows] == [1, 2, 3, 4]
    assert excerpt.anchor is not None
    row, column = excerpt.anchor
    assert (excerpt.rows[row][1][column].text, excerpt.rows[row][1][column].mark) == ("71.1%", "anchor")
    assert [c.mark for c in excerpt.rows[row][1]] == ["field", "field", "anchor", ""]
    assert [c.mark for c in excerpt.rows[0][1]] == ["heading"] * 4
    assert any("Quantization" in text for text in excerpt.above)


def test_what_is_not_there_is_said(documents: DocumentStore) -> None:
    gone, run, odd, elsewhere = read(0), read(0), read(0), read(0)
    gone.locator.cell.document_hash = "0" * 64
    run.locator.run.job = "j1"
    odd.locator.cell.document_hash = "../../../etc/passwd"
    elsewhere.locator.cell.table = 7
    sources = Sources(documents)
    assert "not on this machine" in sources.excerpt(gone).why
    assert "job j1" in sources.excerpt(run).why
    assert "no document" in sources.excerpt(odd).why
    assert [n for n, _, mark in sources.excerpt(elsewhere).lines if mark] == [7]
    assert "not on this machine" in Sources(None).excerpt(read(0)).why


def test_a_line_of_an_imported_file_is_shown(documents: DocumentStore) -> None:
    body = b"".join(b"line %d\n" % n for n in range(1, 100)) + b"\x1b[2Jboom\n"
    result = read(0)
    cell = pb.CellLocator(document_hash=documents.put(body), path="a.jsonl", line=100)
    result.locator.cell.CopyFrom(cell)
    excerpt = Sources(documents).excerpt(result)
    (shown,) = [text for number, text, mark in excerpt.lines if mark]
    assert shown == " [2Jboom"
    assert len(excerpt.lines) < 30


def test_a_wide_and_long_table_is_shown_around_the_cell(documents: DocumentStore) -> None:
    rows = ["| " + " | ".join(f"r{r}c{c}" for c in range(120)) + " |" for r in range(300)]
    body = "\n".join([rows[0].replace("r0", "h"), "|" + "---|" * 120, *rows[1:]]).encode()
    result = read(0)
    del result.interpretation.derivations[:]
    result.locator.cell.CopyFrom(
        pb.CellLocator(document_hash=documents.put(body), path="a.md", row=200, column=100)
    )
    excerpt = Sources(documents).excerpt(result)
    assert excerpt.anchor is not None
    row, column = excerpt.anchor
    assert excerpt.rows[row][1][column].text == "r199c99"
    assert (len(excerpt.columns) <= 60, len(excerpt.rows) <= 100) == (True, True)
