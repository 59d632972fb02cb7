"""A real Neo4j server for the tests: its jars are fetched once with Maven, then kept by version.

server = start(folder)          # uri, user, password
server.stop()                   # or kill(): as kill -9 would
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import neo4j
from neo4j.exceptions import AuthError, ClientError, ServiceUnavailable

_POM = Path(__file__).with_name("neo4j-pom.xml")
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_PASSWORD = "kgpress-tests"
_START_LIMIT_S = 120.0


class CannotStart(Exception):
    """Says what is missing on this machine."""


@dataclass
class Server:
    """A running server."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    user: str = "neo4j"
    password: str = _PASSWORD

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stops it in order."""
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Stops it as a power cut would."""
        self.process.kill()
        self.process.wait()


def start(home: Path, port: int = 0) -> Server:
    """Starts a server whose files lie in ``home`` (a new or a former one); waits until it answers.

    Raises:
        CannotStart: no Java, no Maven, or the server ends at once; its log is quoted.
    """
    java = shutil.which("java")
    if java is None:
        raise CannotStart("no java on the path")
    port = port or free_port()
    conf = home / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    settings = {
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.usage_report.enabled": "false",
        "server.memory.pagecache.size": "64m",
        "db.tx_log.rotation.size": "32m",
    }
    text = "".join(f"{key}={value}\n" for key, value in settings.items())
    (conf / "neo4j.conf").write_text(text, "utf-8")
    command = [java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    for package in _OPENED:
        command += ["--add-opens", f"java.base/{package}=ALL-UNNAMED"]
    command += ["-cp", f"{_jars()}/*", "org.neo4j.server.CommunityEntryPoint"]
    command += [f"--home-dir={home}", f"--config-dir={conf}", "--console-mode"]
    with open(home / "console.log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    server = Server(home, port, process)
    try:
        _wait(server)
    except BaseException:
        server.kill()
        raise
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            tail = (server.home / "console.log").read_text("utf-8", "replace")[-2000:]
            raise CannotStart(f"neo4j ended with {server.process.returncode}: {tail}")
        try:
            _check_password(server)
            return
        except (ServiceUnavailable, OSError):
            time.sleep(0.2)
    raise CannotStart(f"neo4j does not answer after {_START_LIMIT_S:g} s")


def _check_password(server: Server) -> None:
    """A new server has the password that it ships with, which must be changed."""
    if _runs(server, server.password, "RETURN 1", database=None):
        return
    _runs(
        server,
        "neo4j",
        f"ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO '{server.password}'",
        database="system",
    )


def _runs(server: Server, password: str, statement: str, database: str | None) -> bool:
    auth = (server.user, password)
    with neo4j.GraphDatabase.driver(server.uri, auth=auth, connection_timeout=2.0) as driver:
        try:
            with driver.session(database=database) as session:
                session.run(statement).consume()  # type: ignore[arg-type]
        except AuthError:
            return False
        except ClientError as error:
            if "CredentialsExpired" in (error.code or ""):
                return False
            raise
    return True


def _jars() -> Path:
    version = ElementTree.parse(_POM).findtext(".//{*}neo4j.version")
    folder = Path.home() / ".cache" / "kgpress" / f"neo4j-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        # Several test runs at once fetch once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _fetched(folder / "lib", _maven)


def _fetched(target: Path, fetch: Callable[[Path], None]) -> Path:
    """Whole or absent: what is half fetched has another name."""
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        fetch(partial)
        os.rename(partial, target)
    return target


def _maven(target: Path) -> None:
    mvn = shutil.which("mvn")
    if mvn is None:
        raise CannotStart("no mvn on the path to fetch neo4j with")
    command = [mvn, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={target}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotStart(f"mvn cannot fetch neo4j: {(done.stdout + done.stderr)[-1000:]}")
