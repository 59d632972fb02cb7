"""JSON-LD: each result is an mls:Run with its evaluations, derived (PROV) from the cell that states it.

ML-Schema has words for runs, data sets, implementations, settings and evaluations; PROV for where they are
from; what neither has (before and after, hardware) is named in our own vocabulary. The context is inline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ingest.exchange._columns import BY_NAME
from ingest.exchange._record import Record
from kgpress.catalogue import load
from kgpress.errors import KgpressError
from kgpress.strategy import UNSPECIFIED, parse

CONTEXT: dict[str, Any] = {
    "mls": "http://www.w3.org/ns/mls#",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "kgpress": "urn:kgpress:vocabulary:",
    "label": "rdfs:label",
    "executes": {"@id": "mls:executes", "@type": "@id"},
    "hasInput": {"@id": "mls:hasInput", "@type": "@id"},
    "hasOutput": {"@id": "mls:hasOutput", "@type": "@id"},
    "implements": {"@id": "mls:implements", "@type": "@id"},
    "specifiedBy": {"@id": "mls:specifiedBy", "@type": "@id"},
    "hasValue": "mls:hasValue",
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "hadPrimarySource": {"@id": "prov:hadPrimarySource", "@type": "@id"},
    "value": "prov:value",
    "licence": "dcterms:license",
    "title": "dcterms:title",
}
#: Quantities that are evaluations: column without its side.
_QUANTITIES = tuple(
    dict.fromkeys(n.removesuffix("_after") for n, c in BY_NAME.items() if c.unit and n.endswith("_after"))
)


def write(records: Iterable[Record]) -> str:
    """One document; every node once, in the order in which results first mention it."""
    graph: dict[str, dict[str, Any]] = {}
    for record in records:
        for node in _nodes(record):
            graph.setdefault(node["@id"], node)
    document = {"@context": CONTEXT, "@graph": list(graph.values())}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _nodes(record: Record) -> Iterable[dict[str, Any]]:
    run = f"urn:kgpress:result:{record['id']}"
    name = record.get("model", "")
    model = {"@id": _urn("model", name), "@type": "mls:Model", "label": name}
    inputs = [model]
    if "dataset" in record:
        name = record["dataset"]
        inputs.append({"@id": _urn("dataset", name), "@type": "mls:Dataset", "label": name})
    yield from inputs
    implementation, settings = _strategy(record.get("strategy", ""))
    yield from (implementation, *settings)
    source = _source(record)
    cell = _cell(run, record, source)
    yield from (source, cell)
    outputs = list(_evaluations(run, record))
    yield from outputs
    node: dict[str, Any] = {
        "@id": run,
        "@type": ["mls:Run", "prov:Entity"],
        "executes": implementation["@id"],
        "hasInput": [n["@id"] for n in (*inputs, *settings)],
        "hasOutput": [n["@id"] for n in outputs],
        "wasDerivedFrom": cell["@id"],
    }
    for name in ("state", "hardware", "runtime", "task", "domain", "split", "cluster", "confidence"):
        if name in record:
            node[f"kgpress:{name}"] = record[name]
    for name in ("per_layer", "layer"):
        if record.get(name):
            node[f"kgpress:{name}"] = record[name]
    if record.get("conditions"):
        node["kgpress:condition"] = [f"{k}={v}" for k, v in record["conditions"].items()]
    yield node


def _strategy(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    implementation: dict[str, Any] = {
        "@id": _urn("strategy", text),
        "@type": "mls:Implementation",
        "label": text,
    }
    try:
        strategy = parse(text)
    except KgpressError:
        return implementation, []
    names = [load().method(label).name for label in strategy.methods]
    implementation["implements"] = [_urn("method", label) for label in strategy.methods]
    implementation["kgpress:methods"] = names
    settings = []
    for step in strategy.steps:
        for name, value in step.settings:
            if value != UNSPECIFIED:
                parameter = f"{step.method}.{name}"
                settings.append(
                    {
                        "@id": _urn("setting", f"{parameter}={value}"),
                        "@type": "mls:HyperParameterSetting",
                        "specifiedBy": _urn("hyperparameter", parameter),
                        "hasValue": value,
                    }
                )
    return implementation, settings


def _evaluations(run: str, record: Record) -> Iterable[dict[str, Any]]:
    metric = record.get("metric", "")
    for side in ("before", "after"):
        measured = [(metric, record.get(side), "")] + [
            (name, record.get(f"{name}_{side}"), BY_NAME[f"{name}_{side}"].unit) for name in _QUANTITIES
        ]
        for name, value, unit in measured:
            if name and value is not None:
                yield _evaluation(run, name, side, value, unit)
    if metric and "delta" in record and not ("before" in record and "after" in record):
        yield _evaluation(run, metric, "change", record["delta"], "")
    for name, value in record.items():
        if name.endswith("_ratio"):
            yield _evaluation(run, name.removesuffix("_ratio"), "ratio", value, "")


def _evaluation(run: str, name: str, side: str, value: float, unit: str) -> dict[str, Any]:
    node = {
        "@id": f"{run}:{quote(name)}:{side}",
        "@type": "mls:ModelEvaluation",
        "specifiedBy": _urn("measure", name),
        "hasValue": value,
        "kgpress:side": side,
    }
    return node | ({"kgpress:unit": unit} if unit else {})


def _source(record: Record) -> dict[str, Any]:
    parts = (record.get("source", ""), record.get("source_version", ""), record.get("source_url", ""))
    node: dict[str, Any] = {
        "@id": _urn("source", "|".join(parts)),
        "@type": "prov:Entity",
        "label": record.get("source", ""),
    }
    for column, term in (
        ("source_url", "prov:atLocation"),
        ("source_version", "kgpress:version"),
        ("source_licence", "licence"),
        ("source_title", "title"),
        ("source_year", "kgpress:year"),
    ):
        if column in record:
            node[term] = record[column]
    return node


def _cell(run: str, record: Record, source: dict[str, Any]) -> dict[str, Any]:
    """The place that the numbers stand in, with the words that each field was read from."""
    node = {
        "@id": f"{run}:place",
        "@type": "prov:Entity",
        "hadPrimarySource": source["@id"],
        "kgpress:locator": {"@type": "@json", "@value": record["locator"]},
    }
    raw = [
        {
            "kgpress:field": d.get("field", ""),
            "kgpress:origin": d.get("origin", ""),
            "value": d.get("raw", ""),
        }
        for d in record.get("derivations", [])
    ]
    return node | ({"kgpress:derivation": raw} if raw else {})


def _urn(kind: str, name: str) -> str:
    return f"urn:kgpress:{kind}:{quote(name, safe='')}"
