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
