"""Reads the TOML files into a :class:`Catalogue`."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from kgpress.catalogue._entries import (
    STAGES,
    ApplicationArea,
    CompressionType,
    Domain,
    Hardware,
    Hyperparameter,
    Method,
    Metric,
    Task,
)
from kgpress.errors import UnknownName

_DEFAULT_DOMAINS = (
    "computer vision",
    "natural language processing",
    "audio analytics",
    "video processing",
    "time series",
)
_METHOD_FILES = (
    "pruning",
    "quantization",
    "distillation",
    "low_rank",
    "weight_sharing",
    "architecture",
    "trees",
    "published_pruning",
    "published_pruning_structure",
    "published_pruning_weights",
    "published_quantization",
    "published_distillation",
    "published_low_rank",
    "published_architecture",
    "published_weight_sharing",
)


@dataclass(frozen=True)
class Catalogue:
    """Everything that is declared. ``version`` names the declared content exactly."""

    version: str
    domains: tuple[Domain, ...]
    tasks: tuple[Task, ...]
    application_areas: tuple[ApplicationArea, ...]
    compression_types: tuple[CompressionType, ...]
    metrics: tuple[Metric, ...]
    hardware: tuple[Hardware, ...]
    methods: tuple[Method, ...]
    #: Strategy patterns, for example ("C2", "C4") for "C2 > C4".
    patterns: tuple[tuple[str, ...], ...]

    @property
    def techniques(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.technique for m in self.methods))

    def method(self, label: str) -> Method:
        """The method with this label.

        Raises:
            UnknownName: there is none; the nearest labels are suggested.
        """
        return _find("method", label, {m.label: m for m in self.methods})

    def hardware_named(self, name: str) -> Hardware:
        return _find("hardware", name, {h.name: h for h in self.hardware})

    def metric(self, name: str) -> Metric:
        return _find("metric", name, {m.name: m for m in self.metrics})


def _find(kind: str, name: str, entries: dict[str, Any]) -> Any:
    if name not in entries:
        raise UnknownName(kind, name, list(entries))
    return entries[name]


@functools.cache
def load() -> Catalogue:
    """The catalogue that ships with this version of kgpress."""
    folder = files("kgpress.catalogue")
    names = ["vocabulary", "metrics", "hyperparameters", "hardware", "search_space"]
    texts = {n: folder.joinpath(f"{n}.toml").read_text("utf-8") for n in names}
    texts |= {n: folder.joinpath("methods", f"{n}.toml").read_text("utf-8") for n in _METHOD_FILES}
    data = {name: tomllib.loads(text) for name, text in texts.items()}
    digest = hashlib.sha256("\0".join(texts[n] for n in sorted(texts)).encode()).hexdigest()

    vocabulary, space = data["vocabulary"], data["search_space"]
    methods = [
        _method(
            data[name].get("defaults", {}) | entry, data[name]["compression_type"], data["hyperparameters"]
        )
        for name in _METHOD_FILES
        for entry in data[name]["method"]
    ]
    methods.sort(key=lambda m: int(m.label[1:]))
    return Catalogue(
        version=f"{space['version']}-{digest[:12]}",
        domains=tuple(Domain(**d) for d in vocabulary["domain"]),
        tasks=tuple(Task(**t) for t in vocabulary["task"]),
        application_areas=tuple(ApplicationArea(**a) for a in vocabulary["application_area"]),
        compression_types=tuple(CompressionType(**c) for c in vocabulary["compression_type"]),
        metrics=tuple(Metric(**m) for m in data["metrics"]["metric"]),
        hardware=tuple(
            Hardware(**h | {"precisions": tuple(h["precisions"])}) for h in data["hardware"]["hardware"]
        ),
        methods=tuple(methods),
        patterns=tuple(tuple(p.split(" > ")) for p in space["patterns"]),
    )


def _method(entry: dict[str, Any], compression_type: str, shared: dict[str, Any]) -> Method:
    entry = dict(entry)
    grid = entry.pop("grid", {})
    label = entry["label"]
    if entry["stage"] not in STAGES:
        raise ValueError(f"{label}: stage {entry['stage']!r} is none of {STAGES}")
    if stray := set(grid) - set(entry["hyperparameters"]):
        raise ValueError(f"{label}: grid of undeclared hyperparameters {sorted(stray)}")
    hyperparameters = tuple(
        Hyperparameter(
            method=label,
            name=name,
            **shared[name] | {"choices": tuple(shared[name].get("choices", ()))},
            grid=tuple(grid.get(name, ())),
        )
        for name in entry.pop("hyperparameters")
    )
    entry.setdefault("domains", _DEFAULT_DOMAINS)
    for key in ("needs", "hardware_kinds", "domains"):
        entry[key] = tuple(entry[key])
    return Method(compression_type=compression_type, hyperparameters=hyperparameters, **entry)
