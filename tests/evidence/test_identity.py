"""The place is the identity."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_service.evidence import result_id
from kgpress.v1 import types_pb2
from tests.support.results import own_run, published

CELLS = st.builds(
    types_pb2.CellLocator,
    document_hash=st.text(max_size=5),
    path=st.text(max_size=5),
    line=st.integers(0, 3),
    row=st.integers(0, 3),
    column_name=st.text(max_size=3),
    table=st.integers(0, 2),
)
RUNS = st.builds(
    types_pb2.RunLocator,
    job=st.text(max_size=4),
    step=st.integers(0, 3),
    seed=st.integers(0, 2**64 - 1),
    repeat=st.integers(0, 2),
)
LOCATORS = st.one_of(st.builds(types_pb2.Locator, cell=CELLS), st.builds(types_pb2.Locator, run=RUNS))


@given(LOCATORS, LOCATORS)
def test_one_place_one_identity(a: types_pb2.Locator, b: types_pb2.Locator) -> None:
    assert (result_id(a) == result_id(b)) == (a == b)


def test_numbers_play_no_part() -> None:
    assert result_id(own_run(quality=0.1).locator) == result_id(own_run(quality=0.9).locator)
    assert result_id(own_run(seed=1).locator) != result_id(own_run(seed=2).locator)
    # Stored in every graph: it must never change.
    assert result_id(published(1).locator) == (
        "87c7eb748f22572e0765478e4e5ba073e72870df6e7b859fda4607c927c82f68"
    )
