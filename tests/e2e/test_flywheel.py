"""The flywheel turns: a trained network in, a smaller proven one out, chosen from the graph and
remembered in it. Through the shell and its own server process, on real data that is absent from the
shipped evidence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ITALY = REPOSITORY / "examples" / "data" / "ItalyPowerDemand"
LIMITS = ("--hardware", "x86-cpu", "--max-drop", "1pt", "--max-size", "50KB", "--budget", "2m")


class Shell:
    def __init__(self, home: Path) -> None:
        self.environment = os.environ | {
            "KGPRESS_HOME": str(home),
            "PYTHONPATH": str(REPOSITORY),
            "KGPRESS_LOCAL_IDLE_S": "120",
        }

    def start(self, *args: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kgpress.cli", *map(str, args)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: object, code: int = 0) -> str:
        process = self.start(*args)
        out, err = process.communicate(timeout=400)
        assert process.returncode == code, err
        assert "Traceback" not in err
        return out


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    from kgpress import local

    local.shutdown(home)


@pytest.fixture(scope="module")
def fcn(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = tmp_path_factory.mktemp("base") / "fcn.onnx"
    shell.run("baseline", "train", "fcn", "--data", ITALY, "--epochs", 150, "--out", model)
    assert 1.0e6 < model.stat().st_size < 1.2e6
    return model


def compress(shell: Shell, model: Path, out: Path, *more: object) -> dict:
    shell.run(
        "compress", model, "--data", ITALY, "--name", "fcn", "--dataset-name", "ItalyPowerDemand",
        *LIMITS, *more, "--out", out,
    )  # fmt: skip
    return json.loads((out / "report.json").read_text())


@pytest.fixture(scope="module")
def first(shell: Shell, fcn: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    return compress(shell, fcn, tmp_path_factory.mktemp("first"), "--max-trials", 3)


@pytest.mark.slow
def test_the_answer_is_sound_on_data_absent_from_the_shipped_evidence(first: dict) -> None:
    assert not any(c["dataset"] == "ItalyPowerDemand" for c in first["evidence"])
    assert first["evidence"], "an answer without evidence"
    assert first["compressed"]["size_bytes"] <= 50_000
    assert first["base"]["quality"] > 0.94
    assert first["compressed"]["rows"] == 1029
    assert first["compressed"]["quality"] >= first["base"]["quality"] - 0.01
    assert first["outcome"] in ("met", "floor_unresolvable")
    assert first["predicted"]["size_bytes"]["low"] <= first["predicted"]["size_bytes"]["high"]
    stages = {"verify", "standardize", "profile", "recommend", "execute", "export", "reload", "measure"}
    assert stages <= set(first["seconds"])


@pytest.mark.slow
def test_the_report_says_what_the_file_is(first: dict, shell: Shell, fcn: Path, tmp_path: Path) -> None:
    job = first["job"]
    shell.run("jobs", "fetch", job, "--out", tmp_path)
    assert (tmp_path / "model.onnx").stat().st_size == first["compressed"]["size_bytes"]
    assert fcn.stat().st_size == first["base"]["size_bytes"]


@pytest.mark.slow
def test_the_second_answer_cites_the_first_run(shell: Shell, fcn: Path, first: dict, tmp_path: Path) -> None:
    second = compress(shell, fcn, tmp_path / "second", "--max-trials", 1)
    own = {t["result"] for t in first["trials"] if t["result"]}
    assert own & {c["result"] for c in second["evidence"]}, second["evidence"]


@pytest.mark.slow
def test_private_evidence_stays_out_of_an_export(shell: Shell, fcn: Path, tmp_path: Path) -> None:
    document = compress(
        shell,
        fcn,
        tmp_path / "out",
        "--private",
        "--strategy",
        "C4",
        "--max-size",
        "1MB",
        "--max-drop",
        "5pt",
    )
    result = document["trials"][0]["result"]
    assert result
    exported, backup = tmp_path / "export.kgpress", tmp_path / "backup.kgpress"
    shell.run("graph", "export", exported)
    shell.run("graph", "backup", backup)
    assert result.encode() not in _content(exported)
    assert result.encode() in _content(backup)


def _content(file: Path) -> bytes:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    if tarfile.is_tarfile(file):
        with tarfile.open(file) as archive:
            return b"".join(archive.extractfile(m).read() for m in archive.getmembers() if m.isfile())
    import gzip

    return gzip.decompress(file.read_bytes())


@pytest.mark.slow
def test_ctrl_c_is_clean_and_what_was_measured_is_kept(shell: Shell, fcn: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = shell.start(
        "compress", fcn, "--data", ITALY, *LIMITS, "--out", out,
        "--strategy", "C7(rate=0.7,epochs=0)", "--strategy", "C2(ratio=0.3,epochs=100)", "--repeats", 20,
    )  # fmt: skip
    assert process.stderr is not None
    end = time.monotonic() + 120
    for line in process.stderr:
        if "measure" in line or time.monotonic() > end:
            break
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted" in err
    assert {p.name for p in out.iterdir()} <= {"model.onnx", "report.json"}
    listed = shell.run("jobs", "list")
    assert "cancelled" in listed
