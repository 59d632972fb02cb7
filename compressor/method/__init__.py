"""Compression methods: one module per method, found by the catalogue's label."""

from __future__ import annotations

from compressor.method._state import Context, Executor, Progress, State, no_progress
from compressor.method._tune import fine_tune
from compressor.method.low_rank.svd import SvdApproximation
from compressor.method.pruning.l1_filter import L1FilterPruning
from compressor.method.quantization.static_int8 import StaticInt8
from kgpress.catalogue import load
from kgpress.errors import NotYetExecutable

EXECUTORS: dict[str, Executor] = {
    executor.label: executor for executor in (L1FilterPruning(), StaticInt8(), SvdApproximation())
}


def executor(label: str) -> Executor:
    """The executor of a method.

    Raises:
        UnknownName: the catalogue declares no such method.
        NotYetExecutable: it is declared, but this version cannot execute it.
    """
    method = load().method(label)
    if label not in EXECUTORS:
        raise NotYetExecutable(
            f"{label} ({method.name}) is not yet executable",
            remedy=f"use one of {', '.join(sorted(EXECUTORS))}",
            field="strategy",
        )
    return EXECUTORS[label]


__all__ = [
    "EXECUTORS",
    "Context",
    "Executor",
    "Progress",
    "State",
    "executor",
    "fine_tune",
    "no_progress",
]
