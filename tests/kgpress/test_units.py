"""Limits as people write them."""

import pytest

from kgpress.errors import InvalidInput
from kgpress.units import Drop, parse_drop, parse_duration, parse_latency, parse_size


def test_points_are_absolute_and_percent_is_relative() -> None:
    assert parse_drop("1pt") == Drop(0.01, relative=False)
    assert parse_drop("0.5%") == Drop(0.005, relative=True)


def test_a_kilobyte_is_a_thousand_bytes() -> None:
    assert (parse_size("50KB"), parse_size("1.5 MB"), parse_size("1KiB")) == (50_000, 1_500_000, 1024)


def test_times() -> None:
    assert (parse_latency("5ms"), parse_latency("1s"), parse_latency("250us")) == (5.0, 1000.0, 0.25)
    assert (parse_duration("3m"), parse_duration("90s"), parse_duration("2h")) == (180.0, 90.0, 7200.0)


@pytest.mark.parametrize("parse", [parse_drop, parse_size, parse_latency, parse_duration])
@pytest.mark.parametrize("text", ["", "x", "-1pt", "5 parsecs", "1e9KB", "10", "nanms", "1pt2"])
def test_anything_else_is_refused_with_an_example(parse, text: str) -> None:
    with pytest.raises(InvalidInput, match="is not understood") as raised:
        parse(text)
    assert raised.value.remedy.startswith("write ")
