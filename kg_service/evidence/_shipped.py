"""The evidence that comes with the package: own runs, and what was read in published documents.

A new graph takes the own runs at once. The literature is thousands of results that the shipped
snapshot has learned from and cites by itself; ``kgpress graph import --shipped`` brings it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg_service.evidence._lines import write_results
from kgpress.v1 import types_pb2

_LITERATURE = "literature-"
#: Results of one file: some 2 MB, where the house allows 5.
_PER_FILE = 10_000


def shipped_files(*, literature: bool = True) -> list[Path]:
    """The files, own runs first; without ``literature`` those of own runs and small sources alone."""
    folder = Path(__file__).parent.parent / "shipped" / "evidence"
    files = sorted(folder.glob("*.jsonl.gz"), key=lambda f: (f.name.startswith(_LITERATURE), f.name))
    return [f for f in files if literature or not f.name.startswith(_LITERATURE)]


def write_literature(folder: Path, results: Iterable[types_pb2.ReferenceResult]) -> list[Path]:
    """Writes published results as ``literature-01.jsonl.gz`` and so on, instead of those that are there.

    In the order of source, document and place, so that neighbours share their words. What only one
    graph knows (ids, times) is left out.
    """
    kept = []
    for result in results:
        bare = types_pb2.ReferenceResult()
        bare.CopyFrom(result)
        for field in ("id", "submitted_at", "interpretation_version", "conflict"):
            bare.ClearField(field)  # type: ignore[arg-type]
        kept.append(bare)
    kept.sort(key=_place)
    for old in folder.glob(f"{_LITERATURE}*.jsonl.gz"):
        old.unlink()
    written = []
    for number, at in enumerate(range(0, len(kept), _PER_FILE), start=1):
        path = folder / f"{_LITERATURE}{number:02d}.jsonl.gz"
        write_results(path, kept[at : at + _PER_FILE])
        written.append(path)
    return written


def _place(result: types_pb2.ReferenceResult) -> tuple[str, str, str, int, int, int, int, int]:
    cell = result.locator.cell
    where = (cell.page, cell.table, cell.row, cell.column, cell.part)
    return (result.source.name, cell.path, cell.document_hash, *where)
