"""Rows into the graph, in few round trips."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from kg_service.evidence._identity import source_id
from kg_service.evidence._plan import Plan
from kg_service.evidence._rows import source_row
from kg_service.graph import Tx, ensure_strategies, in_batches, load_query

_PACKAGE = "kg_service.evidence"


def query(name: str) -> str:
    """The text of one of this package's queries."""
    return load_query(_PACKAGE, name)


def write_plan(tx: Tx, made: Plan, revision: int) -> None:
    """Everything that a plan adds, as of a revision."""
    ensure_strategies(tx, made.executed, in_action_space=True)
    ensure_strategies(tx, made.published, in_action_space=False)
    sources = {source_id(row["source"]): source_row(row["source"]) for row in made.results}
    results = [
        {
            "id": row["id"],
            "source": source_id(row["source"]),
            "properties": row["properties"] | {"added": revision, "revision": revision},
        }
        for row in made.results
    ]
    states = [
        {"id": row.pop("id"), "takes_over": row.pop("takes_over"), "properties": row | {"revision": revision}}
        for row in map(dict, made.states)
    ]
    write_rows(tx, sources=list(sources.values()), results=results, states=states)
    write_interpretations(tx, made.interpretations)


def write_interpretations(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Readings with what they are about; entities that are new come into being."""
    write_rows(
        tx,
        interpretations=[{key: row[key] for key in ("id", "result", "properties")} for row in rows],
        link_strategy=_links(rows, "strategy"),
        link_model=_links(rows, "model"),
        link_family=_pairs(rows, "model", "family"),
        link_dataset=_links(rows, "dataset"),
        link_domain=_pairs(rows, "dataset", "domain"),
        link_task=_pairs(rows, "dataset", "task"),
        link_metric=_links(rows, "metric"),
        link_hardware=_links(rows, "hardware"),
        link_runtime=_links(rows, "runtime"),
        link_model_profile=_links(rows, "model_profile"),
        link_dataset_profile=_links(rows, "dataset_profile"),
    )


def write_rows(tx: Tx, **batches: list[dict[str, Any]]) -> None:
    """Runs ``queries/write/<name>.cypher`` over the rows of each name, in order."""
    for name, rows in batches.items():
        in_batches(tx, _PACKAGE, f"write/{name}", rows)


def now() -> Timestamp:
    """To the millisecond, which both stores keep."""
    time = Timestamp()
    time.GetCurrentTime()
    time.nanos -= time.nanos % 1_000_000
    return time


def _links(rows: list[dict[str, Any]], target: str) -> list[dict[str, Any]]:
    return [{"id": row["id"], target: row[target]} for row in rows if row[target]]


def _pairs(rows: list[dict[str, Any]], first: str, second: str) -> list[dict[str, Any]]:
    pairs = {(row[first], row[second]) for row in rows if row[first] and row[second]}
    return [{first: a, second: b} for a, b in sorted(pairs)]
