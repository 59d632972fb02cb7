"""Strategies and their one canonical text form: ``C2(ratio=0.7,epochs=20) > C4(bits=8)``.

A strategy is resolved when it is made: every hyperparameter has a value (or is stated to be
unspecified, ``?``, as in published results). The text prints the key hyperparameters always and
the others where they differ from the default, so that one strategy has one text. Its identity
is a hash of the resolved settings: a default that changes later changes no history.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgpress.catalogue import Catalogue, Hyperparameter, Method, Value, load
from kgpress.catalogue._entries import STAGES
from kgpress.errors import StrategyError, UnknownName
from kgpress.v1 import types_pb2

#: The value of a setting that a published strategy leaves open.
UNSPECIFIED = "?"

_STEP = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\(([^()]*)\))?\s*")


@dataclass(frozen=True)
class Step:
    """A method with resolved settings, in the order that the catalogue declares them."""

    method: str
    settings: tuple[tuple[str, Value], ...]

    def __getitem__(self, name: str) -> Value:
        return dict(self.settings)[name]

    def get(self, name: str, default: Value | None = None) -> Value | None:
        return dict(self.settings).get(name, default)


@dataclass(frozen=True)
class Strategy:
    """C_k P_km: steps in order, with the version of the catalogue that resolved them."""

    steps: tuple[Step, ...]
    catalogue_version: str

    @property
    def text(self) -> str:
        """The canonical form. ``parse(s.text) == s`` for the catalogue that made ``s``."""
        return " > ".join(_print_step(step) for step in self.steps)

    @property
    def id(self) -> str:
        """SHA-256 (16 hex digits) of methods and resolved settings."""
        resolved = [[step.method, list(map(list, step.settings))] for step in self.steps]
        return hashlib.sha256(json.dumps(resolved).encode()).hexdigest()[:16]

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(step.method for step in self.steps)

    @property
    def fully_set(self) -> bool:
        return all(v != UNSPECIFIED for step in self.steps for _, v in step.settings)

    def to_proto(self) -> types_pb2.Strategy:
        steps = [
            types_pb2.Step(
                position=position,
                method=step.method,
                settings=[_setting_to_proto(name, value) for name, value in step.settings],
            )
            for position, step in enumerate(self.steps)
        ]
        return types_pb2.Strategy(text=self.text, steps=steps, catalogue_version=self.catalogue_version)

    def __str__(self) -> str:
        return self.text


def parse(text: str, catalogue: Catalogue | None = None) -> Strategy:
    """Reads a strategy, fills in defaults and checks ranges.

    Raises:
        StrategyError: the text does not parse, or a setting is out of range.
        UnknownName: a method or hyperparameter that the catalogue does not declare.
    """
    catalogue = catalogue or load()
    parts = text.split(">")
    if not text.strip():
        raise StrategyError("the strategy is empty", remedy=_EXAMPLE, field="strategy")
    return make([_parse_step(part, text) for part in parts], catalogue)


def make(steps: list[tuple[str, Mapping[str, Value]]], catalogue: Catalogue | None = None) -> Strategy:
    """A strategy from (method label, given settings) pairs; the rest is filled with defaults."""
    catalogue = catalogue or load()
    resolved = tuple(_resolve(catalogue.method(label), given) for label, given in steps)
    _check_order([catalogue.method(step.method) for step in resolved])
    return Strategy(resolved, catalogue.version)


def from_proto(message: types_pb2.Strategy) -> Strategy:
    """The strategy as it was resolved when it was made; defaults of today play no part."""
    if not message.steps:
        return parse(message.text)
    steps = tuple(
        Step(step.method, tuple((s.hyperparameter, _setting_value(s)) for s in step.settings))
        for step in sorted(message.steps, key=lambda s: s.position)
    )
    return Strategy(_integers(steps), message.catalogue_version)


def action_space(catalogue: Catalogue | None = None) -> Iterator[Strategy]:
    """Every strategy of the declared grid, pattern by pattern."""
    catalogue = catalogue or load()
    for pattern in catalogue.patterns:
        per_step = [_grid(catalogue.method(label)) for label in pattern]
        for combination in itertools.product(*per_step):
            yield make(list(zip(pattern, combination, strict=True)), catalogue)


_EXAMPLE = "write it like C2(ratio=0.7,epochs=20) > C4(bits=8)"


def _grid(method: Method) -> list[dict[str, Value]]:
    axes = [[(hp.name, v) for v in hp.grid or (hp.default,)] for hp in method.hyperparameters]
    return [dict(combination) for combination in itertools.product(*axes)]


def _parse_step(part: str, text: str) -> tuple[str, dict[str, Value]]:
    match = _STEP.fullmatch(part)
    if match is None:
        raise StrategyError(
            f"{part.strip() or text.strip()!r} is not a step", remedy=_EXAMPLE, field="strategy"
        )
    label, body = match[1], match[2] or ""
    given: dict[str, Value] = {}
    for item in filter(None, (piece.strip() for piece in body.split(","))):
        name, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals or not name or not value:
            raise StrategyError(f"{item!r} is not a setting", remedy=_EXAMPLE, field="strategy")
        if name in given:
            raise StrategyError(f"{name} is set twice in {label}", remedy="set it once", field="strategy")
        given[name] = value
    return label, given


def _resolve(method: Method, given: Mapping[str, Value]) -> Step:
    names = [hp.name for hp in method.hyperparameters]
    for name in given:
        if name not in names:
            raise UnknownName(
                f"hyperparameter of {method.label}", name, names or ["(it has none)"], field="strategy"
            )
    return Step(
        method.label,
        tuple((hp.name, _value(hp, given.get(hp.name, hp.default))) for hp in method.hyperparameters),
    )


def _value(hp: Hyperparameter, given: Value) -> Value:
    if given == UNSPECIFIED:
        return UNSPECIFIED
    if hp.type == "choice":
        if given not in hp.choices:
            raise _out_of_range(hp, given, f"one of {', '.join(hp.choices)}")
        return str(given)
    try:
        number = float(given)
    except ValueError:
        raise _out_of_range(hp, given, "a number") from None
    low, high = hp.minimum, hp.maximum
    if not (low is None or number >= low) or not (high is None or number <= high):
        raise _out_of_range(hp, given, f"between {low:g} and {high:g}")
    if hp.type == "integer":
        if number != int(number):
            raise _out_of_range(hp, given, "a whole number")
        return int(number)
    return number


def _out_of_range(hp: Hyperparameter, given: Value, allowed: str) -> StrategyError:
    return StrategyError(f"{hp.id}={given} is out of range", remedy=f"give {allowed}", field="strategy")


def _check_order(methods: list[Method]) -> None:
    for before, after in itertools.pairwise(methods):
        if STAGES.index(before.stage) > STAGES.index(after.stage):
            raise StrategyError(
                f"{after.label} ({after.stage}) cannot follow {before.label} ({before.stage})",
                remedy=f"write {after.label} > {before.label}",
                field="strategy",
            )
        if before.stage == after.stage == "precision":
            raise StrategyError(
                f"{after.label} cannot follow {before.label}: both set the precision",
                remedy="keep one of them",
                field="strategy",
            )


def _print_step(step: Step) -> str:
    method = load().method(step.method)
    shown = []
    for name, value in step.settings:
        hp = method.hyperparameter(name)
        if hp is None or hp.key or value != hp.default:
            shown.append(f"{name}={_print_value(value)}")
    return f"{step.method}({','.join(shown)})" if shown else step.method


def _print_value(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _setting_to_proto(name: str, value: Value) -> types_pb2.Setting:
    if value == UNSPECIFIED:
        return types_pb2.Setting(hyperparameter=name, unspecified=True)
    if isinstance(value, str):
        return types_pb2.Setting(hyperparameter=name, text=value)
    return types_pb2.Setting(hyperparameter=name, number=value)


def _setting_value(setting: types_pb2.Setting) -> Value:
    kind = setting.WhichOneof("value")
    return UNSPECIFIED if kind in (None, "unspecified") else getattr(setting, kind)


def _integers(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Protobuf carries every number as a double; whole-number hyperparameters get their type back."""
    catalogue = load()

    def value_of(method: Method, name: str, value: Value) -> Value:
        hp = method.hyperparameter(name)
        return int(value) if hp is not None and hp.type == "integer" and isinstance(value, float) else value

    return tuple(
        Step(s.method, tuple((n, value_of(catalogue.method(s.method), n, v)) for n, v in s.settings))
        for s in steps
    )
