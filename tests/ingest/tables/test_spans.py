"""Cells that span rows without cells of their own."""

from __future__ import annotations

from ingest.tables import read_document


def test_rows_without_cells_shorten_spans() -> None:
    rows = "<tr><th rowspan=2>A</th><th rowspan=2>B</th></tr><tr></tr>"
    page = f"<table><thead>{rows}</thead><tbody><tr><td>a</td><td>1</td></tr></tbody></table>"
    (table,) = read_document(page.encode(), "x.html").tables
    assert [[c.text for c in row] for row in table.rows] == [["a", "1"]]
    assert table.width == 2
