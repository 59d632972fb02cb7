"""Every fault with its place, and nothing of a faulty file is submitted."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from ingest.exchange import Fault, ImportRefused, import_files
from kgpress.errors import InvalidInput
from kgpress.v1 import types_pb2 as pb
from tests.ingest.exchange.conftest import Memory

HEAD = "source,model,dataset,strategy,metric,before,after,size_after\n"
GOOD = "acme,ResNet-50,ImageNet,C4,accuracy,76.1%,0.7605,24.5MB\n"


def faults(tmp_path: Path, text: str | bytes, name: str = "a.csv") -> list[Fault]:
    """What is said of a file; it must be refused, and nothing submitted."""
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    memory = Memory()
    with pytest.raises(ImportRefused, match="nothing was imported") as refused:
        import_files([file], memory)
    assert memory.results == []
    assert all(f.file == name for f in refused.value.faults)
    return list(refused.value.faults)


def places(found: list[Fault]) -> list[tuple[int, int]]:
    return [(f.line, f.column) for f in found]


def test_units_are_explicit_and_the_line_is_the_locator(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    text = "source,model,dataset,strategy,metric,before [%],after,size_after (KiB),latency_after\n"
    text += "acme,ResNet-50,ImageNet,C4,accuracy,76.1,0.7605,2,35us\n\n"
    text += '"acme","VGG\'16",ImageNet,C4,accuracy,0.5%,0.004,1.5,2\n'
    file.write_text(text)
    memory = Memory()
    assert import_files([file], memory).added == 2
    first, second = memory.results
    assert first.interpretation.before.quality == 0.761
    assert first.interpretation.after.size_bytes == 2048
    assert first.interpretation.after.latency_ms == 0.035
    assert second.interpretation.before.quality == 0.005
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert second.locator.cell == pb.CellLocator(document_hash=sha256, path="a.csv", line=4)
    raw = {d.field: (d.origin, d.raw) for d in first.interpretation.derivations}
    assert raw["after.latency_ms"] == ("cell", "35us")
    assert first.state == pb.EVIDENCE_STATE_UNSPECIFIED


def test_a_formula_is_text(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + "acme,=1+1,ImageNet,C4,accuracy,,0.7,\n")
    memory = Memory()
    import_files([file], memory)
    assert memory.results[0].interpretation.model == "=1+1"
    (fault,) = faults(tmp_path, HEAD + "acme,m,ImageNet,C4,accuracy,=0.5+0.2,0.7,\n")
    assert "no number" in fault.reason


def test_every_bad_cell_is_reported(tmp_path: Path) -> None:
    text = HEAD + GOOD
    text += "acme,,ImageNet,C4,acuracy,76.1,0.7605,24.5 parsecs\n"
    text += GOOD
    text += 'acme,"two\nlines",ImageNet,Q99,accuracy,0.7,"0,7",1.5\n'
    text += "acme,ResNet-50,ImageNet,C4,accuracy,0.7\n"
    found = faults(tmp_path, text)
    by_place = {(f.line, f.column): f.reason for f in found}
    assert "model is missing" in by_place[3, 1]
    assert "did you mean accuracy" in by_place[3, 5]
    assert "written 76.1%" in by_place[3, 6]
    assert "'parsecs'" in by_place[3, 8] or "no number" in by_place[3, 8]
    assert "control characters" in by_place[5, 2]
    assert "Q99" in by_place[5, 4]
    assert "no separator" in by_place[5, 7]
    assert "no whole number of bytes" in by_place[5, 8]
    assert "6 fields, and the heading has 8" in by_place[7, 7]
    assert len(by_place) == len(found) == 9


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("acme,m,ImageNet,C4,,0.7,0.6,", "without its metric"),
        ("acme,m,,C4,accuracy,0.7,0.6,", "without its data set"),
        ("acme,m,ImageNet,C4,accuracy,,,", "nothing was measured"),
        ("acme,m,ImageNet,,accuracy,0.7,0.6,", "strategy is missing"),
        (",m,ImageNet,C4,accuracy,0.7,0.6,", "source is missing"),
        ("acme,m,ImageNet,C4 > C2,accuracy,0.7,0.6,", "write C2 > C4"),
        ("acme,m,ImageNet,C4,accuracy,nan,0.6,", "no number"),
        ("acme,m,ImageNet,C4,accuracy,1e999,0.6,", "out of range"),
        ("acme,m,ImageNet,C4,accuracy,0.7,0.6,99999999999999999999", "out of range"),
        ("acme,m,ImageNet,C4,accuracy,0.7,0.6,-5", "out of range"),
        (f"acme,{'m' * 500},ImageNet,C4,accuracy,0.7,0.6,", "500 characters"),
        ("acme,m,d,C4,perplexity,12.3%,14,", "the unit '%'"),
    ],
)
def test_what_a_row_may_not_say(tmp_path: Path, row: str, said: str) -> None:
    (fault,) = faults(tmp_path, HEAD + row + "\n")
    assert fault.line == 2
    assert said in fault.reason


def test_a_stated_change_must_agree(tmp_path: Path) -> None:
    head = "source,model,dataset,strategy,metric,before,after,delta\n"
    (fault,) = faults(tmp_path, head + "acme,m,d,C4,accuracy,0.7,0.6,0.1\n")
    assert (fault.line, fault.column) == (2, 8)
    (tmp_path / "b.csv").write_text(head + "acme,m,d,C4,accuracy,70%,60%,-10%\nacme,m,d,C4,accuracy,,,-1pt\n")
    memory = Memory()
    import_files([tmp_path / "b.csv"], memory)
    assert not memory.results[0].interpretation.HasField("change")
    assert memory.results[1].interpretation.change.quality == -0.01


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", (1, 1), "empty"),
        ("source;model\nacme;m\n", (1, 1), "separator is the comma"),
        ("source,model,modle\n", (1, 3), "did you mean"),
        ("source,model,model\n", (1, 3), "second column"),
        (b"source,model\nacme,\xff\n", (2, 6), "UTF-8"),
        ('source,model\n"acme,m\n', (2, 1), "no CSV"),
    ],
)
def test_what_is_no_such_csv(tmp_path: Path, text: str | bytes, place: tuple[int, int], said: str) -> None:
    fault = faults(tmp_path, text)[0]
    assert (fault.line, fault.column) == place
    assert said in fault.reason


LINE = (
    '{"source": "acme", "model": "m", "dataset": "d", "strategy": "C4", "metric": "accuracy", "after": %s}\n'
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0.5x", "no JSON object"),
        ("NaN", "beyond all measure"),
        ("9" * 5000, "beyond all measure"),
        ("[" * 100_000, "beyond all measure"),
        ('"7,5"', "no number"),
        ("true", "no number"),
        ("[1]", "single value"),
        ('0.5, "after": 0.6', "a second 'after'"),
        ('0.5, "afer": 0.6', "did you mean after"),
        ('0.5, "locator": {"cell": {"path": "x"}}', "names no document"),
        ('0.5, "locator": 7', "no locator"),
        ('0.5, "derivations": [{"field": 7}]', "no derivation"),
        ('0.5, "conditions": {"batch": "\\ud800"}', "half a character"),
        ('0.5, "runtime": "\\ud800"', "control characters"),
        ('0.5, "state": "acepted"', "did you mean accepted"),
        ('0.5, "confidence": 3', "outside 0..1"),
        ('0.5, "source_kind": "blog"', "paper"),
        ('0.5, "domain": "computer visions"', "did you mean computer vision"),
    ],
)
def test_json_lines_name_line_and_character(tmp_path: Path, value: str, said: str) -> None:
    (fault,) = faults(tmp_path, LINE % "0.4" + LINE % value, "a.jsonl")
    assert fault.line == 2
    assert fault.column >= 1
    assert said in fault.reason


def test_hopeless_files_end_soon(tmp_path: Path) -> None:
    found = faults(tmp_path, '{"a": 1}\n' * 100_000, "a.jsonl")
    assert len(found) == 1_001
    assert "too many faults" in found[-1].reason
    assert len(faults(tmp_path, HEAD + ("x,y\n" * 100_000))) == 1_001
    assert 1_000 < len(faults(tmp_path, HEAD + ("acme,m,d,C4,accuracy,7,0.5,\n" * 20_000))) < 1_100
    assert "200 are the most" in faults(tmp_path, "a," * 100_000)[0].reason


def test_the_character_is_that_of_the_value(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, LINE % "76.1", "a.jsonl")
    assert (LINE % "76.1")[fault.column - 1 :].startswith("76.1")


CARD = """---
license: mit
model-index:
- name: ResNet-50
  results:
  - task: {type: image-classification}
    dataset: {name: ImageNet, type: imagenet-1k, split: val}
    source: {name: acme}
    metrics:
    - {type: accuracy, value: %s}
    - {type: top-5 accuracy, value: 0.9}
    kgpress: {strategy: C4, size_after: 4.2MB}
