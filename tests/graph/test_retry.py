"""Transient errors are tried again, others are not."""

from __future__ import annotations

import pytest
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    Neo4jError,
    ServiceUnavailable,
    TransientError,
)

from kg_service.graph import Backoff
from kg_service.graph._retry import run_with_retries
from kgpress.errors import Unavailable


class Work:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.runs = 0

    def __call__(self) -> str:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def _backoff(waits: list[float]) -> Backoff:
    return Backoff(attempts=4, first=1.0, longest=2.0, sleep=waits.append)


@pytest.mark.parametrize("error", [TransientError(), ServiceUnavailable(), ConstraintError()])
def test_what_passes_by_itself_is_tried_again(error: Exception) -> None:
    waits: list[float] = []
    work = Work(error, error)
    assert run_with_retries(work, _backoff(waits), "bolt://here") == "done"
    assert work.runs == 3
    assert 0 <= waits[0] <= 1
    assert 0 <= waits[1] <= 2


def test_it_gives_up_and_says_where() -> None:
    work = Work(*[ServiceUnavailable()] * 9)
    with pytest.raises(Unavailable, match="bolt://here") as gave_up:
        run_with_retries(work, _backoff([]), "bolt://here")
    assert (work.runs, bool(gave_up.value.remedy)) == (4, True)


def test_what_is_wrong_stays_wrong() -> None:
    for error, raised in (
        (ClientError(), Neo4jError),
        (ValueError(), ValueError),
        (AuthError(), Unavailable),
    ):
        work = Work(error)
        with pytest.raises(raised):
            run_with_retries(work, _backoff([]), "bolt://here")
        assert work.runs == 1
