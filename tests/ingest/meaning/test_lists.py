"""Cells that list several numbers, columns that measure the same, names that only look like layers."""

from __future__ import annotations

from ingest.meaning._outcomes import outcomes
from ingest.meaning._reading import Reading
from ingest.tables import read_document


def readings(text: str) -> list[Reading]:
    return outcomes(read_document(text.encode(), "README.md"))[0]


def test_a_pair_under_a_task_is_one_number_each() -> None:
    found = readings(
        "# Quantized encoders\n\n"
        "| Model | SQuAD v1.1 |\n|---|---|\n"
        "| TinyEnc (FP32) | 80.1 / 88.2 |\n| TinyEnc (INT8) | 79.4 / 87.5 |\n"
    )
    assert [(r.metric, str(r.quality.after and r.quality.after.raw)) for r in found] == [
        ("exact match", "79.4"),
        ("F1", "87.5"),
    ]
    assert [str(r.quality.before and r.quality.before.raw) for r in found] == ["80.1", "88.2"]


def test_columns_that_differ_by_an_unknown_word_are_apart() -> None:
    found = readings(
        "# Latency (ms)\n\n"
        "| Model | Method | armv7 Thread 1 | armv7 Thread 2 | armv8 Thread 1 |\n|---|---|---|---|---|\n"
        "| SmallNet | FP32 baseline | 96.1 | 53.2 | 88.4 |\n| SmallNet | quant_aware | 60.8 | 32.1 | 56.4 |\n"
    )
    told = {(r.sizes["latency"].after.raw, r.sizes["latency"].before.raw) for r in found}  # type: ignore[union-attr]
    assert told == {("60.8", "96.1"), ("32.1", "53.2"), ("56.4", "88.4")}


def test_a_version_is_no_layer() -> None:
    found = readings(
        "# Zoo\n\n| Name | Float accuracy | INT8 accuracy |\n|---|---|---|\n"
        "| tf_smallnet_3.5 | 0.712 | 0.705 |\n| tf_bignet_3.5 | 0.772 | 0.769 |\n"
    )
    assert [r.layer for r in found] == ["", ""]


def test_a_parameter_is_a_layer() -> None:
    found = readings(
        "# Sensitivity\n\n| layer | sparsity | Float accuracy | pruned accuracy |\n|---|---|---|---|\n"
        "| module.layer1.0.conv1.weight | 0.5 | 0.91 | 0.88 |\n| features.3 | 0.5 | 0.91 | 0.86 |\n"
    )
    assert [r.layer for r in found] == ["module.layer1.0.conv1.weight", "features.3"]


def test_backslashes_between_numbers_separate_them() -> None:
    found = readings(
        "# Speed\n\n| Model | Method | Top-1/Top-5 |\n|---|---|---|\n"
        "| SmallNet | Baseline | 71.1\\90.2 |\n| SmallNet | pruned 50% | 70.3\\89.5 |\n"
    )
    assert [str(r.quality.after and r.quality.after.raw) for r in found] == ["70.3", "89.5"]


def test_what_several_tables_pool_is_anchored_in_the_table_of_its_cell() -> None:
    (found,) = readings(
        "# TinyNet INT8\n\n"
        "| Network Information | Value |\n|---|---|\n| Datatype | int8 |\n| Size (Bytes) | 186064 |\n\n"
        "Dataset: CIFAR-10\n\n"
        "| Metric | Value |\n|---|---|\n| Accuracy | 90.47% |\n"
    )
    assert (found.anchor.text, found.table_index) == ("90.47%", 1)
    assert found.sizes["size"].after is not None
    assert found.sizes["size"].after.table == 0
