"""Rows beyond those given, to tell candidates apart where the given rows cannot.

A stretched row lies on the line through two given rows of one class (as the base model sees it), up to one
distance beyond either end: x_i + t (x_j - x_i), t uniform in -1..2. It needs no label: what is counted is
where the compressed model decides differently from the base. Interpolation alone (SMOTE, Chawla et al.
2002) stays inside the classes, where candidates hardly differ.
"""

from __future__ import annotations

import numpy as np

ROWS = 1024
REACH = (-1.0, 2.0)


def stretched(x: np.ndarray, classes: np.ndarray, seed: int = 0) -> np.ndarray:
    """(ROWS, ...) of the dtype of ``x``.

    Args:
        x: (rows, ...) given rows.
        classes: (rows,) the base model's class of each.
    """
    generator = np.random.default_rng(seed)
    first = generator.integers(0, len(x), ROWS)
    second = np.empty_like(first)
    for chosen in np.unique(classes):
        members = np.flatnonzero(classes == chosen)
        mine = classes[first] == chosen
        second[mine] = generator.choice(members, mine.sum())
    t = generator.uniform(*REACH, (ROWS,) + (1,) * (x.ndim - 1))
    return (x[first] + t * (x[second] - x[first])).astype(x.dtype)
