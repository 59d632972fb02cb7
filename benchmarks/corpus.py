"""Crawls a whole corpus from a local server: time, results, what a second crawl does, deaths, locators.

    python -m benchmarks.corpus CORPUS [--server] [--kills 5] [--cells 200] [--work FOLDER] [--seed 1]

CORPUS is a folder with a MANIFEST.csv (columns repo, commit, path, saved_as). Every declared source is
crawled over HTTP in the hosts' path shapes. Printed: seconds and results by source and state; what the
second crawl fetches and adds; with --kills, whether crawls that were killed (SIGKILL, at moments spread
over the undisturbed crawl's duration) and resumed write the same bytes; of random results, how many
numbers stand in the cell that their locator names. With --server the results go to a local kgpress
server and the time of submission is included. Nothing outside --work (default: a temporary folder) is
written.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from ingest.documents import DocumentStore
from ingest.tables import open_cell
from kgpress.v1 import types_pb2
from tests.support.corpus_server import WebServer, serve_corpus

ROOT = Path(__file__).parents[1]


class Corpus:
    """Crawls of everything in homes below a folder."""

    def __init__(self, url: str, work: Path) -> None:
        self._url = url
        self._work = work

    def start(self, name: str, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "kgpress.cli", "ingest", "crawl", "--all", "--json"]
        return subprocess.Popen(
            [*command, "--base-url", self._url, *(options or ("--out", str(self.out(name))))],
            cwd=ROOT,
            env=os.environ | {"KGPRESS_HOME": str(self._work / name), "PYTHONWARNINGS": "ignore"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def crawl(self, name: str, *options: str) -> tuple[float, dict[str, Any]]:
        """Seconds, and the report."""
        began = time.monotonic()
        out, err = (process := self.start(name, *options)).communicate()
        if not out.strip():
            raise SystemExit(f"the crawl ended with code {process.returncode}: {err}")
        return time.monotonic() - began, json.loads(out)

    def out(self, name: str) -> Path:
        return self._work / f"{name}.jsonl.gz"

    def sha256(self, name: str) -> str:
        with gzip.open(self.out(name)) as lines:
            return hashlib.file_digest(lines, "sha256").hexdigest()  # type: ignore[arg-type]

    def documents(self, name: str) -> DocumentStore:
        return DocumentStore(self._work / name / "documents")


def say(seconds: float, report: dict[str, Any]) -> None:
    keys = ("fetched", "unchanged", "added", "duplicates", "superseded")
    counts = ", ".join(f"{report[key]:,} {key}" for key in keys)
    print(f"{seconds:7.1f} s: {counts}; {report['states']}; {len(report['faults'])} faults", flush=True)


def kill_and_resume(corpus: Corpus, duration: float, kills: int, expected: str) -> int:
    """How many of the killed crawls ended with the same evidence."""
    same = 0
    for k in range(kills):
        name = f"killed{k}"
        process = corpus.start(name)
        try:
            process.communicate(timeout=duration * (k + 0.5) / kills)
            print(f"  kill {k}: the crawl was over before", flush=True)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        seconds, report = corpus.crawl(name)
        equal = corpus.sha256(name) == expected
        same += equal
        print(
            f"  killed after {duration * (k + 0.5) / kills:.1f} s; resumed: {report['fetched']:,} fetched, "
            f"{seconds:.1f} s, {'equal' if equal else 'DIFFERENT'}",
            flush=True,
        )
    return same


def open_cells(file: Path, documents: DocumentStore, wanted: int, seed: int) -> Counter[str]:
    """Of random results: "there" where the cell at the locator holds a text that the result derives from."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        lines = list(stream)
    found: Counter[str] = Counter()
    for line in random.Random(seed).sample(lines, min(wanted, len(lines))):
        result = json_format.Parse(line, types_pb2.ReferenceResult())
        cell = result.locator.cell
        body = documents.path(cell.document_hash).read_bytes()
        text = open_cell(body, cell.path, cell)
        raws = [d.raw.partition(" @ ")[0].strip() for d in result.interpretation.derivations]
        there = bool(text.strip()) and any(raw and (raw in text or text in raw) for raw in raws)
        found["there" if there else "absent"] += 1
        if not there:
            print(f"  not at its locator: {cell.path} table {cell.table} row {cell.row} column {cell.column}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--server", action="store_true", help="submit to a local kgpress server")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--cells", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder, WebServer() as server:
        served = serve_corpus(server, options.corpus)
        corpus = Corpus(server.url, options.work or Path(folder))
        print(f"{served:,} documents served", flush=True)
        seconds, report = corpus.crawl("first")
        for source in report["sources"]:
            states = ", ".join(f"{n:,} {s}" for s, n in source["states"].items()) or "no results"
            print(f"{source['seconds']:7.1f} s  {source['source']}: {source['fetched']} fetched; {states}")
        say(seconds, report)
        say(*corpus.crawl("first"))
        if options.cells:
            out, documents = corpus.out("first"), corpus.documents("first")
            print(dict(open_cells(out, documents, options.cells, options.seed)))
        if options.kills:
            same = kill_and_resume(corpus, seconds, options.kills, corpus.sha256("first"))
            print(f"{same} of {options.kills} killed crawls ended with the same evidence")
        if options.server:
            # Without --out, kgpress submits to the home's own server, which it starts.
            for _ in range(2):
                say(*corpus.crawl("served", "--jobs", "2"))


if __name__ == "__main__":
    main()
