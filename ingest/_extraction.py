"""Kept documents of a source to a file of results, in a process of its own.

The reactor goes on fetching meanwhile; a document that takes too much memory or time ends that
process and not the crawl, is found out and becomes a fault.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import ingest
from ingest.documents import Kept, file_hash, whole
from ingest.items import Fault, Result
from kgpress.v1 import types_pb2

_LENGTH = struct.Struct(">I")
_SUPERSEDED = types_pb2.EVIDENCE_STATE_SUPERSEDED
#: Parts of ingest that a document's meaning does not depend on.
_ELSEWHERE = frozenset(
    [
        "spiders",
        "review",
        "exchange",
        "sources",
        "__main__.py",
        "_index.py",
        "_network.py",
        "_runner.py",
        "_session.py",
        "middlewares.py",
        "pipelines.py",
        "settings.py",
        "sinks.py",
        "stats.py",
    ]
)


@dataclass
class Extracted:
    """What the documents of a source say. ``key``: of documents, declaration and rules."""

    key: str
    file: str = ""
    sha256: str = ""
    #: Path -> state -> results.
    states: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    #: What :class:`kgpress.v1.evidence_pb2.DocumentChange` says of documents some of whose results were
    #: superseded, or are read again: (source, path, old hash, new hash).
    replaced: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def results(self) -> int:
        return sum(n for states in self.states.values() for n in states.values())

    @property
    def whole(self) -> bool:
        """Whether the file is there as it was written."""
        return bool(self.file) and Path(self.file).exists() and file_hash(Path(self.file)) == self.sha256


@dataclass(frozen=True)
class Limits:
    """Of one extraction: address space in bytes, seconds."""

    memory: int = 3_000_000_000
    time_s: float = 900.0


def extract_documents(source: str, documents: list[Kept]) -> Iterator[Result | Fault]:
    """Results and faults of a source's documents, in no particular order."""
    from ingest import _transform
    from ingest._declaration import load

    made = getattr(_transform, "extract_documents", None)
    if made is not None:
        return made(load(source), documents)
    return _transform.transform(load(source), {d.path: d for d in documents})


