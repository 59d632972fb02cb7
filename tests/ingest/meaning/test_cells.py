"""Numbers of cells, exactly as printed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.meaning._cells import is_absent, of_prose, read


@pytest.mark.parametrize(
    ("text", "outer", "inner"),
    [
        ("70.18%/89.25% (-0.81%/-0.43%)", ["70.18", "89.25"], ["-0.81", "-0.43"]),
        ("76.5 ± 0.2", ["76.5"], []),
        ("97.00$\\pm$0.14%", ["97.00"], []),
        ("1,234", ["1234"], []),
        ("4.4 (-74%)", ["4.4"], ["-74"]),
        ("**75.1** ↓", ["75.1"], []),
        ("8.2e9", ["8.2E+9"], []),
        ("3.3 (3.0x)", ["3.3"], ["3.0"]),
        ("26 token/s", ["26"], []),
    ],
)
def test_several_numbers_of_one_cell(text: str, outer: list[str], inner: list[str]) -> None:
    content = read(text)
    assert [n.value for n in content.outer] == [Decimal(x) for x in outer]
    assert [n.value for n in content.inner] == [Decimal(x) for x in inner]


def test_units_stay_as_printed() -> None:
    assert [n.unit for n in read("58.9 GiB").numbers] == ["gib"]
    assert [n.unit for n in read("11.2ms").numbers] == ["ms"]
    assert [n.unit for n in read("-0.81%").numbers] == ["%"]
    assert read("-0.81%").numbers[0].signed


def test_a_setting_in_parentheses_is_no_number() -> None:
    content = read("51.70(batch_size=40)")
    assert [n.value for n in content.numbers] == [Decimal("51.70")]
    assert content.settings == (("batch_size", "40"),)


@pytest.mark.parametrize("text", ["-", "N/A", "null", "", " -- ", "TBD", "—", "无"])
def test_cells_without_a_value(text: str) -> None:
    assert is_absent(text)
    assert not read(text).numbers


def test_digits_of_names_are_no_numbers() -> None:
    assert not read("resnet50_int8_1b.bmodel").numbers
    assert not read("L27–L34").numbers


def test_a_number_in_words() -> None:
    words, number = of_prose("EM of 65.93 in SQuAD v1.1") or ("", None)
    assert words == "EM"
    assert number is not None
    assert number.value == Decimal("65.93")


def test_a_hostile_exponent_stays_small() -> None:
    assert all(n.value < 10**120 for n in read("1e999999999").numbers)
