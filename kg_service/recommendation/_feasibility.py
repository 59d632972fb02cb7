"""Whether a strategy can be executed here, and why not. Rules of structure, no outcome plays a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kgpress.catalogue import Catalogue, Method
from kgpress.errors import UnknownName
from kgpress.strategy import Step, Strategy
from kgpress.v1 import types_pb2

#: What a rule says of a method, which trains here or not: a reason against it, or None.
Rule = Callable[[Method, bool, types_pb2.DatasetProfile, types_pb2.HardwareProfile], str | None]


def _executable(method: Method, trains: bool, data: object, hardware: object) -> str | None:
    return None if method.executable else f"{method.label} is not yet executable"


def _training_data(
    method: Method, trains: bool, data: types_pb2.DatasetProfile, hardware: object
) -> str | None:
    needed = "training data" in method.needs or trains
    return f"{method.label} needs training data" if needed and not data.has_training_data else None


def _labels(method: Method, trains: bool, data: types_pb2.DatasetProfile, hardware: object) -> str | None:
    needed = "labels" in method.needs or trains
    return f"{method.label} needs labels" if needed and not data.has_labels else None


def _domain(method: Method, trains: bool, data: types_pb2.DatasetProfile, hardware: object) -> str | None:
    unfit = data.domain and data.domain not in method.domains
    return f"{method.label} is not for {data.domain}" if unfit else None


def _kind(method: Method, trains: bool, data: object, hardware: types_pb2.HardwareProfile) -> str | None:
    unfit = hardware.kind and hardware.kind not in method.hardware_kinds
    return f"{method.label} has no use on a {hardware.kind}" if unfit else None


def _precision(method: Method, trains: bool, data: object, hardware: types_pb2.HardwareProfile) -> str | None:
    unfit = method.precision != "fp32" and hardware.precisions and method.precision not in hardware.precisions
    return f"{method.label} needs {method.precision} on the hardware" if unfit else None


def _sparsity(method: Method, trains: bool, data: object, hardware: types_pb2.HardwareProfile) -> str | None:
    unfit = method.sparsity and hardware.kind and not hardware.sparsity
    return f"{method.label} needs hardware that profits from zeros" if unfit else None


RULES: tuple[Rule, ...] = (_executable, _training_data, _labels, _domain, _kind, _precision, _sparsity)


#: All that a rule looks at in a strategy: the methods, and whether each step trains.
Signature = tuple[tuple[str, bool], ...]


def signature(strategy: Strategy) -> Signature:
    return tuple((step.method, _trains(step)) for step in strategy.steps)


def reasons(
    signatures: Sequence[Signature],
    data: types_pb2.DatasetProfile,
    hardware: types_pb2.HardwareProfile,
    catalogue: Catalogue,
) -> list[list[str]]:
    """Reasons against each strategy; an empty list means feasible.

    An unknown domain, kind or precision (absent in the profile) rules nothing out.
    """
    found = {s: _reasons(s, data, hardware, catalogue) for s in set(signatures)}
    return [found[s] for s in signatures]


def _reasons(
    signature: Signature,
    data: types_pb2.DatasetProfile,
    hardware: types_pb2.HardwareProfile,
    catalogue: Catalogue,
) -> list[str]:
    every = [reason for step in signature for reason in _check(*step, data, hardware, catalogue)]
    every += _final_precision([method for method, _ in signature], hardware, catalogue)
    return list(dict.fromkeys(every))


def _check(
    label: str,
    trains: bool,
    data: types_pb2.DatasetProfile,
    hardware: types_pb2.HardwareProfile,
    catalogue: Catalogue,
) -> list[str]:
    try:
        method = catalogue.method(label)
    except UnknownName:
        return [f"{label} is not in the catalogue"]
    return [reason for rule in RULES if (reason := rule(method, trains, data, hardware))]


def _final_precision(
    labels: Sequence[str], hardware: types_pb2.HardwareProfile, catalogue: Catalogue
) -> list[str]:
    """A model left in fp32 does not run where only integers do."""
    known = {m.label: m for m in catalogue.methods}
    left = [known[label].precision for label in labels if label in known]
    if hardware.precisions and "fp32" not in hardware.precisions and all(p == "fp32" for p in left):
        return ["the hardware does not run fp32"]
    return []


def _trains(step: Step) -> bool:
    epochs = step.get("epochs", 0)
    return isinstance(epochs, int | float) and epochs > 0
