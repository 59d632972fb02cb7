"""Homes whose servers are ended with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgpress import local
from kgpress._local.lock import holder
from kgpress._local.place import place

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home for the tests of a file: a start takes seconds."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    local.shutdown(folder)


@pytest.fixture
def pid() -> Callable[[Path], int | None]:
    """The process that serves a home; None where none does."""
    return lambda home: holder(place(home).server_lock)


def shell(home: Path, code: str, **environment: str) -> subprocess.Popen[str]:
    """Another shell of the same user."""
    ours = {"PYTHONPATH": str(REPOSITORY), "KGPRESS_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-c", f"from kgpress import local\n{code}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ours, **environment},
        cwd="/",
    )
