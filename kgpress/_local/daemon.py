"""Finds, starts and ends the one local server of a home."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import kgpress
from kgpress._local.lock import held, holder
from kgpress._local.place import Place
from kgpress.errors import KgpressError, Unavailable, by_reason

#: A first start lays the graph out and imports the shipped evidence.
START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 30.0
IDLE_S = 300.0

# Kept so that Popen does not complain of children that are meant to outlive it.
_started: list[subprocess.Popen[bytes]] = []


def idle_s() -> float:
    """Seconds without a connection after which the server ends: ``$KGPRESS_LOCAL_IDLE_S``."""
    try:
        return float(os.environ.get("KGPRESS_LOCAL_IDLE_S", IDLE_S))
    except ValueError:
        return IDLE_S


def answering(place: Place) -> bool:
    """Whether someone accepts connections on the socket. A dead server's socket does not."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place.socket))
        except OSError:
            return False
    return True


def ensure(place: Place) -> None:
    """Starts the server unless it runs; of several shells at once, one does.

    Raises:
        KgpressError: what kept it from starting, in the server's own words.
        Unavailable: it ended, or took too long.
    """
    if answering(place) and _same_version(place):
        return
    with held(place.start_lock, START_TIMEOUT_S) as got:
        if not got:
            raise Unavailable(
                "another process has been starting the local server for too long", remedy=f"see {place.log}"
            )
        if answering(place):
            if _same_version(place):
                return
            stop(place)
        _spawn(place)


def stop(place: Place) -> bool:
    """Ends the server; False where none ran.

    Raises:
        Unavailable: it does not end.
    """
    pid = holder(place.server_lock)
    if pid is None:
        return False
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_TIMEOUT_S
    while holder(place.server_lock) == pid:
        if time.monotonic() > until:
            raise Unavailable(f"the local server (process {pid}) does not end", remedy=f"see {place.log}")
        time.sleep(0.05)
    return True


def connections(path: Path) -> int | None:
    """How many clients are connected to a unix socket; None where the system does not tell."""
    try:
        lines = Path("/proc/net/unix").read_text().splitlines()
    except OSError:
        return None
    # Num RefCount Protocol Flags Type St Inode Path; state 03 is connected.
    fields = (line.split() for line in lines)
    return sum(1 for f in fields if len(f) == 8 and f[7] == str(path) and f[5] == "03")


def report(descriptor: int | None, error: KgpressError | None = None) -> None:
    """Tells the starter that the server is ready, or why it is not."""
    if descriptor is None:
        return
    said = {} if error is None else {"reason": error.reason, "message": error.message, "remedy": error.remedy}
    # A starter that went away meanwhile is no fault of the server's.
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "w") as pipe:
        json.dump(said, pipe)


def wait_until_idle(place: Place, stopped: Callable[[float], bool], limit_s: float) -> None:
    """Returns when ``stopped`` says so, or after ``limit_s`` without a connection.

    On the second way out the socket is gone before this returns, under the start lock: whoever
    comes next starts a new server instead of meeting one that is ending.
    """
    last = time.monotonic()
    while not stopped(min(1.0, limit_s / 4)):
        if connections(place.socket) != 0:
            last = time.monotonic()
        elif time.monotonic() - last > limit_s:
            with held(place.start_lock, 0.0) as got:
                if got and connections(place.socket) == 0:
                    place.socket.unlink(missing_ok=True)
                    return


def _same_version(place: Place) -> bool:
    return place.read_state().get("version", kgpress.__version__) == kgpress.__version__


def _spawn(place: Place) -> None:
    ours, theirs = os.pipe()
    package = str(Path(kgpress.__file__).parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "kgpress.local", "serve", "--home", str(place.home)]
    try:
        with place.log.open("ab") as log:
            process = subprocess.Popen(
                [*command, "--ready-fd", str(theirs)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=place.home,
                env={**os.environ, "PYTHONPATH": path},
                pass_fds=[theirs],
                start_new_session=True,  # a Ctrl-C in the shell is not meant for the server
            )
    finally:
        os.close(theirs)
    _started.append(process)
    with os.fdopen(ours, "rb") as pipe:
        _check(_answer(pipe.fileno()), process, place)


def _answer(descriptor: int) -> bytes | None:
    """All that the server says; None where it says nothing in time."""
    until, said = time.monotonic() + START_TIMEOUT_S, b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return None
        part = os.read(descriptor, 65536)
        if not part:
            return said
        said += part


def _check(answer: bytes | None, process: subprocess.Popen[bytes], place: Place) -> None:
    if answer is None:
        process.terminate()
        raise Unavailable("the local server did not start in time", remedy=f"see {place.log}")
    if not answer:
        raise Unavailable(
            f"the local server ended while starting (exit code {process.wait()})", remedy=f"see {place.log}"
        )
    error = json.loads(answer)
    if error:
        raise by_reason(error["reason"])(error["message"], remedy=error["remedy"])
