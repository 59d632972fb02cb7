"""What a result says has changed, whether it states both sides or only the change.

One reading for all consumers: sides that are both given win over a stated change.
"""

from __future__ import annotations

from kgpress.v1 import types_pb2

#: Quantity in words -> (field of Measurement, field of Change).
_QUANTITIES = {
    "parameters": ("parameters", "parameters"),
    "nonzero_parameters": ("nonzero_parameters", "nonzero_parameters"),
    "size": ("size_bytes", "size"),
    "macs": ("macs", "macs"),
    "latency": ("latency_ms", "latency"),
}


#: What a side may state besides its quality.
COSTS = (
    "size_bytes",
    "parameters",
    "nonzero_parameters",
    "macs",
    "memory_bytes",
    "latency_ms",
    "throughput_per_s",
)
_SIDE = ("quality", *COSTS)


def states(measured: types_pb2.Measurement) -> bool:
    """Whether a side states a quality, a size, a count or a time."""
    return any(measured.HasField(name) for name in _SIDE)  # type: ignore[arg-type]


def compares(reading: types_pb2.Interpretation) -> bool:
    """Whether some quantity is known on both sides, or by its change: what can be learned from.

    A number of the compressed model alone is a fact that can be cited, and says nothing of what the
    compression did.
    """
    before, after = reading.before, reading.after
    both = any(before.HasField(name) and after.HasField(name) for name in _SIDE)  # type: ignore[arg-type]
    return both or bool(reading.change.ListFields())


def quality_change(reading: types_pb2.Interpretation) -> float | None:
    """After minus before in absolute units of the metric, or None when it is not known."""
    before, after = reading.before, reading.after
    if before.HasField("quality") and after.HasField("quality"):
        return after.quality - before.quality
    return reading.change.quality if reading.change.HasField("quality") else None


def kept(reading: types_pb2.Interpretation, quantity: str) -> float | None:
    """After / before of "parameters", "nonzero_parameters", "size", "macs" or "latency", or None."""
    side, change = _QUANTITIES[quantity]
    before, after = reading.before, reading.after
    if before.HasField(side) and after.HasField(side) and getattr(before, side):
        return getattr(after, side) / getattr(before, side)
    return getattr(reading.change, change) if reading.change.HasField(change) else None