---
# text
"""


def test_a_model_card_with_two_metrics_is_two_results(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD % "76.1%")
    memory = Memory()
    assert import_files([tmp_path / "README.md"], memory).added == 2
    assert [r.interpretation.metric.name for r in memory.results] == ["accuracy", "top-5 accuracy"]
    assert memory.results[0].interpretation.after.quality == 0.761
    assert {r.interpretation.after.size_bytes for r in memory.results} == {4_200_000}
    assert [(r.locator.cell.line, r.locator.cell.column) for r in memory.results] == [(10, 7), (11, 7)]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("%s", "76.1", 10, "written 76.1%"),
        ("%s", "&a 0.5", 10, "anchors"),
        ("mit", "!!python/object/apply:os.system ['true']", 2, "tags are not taken"),
        ("mit", "[" * 50 + "]" * 50, 2, "too deeply"),
        ("mit", "]", 2, "no YAML"),
        ("size_after", "size_aftr", 12, "did you mean size_after"),
        ("strategy: C4", "strategy: C4, before: 0.8", 12, "belongs to one metric"),
        ("strategy: C4", "strategy: C4, dataset: CIFAR-10", 12, "given twice"),
        ("strategy: C4", "strategy: C4, conditions: '{'", 12, "conditions is no JSON"),
        ("strategy: C4", "strategy: C4, conditions: {batch: [1]}", 12, "names with texts"),
        ("strategy: C4, ", "", 10, "strategy is missing"),
        ("results:", "outcomes:", 1, "no result"),
    ],
)
def test_a_bad_card_names_line_and_column(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    found = faults(tmp_path, CARD.replace(old, new).replace("%s", "0.5"), "card.md")
    assert said in found[0].reason
    assert found[0].line == line


def test_all_files_or_none(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(HEAD + GOOD)
    (tmp_path / "bad.jsonl").write_text(LINE % "75")
    memory = Memory()
    with pytest.raises(ImportRefused) as refused:
        import_files([tmp_path / "good.csv", tmp_path / "bad.jsonl"], memory)
    assert str(refused.value.faults[0]).startswith("bad.jsonl:1:")
    assert memory.results == []


def test_another_spelling_of_a_reviewed_name_is_that_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        HEAD + "acme,resnet50,imagenet-1k,C4,Top-1,,0.7,\nacme,Mine,d,C4,WER,,0.7,\n"
    )
    memory = Memory()
    import_files([tmp_path / "a.csv"], memory)
    first, second = (r.interpretation for r in memory.results)
    assert (first.model, first.dataset, first.metric.name) == ("ResNet-50", "ImageNet", "accuracy")
    assert {d.field: d.raw for d in first.derivations}["model"] == "resnet50"
    assert (second.model, second.dataset, second.metric.name) == ("Mine", "d", "word error rate")


def test_two_rows_may_not_cite_one_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + GOOD + GOOD)
    assert import_files([tmp_path / "a.csv"], Memory()).added == 2
    row = LINE % '0.5, "locator": {"cell": {"document_hash": "%s", "line": 3}}' % ("a" * 64)
    (fault,) = faults(tmp_path, row + row, "a.jsonl")
    assert (fault.line, fault.reason) == (2, "the locator is that of line 1 of a.jsonl")


def test_defaults_fill_what_rows_lack(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "acme,m,,,accuracy,,0.7,\nother,m,CIFAR-10,C2,accuracy,,0.7,\n")
    memory = Memory()
    import_files([tmp_path / "a.csv"], memory, defaults={"dataset": "ImageNet", "strategy": "C4"})
    assert [r.interpretation.dataset for r in memory.results] == ["ImageNet", "CIFAR-10"]
    with pytest.raises(InvalidInput, match="did you mean dataset"):
        import_files([tmp_path / "a.csv"], memory, defaults={"datset": "x"})


def test_a_dry_run_submits_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    from ingest.documents import DocumentStore

    (tmp_path / "a.csv").write_text(HEAD + GOOD)
    store = DocumentStore(tmp_path / "documents")
    assert import_files([tmp_path / "a.csv"], None, store).rows == 1
    assert not (tmp_path / "documents").exists()
    import_files([tmp_path / "a.csv"], Memory(), store)
    assert store.holds(hashlib.sha256((HEAD + GOOD).encode()).hexdigest())


@pytest.mark.parametrize("name", ["a.xlsx", "none.csv"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    if name != "none.csv":
        (tmp_path / name).write_text("x")
    with pytest.raises(InvalidInput, match=re.escape(name)):
        import_files([tmp_path / name], Memory())
