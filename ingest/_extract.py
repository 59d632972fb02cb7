"""Documents on disk to results as JSON: what ``kgpress ingest extract`` writes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ingest._declaration import Source, load, of_label
from ingest._transform import transform
from ingest.documents import Kept, file_hash
from ingest.items import Fault
from ingest.meaning import Reading, Sides
from ingest.meaning._outcomes import outcomes
from ingest.meaning._siblings import join
from ingest.meaning._steps import steps
from ingest.normalize import Origin, results
from ingest.tables import TableError, read_document
from kgpress.catalogue import load as load_catalogue
from kgpress.v1 import types_pb2 as pb

#: Measured quantities -> fields of kgpress.v1.Measurement.
_FIELDS = {
    "size": "size_bytes",
    "parameters": "parameters",
    "macs": "macs",
    "latency": "latency_ms",
    "throughput": "throughput_per_s",
    "memory": "memory_bytes",
}
_SIZES = ("size", "parameters", "macs", "latency", "throughput", "memory")


#: Folder, its documents, the declaration asked for, the root.
_Job = tuple[str, list[Path], str | None, Path | None]


@dataclass(frozen=True)
class DocumentFault:
    """A document that could not be read, and why."""

    path: str
    reason: str


def extract(
    paths: Iterable[str | Path], source: str | None = None, root: str | Path | None = None, processes: int = 1
) -> Iterator[dict[str, Any] | DocumentFault]:
    """Results of documents on disk, one dictionary each, in the order of the paths.

    Args:
        paths: Documents. Those of one folder below ``root`` are one source: baselines are joined across them.
        source: Name of a declaration that all documents are read by; by default that of the repository
            that their folder names (OWNER+NAME); "" for none.
        root: What the documents' own paths are relative to; by default the paths as given.
        processes: Sources are spread over so many processes.
    """
    groups: dict[str, list[Path]] = defaultdict(list)
    base = Path(root) if root else None
    for path in map(Path, paths):
        relative = path.relative_to(base) if base else path
        groups[relative.parts[0] if base and len(relative.parts) > 1 else ""].append(path)
    work: list[_Job] = [(name, files, source, base) for name, files in groups.items()]
    if processes <= 1 or len(work) == 1:
        for job in work:
            yield from _source(*job)
        return
    with ProcessPoolExecutor(processes) as pool:
        work.sort(key=lambda job: -sum(p.stat().st_size for p in job[1]))
        for lines in pool.map(_listed, work):
            yield from lines


def _listed(job: _Job) -> list[dict[str, Any] | DocumentFault]:
    return list(_source(*job))


def _source(
    name: str, paths: list[Path], source: str | None, base: Path | None
) -> Iterator[dict[str, Any] | DocumentFault]:
    known = declared(name, source)
    rules = known.meanings if known else ()
    if known and known.tables:
        yield from _declared_tables(known, name, paths, base)
        return
    found = []
    hashes = {}
    for path in paths:
        own = path.relative_to(base / name).as_posix() if base else path.as_posix()
        try:
            document = read_document(path.read_bytes(), own)
        except (TableError, OSError) as error:
            yield DocumentFault(str(path), str(error))
            continue
        readings, sides = outcomes(document, rules)
        hashes[own] = document.sha256
        found.append((own, readings, sides))
    join(found)
    # What is accepted here passes every check; whether the graph takes it is for the source's declaration.
    named = pb.Source(kind=pb.SOURCE_KIND_DOCUMENT, name=name)
    by_place = {(own, *_place(r)): r for own, readings, _ in found for r in readings}
    told = results((Origin(own, hashes[own], named, accept=True), readings) for own, readings, _ in found)
    for result in told:
        cell = result.locator.cell
        reading = by_place[(cell.path, cell.table, cell.row, cell.column, cell.part)]
        yield to_line(result, reading, name)


def _declared_tables(
    known: Source, name: str, paths: list[Path], base: Path | None
) -> Iterator[dict[str, Any] | DocumentFault]:
    """Results of a source whose tables are declared cell by cell."""
    documents = {
        (path.relative_to(base / name) if base else path).as_posix(): Kept(file_hash(path), path)
        for path in paths
    }
    for item in transform(known, documents):
        if isinstance(item, Fault):
            yield DocumentFault(item.path, item.reason)
        else:
            yield of_message(item.result, name)


def of_message(result: pb.ReferenceResult, source: str) -> dict[str, Any]:
    """A result of a declared table in the same keys as any other."""
    told, cell = result.interpretation, result.locator.cell
    out: dict[str, Any] = {"source": source, "path": cell.path}
    out |= {"model": told.model or None, "dataset": told.dataset or None, "metric": told.metric.name or None}
    sides = (("before", told.before), ("after", told.after))
    out |= {n: m.quality if m.HasField("quality") else None for n, m in sides}
    out["delta"] = told.change.quality if told.change.HasField("quality") else None
    if out["before"] is not None and out["after"] is not None:
        out["delta"] = out["after"] - out["before"]
    for kind, field in _FIELDS.items():
        for n, m in sides:
            out[f"{kind}_{n}"] = getattr(m, field) if m.HasField(field) else None  # type: ignore[arg-type]
        changed = kind in ("size", "parameters", "macs", "latency") and told.change.HasField(kind)  # type: ignore[arg-type]
        out[f"{kind}_ratio"] = getattr(told.change, kind) if changed else None
    out |= {"hardware": told.hardware or None, "runtime": told.runtime or None}
    types = {m.label: m.compression_type for m in load_catalogue().methods}
    out["method"] = [{"family": _family(types.get(s.method, ""))} for s in told.strategy.steps]
    out |= {"method_text": None, "strategy": told.strategy.text or None, "settings": dict(told.conditions)}
    out["locator"] = {
        "document": cell.document_hash,
        "path": cell.path,
        "table": cell.table,
        "line": cell.line,
        "row": cell.row,
        "column": cell.column,
        "part": cell.part,
        "column_name": cell.column_name,
        "text": next((d.raw.split(" @ ")[0] for d in told.derivations if d.field == "after.quality"), ""),
    }
    out["fields"] = {
        d.field: {"raw": d.raw, "origin": d.origin, "place": "", "confidence": d.confidence}
        for d in told.derivations
    }
    out["confidence"] = round(told.confidence, 3)
    out["state"] = pb.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()
    out |= {"per_layer": told.per_layer, "reasons": list(result.reasons)}
    return out


def _family(kind: str) -> str:
    return {"knowledge distillation": "distillation", "low-rank approximation": "low_rank"}.get(kind, kind)


def _place(reading: Reading) -> tuple[int, int, int, int]:
    return (reading.table_index, reading.anchor.row, reading.anchor.column, reading.part)


def declared(folder: str, source: str | None) -> Source | None:
    """The source asked for, else the one that the folder OWNER+NAME belongs to."""
    if source is None:
        source = of_label(re.sub(r"_v\d.*$", "", folder).replace("+", "/", 1)) or of_label(
            folder.replace("+", "/", 1)
        )
    return load(source) if source else None


def to_line(result: pb.ReferenceResult, reading: Reading, source: str) -> dict[str, Any]:
    """One result as it is written, keys always the same, absent values null. Names are the resolved ones."""
    told = result.interpretation
    q = reading.quality
    out: dict[str, Any] = {"source": source, "path": reading.path}
    out |= {"model": told.model or None, "dataset": told.dataset or None, "metric": told.metric.name or None}
    out |= {part: _number(getattr(q, part)) for part in ("before", "after")}
    out["delta"] = _delta(q)
    for kind in _SIZES:
        s = reading.sizes.get(kind, Sides())
        out |= {
            f"{kind}_before": _number(s.before),
            f"{kind}_after": _number(s.after),
            f"{kind}_ratio": _kept(s),
        }
    out |= {"hardware": told.hardware or None, "runtime": told.runtime or None}
    out["method"] = steps(reading)
    out["method_text"] = reading.names.get("method") or None
    out["strategy"] = told.strategy.text or None
    out["settings"] = dict(told.conditions)
    cell = reading.anchor
    out["locator"] = {
        "document": result.locator.cell.document_hash,
        "path": reading.path,
        "table": reading.table_index,
        "line": cell.line,
        "row": cell.row,
        "column": cell.column,
        "part": reading.part,
        "column_name": cell.column_name,
        "text": cell.text,
    }
    out["fields"] = {
        n: {"raw": f.raw, "origin": f.origin, "place": f.place, "confidence": f.confidence}
        for n, f in reading.fields.items()
    }
    out["confidence"] = round(reading.confidence, 3)
    out["state"] = pb.EvidenceState.Name(result.state).removeprefix("EVIDENCE_STATE_").lower()
    out["per_layer"] = reading.per_layer
    out["reasons"] = list(result.reasons)
    return out


def _number(value: Any) -> float | int | None:
    if value is None:
        return None
    number: Decimal = value.number
    return int(number) if number == number.to_integral_value() and abs(number) >= 1000 else float(number)


def _delta(q: Sides) -> float | None:
    if q.before and q.after:
        return float(q.after.number - q.before.number)
    return float(q.change.number) if q.change else None


def _kept(s: Sides) -> float | None:
    if s.after and s.before and s.before.number:
        return float(s.after.number / s.before.number)
    return float(s.kept.number) if s.kept else None


def write(lines: Iterable[dict[str, Any] | DocumentFault], out: Path) -> tuple[int, list[DocumentFault]]:
    """Writes results as JSON lines; the file appears whole. Returns how many, and what could not be read."""
    faults: list[DocumentFault] = []
    count = 0
    part = out.with_name(f".{out.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        for line in lines:
            if isinstance(line, DocumentFault):
                faults.append(line)
                continue
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    part.replace(out)
    return count, faults


@click.command("extract")
@click.argument("documents", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines.")
@click.option("--source", help="Declaration to read all documents by.")
@click.option(
    "--root", type=click.Path(file_okay=False, path_type=Path), help="Folder of one folder per source."
)
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1), help="Sources at a time.")
def command(
    documents: tuple[Path, ...], out: Path, source: str | None, root: Path | None, processes: int
) -> int:
    """Reads DOCUMENTS (files, or folders of them) and writes one JSON line a result.

    Ends with 7 where a document could not be read.
    """
    lines = extract(_files(documents), source, root, processes)
    count, faults = write(lines, out)
    click.echo(f"{count} results in {out}")
    for fault in faults:
        click.echo(f"{fault.path}: {fault.reason}", err=True)
    return 7 if faults else 0


def _files(documents: Iterable[Path]) -> Iterator[Path]:
    for path in documents:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        else:
            yield path
