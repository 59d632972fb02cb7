"""A document that brings its reading process down is found out, left out and named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest._extraction import Job, Limits, extract, read_results
from ingest.documents import DocumentStore, Kept
from kgpress.errors import InvalidInput
from tests.ingest.crawl.conftest import table

#: Put in the way of the reading process: Python imports it when it starts.
_EVIL = """
import os, time
import ingest._transform as transform
read = transform.extract_documents
def evil(source, documents):
    if any(d.path.startswith("evil") for d in documents):
        {deed}
    return read(source, documents)
transform.extract_documents = evil
"""


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("os._exit(9)", "ended with code 9"),
        ("bytes(10**11)", "too much memory"),
    ],
)
def test_the_guilty_document_is_left_out(
    deed: str,
    words: str,
    tmp_path: Path,
    declare: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = _job(deed, ("a.csv", "evil.csv"), tmp_path, declare, monkeypatch)
    made = asyncio.run(extract(job, Limits()))
    assert [path for path, _ in made.faults] == ["evil.csv"]
    assert words in made.faults[0][1]
    assert [r.locator.cell.path for r in read_results(Path(made.file))] == ["a.csv"]


def test_reading_takes_bounded_time(
    tmp_path: Path, declare: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _job("time.sleep(1_000)", ("evil.csv",), tmp_path, declare, monkeypatch)
    made = asyncio.run(extract(job, Limits(time_s=1.5)))
    assert made.faults == [("evil.csv", "not read: it took more than 1.5 s")]
    assert not made.file


def _job(
    deed: str,
    paths: tuple[str, ...],
    folder: Path,
    declare: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> Job:
    (folder / "sitecustomize.py").write_text(_EVIL.format(deed=deed))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    store = DocumentStore(folder / "documents")
    source = declare('[crawl]\nkind = "files"\nurls = ["https://x.example.org/"]\n', paths)
    hashes = [store.put(table(91.0 + i)) for i in range(len(paths))]
    documents = [Kept(h, store.path(h), p) for h, p in zip(hashes, paths, strict=True)]
    return Job(source, documents, "key", folder / "out")


@pytest.mark.parametrize("text", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_hashes_are_paths(text: str, tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    assert not store.holds(text)
    with pytest.raises(InvalidInput, match="no document hash"):
        store.path(text)