def key_of(declaration: str, documents: list[Kept]) -> str:
    """Equal for equal documents, declaration and rules; then there is nothing to extract."""
    parts = [rules_version(), declaration, *(f"{d.path}\0{d.sha256}\0{d.licence}" for d in documents)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def rules_version() -> str:
    """SHA-256 of the code and data that read documents."""
    digest = hashlib.sha256()
    for part in sorted(files(ingest).iterdir(), key=lambda e: e.name):
        if part.name not in _ELSEWHERE:
            _add(digest, part)
    _add(digest, files("kgpress") / "catalogue")
    return digest.hexdigest()


def _add(digest: Any, entry: Traversable) -> None:
    if entry.is_file() and entry.name.endswith((".py", ".toml")):
        digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    elif entry.is_dir():
        for inner in sorted(entry.iterdir(), key=lambda e: e.name):
            _add(digest, inner)


@dataclass(frozen=True)
class Job:
    """One extraction. ``previous``: the file of the last one, whose results are kept as superseded.

    ``complete``: whether a document that is missing now is gone, and not just out of reach.
    """

    source: str
    documents: list[Kept]
    key: str = ""
    out: Path | None = None
    previous: str = ""
    complete: bool = True

    def of(self, documents: list[Kept]) -> Job:
        """A trial of some of the documents that writes nothing."""
        return Job(self.source, documents)


async def extract(job: Job, limits: Limits) -> Extracted:
    """Extracts in a child process; documents that end it are left out and named as faults."""
    made = await _run(job, limits)
    if isinstance(made, Extracted):
        return made
    alone = len(job.documents) == 1
    guilty = {job.documents[0]: made} if alone else await _guilty(job, limits)
    good = [d for d in job.documents if d not in guilty]
    faults = [(d.path, f"not read: {why}") for d, why in guilty.items()]
    if guilty and good:
        made = await _run(replace(job, documents=good, complete=False), limits)
    if not isinstance(made, Extracted):
        together = [] if guilty else [("", f"the documents cannot be read together: {made}")]
        return Extracted(job.key, faults=[*faults, *together])
    made.faults = sorted([*made.faults, *faults])
    return made


async def _guilty(job: Job, limits: Limits) -> dict[Kept, str]:
    """Documents that end the process even when they are alone, by halving."""
    found: dict[Kept, str] = {}
    middle = len(job.documents) // 2
    for half in filter(None, (job.documents[:middle], job.documents[middle:])):
        said = await _run(job.of(half), limits)
        if isinstance(said, str):
            found |= {half[0]: said} if len(half) == 1 else await _guilty(job.of(half), limits)
    return found


async def _run(job: Job, limits: Limits) -> Extracted | str:
    """What was extracted, or in words how the process ended."""
    told = asdict(job) | {
        "documents": [asdict(d) | {"file": str(d.file)} for d in job.documents],
        "out": str(job.out or ""),
        "memory": limits.memory,
    }
    root = str(Path(ingest.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ingest._extraction",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(json.dumps(told).encode()), limits.time_s)
    except TimeoutError:
        return f"it took more than {limits.time_s:g} s"
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        answer = json.loads(said)
    except ValueError:
        return f"the reading process ended with code {await child.wait()}"
    return answer["error"] if "error" in answer else Extracted(**answer)


def main() -> None:
    """The child: a job on standard input, its outcome on standard output."""
    job = json.load(sys.stdin)
    answer_to, sys.stdout = sys.stdout, sys.stderr
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _limit(job["memory"])
    try:
        documents = [Kept(**(d | {"file": Path(d["file"])})) for d in job["documents"]]
        answer = asdict(_extracted(job, documents))
    except MemoryError:
        answer = {"error": "it took too much memory"}
    except Exception as error:  # whatever a document brings about is a fault of that document
        answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    json.dump(answer, answer_to)


def _end_with(parent: int) -> None:
    """A crawl that was killed leaves nobody reading on; the next one reads anew."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))


def _extracted(job: dict[str, Any], documents: list[Kept]) -> Extracted:
    made = Extracted(job["key"])
    results: dict[str, types_pb2.ReferenceResult] = {}
    states: dict[str, Counter[str]] = {}
    for item in extract_documents(job["source"], documents):
        if isinstance(item, Fault):
            made.faults.append((item.path, item.reason))
        else:
            results.setdefault(place_of(item.result), item.result)
    faulty = {path for path, _ in made.faults}
    hashes = {d.path: d.sha256 for d in documents}
    for old in read_results(Path(job["previous"])) if job["previous"] else ():
        cell, place = old.locator.cell, place_of(old)
        now = hashes.get(cell.path, "")
        there = (old.source.name, cell.path)
        if place in results:
            if old.state == _SUPERSEDED:
                made.replaced.append((*there, now, now))
            continue
        results[place] = old
        if old.state != _SUPERSEDED:
            if (now == cell.document_hash and cell.path in faulty) or not (now or job["complete"]):
                continue  # it could not be read this time, which says nothing against the earlier reading
            why = "it is no longer read from the document"
            if now != cell.document_hash:
                why = "the document has changed" if now else "the document is gone"
            old.state, old.reasons[:] = _SUPERSEDED, [why]
        same_or_gone = now in ("", cell.document_hash)
        made.replaced.append((*there, cell.document_hash if same_or_gone else "", now))
    for result in results.values():
        counts = states.setdefault(result.locator.cell.path, Counter())
        counts[state_name(result)] += 1
    made.states = {path: dict(sorted(c.items())) for path, c in sorted(states.items())}
    made.faults.sort()
    made.replaced = sorted(set(made.replaced))
    if job["out"]:
        out = Path(job["out"])
        with whole(out) as stream:
            for place in sorted(results):
                packed = results[place].SerializeToString(deterministic=True)
                stream.write(_LENGTH.pack(len(packed)) + packed)
        made.file, made.sha256 = str(out), file_hash(out)
    return made


def read_results(file: Path) -> Iterator[types_pb2.ReferenceResult]:
    """The results in a file that an extraction wrote, in the order of their places."""
    with file.open("rb") as stream:
        while head := stream.read(_LENGTH.size):
            yield types_pb2.ReferenceResult.FromString(stream.read(_LENGTH.unpack(head)[0]))


def place_of(result: types_pb2.ReferenceResult) -> str:
    """The locator as text that sorts by document, table, row and column."""
    cell = types_pb2.CellLocator()
    cell.CopyFrom(result.locator.cell)
    cell.ClearField("url")
    numbers = ".".join(
        f"{n:08}" for n in (cell.page, cell.table, cell.row, cell.column, cell.part, cell.line)
    )
    rest = cell.SerializeToString(deterministic=True).hex()
    return "\0".join((cell.path, cell.document_hash, numbers, result.source.name, rest))


def state_name(result: types_pb2.ReferenceResult) -> str:
    return types_pb2.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()


if __name__ == "__main__":
    main()
