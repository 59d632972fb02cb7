"""The tree itself: nothing of one machine, no package indexes, no giants."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
MAX_BYTES = 5_000_000

#: Absolute paths of a developer's or build machine. Paths of containers (/data, /var/lib) are fine.
MACHINE_PATH = re.compile(rb"(?<![\w.:/~-])/(?:work|home|root|Users|mnt|scratch)/[\w.-]+")
#: Where packages come from is the installer's configuration, not the project's.
INDEX = re.compile(
    rb"(?:--(?:extra-)?index-url|--find-links|--trusted-host)\b|\bindex-url\s*=|\"resolved\"\s*:\s*\"https?:"
    rb"|https?://[\w.-]*(?:pypi\.org|pythonhosted\.org|npmjs\.org|artifactory|nexus)[\w./-]*",
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [f for f in files if f.is_file() and not f.is_symlink()]


def found(pattern: re.Pattern[bytes]) -> list[str]:
    """Matches as path:line: text, in text files other than this one."""
    hits = []
    for file in tracked():
        body = file.read_bytes()
        if file == Path(__file__) or b"\0" in body:
            continue
        for number, line in enumerate(body.splitlines(), 1):
            if match := pattern.search(line):
                hits.append(f"{file.relative_to(ROOT)}:{number}: {match[0].decode(errors='replace')}")
    return hits


def test_no_path_of_a_machine() -> None:
    assert found(MACHINE_PATH) == []


def test_no_package_index() -> None:
    assert found(INDEX) == []


def test_python_files_are_short() -> None:
    generated = ROOT / "kgpress" / "v1"
    sources = [f for f in tracked() if f.suffix == ".py" and generated not in f.parents]
    assert len(sources) > 50
    lengths = {str(f.relative_to(ROOT)): len(f.read_bytes().splitlines()) for f in sources}
    assert {f: n for f, n in lengths.items() if n > MAX_LINES} == {}


def test_no_large_files() -> None:
    sizes = {str(f.relative_to(ROOT)): f.stat().st_size for f in tracked()}
    assert {f: n for f, n in sizes.items() if n > MAX_BYTES} == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, b"cd /home/someone/project"),
        (MACHINE_PATH, b'"/root/.cache"'),
        (INDEX, b"pip install --index-url x"),
        (INDEX, b'"resolved": "https://somewhere/x.tgz"'),
        (INDEX, b"https://pypi.org/simple"),
    ],
)
def test_the_patterns_find_what_they_seek(pattern: re.Pattern[bytes], text: bytes) -> None:
    assert pattern.search(text)
