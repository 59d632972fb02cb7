"""The corpus behind a local server with the host's path shape, and crawls in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"


class Host:
    """A web server on a free port. ``answers``: path -> bytes, or a function of the handler."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: Counter[str] = Counter()
        self.delay_s = 0.0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path)
                host.requests[path] += 1
                answer = host.answers.get(path)
                if path != "/robots.txt":
                    time.sleep(host.delay_s)
                if callable(answer):
                    answer(self)
                    return
                self.send_response(404 if answer is None else 200)
                self.send_header("Content-Length", str(len(answer or b"")))
                self.end_headers()
                self.wfile.write(answer or b"")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def host() -> Iterator[Host]:
    started = Host()
    yield started
    started.stop()


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
    host.answers = {path: file.read_bytes() for path, file in corpus.items()}
    host.answers["/robots.txt"] = b"User-agent: *\nAllow: /\n"
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
    started = Host()
    started.answers = {path: file.read_bytes() for path, file in corpus.items()}
    try:
        code, report, err = Crawl(folder).run(
            "shrinkbench", started.url, "--out", str(folder / "out.jsonl.gz")
        )
    finally:
        started.stop()
    assert code == 0, err
    return folder / "out.jsonl.gz", report
