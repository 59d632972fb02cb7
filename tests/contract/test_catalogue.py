"""The search space (Fig. 3) and R1..R5 (Fig. 4) as the catalogue declares them."""

from __future__ import annotations

import dataclasses
import json

from kg_service.graph import GraphStore, ensure_strategies, load_catalogue, runs_on, start
from kgpress import strategy
from kgpress.catalogue import load


def test_the_whole_action_space_is_there(store: GraphStore) -> None:
    start(store)
    expected = {s.id: s for s in strategy.action_space()}
    rows = store.read(
        "MATCH (s:Strategy)-[:HAS_STEP]->(p:Step)-[:STEP_METHOD]->(m:CompressionMethod) "
        "WITH s, p, m ORDER BY p.position "
        "RETURN s.id AS id, s.text AS text, s.in_action_space AS own, s.settings_json AS settings, "
        "collect(m.label) AS methods"
    )
    assert len(rows) == len(expected) == 560
    for row in rows:
        known = expected[row["id"]]
        assert (row["text"], row["own"], tuple(row["methods"])) == (known.text, True, known.methods)
        assert [label for label, _ in json.loads(row["settings"])] == list(known.methods)


def test_a_method_has_its_own_hyperparameters_and_no_others(started: GraphStore) -> None:
    rows = started.read(
        "MATCH (m:CompressionMethod) OPTIONAL MATCH (m)-[:HAS_HYPERPARAMETER]->(h:Hyperparameter) "
        "RETURN m.label AS label, collect(h.id) AS ids"
    )
    declared = {m.label: sorted(hp.id for hp in m.hyperparameters) for m in load().methods}
    assert {row["label"]: sorted(row["ids"]) for row in rows} == declared


def test_a_step_is_set_by_values_of_its_own_method(started: GraphStore) -> None:
    strangers = started.read(
        "MATCH (m:CompressionMethod)<-[:STEP_METHOD]-(:Step)-[:STEP_SETTING]->(v:Setting) "
        "WHERE NOT (m)-[:HAS_HYPERPARAMETER]->(:Hyperparameter)-[:HAS_VALUE]->(v) RETURN v.id AS id"
    )
    assert strangers == []
    derived = started.read(
        "MATCH (s:Strategy)-[:HAS_SETTING]->(v:Setting) "
        "WHERE NOT (s)-[:HAS_STEP]->(:Step)-[:STEP_SETTING]->(v) RETURN s.id AS id"
    )
    assert derived == []


def test_types_techniques_and_hardware(started: GraphStore) -> None:
    rows = started.read(
        "MATCH (t:CompressionType)<-[:OF_TYPE]-(m:CompressionMethod)-[:HAS_TECHNIQUE]->(te:Technique) "
        "OPTIONAL MATCH (m)-[:RUNS_ON]->(h:Hardware) "
        "RETURN m.label AS label, t.name AS type, te.name AS technique, collect(h.name) AS hardware"
    )
    by_label = {row["label"]: row for row in rows}
    assert len(by_label) == len(load().methods)
    for method in load().methods:
        row = by_label[method.label]
        assert (row["type"], row["technique"]) == (method.compression_type, method.technique)
        allowed = sorted(h.name for h in load().hardware if runs_on(method, h))
        assert sorted(row["hardware"]) == allowed
    assert by_label["C3"]["hardware"] == ["nvidia-gpu"]
    assert "stm32f746g" in by_label["C4"]["hardware"]


def test_a_changed_catalogue_replaces_what_methods_are_linked_to(started: GraphStore) -> None:
    before = load()
    methods = tuple(
        dataclasses.replace(m, technique="L2 norm", hardware_kinds=("gpu",)) if m.label == "C2" else m
        for m in before.methods
    )
    revision = started.revision()
    assert load_catalogue(
        started, dataclasses.replace(before, methods=methods, patterns=(("C4",),), version="next")
    )
    assert started.revision() == revision + 1
    rows = started.read(
        "MATCH (te:Technique)<-[:HAS_TECHNIQUE]-(m:CompressionMethod {label: 'C2'})-[:RUNS_ON]->(h) "
        "RETURN te.name AS technique, h.name AS hardware"
    )
    assert rows == [{"technique": "L2 norm", "hardware": "nvidia-gpu"}]
    # History stays: strategies that were in the action space still are.
    assert started.read("MATCH (s:Strategy {in_action_space: true}) RETURN count(s) > 30 AS many")[0]["many"]


def test_a_known_strategy_enters_the_action_space_and_never_leaves(started: GraphStore) -> None:
    off_grid = strategy.parse("C2(ratio=0.44,epochs=3)")
    seen = []
    for own in (False, True, False):
        started.transaction(lambda tx, own=own: ensure_strategies(tx, [off_grid], in_action_space=own))
        seen.append(
            started.read("MATCH (s:Strategy {id: $id}) RETURN s.in_action_space AS own", id=off_grid.id)[0][
                "own"
            ]
        )
    assert seen == [False, True, True]
