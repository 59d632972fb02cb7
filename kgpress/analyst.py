"""For analysts with Neo4j: data frames and objects over the graph, by py2neo (extra ``analyst``).

    from kgpress import analyst
    graph = analyst.connect("bolt://localhost:7687", "neo4j", "...")
    analyst.results(graph, method="C4")                      # a pandas data frame
    analyst.frame(graph, "MATCH (s:Source) RETURN s.name AS name")
    analyst.CompressionMethod.match(graph, "C2").first().technique

Labels, properties and ready questions: docs/graph.md. Nothing else in kgpress leans on this module.
Only read with it: evidence is written through the service, which checks it. py2neo's own schema
calls do not work on Neo4j 5.
"""

from __future__ import annotations

from typing import Any

import pandas
from py2neo import Graph
from py2neo.errors import ConnectionUnavailable, Neo4jError, ServiceUnavailable
from py2neo.ogm import Model, Property, RelatedFrom, RelatedTo

from kgpress.errors import InvalidInput, Unavailable

_RESULTS = """
MATCH (s:Source)<-[:FROM_SOURCE]-(r:ReferenceResult)-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE r.state = $state AND ($method = '' OR $method IN i.methods)
  AND ($model = '' OR i.model = $model) AND ($dataset = '' OR i.dataset = $dataset)
RETURN r.id AS id, s.name AS source, i.model AS model, i.dataset AS dataset, i.strategy AS strategy,
       i.metric AS metric, i.quality_before AS quality_before, i.quality_after AS quality_after,
       i.size_bytes_before AS size_bytes_before, i.size_bytes_after AS size_bytes_after,
       i.parameters_before AS parameters_before, i.parameters_after AS parameters_after,
       i.latency_ms_before AS latency_ms_before, i.latency_ms_after AS latency_ms_after
ORDER BY r.added, id
"""


class Named(Model):
    """A node that its name identifies."""

    __abstract__ = True
    __primarykey__ = "name"

    name = Property()


class CompressionType(Named):
    """For example pruning."""


class Technique(Named):
    """TE_n, for example L1 norm."""


class Hardware(Named):
    """A device."""

    kind = Property()
    runtime = Property()


class Hyperparameter(Model):
    """HP_i of one method."""

    __primarykey__ = "id"

    id = Property()
    name = Property()
    term = Property()


class CompressionMethod(Model):
    """C_k, with what it is related to."""

    __primarykey__ = "label"

    label = Property()
    name = Property()
    stage = Property()
    executable = Property()
    types = RelatedTo(CompressionType, "OF_TYPE")
    techniques = RelatedTo(Technique, "HAS_TECHNIQUE")
    hyperparameters = RelatedTo(Hyperparameter, "HAS_HYPERPARAMETER")
    hardware = RelatedTo(Hardware, "RUNS_ON")
    strategies = RelatedFrom("Strategy", "HAS_METHOD")

    @property
    def technique(self) -> str:
        """The name of the technique that it rests on."""
        return str(next(iter(self.techniques)).name)


class Strategy(Model):
    """C_k P_km by its canonical text."""

    __primarykey__ = "id"

    id = Property()
    text = Property()
    in_action_space = Property()
    methods = RelatedTo(CompressionMethod, "HAS_METHOD")


def connect(uri: str, user: str, password: str) -> Graph:
    """A connection to a Neo4j server.

    Raises:
        Unavailable: it cannot be reached, or refuses the user.
    """
    try:
        graph = Graph(uri, auth=(user, password))
        graph.run("RETURN 1").evaluate()
    except (ConnectionUnavailable, ServiceUnavailable, Neo4jError) as error:
        raise Unavailable(
            f"the graph at {uri} cannot be used: {error}",
            remedy="check that the server runs, and its address, user and password",
        ) from None
    return graph


def frame(graph: Graph, cypher: str, **parameters: Any) -> pandas.DataFrame:
    """The answer to a query, one column for each that it returns, also when there are no rows.

    Raises:
        InvalidInput: the query is not Cypher.
    """
    try:
        cursor = graph.run(cypher, parameters)
        columns = cursor.keys()
        rows = [list(record.values()) for record in cursor]
    except Neo4jError as error:
        raise InvalidInput(
            f"the query cannot be run: {error}", remedy="labels and examples: docs/graph.md"
        ) from None
    return pandas.DataFrame(rows, columns=columns)


def results(
    graph: Graph, *, state: str = "accepted", method: str = "", model: str = "", dataset: str = ""
) -> pandas.DataFrame:
    """Measured outcomes, one a row; sizes in bytes, latencies in milliseconds.

    Args:
        state: proposed, accepted, rejected, quarantined or superseded.
        method: label of a method that the strategy contains, for example "C4"; "" for any.
    """
    return frame(graph, _RESULTS, state=state, method=method, model=model, dataset=dataset)
