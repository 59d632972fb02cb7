"""Each format to cells: what a reader sees, with the place it stands in."""

from __future__ import annotations

import hashlib

import pytest

from ingest.tables import Document, Table, TableError, read_document
from tests.ingest.tables.hostile import pdf_of


def document(text: str, path: str) -> Document:
    return read_document(text.encode(), path)


def only(text: str, path: str) -> Table:
    (table,) = document(text, path).tables
    return table


def body(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


MARKDOWN = """# Zoo

Intro words.

## Results on *CIFAR-10*

Pruned with `L1`.

| Model | Top-1 | Size \\| MB |
|:--|--:|--|
| **ResNet\\_20** | ~~91.2~~ | 1.1<br>MB |
| [VGG](http://example.org/v) | 92.0<sup>1</sup> | $0.5 \\pm 0.1$ |
| *Quantized* | | |
| `int8` | 91.9* | ![x](y.png)0.3 |

After words.
"""


def test_markdown() -> None:
    read = document(MARKDOWN, "a/README.md")
    (table,) = read.tables
    assert (read.format, read.title, read.language) == ("markdown", "Zoo", "en")
    assert read.sha256 == hashlib.sha256(MARKDOWN.encode()).hexdigest()
    assert [cell.text for cell in table.heading[0]] == ["Model", "Top-1", "Size | MB"]
    assert table.sections == ("Zoo", "Results on CIFAR-10")
    assert (table.lead, table.trail) == ("Pruned with L1.", "After words.")
    assert body(table) == [
        ["ResNet_20", "91.2", "1.1 MB"],
        ["VGG", "92.0", "0.5 ± 0.1"],
        ["Quantized", "", ""],
        ["int8", "91.9", "0.3"],
    ]
    first, second, _, last = table.rows
    assert first[0].bold
    assert first[1].struck
    assert second[0].links == ("http://example.org/v",)
    assert (second[1].notes, last[1].notes) == (("1",), ("*",))
    assert (last[1].row, last[1].column, last[1].line, last[1].column_name) == (5, 2, 14, "Top-1")
    assert table.bands == {4: "Quantized"}
    assert (table.band(5), table.band(4), table.band(2)) == ("Quantized", "", "")


def test_markdown_tables_without_blank_lines_lists_and_bars() -> None:
    text = (
        "text\n\nModel | Acc\n--- | ---\na | 1.5\nModel | mAP\n--- | ---\nb | 2.5\n\n"
        "- item\n\n  | X | Y |\n  |---|---|\n  | c | 3.5 |\n\n"
        "| P | Q | R |\n|---|---|\n| d | 4.5 | 5.5 |\n"
    )
    tables = document(text, "t.md").tables
    assert [body(t) for t in tables] == [
        [["a", "1.5"]],
        [["b", "2.5"]],
        [["c", "3.5"]],
        [["d", "4.5", "5.5"]],
    ]
    assert [t.header_path(2) for t in tables] == [("Acc",), ("mAP",), ("Y",), ("Q",)]
    assert [t.rows[0][1].line for t in tables] == [5, 8, 14, 18]


SPANS = """<h2>Zoo</h2>
<table>
<caption>Table 1: All</caption>
<tr><th rowspan=2>Model</th><th colspan=2>Accuracy</th></tr>
<tr><th>FP32</th><th>INT8</th></tr>
<tr><td rowspan=2>ResNet</td><td>76.1</td>

<td><b>75.9</b></td></tr>
<tr><td>77.0</td><td>76.5</td></tr>
<tr><td colspan=3>Mobile</td></tr>
<tr><td>V2</td><td>71.0</td><td>70.1 <table><tr><td>in</td><td>9.5</td></tr></table></td></tr>
</table>
"""


@pytest.mark.parametrize(("path", "before"), [("p.html", ""), ("p.md", "# T\n\n")])
def test_html_spans_with_and_without_markdown(path: str, before: str) -> None:
    table, inner = document(before + SPANS, path).tables
    assert len(table.heading) == 2
    assert [table.header_path(c) for c in (1, 2, 3)] == [
        ("Model",),
        ("Accuracy", "FP32"),
        ("Accuracy", "INT8"),
    ]
    assert body(table)[:2] == [["ResNet", "76.1", "75.9"], ["ResNet", "77.0", "76.5"]]
    assert table.caption == "Table 1: All"
    assert table.sections[-1] == "Zoo"
    below = table.rows[1][0]
    assert (below.spanned, below.origin) == (True, (3, 1))
    assert table.rows[0][2].bold
    shift = before.count("\n")
    assert (table.rows[0][2].line, below.line) == (8 + shift, 6 + shift)
    assert table.rows[0][2].xpath.endswith("/tr[3]/td[3]")
    assert table.bands == {5: "Mobile"}
    assert body(inner) == [["in", "9.5"]]


def test_html_heading_without_th_and_a_heading_in_the_middle() -> None:
    text = (
        "<table><tr><td>Name</td><td>mAP</td></tr><tr><td>a</td><td>1.5</td></tr>"
        "<tr><th>Name</th><th>F1</th></tr><tr><td>b</td><td>2.5</td></tr></table>"
    )
    one, two = document(text, "x.html").tables
    assert (one.header_path(2), two.header_path(2)) == (("mAP",), ("F1",))
    assert (two.rows[0][1].row, two.rows[0][1].text) == (2, "2.5")


LATEXML = """<html><body><h1 class="ltx_title ltx_title_document">A study</h1>
<section><h2 class="ltx_title"><span class="ltx_tag">1 </span>Results</h2>
<figure class="ltx_table">
<figcaption class="ltx_caption"><span class="ltx_tag">Table 1: </span>Top-1.</figcaption>
<span class="ltx_tabular"><span class="ltx_tbody">
<span class="ltx_tr"><span class="ltx_td ltx_th ltx_th_row">Model</span>
 <span class="ltx_td ltx_colspan ltx_colspan_2">C10</span></span>
<span class="ltx_tr"><span class="ltx_td ltx_th ltx_th_row"></span><span class="ltx_td">Acc</span>
 <span class="ltx_td">MACs</span></span>
<span class="ltx_tr"><span class="ltx_td ltx_th ltx_th_row">VGG
 <span class="ltx_note"><sup>1</sup><span>long</span></span></span>
 <span class="ltx_td"><math alttext="93.4\\pm 0.1"><mn>93.4</mn></math></span>
 <span class="ltx_td">1.2G</span></span>
</span></span></figure>
<table class="ltx_equation ltx_eqn_table"><tr><td>a=b</td><td>1</td></tr></table></section></body></html>"""


def test_latexml() -> None:
    table = only(LATEXML, "paper.html")
    assert (table.caption, table.sections) == ("Table 1: Top-1.", ("A study", "1 Results"))
    assert [table.header_path(c) for c in (1, 2, 3)] == [("Model",), ("C10", "Acc"), ("C10", "MACs")]
    assert body(table) == [["VGG", "93.4± 0.1", "1.2G"]]
    assert table.rows[0][0].notes == ("1",)


RST = """Zoo
===

Results
-------

.. list-table:: Listed
   :header-rows: 1

   * - Model
     - Top-1
   * - ResNet
     - **76.1**

.. csv-table:: Given
   :header: "Model", "mAP"

   "SSD, small", 21.5

====== ======
Model  Loss
====== ======
LSTM   0.25
====== ======

+-------+---------------+
| Model | Accuracy      |
|       +-------+-------+
|       | FP32  | INT8  |
+=======+=======+=======+
| VGG   | 92.5  | 92.0  |
+-------+-------+-------+
"""


def test_rst() -> None:
    listed, given, simple, grid = document(RST, "doc.rst").tables
    assert (listed.caption, listed.sections) == ("Listed", ("Zoo", "Results"))
    assert [body(t)[0] for t in (listed, given, simple)] == [
        ["ResNet", "76.1"],
        ["SSD, small", "21.5"],
        ["LSTM", "0.25"],
    ]
    assert [t.header_path(2) for t in (listed, given, simple)] == [("Top-1",), ("mAP",), ("Loss",)]
    assert (listed.rows[0][1].bold, listed.rows[0][1].line) == (True, 13)
    assert (given.rows[0][1].line, simple.rows[0][1].line) == (18, 23)
    assert [grid.header_path(c) for c in (1, 2, 3)] == [
        ("Model",),
        ("Accuracy", "FP32"),
        ("Accuracy", "INT8"),
    ]
    assert (body(grid), grid.rows[0][2].line) == ([["VGG", "92.5", "92.0"]], 31)


def test_csv_dialects_preamble_and_lines() -> None:
    text = '\ufeffExported by hand\n\nname;top1\n"two\nlines";71.5\n=1+1;70.1\n'
    table = only(text, "r.csv")
    assert [c.text for c in table.heading[0]] == ["name", "top1"]
    assert body(table) == [["two lines", "71.5"], ["=1+1", "70.1"]]
    assert [row[1].line for row in table.rows] == [4, 6]
    assert only("a\tb\n1\t2\n", "r.tsv").header_path(2) == ("b",)


PERF = """supported: [A, B]
precisions:
  w8a8:
    components:
      Net:
        performance_metrics:
          Phone X:
            tflite:
              inference_time_milliseconds: 1.25
              peak_memory_range_mb: {min: 1, max: 20}
            onnx:
              inference_time_milliseconds: 2.5
  float:
    components:
      Net:
        performance_metrics:
          Phone X:
            tflite:
              inference_time_milliseconds: 3.5
"""


def test_yaml_records() -> None:
    table = document(PERF, "perf.yaml").tables[-1]
    assert (table.kind, table.labels) == ("records", 5)
    assert [row[1:6] for row in body(table)] == [
        ["w8a8", "Net", "Phone X", "tflite", "1.25"],
        ["w8a8", "Net", "Phone X", "onnx", "2.5"],
        ["float", "Net", "Phone X", "tflite", "3.5"],
    ]
    assert table.header_path(2) == ("precisions",)
    assert [table.header_path(c) for c in (6, 7)] == [
        ("inference_time_milliseconds",),
        ("peak_memory_range_mb", "min"),
    ]
    assert [row[5].line for row in table.rows] == [9, 12, 19]
    assert [row[1].spanned for row in table.rows] == [False, True, False]


def test_records_inherit_what_stands_around_them() -> None:
    text = '[{"metric": "mAP", "base": 0.5,\n "devices": {"p": {"q": {"value": 0.25}}}}]'
    outer, inner = document(text, "n.json").tables
    assert body(outer) == [["mAP", "0.5"]]
    assert body(inner) == [["mAP", "0.5", "p", "q", "0.25"]]
    assert inner.labels == 4
    assert inner.rows[0][4].line == 2


def test_model_card() -> None:
    text = (
        "---\nlicense: mit\nmodel-index:\n- name: tiny\n  results:\n  - task: {type: qa}\n"
        "    dataset: {name: SQuAD, type: squad}\n    metrics:\n"
        "    - type: f1\n      value: 88.5\n---\n# Card\n"
    )
    read = document(text, "README.md")
    table = read.tables[-1]
    cells = dict(zip([t.column_name for t in table.rows[0]], body(table)[0], strict=True))
    assert cells["model-index / name"] == "tiny"
    assert cells["dataset / name"] == "SQuAD"
    assert (cells["type"], cells["value"], table.rows[0][-1].line) == ("f1", "88.5", 10)
    assert read.title == "Card"


COMMENTS = """# Prunes filters.
#
# Baseline results:
#     Top1: 91.780    Top5: 99.710
#
# Results:
#     Top1: 91.29 (epoch 7)
#     # of parameters: 95,922
#
# +----+-------+
# |    | Ratio |
# |----+-------|
# |  0 | 0.50  |
# +----+-------+
#
# Best Top1: 74.5 vs. 76.15 baseline
version: 1
"""


def test_results_in_comments() -> None:
    tables = [t for t in document(COMMENTS, "s.yaml").tables if t.kind != "records"]
    keyed, grid, last = tables
    assert keyed.kind == "keyed"
    assert [row[0] for row in body(keyed)] == ["Baseline results", "Results"]
    assert [c.text for c in keyed.heading[0]] == ["", "text", "Top1", "Top5", "# of parameters"]
    assert body(keyed)[1][2:] == ["91.29", "", "95,922"]
    assert (keyed.rows[1][2].line, keyed.rows[1][4].line, keyed.rows[1][2].notes) == (7, 8, ("epoch 7",))
    assert (body(grid), grid.rows[0][1].line) == ([["0", "0.50"]], 13)
    assert body(last)[0][2:] == ["74.5", "76.15"]


def _text(x: int, y: int, text: str) -> str:
    return f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET "


def paper() -> bytes:
    rows = [
        (700, ["Model", "Top-1", "Size"]),
        (680, ["ResNet 20", "91.5", "1.1"]),
        (665, ["VGG", "92.5", "20.1"]),
    ]
    parts = [_text(100, 730, "Table 1: Accuracy of two models")]
    parts += [_text(x, y, t) for y, texts in rows for x, t in zip((100, 220, 320), texts, strict=True)]
    parts += [f"100 {y} m 400 {y} l S " for y in (715, 695, 655)]
    ruled = [(x, y) for y in (500, 520, 540) for x in (100, 200)]
    parts += [f"{x} {y} 100 20 re S " for x, y in ruled if y < 540]
    parts += [_text(105, 525, "Net"), _text(205, 525, "mAP"), _text(105, 505, "SSD"), _text(205, 505, "21.5")]
    return pdf_of("".join(parts).encode())


def test_pdf() -> None:
    read = read_document(paper(), "paper.pdf")
    rules, ruled = read.tables
    assert (read.format, read.faults) == ("pdf", ())
    assert [c.text for c in rules.heading[0]] == ["Model", "Top-1", "Size"]
    assert body(rules) == [["ResNet 20", "91.5", "1.1"], ["VGG", "92.5", "20.1"]]
    assert rules.caption == "Table 1: Accuracy of two models"
    assert body(ruled) == [["SSD", "21.5"]]
    cell = rules.rows[0][1]
    assert cell.page == 1
    assert cell.box is not None
    left, top, right, bottom = cell.box
    assert 219 <= left < right <= 245
    assert 100 < top < bottom < 115


def test_language() -> None:
    text = "# 模型压缩\n\n| 模型 | 精度 |\n|--|--|\n| 残差网络 | 76.1 |\n\n"
    text += "量化之后的精度没有明显下降，体积缩小。\n"
    assert document(text, "README_zh.md").language == "zh"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    text = "模型,精度\n" + "残差网络的量化模型,76.1\n" * 20
    read = read_document(text.encode(encoding), "t.csv")
    assert read.tables[0].rows[0][0].text == "残差网络的量化模型"
    assert bool(read.faults) == (encoding == "gb18030")


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (b"abc", "x.bin", "no known format"),
        (b"\x00\x01" * 50, "x.csv", "binary"),
        (b"a" * 65_000_000, "x.md", "bytes"),
    ],
)
def test_refusals(data: bytes, path: str, words: str) -> None:
    with pytest.raises(TableError, match=words) as caught:
        read_document(data, path)
    assert caught.value.remedy
