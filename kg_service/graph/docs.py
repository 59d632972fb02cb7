"""Writes ``docs/graph.md`` from the schema: ``python -m kg_service.graph.docs > docs/graph.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from kg_service.graph import _archive
from kg_service.graph._queries import without_comments
from kg_service.graph.schema import NODES, RELATIONS, NodeType, Property, RelationType

_INTRODUCTION = """\
# The graph

Written by `python -m kg_service.graph.docs`; change `kg_service/graph/schema.py` instead.

Ask it with `kgpress graph query 'CYPHER' [--json|--csv]`, which can only read, or with any client of
Neo4j when the graph is on a Neo4j server. `NAME` of relations R1 to R5 is that of the source design.

Times are ISO 8601 text in UTC (`datetime(r.submitted_at)` makes a time of one), sizes are bytes,
latencies milliseconds, and quality is a fraction 0..1 where its metric is one. A result counts when
its state is `accepted`, and is read as its `Interpretation {current: true}` says.
"""


@dataclass(frozen=True)
class AnalystQuery:
    """A query that is ready to run."""

    name: str
    title: str
    cypher: str


def analyst_queries() -> list[AnalystQuery]:
    """The ready queries, in order."""
    folder = files("kg_service.graph").joinpath("queries", "analyst")
    return [
        _query(file.name.removesuffix(".cypher"), file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".cypher")
    ]


def render() -> str:
    """The whole document."""
    parts = [_INTRODUCTION, "## Nodes\n", *map(_node, NODES), "## Relations\n", _relations()]
    parts.append("## Questions\n")
    parts += [f"### {q.title}\n\n```cypher\n{q.cypher}\n```\n" for q in analyst_queries()]
    parts += ["## Files of graphs\n", _files()]
    return "\n".join(parts)


def _files() -> str:
    """The archive's format is described where it is read and written."""
    described = (_archive.__doc__ or "").partition("\n")[2].strip()
    return (
        "`kgpress graph export` leaves out private results and whatever only they name; "
        "`kgpress graph backup` holds everything. Both write one file.\n\n"
        f"{described}\n\nAn import adds what is new and leaves what is known as it is; a restore "
        "replaces the graph. Either does all of it or nothing, after the whole file was checked.\n"
    )


def _query(name: str, text: str) -> AnalystQuery:
    title = text.splitlines()[0].removeprefix("//").strip().rstrip(".")
    return AnalystQuery(name, title, without_comments(text))


def _node(node: NodeType) -> str:
    note = " Bookkeeping of one installation: in no export." if node.operational else ""
    lines = [
        f"### {node.label}\n",
        f"{node.description}{note} Key: `{node.key}`.\n",
        *_table(node.properties),
    ]
    return "\n".join(lines) + "\n"


def _table(properties: tuple[Property, ...]) -> Iterator[str]:
    yield "| property | type | |"
    yield "|---|---|---|"
    for p in properties:
        yield f"| `{p.name}` | {p.type} | {p.description} |"


def _relations() -> str:
    lines = ["| from | relation | to | name | |", "|---|---|---|---|---|"]
    lines += map(_relation, RELATIONS)
    return "\n".join(lines) + "\n"


def _relation(relation: RelationType) -> str:
    description = relation.description
    if relation.properties:
        told = "; ".join(f"`{p.name}`: {p.description}" for p in relation.properties)
        description = f"{description} {told}"
    return f"| {relation.start} | `{relation.type}` | {relation.end} | {relation.name} | {description} |"


if __name__ == "__main__":
    print(render(), end="")
