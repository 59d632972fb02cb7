"""Which failures of a store pass by themselves, how often to try again, and what the rest mean."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from neo4j.exceptions import (
    AuthError,
    ConstraintError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from kgpress.errors import KgpressError, Unavailable

T = TypeVar("T")


@dataclass(frozen=True)
class Backoff:
    """Exponential waiting with full jitter, in seconds."""

    attempts: int = 12
    first: float = 0.02
    longest: float = 2.0
    sleep: Callable[[float], None] = time.sleep

    def wait(self, attempt: int) -> None:
        self.sleep(random.uniform(0, min(self.longest, self.first * 2**attempt)))


def is_transient(error: Exception) -> bool:
    """Whether the same work may succeed when it is run again.

    A ConstraintError counts: two writers that MERGE the same new key at once meet it on ArcadeDB,
    and the second run finds the node.
    """
    if isinstance(error, ServiceUnavailable | SessionExpired | ConstraintError):
        return True
    return isinstance(error, Neo4jError | DriverError) and error.is_retryable()


def run_with_retries(work: Callable[[], T], backoff: Backoff, address: str) -> T:
    """Runs ``work``, again after each transient failure.

    Raises:
        Unavailable: the store still fails after the last attempt, or refuses the user.
    """
    for attempt in range(backoff.attempts):
        try:
            return work()
        except AuthError as error:
            raise Unavailable(
                f"the graph at {address} refuses the user: {error.message}",
                remedy="give the right user and password",
            ) from None
        except (Neo4jError, DriverError) as error:
            if not is_transient(error):
                raise
            if attempt + 1 == backoff.attempts:
                raise _gave_up(error, address) from error
        backoff.wait(attempt)
    raise AssertionError("a backoff has at least one attempt")


def _gave_up(error: Exception, address: str) -> KgpressError:
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return Unavailable(
            f"the graph at {address} cannot be reached",
            remedy="start it, or check the address",
        )
    return Unavailable(
        f"the graph at {address} kept refusing the transaction: {error}",
        remedy="try again when fewer writers are at work",
    )
