"""A locator opens the cell it names, and the number stands there in the document's own bytes."""

from __future__ import annotations

import hashlib
import random
import re

import pytest

from ingest.tables import TableError, open_cell, read_document
from kgpress.v1.types_pb2 import CellLocator
from tests.ingest.tables.test_formats import COMMENTS, LATEXML, MARKDOWN, PERF, RST, SPANS, paper

ALL = {
    "r.md": MARKDOWN.encode(),
    "h.md": b"# T\n\n" + SPANS.encode(),
    "h.html": SPANS.encode(),
    "l.html": LATEXML.encode(),
    "d.rst": RST.encode(),
    "p.yaml": PERF.encode(),
    "s.yaml": COMMENTS.encode(),
    "c.csv": b"name,top1\na,71.5\nb,70.1\n",
    "j.json": b'{"runs": {"a": {"acc": 0.5},\n "b": {"acc": 0.25}}}',
    "p.pdf": paper(),
}


@pytest.mark.parametrize("path", ALL)
def test_a_locator_opens_its_cell(path: str) -> None:
    data = ALL[path]
    read = read_document(data, path)
    cells = [(t.index, c) for t in read.tables for c in t.cells()]
    lines = data.decode("latin-1").split("\n")
    for index, cell in random.Random(path).sample(cells, min(20, len(cells))):
        locator = CellLocator(
            document_hash=read.sha256,
            path=path,
            line=cell.line,
            row=cell.row,
            column=cell.column,
            table=index,
        )
        assert open_cell(data, path, locator) == cell.text
        # The number stands in that line of the document, read without this package.
        if cell.line and re.fullmatch(r"\d+\.\d+", cell.text):
            assert cell.text in lines[cell.line - 1]


def test_a_wrong_locator_opens_nothing() -> None:
    data = ALL["c.csv"]
    good = CellLocator(document_hash=hashlib.sha256(data).hexdigest(), line=2, row=2, column=2)
    assert open_cell(data, "c.csv", good) == "71.5"
    for change in ({"document_hash": "0" * 64}, {"line": 3}, {"row": 9}, {"column": 9}, {"table": 4}):
        wrong = CellLocator()
        wrong.CopyFrom(good)
        for name, value in change.items():
            setattr(wrong, name, value)
        with pytest.raises(TableError):
            open_cell(data, "c.csv", wrong)
