"""What a worker has measured and the server has not yet confirmed, on disk.

Written before it is sent, so a dying worker or a server that is away loses nothing. The next
worker process with the same folder delivers it under its own lease.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from kgpress.errors import OutputError
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2

_OUTCOME = "outcome"
_RESULTS = ".results"


class Spool:
    """One folder per job: numbered reports, then the outcome.

    Raises:
        OutputError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_results(self, job_id: str, results: Iterable[types_pb2.ReferenceResult]) -> Path:
        request = pb.ReportResultsRequest(job_id=job_id, results=list(results))
        number = max((int(path.stem) for path in self.results(job_id)), default=-1) + 1
        return self._write(self._of(job_id) / f"{number:06d}{_RESULTS}", request.SerializeToString())

    def keep_outcome(self, request: pb.CompleteJobRequest) -> Path:
        return self._write(self._of(request.job_id) / _OUTCOME, request.SerializeToString())

    def jobs(self) -> list[str]:
        """Ids of the jobs with something undelivered, oldest first."""
        folders = self._folder.iterdir() if self._folder.is_dir() else ()
        return [path.name for path in sorted(folders, key=_age) if path.is_dir()]

    def results(self, job_id: str) -> list[Path]:
        """Undelivered reports in the order they were made."""
        return sorted(self._of(job_id).glob(f"*{_RESULTS}"))

    def read_results(self, path: Path) -> list[types_pb2.ReferenceResult]:
        """Empty where another worker delivered it meanwhile."""
        content = _content(path)
        return list(pb.ReportResultsRequest.FromString(content).results) if content else []

    def outcome(self, job_id: str) -> pb.CompleteJobRequest | None:
        """How the job ended, where the server does not know it yet."""
        content = _content(self._of(job_id) / _OUTCOME)
        return pb.CompleteJobRequest.FromString(content) if content else None

    def delivered(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def discard(self, job_id: str) -> None:
        shutil.rmtree(self._of(job_id), ignore_errors=True)

    def _of(self, job_id: str) -> Path:
        return self._folder / Path(job_id).name

    def _write(self, path: Path, content: bytes) -> Path:
        """All of it or nothing, and on the disk before it returns."""
        partial = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
            _sync_folder(path.parent)
        except OSError as error:
            raise OutputError(
                f"the spool folder {path.parent} cannot be written: {error.strerror}",
                remedy="make room there, or start the worker with another --home",
            ) from None
        return path


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # delivered by another worker just now
        return 0.0
