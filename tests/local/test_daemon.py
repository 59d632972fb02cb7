"""One server per home, whoever comes first, and however the one before ended."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_service.graph._lock import FolderLock
from kgpress import local
from kgpress._local import daemon
from kgpress._local.place import place
from kgpress.errors import Conflict, KgpressError, OutputError, Unavailable
from kgpress.v1 import compression_pb2 as pb
from tests.local.conftest import shell

Pid = Callable[[Path], int | None]
SAY_PID = "c = local.connect(); list(c.jobs()); from kgpress._local.place import place; "
SAY_PID += "print(place().read_state()['pid'])"


def wait(what: Callable[[], bool], limit_s: float = 20.0) -> None:
    until = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def test_shells_that_start_at_once_share_one_server(home: Path, pid: Pid) -> None:
    shells = [shell(home, SAY_PID) for _ in range(4)]
    # Were the server to hold on to a shell's output, this would wait for its end.
    said = [each.communicate(timeout=120) for each in shells]
    assert [each.returncode for each in shells] == [0] * 4, said
    assert {out.strip() for out, _ in said} == {str(pid(home))}


def test_a_second_connection_finds_the_server(home: Path, pid: Pid) -> None:
    with local.connect(home) as first, local.connect(home) as second:
        before = pid(home)
        assert first.graph_status().store == "arcadedb"
        assert list(second.jobs()) == list(first.jobs())
        assert pid(home) == before


def test_only_the_user_gets_in(home: Path) -> None:
    with local.connect(home):
        where = place(home)
        assert stat.S_IMODE(where.socket.parent.stat().st_mode) == 0o700
        assert where.socket.stat().st_mode & 0o077 == 0
        assert stat.S_IMODE((home / "run" / "server.json").stat().st_mode) == 0o600
        assert "password" in where.read_state()["bolt"]


def test_the_server_is_not_in_the_shells_session(home: Path, pid: Pid) -> None:
    with local.connect(home):
        server = pid(home)
        assert server is not None
        assert os.getsid(server) != os.getsid(0)
        outputs = {os.readlink(f"/proc/{server}/fd/{number}") for number in (1, 2)}
        assert outputs == {str(place(home).log)}
        assert os.readlink(f"/proc/{server}/cwd") == str(home)


def test_the_graph_is_not_opened_twice(home: Path) -> None:
    with local.connect(home), pytest.raises(Conflict, match="another process owns the graph"):
        local.open_in_process(home)


def test_a_killed_server_is_started_again_by_the_next_call(home: Path, pid: Pid) -> None:
    with local.connect(home) as client:
        spec = pb.JobSpec(verify=pb.VerifySpec())
        spec.verify.subject.model.local_path = "/nowhere.onnx"
        job = client.submit(spec)
        killed = pid(home)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait(lambda: pid(home) != killed)
        assert place(home).socket.exists(), "the dead server's socket is in the way"
        assert client.job(job.id).id == job.id
        assert pid(home) not in (None, killed)
    with local.connect(home) as client:
        assert [found.id for found in client.jobs()] == [job.id]


def test_a_server_of_another_version_is_replaced(home: Path, pid: Pid) -> None:
    with local.connect(home):
        before = pid(home)
    where = place(home)
    where.write_state({**where.read_state(), "version": "0.0.0"})
    with local.connect(home):
        assert pid(home) not in (None, before)


def test_shutdown(home: Path, pid: Pid) -> None:
    local.connect(home).close()
    assert local.shutdown(home) is True
    assert pid(home) is None
    assert not place(home).socket.exists()
    assert local.shutdown(home) is False


def test_a_server_without_connections_ends(home: Path, pid: Pid, monkeypatch: pytest.MonkeyPatch) -> None:
    local.shutdown(home)
    monkeypatch.setenv("KGPRESS_LOCAL_IDLE_S", "1")
    with local.connect(home) as client:
        before = pid(home)
        time.sleep(3)
        assert list(client.jobs()) is not None
        assert pid(home) == before, "it ended under an open connection"
    wait(lambda: pid(home) is None)
    assert not place(home).socket.exists()


def test_what_keeps_it_from_starting_is_told_in_a_sentence(tmp_path: Path) -> None:
    lock = FolderLock(place(tmp_path).home / "graph")
    started = time.monotonic()
    try:
        with pytest.raises(Unavailable) as caught:
            local.connect(tmp_path)
    finally:
        lock.release()
    assert "graph" in caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert time.monotonic() - started < daemon.START_TIMEOUT_S / 2


def test_a_server_that_dies_while_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = place(tmp_path)
    monkeypatch.setattr(daemon.sys, "executable", "/bin/false")
    with pytest.raises(KgpressError, match=r"ended while starting \(exit code 1\); see .*server.log"):
        daemon.ensure(where)


def test_a_home_with_a_long_name(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a" * 50] * 4)
    assert len(str(place(deep).socket)) < 100
    assert place(deep).socket != place(tmp_path).socket


def test_a_socket_folder_that_others_can_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / f"kgpress-{os.getuid()}"
    folder.mkdir(mode=0o755)
    with pytest.raises(OutputError, match="not a folder of yours alone"):
        place(tmp_path / "home")
    folder.chmod(0o700)
    assert place(tmp_path / "home").socket.parent == folder
    folder.rmdir()
    folder.symlink_to(tmp_path / "home")
    with pytest.raises(OutputError, match="not a folder of yours alone"):
        place(tmp_path / "home")
