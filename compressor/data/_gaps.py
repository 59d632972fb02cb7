"""Missing values and unequal lengths, by a declared policy."""

from __future__ import annotations

import numpy as np

from kgpress.errors import DataError
from kgpress.v1.compression_pb2 import DataPolicy

_MISSING = ("refuse", "interpolate", "zero")
_LENGTH = ("refuse", "pad_end", "truncate")


def fill(sets: dict[str, np.ndarray], policy: DataPolicy, *, unequal_lengths: bool) -> dict[str, np.ndarray]:
    """The sets without NaN, or a refusal.

    Lengths: values missing from some point to the end of a row (all channels) mean a shorter series;
    "pad_end" fills them with 0, "truncate" cuts every row to the shortest. Gaps elsewhere: "interpolate"
    is linear along the last axis, with the nearest value at the ends; "zero" puts 0.

    Raises:
        DataError: infinite values; or gaps or unequal lengths where the policy is to refuse.
    """
    missing, length = policy.missing or "refuse", policy.length or "refuse"
    _known("missing", missing, _MISSING)
    _known("length", length, _LENGTH)
    for name, x in sets.items():
        if np.isinf(x).any():
            rows = int(np.isinf(x).reshape(len(x), -1).any(axis=1).sum())
            raise DataError(
                f"x_{name} holds infinite values in {rows} rows", remedy="remove those rows", field="data"
            )
    lengths = {
        name: _lengths(x) if unequal_lengths else np.full(len(x), x.shape[-1]) for name, x in sets.items()
    }
    shortest = min(int(n.min()) for n in lengths.values())
    full = next(iter(sets.values())).shape[-1]
    if shortest < full:
        sets = _same_length(sets, lengths, shortest, length)
    return {name: _without_gaps(name, x, missing) for name, x in sets.items()}


def _known(field: str, value: str, values: tuple[str, ...]) -> None:
    if value not in values:
        raise DataError(
            f"unknown policy {value!r} for {field}",
            remedy=f"use one of {', '.join(values)}",
            field=f"policy.{field}",
        )


def _lengths(x: np.ndarray) -> np.ndarray:
    """Position after the last value of each row."""
    if not np.isnan(x).any():
        return np.full(len(x), x.shape[-1])
    present = ~np.isnan(x)
    present = present.any(axis=tuple(range(1, x.ndim - 1))) if x.ndim > 2 else present
    return x.shape[-1] - np.argmax(present[:, ::-1], axis=1) * present.any(axis=1)


def _same_length(
    sets: dict[str, np.ndarray], lengths: dict[str, np.ndarray], shortest: int, policy: str
) -> dict[str, np.ndarray]:
    if policy == "refuse":
        name = next(name for name, n in lengths.items() if n.min() == shortest)
        full = sets[name].shape[-1]
        raise DataError(
            f"series of x_{name} have unequal lengths ({shortest} to {full})",
            remedy="choose the length policy pad_end or truncate",
            field="policy.length",
        )
    if policy == "truncate":
        return {name: np.ascontiguousarray(x[..., :shortest]) for name, x in sets.items()}
    padded = {}
    for name, x in sets.items():
        after = np.arange(x.shape[-1]) >= lengths[name][:, None]
        after = after.reshape(len(x), *[1] * (x.ndim - 2), x.shape[-1])
        padded[name] = np.where(after, np.float32(0), x)
    return padded


def _without_gaps(name: str, x: np.ndarray, policy: str) -> np.ndarray:
    gaps = np.isnan(x)
    if not gaps.any():
        return x
    if policy == "refuse":
        rows = int(gaps.reshape(len(x), -1).any(axis=1).sum())
        raise DataError(
            f"x_{name} holds missing values (NaN) in {rows} of {len(x)} rows",
            remedy="choose the missing policy interpolate or zero, or remove those rows",
            field="policy.missing",
        )
    if policy == "zero":
        return np.where(gaps, np.float32(0), x)
    filled = x.reshape(-1, x.shape[-1]).copy()
    positions = np.arange(x.shape[-1])
    for row in np.flatnonzero(np.isnan(filled).any(axis=1)):
        series = filled[row]
        known = ~np.isnan(series)
        series[~known] = np.interp(positions[~known], positions[known], series[known]) if known.any() else 0
    return filled.reshape(x.shape)
