"""What a declaration adds to the general rules."""

from __future__ import annotations

import pytest

from ingest._declaration import load, names
from ingest._rules import rules
from ingest.meaning._outcomes import outcomes
from ingest.tables import read_document
from kgpress.errors import InvalidInput

TABLE = (
    "# Zoo\n\n## Speed\n\n| Model | Accuracy drop | Value |\n|---|---|---|\n| resnet18 | 70.1 | 12 |\n"
    "| resnet34 | 73.2 | 14 |\n"
)


def read(text: str, declared: dict[str, object], path: str = "docs/speed.md"):  # type: ignore[no-untyped-def]
    return outcomes(read_document(text.encode(), path), rules(declared))[0]


def test_a_side_and_a_heading_for_a_column() -> None:
    rule = {
        "section": "Speed",
        "side": "after",
        "default": {"method": "INT8 quantization", "dataset": "ImageNet"},
    }
    column = {"column": "Accuracy drop", "heading": "Top-1 accuracy (%)"}
    skipped = {"column": "Value", "skip": True}
    found = read(TABLE, {"rule": [rule, column, skipped]})
    assert [(r.metric, r.names["dataset"], str(r.quality.after.number)) for r in found] == [
        ("Top-1 accuracy", "ImageNet", "0.701"),
        ("Top-1 accuracy", "ImageNet", "0.732"),
    ]


def test_a_name_from_the_path() -> None:
    rule = {"path": "docs/**", "side": "after", "set": {"model": "path:docs/([a-z]+)", "method": "INT8"}}
    found = read("# T\n\n| Board | Latency (ms) |\n|---|---|\n| A | 3.0 |\n| B | 4.0 |\n", {"rule": [rule]})
    assert {r.names["model"] for r in found} == {"speed"}


def test_another_path_is_left_alone() -> None:
    assert not read(TABLE, {"rule": [{"path": "other/**", "side": "after"}]})


def test_words_of_a_source() -> None:
    text = "# T\n\n| Method | MMLU |\n|---|---|\n| BF16 | 0.65 |\n| Ours | 0.64 |\n"
    (found,) = read(text, {"rule": [{"words": {"^Ours": "AutoRound"}}]})
    assert found.names["method"].startswith("AutoRound")


def test_a_curators_header() -> None:
    text = "# T\n\n| Model | Weird | INT8 Top-1 |\n|---|---|---|\n| resnet18 | 70.0 | 69.0 |\n"
    (found,) = read(text, {"header": [{"text": "Weird", "means": "before"}]})
    assert found.quality.before is not None
    assert str(found.quality.before.number) == "0.7"


def test_a_wrong_key_is_said() -> None:
    with pytest.raises(InvalidInput, match="colunm"):
        rules({"rule": [{"colunm": "x"}]})


def test_a_rule_cannot_set_anything() -> None:
    with pytest.raises(InvalidInput, match="cannot set"):
        rules({"rule": [{"set": {"weather": "fine"}}]})


@pytest.mark.parametrize("name", names())
def test_shipped_rules_compile(name: str) -> None:
    assert isinstance(load(name).meanings, tuple)
