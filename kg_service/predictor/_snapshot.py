"""Everything an answer needs, in one file of arrays: no torch and no store to recommend."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kg_service.embedding import Embedding
from kg_service.predictor._predictor import Predictor
from kg_service.predictor._table import Table
from kgpress.errors import InvalidInput, NotFound, OutputError
from kgpress.strategy import Step, Strategy

FORMAT = 1
_EMBEDDING = ("vectors", "translations", "projections")


@dataclass(frozen=True)
class Snapshot:
    """A trained state.

    Attributes:
        strategies: The action space first (``actions`` of them), then others that were seen in evidence.
        graph_hash: Content hash of the graph. graph_revision: its revision.
        parent: Version of the snapshot that the training started from, or "".
        figures: Of the calibration, out of fold.
        trained_at: ISO 8601, UTC; not part of the version.
    """

    strategies: list[Strategy]
    actions: int
    embedding: Embedding
    predictor: Predictor
    table: Table
    catalogue_version: str
    graph_revision: int
    graph_hash: str
    parent: str
    figures: Mapping[str, float]
    trained_at: str
    meta: Mapping[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def version(self) -> str:
        """SHA-256 of the content."""
        return _digest(self._arrays(), self._described())

    def save(self, path: Path) -> Path:
        """Writes the file whole or not at all.

        Raises:
            OutputError: the folder cannot be written, or the disk is full.
        """
        arrays = self._arrays()
        described = self._described() | {"version": self.version, "trained_at": self.trained_at}
        packed = {"meta": np.frombuffer(json.dumps(described).encode(), dtype=np.uint8), **arrays}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".snapshot-", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez_compressed(file, **packed)  # type: ignore[arg-type]
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"the snapshot {path.name} cannot be written: {error.strerror}",
                remedy="free some space, or give another folder",
                field="out",
            ) from None
        return path

    @classmethod
    def load(cls, path: Path) -> Snapshot:
        """Reads and checks a file.

        Raises:
            NotFound: there is none. InvalidInput: it is not a snapshot, or damaged.
        """
        try:
            data = Path(path).read_bytes()
        except OSError:
            raise NotFound(
                f"there is no snapshot {Path(path).name}", remedy="run `kgpress train`", field="snapshot"
            ) from None
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            described = json.loads(arrays.pop("meta").tobytes())
            version, trained_at = described.pop("version"), described.pop("trained_at")
            if described["format"] != FORMAT or _digest(arrays, described) != version:
                raise ValueError("its content does not match its version")
            return cls._unpack(arrays, described, trained_at)
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile, OSError, TypeError) as error:
            raise InvalidInput(
                f"{Path(path).name} is not a usable snapshot: {error}",
                remedy="train a new one with `kgpress train`",
                field="snapshot",
            ) from None

    @classmethod
    def _unpack(cls, arrays: dict[str, np.ndarray], described: dict[str, Any], trained_at: str) -> Snapshot:
        part = {p: _part(arrays, p) for p in ("embedding", "predictor", "table")}
        known: dict[str, Any] = described["embedding"] | {n: part["embedding"][n] for n in _EMBEDDING}
        embedding = Embedding(**known)
        strategies = [
            Strategy(tuple(Step(m, tuple((n, v) for n, v in settings)) for m, settings in steps), version)
            for steps, version in described["strategies"]
        ]
        return cls(
            strategies=strategies,
            embedding=embedding,
            predictor=Predictor.from_arrays(part["predictor"]),
            table=Table.from_arrays(part["table"]),
            trained_at=trained_at,
            **{
                n: described[n]
                for n in (
                    "actions", "catalogue_version", "graph_revision", "graph_hash", "parent",
                    "figures", "meta",
                )
            },
        )  # fmt: skip

    def _arrays(self) -> dict[str, np.ndarray]:
        parts = {
            "embedding": {n: getattr(self.embedding, n) for n in _EMBEDDING},
            "predictor": self.predictor.arrays(),
            "table": self.table.arrays(),
        }
        return {f"{p}/{n}": np.asarray(a) for p, arrays in parts.items() for n, a in arrays.items()}

    def _described(self) -> dict[str, Any]:
        e = self.embedding
        return {
            "format": FORMAT,
            "strategies": [
                [[[step.method, [list(s) for s in step.settings]] for step in s.steps], s.catalogue_version]
                for s in self.strategies
            ],
            "actions": self.actions,
            "embedding": {
                "entities": e.entities, "relations": e.relations, "norm": e.norm,
                "config_version": e.config_version, "graph_hash": e.graph_hash, "parent": e.parent,
            },
            "catalogue_version": self.catalogue_version,
            "graph_revision": self.graph_revision,
            "graph_hash": self.graph_hash,
            "parent": self.parent,
            "figures": dict(self.figures),
            "meta": dict(self.meta),
        }  # fmt: skip


def _part(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    return {k.removeprefix(f"{name}/"): v for k, v in arrays.items() if k.startswith(f"{name}/")}


def _digest(arrays: Mapping[str, np.ndarray], described: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def shipped_snapshot() -> Path:
    """The snapshot that this version of kgpress ships."""
    return Path(__file__).parent.parent / "shipped" / "snapshot.npz"


def newest_snapshot(folder: Path) -> Path:
    """The snapshot trained last in a folder, or the shipped one where there is none."""
    found = sorted(folder.glob("*.npz"), key=lambda p: (p.stat().st_mtime_ns, p.name))
    return found[-1] if found else shipped_snapshot()
