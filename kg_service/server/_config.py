"""Settings of the server process, from flags and the environment. Secrets never come as flags."""

from __future__ import annotations

import argparse
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgpress.errors import InvalidInput
from kgpress.home import home

_LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


@dataclass(frozen=True)
class TlsFiles:
    """PEM files. With ``client_ca`` only clients with a certificate of it are let in."""

    cert: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True)
class ServerConfig:
    """What ``python -m kg_service.server`` was asked for. Times in seconds."""

    listen: str
    artifacts: str
    snapshots: Path
    #: Folder of the embedded graph; None means Neo4j.
    embedded: Path | None
    neo4j_uri: str
    neo4j_user: str
    neo4j_password: str
    redis_url: str
    tls: TlsFiles | None
    lease_s: float
    max_attempts: int
    repush_s: float
    store_wait_s: float
    retention_days: float
    shipped_evidence: bool
    verbose: bool

    @classmethod
    def read(cls, argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> ServerConfig:
        """Reads flags, then the environment, and refuses what is unsafe or incomplete.

        Raises:
            InvalidInput: one TLS file without the other, an open address without TLS, no store.
        """
        given = _parser(environ).parse_args(argv)
        if bool(given.neo4j_uri) == bool(given.embedded):
            raise _refuse("store", "give either --neo4j-uri or --embedded HOME")
        tls = _tls(given)
        if tls is None and not given.insecure and not given.listen.startswith(_LOOPBACK):
            raise InvalidInput(
                f"{given.listen} can be reached from outside and has no TLS",
                remedy="give --tls-cert and --tls-key, or say --insecure",
                field="listen",
            )
        state = home(given.embedded or environ.get("KGPRESS_HOME"))
        return cls(
            listen=given.listen,
            artifacts=given.artifacts or str(state / "artifacts"),
            snapshots=Path(given.snapshots) if given.snapshots else state / "snapshots",
            embedded=state / "graph" if given.embedded else None,
            neo4j_uri=given.neo4j_uri,
            neo4j_user=given.neo4j_user,
            neo4j_password=secret("KGPRESS_NEO4J_PASSWORD", environ) if given.neo4j_uri else "",
            redis_url=given.redis_url or secret("KGPRESS_REDIS_URL", environ, required=False),
            tls=tls,
            lease_s=given.lease_s,
            max_attempts=given.max_attempts,
            repush_s=given.repush_s,
            store_wait_s=given.store_wait_s,
            retention_days=given.retention_days,
            shipped_evidence=not given.no_shipped_evidence,
            verbose=given.verbose,
        )


def secret(name: str, environ: Mapping[str, str], *, required: bool = True) -> str:
    """The value of ``NAME``, or the content of the file that ``NAME_FILE`` names."""
    if value := environ.get(name):
        return value
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(
                f"{name}_FILE cannot be read: {error}", remedy="check the path and its permissions"
            ) from None
    if required:
        raise InvalidInput(f"{name} is not set", remedy=f"set {name} or {name}_FILE")
    return ""


def check_tls(tls: TlsFiles) -> None:
    """The files are there, readable and belong together.

    Raises:
        InvalidInput: they are not.
    """
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.cert, tls.key)
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInput(
            f"the TLS files cannot be used: {error}",
            remedy="give a PEM certificate, its own key, and the clients' CA",
            field="tls",
        ) from None


def _tls(given: argparse.Namespace) -> TlsFiles | None:
    if not (given.tls_cert or given.tls_key or given.tls_client_ca):
        return None
    if not (given.tls_cert and given.tls_key):
        raise _refuse("tls", "give both --tls-cert and --tls-key")
    ca = Path(given.tls_client_ca) if given.tls_client_ca else None
    tls = TlsFiles(Path(given.tls_cert), Path(given.tls_key), ca)
    check_tls(tls)
    return tls


def _refuse(field: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"the server's {field} setting is incomplete", remedy=remedy, field=field)


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kgpress serve",
        description="Serves recommendations, evidence, jobs and the graph over gRPC.",
        epilog="Secrets: KGPRESS_NEO4J_PASSWORD, KGPRESS_REDIS_URL, or the same with _FILE.",
    )

    def add(flag: str, help: str, default: str = "") -> None:
        name = "KGPRESS_" + flag.upper().replace("-", "_")
        parser.add_argument(f"--{flag}", default=environ.get(name, default), help=f"{help} [{name}]")

    add("listen", "address, host:port or unix:PATH", "127.0.0.1:50051")
    add("neo4j-uri", "the graph, for example bolt://neo4j:7687")
    add("neo4j-user", "its user", "neo4j")
    add("embedded", "home folder of an embedded graph, instead of Neo4j")
    parser.add_argument("--redis-url", default="", help="the queue's broker; none: workers poll")
    add("artifacts", "where files lie: a folder or an fsspec URL; default: in KGPRESS_HOME")
    add("snapshots", "folder that the trainer writes to; default: in KGPRESS_HOME")
    add("tls-cert", "PEM certificate chain")
    add("tls-key", "PEM key")
    add("tls-client-ca", "PEM CA of the clients that are let in")
    parser.add_argument("--insecure", action="store_true", help="serve an open address without TLS")
    parser.add_argument("--lease-s", type=float, default=30.0, help="how long a worker may be silent")
    parser.add_argument("--max-attempts", type=int, default=5, help="workers that a job may lose")
    parser.add_argument("--repush-s", type=float, default=30.0, help="when the queue is told again")
    parser.add_argument("--store-wait-s", type=float, default=60.0, help="how long to wait for the graph")
    parser.add_argument("--retention-days", type=float, default=30.0, help="how long unused files stay")
    parser.add_argument(
        "--no-shipped-evidence", action="store_true", help="leave a new graph without what ships"
    )
    parser.add_argument("--verbose", action="store_true", help="log every call")
    return parser
