"""Locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_S = 0.05


@contextmanager
def held(path: Path, wait_s: float) -> Iterator[bool]:
    """Whether the lock could be had within ``wait_s`` seconds; held until the block ends.

    The file names the holder's process id.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        got = _take(descriptor, wait_s)
        if got:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield got
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The process that holds the lock; None where it is free."""
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            text = file.read()
            return int(text) if text.isdigit() else 0
    return None


def _take(descriptor: int, wait_s: float) -> bool:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_S)
