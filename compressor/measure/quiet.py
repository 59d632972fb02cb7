"""Latency is measured in a quiet pass: one measurer at a time, and never beside a training epoch.

Two advisory locks in the home folder that the workers of a machine share. Whoever trains holds
the second one shared for one epoch; whoever measures holds it alone. Both pass through the first, so
a measurer waits for at most one epoch per trainer and is never overtaken for ever.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from kgpress.home import home


@contextmanager
def training() -> Iterator[None]:
    """Held for one epoch (or another stretch of hard work)."""
    with _lock("gate", fcntl.LOCK_SH):
        inner = _open("quiet")
        fcntl.flock(inner, fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(inner)


@contextmanager
def measuring() -> Iterator[None]:
    """Held while latency is measured: alone."""
    with _lock("gate", fcntl.LOCK_EX), _lock("quiet", fcntl.LOCK_EX):
        yield


@contextmanager
def _lock(name: str, kind: int) -> Iterator[None]:
    descriptor = _open(name)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)  # the lock goes with it, also when the process is killed


def _open(name: str) -> int:
    return os.open(home() / "run" / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
