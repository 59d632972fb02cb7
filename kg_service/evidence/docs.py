"""Writes ``docs/evidence.md`` from what ships: ``python -m kg_service.evidence.docs > docs/evidence.md``."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Iterator, Sequence

from kg_service.evidence._check import states_quality
from kg_service.evidence._lines import read_results
from kg_service.evidence._rows import state_name, strategy_of
from kg_service.evidence._shipped import shipped_files
from kgpress.catalogue import load
from kgpress.outcome import compares
from kgpress.v1 import types_pb2

Result = types_pb2.ReferenceResult
Keys = Callable[[Result], Iterable[str]]

_INTRODUCTION = """\
# The evidence that ships

Written by `python -m kg_service.evidence.docs` from `kg_service/shipped/evidence/`; nothing here is
typed by hand. A new graph holds the own runs at once; `kgpress graph import --shipped` brings it all.

*Groups* are distinct (model, data set, methods); *measurements* count copies of one number in several
places once. A result with several methods counts under each of their types.
"""
#: Names of one entry that are shown, and the share of accepted results below which a subject is thin.
_SHOWN = 25
_THIN = 0.01
_RECURRENT = ("LSTM", "GRU", "RNN", "recurrent")


def render(results: Sequence[Result]) -> str:
    """The whole page."""
    accepted = [r for r in results if state_name(r.state) == "accepted"]
    parts = [_INTRODUCTION, *_totals(results, accepted)]
    parts += ["## By source and state\n", _by_source(results)]
    sections: tuple[tuple[str, Keys], ...] = (
        ("compression type", _types),
        ("domain", lambda r: [r.interpretation.domain]),
        ("task", lambda r: [r.interpretation.task]),
        ("metric", lambda r: [r.interpretation.metric.name]),
        ("hardware", lambda r: [r.interpretation.hardware]),
        ("runtime", lambda r: [r.interpretation.runtime]),
        ("model family", lambda r: [r.interpretation.model_family]),
    )
    for title, keys in sections:
        parts += [f"## Accepted, by {title}\n", _table(title, accepted, keys)]
    return "\n".join([*parts, "## What is thin\n", *_thin(accepted)])


def _totals(results: Sequence[Result], accepted: Sequence[Result]) -> Iterator[str]:
    states = collections.Counter(state_name(r.state) for r in results)
    told = ", ".join(f"{count:,} {name}" for name, count in states.most_common())
    yield f"{len(results):,} results: {told.replace('layer_point', 'points of single layers')}.\n"
    quality = sum(states_quality(r.interpretation) for r in accepted)
    compared = sum(compares(r.interpretation) for r in accepted)
    settings = {(i.model, i.dataset, i.strategy.text) for i in (r.interpretation for r in accepted)}
    yield (
        f"The accepted ones are {_clusters(accepted):,} measurements in {_groups(accepted):,} groups "
        f"({len(settings):,} where methods with other settings count apart); "
        f"{quality:,} state a quality, {len(accepted) - quality:,} a size, a time or a count alone. "
        f"{compared:,} compare the compressed model with its base and teach; the others state the compressed "
        "model's numbers alone: they are cited and counted, and teach nothing of what a compression does.\n"
    )


def _by_source(results: Sequence[Result]) -> str:
    states = ("accepted", "proposed", "quarantined", "rejected", "superseded", "layer_point")
    rows: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for result in results:
        rows[result.source.name, result.source.licence or "own"][state_name(result.state)] += 1
    head = f"| source | licence | {' | '.join(states)} |\n|---|---|{'---|' * len(states)}\n"
    ordered = sorted(rows.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    lines = [
        f"| {_cell(name)} | {_cell(licence)} | {' | '.join(f'{counts[s]:,}' for s in states)} |"
        for (name, licence), counts in ordered
    ]
    return head + "\n".join(lines) + "\n"


def _table(title: str, results: Sequence[Result], keys: Keys) -> str:
    found: dict[str, list[Result]] = collections.defaultdict(list)
    for result in results:
        for key in set(keys(result)):
            found[key or "not stated"].append(result)
    ordered = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    lines = [
        f"| {_cell(key)} | {len(some):,} | {_groups(some):,} | {_clusters(some):,} |"
        for key, some in ordered[:_SHOWN]
    ]
    if rest := ordered[_SHOWN:]:
        others = {id(r): r for _, some in rest for r in some}.values()
        lines.append(
            f"| {len(rest):,} others | {len(others):,} | {_groups(others):,} | {_clusters(others):,} |"
        )
    return f"| {title} | results | groups | measurements |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"


def _thin(accepted: Sequence[Result]) -> Iterator[str]:
    """Every compression type and domain of the catalogue, and recurrent models, with little evidence."""
    catalogue = load()
    subjects: dict[str, list[Result]] = {
        f"compression type: {t.name}": [] for t in catalogue.compression_types
    }
    subjects |= {f"domain: {d.name}": [] for d in catalogue.domains}
    subjects["recurrent models"] = []
    for result in accepted:
        reading = result.interpretation
        for name in _types(result):
            subjects[f"compression type: {name}"].append(result)
        if f"domain: {reading.domain}" in subjects:
            subjects[f"domain: {reading.domain}"].append(result)
        if any(word in f"{reading.model} {reading.model_family}" for word in _RECURRENT):
            subjects["recurrent models"].append(result)
    limit = _THIN * len(accepted)
    yield f"Less than {_THIN:.0%} of the accepted results ({limit:,.0f}) are about each of these:\n"
    thin = sorted((len(some), name, some) for name, some in subjects.items() if len(some) < limit)
    for count, name, some in thin:
        yield f"- {name}: {count:,} results of {len({r.source.name for r in some}):,} sources"
    yield ""


def _types(result: Result) -> Iterable[str]:
    strategy = strategy_of(result.interpretation)
    return {load().method(label).compression_type for label in strategy.methods} if strategy else ()


def _groups(results: Iterable[Result]) -> int:
    found = set()
    for result in results:
        strategy = strategy_of(result.interpretation)
        reading = result.interpretation
        found.add((reading.model, reading.dataset, strategy.methods if strategy else ()))
    return len(found)


def _clusters(results: Iterable[Result]) -> int:
    return len({r.interpretation.cluster or r.locator.SerializeToString(deterministic=True) for r in results})


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(render([result for file in shipped_files() for result in read_results(file)]), end="")
