"""What an export leaves out: private results, and whatever only they point to."""

from __future__ import annotations

import collections

from kg_service.graph._content import Entry
from kgpress.catalogue import load
from kgpress.strategy import action_space

#: Labels that evidence brings. A node of one of them that only private results reach is private too:
#: the name of a model can be a secret.
_BROUGHT = frozenset(
    {
        "Interpretation",
        "Review",
        "Model",
        "ModelFamily",
        "ModelProfile",
        "Dataset",
        "DatasetProfile",
        "Source",
        "Hardware",
        "Runtime",
        "Fact",
        "Strategy",
        "Step",
        "Setting",
    }
)
Key = tuple[str, str | int]


def without_private(nodes: list[Entry], relations: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The nodes and relations that may leave this installation."""
    private = {_key(n) for n in nodes if n["label"] == "ReferenceResult" and n["properties"].get("private")}
    if not private:
        return nodes, relations
    pointed_by: dict[Key, set[Key]] = collections.defaultdict(set)
    points_to: dict[Key, set[Key]] = collections.defaultdict(set)
    for relation in relations:
        start, end = tuple(relation["start"]), tuple(relation["end"])
        # A hyperparameter points to every value that was ever used; that keeps none of them public.
        if relation["type"] != "HAS_VALUE":
            pointed_by[end].add(start)
        points_to[start].add(end)
    public = _declared() | {_key(n) for n in nodes if n["properties"].get("reviewed")}
    pending = list(private)
    while pending:
        for end in points_to[pending.pop()]:
            only_private = pointed_by[end] <= private
            if end[0] in _BROUGHT and end not in public and end not in private and only_private:
                private.add(end)
                pending.append(end)
    return (
        [node for node in nodes if _key(node) not in private],
        [r for r in relations if not private & {tuple(r["start"]), tuple(r["end"])}],
    )


def _declared() -> set[Key]:
    """Strategies on the grid and devices of the catalogue are known to everybody."""
    keys: set[Key] = {("Strategy", strategy.id) for strategy in action_space()}
    keys |= {("Hardware", hardware.name) for hardware in load().hardware}
    for method in load().methods:
        for hp in method.hyperparameters:
            keys |= {("Setting", f"{hp.id}={value}") for value in (*hp.grid, hp.default)}
    return keys


def _key(node: Entry) -> Key:
    return node["label"], node["key"]
