"""What is asked, on the predictor's scale: limits as bounds on targets, bases as units of answers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kg_service.predictor import LATENCY, PARAMETERS, SIZE, Bounds, quality_scale
from kgpress.errors import InvalidInput
from kgpress.v1 import types_pb2

_OBJECTIVES: dict[int, int] = {
    types_pb2.OBJECTIVE_UNSPECIFIED: SIZE,
    types_pb2.OBJECTIVE_SIZE: SIZE,
    types_pb2.OBJECTIVE_PARAMETERS: PARAMETERS,
    types_pb2.OBJECTIVE_LATENCY: LATENCY,
}


@dataclass(frozen=True)
class Base:
    """Known values of the base model; None where unknown.

    Attributes:
        unit: size of a change of 1 of the quality target's raw value, in the metric's own units, with
            the sign of its direction; None where the base quality of a metric that needs it is unknown.
    """

    quality: float | None
    size: float | None
    parameters: float | None
    latency: float | None
    unit: float | None
    fraction: bool
    metric: str


def read_base(model: types_pb2.ModelProfile, latency_known: bool) -> Base:
    """``latency_known``: whether latency was ever measured on this kind of device."""
    quality = model.quality if model.HasField("quality") else None
    scale = quality_scale(model.metric.name, quality)
    sign = -1.0 if model.metric.direction == types_pb2.DIRECTION_LOWER_IS_BETTER else 1.0
    parameters = model.trainable_parameters + model.non_trainable_parameters
    return Base(
        quality=quality,
        size=float(model.size_bytes) or None,
        parameters=float(parameters) or None,
        latency=(model.latency_ms or None) if latency_known else None,
        unit=None if scale is None else sign * scale,
        fraction=scale == 1.0,
        metric=model.metric.name or "quality",
    )


def read_bounds(
    limits: types_pb2.Limits,
    objective: int,
    base: Base,
    hardware: types_pb2.HardwareProfile,
    latency_known: bool,
) -> tuple[Bounds, list[str]]:
    """Bounds on the targets, and notes on what could not be judged.

    A device's flash bounds the size as an asked limit does.

    Raises:
        InvalidInput: a limit is not a positive number, or needs a base value that is not known.
    """
    notes: list[str] = []
    size = _ratio(limits, "max_size_bytes", base.size, "model.size_bytes")
    if hardware.flash_bytes and base.size:
        flash = math.log(hardware.flash_bytes / base.size)
        size = flash if size is None else min(size, flash)
    latency = None
    if limits.HasField("max_latency_ms"):
        if latency_known:
            latency = _ratio(limits, "max_latency_ms", base.latency, "model.latency_ms")
        else:
            notes.append(
                f"Latency was never measured on this kind of device ({hardware.kind or 'not stated'}), "
                "so the latency limit could not be judged."
            )
    return (
        Bounds(
            drop=_drop(limits, base),
            parameters=_ratio(limits, "max_parameters", base.parameters, "model.trainable_parameters"),
            size=size,
            latency=latency,
            objective=_OBJECTIVES[objective],
        ),
        notes,
    )


def _drop(limits: types_pb2.Limits, base: Base) -> float | None:
    allowed: list[float] = []
    if limits.HasField("max_drop"):
        _check(limits.max_drop >= 0, "max_drop", "give 0 or more, for example 0.01 for 1pt")
        if base.unit is None:
            raise _unknown_base("max_drop", "model.quality")
        allowed.append(limits.max_drop / abs(base.unit))
    if limits.HasField("max_relative_drop"):
        _check(limits.max_relative_drop >= 0, "max_relative_drop", "give 0 or more, for example 0.01 for 1%")
        if base.unit is None or base.quality is None:
            raise _unknown_base("max_relative_drop", "model.quality")
        allowed.append(limits.max_relative_drop * abs(base.quality) / abs(base.unit))
    return min(allowed) if allowed else None


def _ratio(limits: types_pb2.Limits, field: str, base: float | None, needed: str) -> float | None:
    if not limits.HasField(field):  # type: ignore[arg-type]
        return None
    value = getattr(limits, field)
    _check(value > 0, field, "give a number above 0")
    if not base:
        raise _unknown_base(field, needed)
    return math.log(value / base)


def _check(fine: bool, field: str, remedy: str) -> None:
    if not fine:
        raise InvalidInput(f"{field} is out of range", remedy=remedy, field=f"limits.{field}")


def _unknown_base(field: str, needed: str) -> InvalidInput:
    return InvalidInput(
        f"{field} cannot be judged without {needed}", remedy=f"give {needed}", field=f"subject.{needed}"
    )
