"""Latency of exported files, one sample at a time, in a quiet pass.

Files are timed in alternation, so that a drift of the machine hits all alike. Reported: the median and
the half width of its 95% interval from order statistics (Conover, Practical Nonparametric Statistics,
3.2): ranks n/2 -+ 1.96 sqrt(n)/2, no assumption on the distribution.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compressor.measure import quiet
from compressor.measure._runtime import open_session

WARM_UP = 10
#: Timed runs per file: at least, and at most within the time.
LEAST, MOST = 30, 400


@dataclass(frozen=True)
class Latency:
    """Milliseconds."""

    median: float
    half_width: float
    runs: int


def measure_latency(paths: Sequence[Path], x: np.ndarray, seconds: float = 0.3) -> list[Latency]:
    """Times one row of ``x`` after the other on each file, in turn.

    Args:
        paths: exported files, for example base and compressed.
        x: rows to take in turn, batch first.
        seconds: for all timed runs together; LEAST runs per file are done in any case.
    """
    sessions = [open_session(path) for path in paths]
    names = [session.get_inputs()[0].name for session in sessions]
    batches = [session.get_inputs()[0].shape[0] for session in sessions]
    rows = [
        [
            np.ascontiguousarray(np.repeat(x[i : i + 1], b if isinstance(b, int) else 1, axis=0))
            for b in batches
        ]
        for i in range(min(len(x), 32))
    ]
    times: list[list[float]] = [[] for _ in sessions]
    with quiet.measuring():
        for turn in range(WARM_UP):
            for session, name, row in zip(sessions, names, rows[turn % len(rows)], strict=True):
                session.run(None, {name: row})
        end = time.perf_counter() + seconds
        for turn in range(MOST):
            if turn >= LEAST and time.perf_counter() > end:
                break
            for taken, session, name, row in zip(times, sessions, names, rows[turn % len(rows)], strict=True):
                start = time.perf_counter()
                session.run(None, {name: row})
                taken.append((time.perf_counter() - start) * 1000)
    return [_summary(np.sort(taken)) for taken in times]


def _summary(ordered: np.ndarray) -> Latency:
    n = len(ordered)
    reach = 1.96 * math.sqrt(n) / 2
    low = ordered[max(0, math.floor(n / 2 - reach) - 1)]
    high = ordered[min(n - 1, math.ceil(n / 2 + reach))]
    return Latency(float(np.median(ordered)), float(high - low) / 2, n)
