"""A real Redis server for the tests, of the system's own package.

server = start(folder)          # url
server.kill()                   # as kill -9 would; start(folder, server.port) brings it back empty
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_START_LIMIT_S = 20.0


class CannotStart(Exception):
    """Says what is missing on this machine."""


@dataclass
class Server:
    """A running server. It keeps nothing on disk."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start(folder: Path, port: int = 0) -> Server:
    """Starts a server on the given or a free port; waits until it answers.

    Raises:
        CannotStart: no redis-server, or it ends at once; its log is quoted.
    """
    binary = shutil.which("redis-server")
    if binary is None:
        raise CannotStart("no redis-server on the path (Debian: apt-get install redis-server)")
    port = port or _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "redis.log"
    options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": folder}
    command = [binary]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    server = Server(port, process)
    until = time.monotonic() + _START_LIMIT_S
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            server.kill()
            raise CannotStart(f"redis-server does not start: {log.read_text('utf-8', 'replace')[-1000:]}")
        time.sleep(0.05)
    return server


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(5) == b"+PONG"
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
