"""Hostile documents end in a sentence or a fault, within 1 GB and 20 s, and nothing is run or fetched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.tables.hostile import CASES

ROOT = Path(__file__).parents[3]

#: What must be said of each, in the error or in a fault; the others may well be read.
SAID = {
    "columns-html": "too many",
    "columns-markdown": "columns",
    "columns-csv": "10,000 columns",
    "columns-rst": "too large",
    "nested-html": "deep",
    "nested-markdown": "deep",
    "line-200mb-csv": "200,000,000 bytes",
    "line-60mb-csv": "characters",
    "line-2mb-markdown": "was cut",
    "line-15mb-json": "values",
    "rows-csv": "was cut",
    "tables-markdown": "left out",
    "tables-html": "left out",
    "marks-count": "marks",
    "spans": "cells",
    "aliases": "values",
    "deep-yaml": "deep",
    "deep-json": "deep",
    "rst-include": "another file",
    "pdf-inflating": "too much",
    "pdf-forms": "too much",
    "pdf-noise": "PDF",
    "pdf-cut": "PDF",
}


def read(name: str) -> dict[str, Any]:
    """The reading of one case in a process of its own; the address space is limited to 2 GB there."""
    command = [sys.executable, "-m", "tests.ingest.tables.hostile", name]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_document_takes_little(name: str) -> None:
    found = read(name)
    assert found["megabytes"] < 1_000
    assert found["seconds"] < 20
    if name in SAID:
        assert SAID[name] in " ".join([found["error"], *found["faults"]])
    assert "root:" not in json.dumps(found)
    assert not any(len(fault) > 400 for fault in found["faults"])


def test_tags_name_nothing_that_runs() -> None:
    found = read("tags")
    assert "touch /tmp/kgpress-hostile" in found["cells"]
    assert not Path("/tmp/kgpress-hostile").exists()


def test_formulas_stay_text() -> None:
    assert "=cmd|' /C calc'!A0" in read("formulas")["cells"]


def test_entities_are_not_expanded() -> None:
    for name in ("entities-html", "entities-xhtml"):
        assert max(len(cell) for cell in read(name)["cells"]) < 100
