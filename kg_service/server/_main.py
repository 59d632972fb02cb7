"""The server as a process: waits for its store, serves, drains on SIGTERM."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from kg_service.jobs import CeleryQueue, JobOptions
from kg_service.server._components import open_components
from kg_service.server._config import ServerConfig
from kg_service.server._server import Server, build
from kgpress.errors import KgpressError, Unavailable
from kgpress.v1 import evidence_pb2

_log = logging.getLogger("kg_service.server")
_DRAIN_S = 10.0


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Returns the exit code."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        config = ServerConfig.read(sys.argv[1:] if argv is None else argv)
        _log.setLevel(logging.INFO if config.verbose else logging.WARNING)
        _serve(config, stop)
    except KgpressError as error:
        print(f"kgpress server: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _serve(config: ServerConfig, stop: threading.Event) -> None:
    store = _open_store(config, stop)
    try:
        components = open_components(
            store,
            artifacts_url=config.artifacts,
            snapshots=config.snapshots,
            queue=CeleryQueue(config.redis_url) if config.redis_url else None,
            job_options=JobOptions(
                lease_s=config.lease_s, max_attempts=config.max_attempts, repush_s=config.repush_s
            ),
            retention_days=config.retention_days,
        )
        server = build(components, [config.listen], config.tls)
        # What is loaded stays: collecting it again would pause answers.
        gc.collect()
        gc.freeze()
        server.start()
        print(f"kgpress server: listening on {_address(config.listen, server)}", flush=True)
        stop.wait()
        print("kgpress server: draining", flush=True)
        server.stop(_DRAIN_S)
    finally:
        store.close()


def _open_store(config: ServerConfig, stop: threading.Event) -> Any:
    """The started store; waits for one that is not there yet.

    Raises:
        Unavailable: it was not there in ``store_wait_s`` (one attempt takes its own time on top).
    """
    from kg_service.graph import open_embedded, open_neo4j, start

    started = time.monotonic()
    pause = 0.5
    while True:
        store: Any = None
        try:
            if config.embedded is not None:
                store = open_embedded(config.embedded)
            else:
                store = open_neo4j(config.neo4j_uri, config.neo4j_user, config.neo4j_password)
            start(store)
            if config.shipped_evidence:
                _import_shipped(store)
            return store
        except Unavailable as error:
            if store is not None:
                store.close()
            waited = time.monotonic() - started
            if stop.is_set() or waited + pause >= config.store_wait_s:
                raise Unavailable(
                    f"the graph did not answer for {waited:.0f} s: {error.message}",
                    remedy=error.remedy or "start it, or check its address",
                ) from error
            _log.warning("%s; trying again in %.1f s", error.message, pause)
            stop.wait(pause)
            pause = min(pause * 2, 5.0)


def _import_shipped(store: Any) -> None:
    """A new graph starts with the own runs that ship; `kgpress graph import --shipped` brings the rest."""
    from kg_service.evidence import EvidenceRepository, import_evidence, shipped_files

    nothing = EvidenceRepository(store).search(evidence_pb2.SearchEvidenceRequest()).page.total == 0
    if nothing:
        import_evidence(store, shipped_files(literature=False))


def _address(listen: str, server: Server) -> str:
    if listen.startswith("unix:"):
        return listen
    return f"{listen.rsplit(':', 1)[0]}:{server.ports[0]}"
