"""The catalogue as nodes: the search space (Fig. 3) and the relations R1..R5 (Fig. 4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kg_service.graph._queries import load_query
from kg_service.graph._store import GraphStore, Tx
from kgpress import strategy as strategies_
from kgpress.catalogue import Catalogue, Hardware, Hyperparameter, Method, Value, load
from kgpress.strategy import UNSPECIFIED, Strategy

_PACKAGE = "kg_service.graph"
#: Counts up when this module writes other nodes from the same catalogue.
LOADER = 1
_BATCH = 2_000


def start(store: GraphStore, catalogue: Catalogue | None = None) -> None:
    """Migrates, loads the catalogue and the action space. Quick when nothing has changed."""
    from kg_service.graph._migrate import migrate

    migrate(store)
    load_catalogue(store, catalogue or load())


def load_catalogue(store: GraphStore, catalogue: Catalogue) -> bool:
    """Loads the catalogue and its action space, unless this very version is loaded already.

    Returns whether anything was written.
    """
    wanted = {"catalogue_version": catalogue.version, "loader": LOADER}

    def loaded(tx: Tx) -> bool:
        state = tx.run(load_query(_PACKAGE, "state"))
        return bool(state) and all(state[0][key] == value for key, value in wanted.items())

    def work(tx: Tx) -> bool:
        lock(tx, "catalogue")
        if loaded(tx):
            return False
        _write(tx, catalogue)
        ensure_strategies(tx, strategies_.action_space(catalogue), in_action_space=True)
        tx.run(load_query(_PACKAGE, "set_catalogue_version"), version=catalogue.version, loader=LOADER)
        bump(tx)
        return True

    state = store.read(load_query(_PACKAGE, "state"))
    if state and all(state[0][key] == value for key, value in wanted.items()):
        return False
    return store.transaction(work)


def lock(tx: Tx, writer: str) -> int:
    """Makes writers of evidence and catalogue take turns; the revision before this one."""
    rows = tx.run(load_query(_PACKAGE, "lock"), writer=writer)
    return int(rows[0]["revision"])


def bump(tx: Tx) -> int:
    """Counts this transaction; the new revision."""
    return int(tx.run(load_query(_PACKAGE, "bump"))[0]["revision"])


def ensure_strategies(tx: Tx, strategies: Iterable[Strategy], in_action_space: bool) -> None:
    """Strategies with their steps and settings, R1, R2 and R5; known ones are left as they are."""
    wanted = {s.id: s for s in strategies}
    known = tx.run(load_query(_PACKAGE, "known_strategies"), ids=list(wanted))
    settled = {r["id"] for r in known if r["in_action_space"] or not in_action_space}
    rows = [_strategy_row(s, in_action_space) for id_, s in wanted.items() if id_ not in settled]
    steps = [step for row in rows for step in row.pop("steps")]
    links = [link for step in steps for link in step.pop("settings")]
    settings = {link["setting"]: link.pop("node") for link in links}
    batches = (
        ("settings", list(settings.values())),
        ("strategies", rows),
        ("steps", steps),
        ("step_settings", links),
    )
    for name, entries in batches:
        in_batches(tx, _PACKAGE, name, entries)


def in_batches(tx: Tx, package: str, query: str, rows: Sequence[Any]) -> None:
    """Runs a query that UNWINDs ``$rows`` over all of them."""
    for at in range(0, len(rows), _BATCH):
        tx.run(load_query(package, query), rows=rows[at : at + _BATCH])


def runs_on(method: Method, hardware: Hardware) -> bool:
    """Runtime rule behind RUNS_ON: the kind of device, the precision that the method leaves behind,
    and hardware that profits from zeros where the method only makes zeros.

    A method that keeps the precision (fp32) does not bind it: a later step of the strategy may.
    """
    return (
        hardware.kind in method.hardware_kinds
        and (method.precision == "fp32" or method.precision in hardware.precisions)
        and (hardware.sparsity or not method.sparsity)
    )


def _write(tx: Tx, catalogue: Catalogue) -> None:
    methods = catalogue.methods
    tx.run(
        load_query(_PACKAGE, "catalogue_names"),
        domains=[d.name for d in catalogue.domains],
        areas=[a.name for a in catalogue.application_areas],
        types=[c.name for c in catalogue.compression_types],
        techniques=list(catalogue.techniques),
    )
    tx.run(load_query(_PACKAGE, "catalogue_unlink"))
    batches: dict[str, list[dict[str, Any]]] = {
        "catalogue_tasks": [{"name": t.name, "domain": t.domain} for t in catalogue.tasks],
        "catalogue_metrics": [
            {"name": m.name, "direction": m.direction, "fraction": m.fraction} for m in catalogue.metrics
        ],
        "catalogue_hardware": [_hardware_row(h) for h in catalogue.hardware],
        "catalogue_methods": [_method_row(m) for m in methods],
        "catalogue_domains": [{"method": m.label, "domain": d} for m in methods for d in m.domains],
        "catalogue_runs_on": [
            {"method": m.label, "hardware": h.name, "precision": m.precision, "sparsity": m.sparsity}
            for m in methods
            for h in catalogue.hardware
            if runs_on(m, h)
        ],
        "catalogue_hyperparameters": [
            {"method": m.label, "properties": _hyperparameter_row(hp)}
            for m in methods
            for hp in m.hyperparameters
        ],
        "settings": [
            _setting_row(hp.method, hp.name, value)
            for m in methods
            for hp in m.hyperparameters
            for value in (hp.grid or (hp.default,))
        ],
    }
    for query, rows in batches.items():
        in_batches(tx, _PACKAGE, query, rows)


def _hardware_row(hardware: Hardware) -> dict[str, Any]:
    row = {key: getattr(hardware, key) for key in hardware.__dataclass_fields__}
    return row | {"precisions": list(hardware.precisions)}


def _method_row(method: Method) -> dict[str, Any]:
    kept = ("label", "name", "description", "executable", "stage", "precision", "sparsity", "source")
    properties = {key: getattr(method, key) for key in kept} | {"needs": list(method.needs)}
    return {
        "properties": properties,
        "type": method.compression_type,
        "technique": method.technique,
    }


def _hyperparameter_row(hp: Hyperparameter) -> dict[str, Any]:
    kept = ("id", "name", "term", "type", "minimum", "maximum", "description")
    return {key: getattr(hp, key) for key in kept} | {
        "choices": list(hp.choices),
        "default": _text(hp.default),
    }


def _setting_row(method: str, name: str, value: Value) -> dict[str, Any]:
    number = float(value) if isinstance(value, int | float) else None
    text = _text(value)
    hyperparameter = f"{method}.{name}"
    return {
        "id": f"{hyperparameter}={text}",
        "hyperparameter": hyperparameter,
        "value": None if value == UNSPECIFIED else text,
        "number": number,
    }


def _strategy_row(strategy: Strategy, in_action_space: bool) -> dict[str, Any]:
    resolved = [[step.method, list(map(list, step.settings))] for step in strategy.steps]
    return {
        "id": strategy.id,
        "text": strategy.text,
        "catalogue_version": strategy.catalogue_version,
        "in_action_space": in_action_space,
        "fully_set": strategy.fully_set,
        "settings_json": json.dumps(resolved),
        "steps": [_step_row(strategy.id, position, step) for position, step in enumerate(strategy.steps)],
    }


def _step_row(strategy: str, position: int, step: strategies_.Step) -> dict[str, Any]:
    id_ = f"{strategy}#{position}"
    settings = [_setting_row(step.method, name, value) for name, value in step.settings]
    return {
        "id": id_,
        "strategy": strategy,
        "position": position,
        "method": step.method,
        "settings": [
            {"step": id_, "strategy": strategy, "setting": node["id"], "node": node} for node in settings
        ],
    }


def _text(value: Value) -> str:
    """As a strategy's text prints it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)
