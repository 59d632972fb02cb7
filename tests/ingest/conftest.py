"""The corpus behind a local server with the host's path shape, and crawls in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.corpus_server import WebServer as Host

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as started:
        yield started


@pytest.fixture(scope="session")
def corpus() -> dict[str, Path]:
    """Path on the host -> file, of ShrinkBench. Needed on CI; elsewhere its tests are skipped."""
    if not (CORPUS / "MANIFEST.csv").exists():
        if os.environ.get("CI"):
            pytest.fail(f"the corpus is not at {CORPUS}")
        pytest.skip("the corpus is not beside the checkout")
    with (CORPUS / "MANIFEST.csv").open(newline="") as stream:
        return {
            f"/{row['repo']}/{row['commit']}/{row['path']}": CORPUS / row["saved_as"]
            for row in csv.DictReader(stream)
            if row["repo"] == "JJGO/shrinkbench"
        }


@pytest.fixture
def shrinkbench_host(host: Host, corpus: dict[str, Path]) -> Host:
    host.answers |= corpus
    return host


class Crawl:
    """Runs ``python -m ingest crawl`` in a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents = folder / "home" / "documents"

    def command(self, source: str, url: str, *options: str) -> list[str]:
        quick = ("AUTOTHROTTLE_ENABLED=False", "RETRY_TIMES=1")
        pairs = [word for pair in quick for word in ("--set", pair)]
        command = [sys.executable, "-m", "ingest", "crawl", source, "--base-url", url, "--json"]
        return [*command, *pairs, *options]

    def start(self, source: str, url: str, *options: str) -> subprocess.Popen[str]:
        environment = os.environ | {"KGPRESS_HOME": str(self.folder / "home"), "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen(
            self.command(source, url, *options),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, source: str, url: str, *options: str) -> tuple[int, dict[str, Any], str]:
        """Exit code, report and standard error."""
        out, err = (process := self.start(source, url, *options)).communicate(timeout=120)
        return process.returncode, json.loads(out) if out.strip() else {}, err


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    return Crawl(tmp_path)


@pytest.fixture(scope="session")
def shrinkbench(corpus: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The source's file and report, from one whole crawl."""
    folder = tmp_path_factory.mktemp("shrinkbench")
    with Host() as started:
        started.answers |= corpus
        code, report, err = Crawl(folder).run(
            "shrinkbench", started.url, "--out", str(folder / "out.jsonl.gz")
        )
    assert code == 0, err
    return folder / "out.jsonl.gz", report
