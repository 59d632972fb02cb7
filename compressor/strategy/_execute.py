"""Steps in order: those that change the module, the export, those that change the file."""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from torch import nn

from compressor.method import Context, Progress, State, executor, no_progress
from compressor.method._state import Rows
from compressor.model import export_onnx
from kgpress.strategy import Strategy

#: Called with "execute" or "export" and the seconds it took.
Clock = Callable[[str, float], None]


class Standard(Protocol):
    """The part of a standardized model that executing needs."""

    module: nn.Module


@dataclass(frozen=True)
class Executed:
    """The exported file of a strategy.

    Attributes:
        truncated: the deadline cut it short, so it is not the result of the strategy as written.
    """

    onnx_path: Path
    truncated: bool


def execute(
    strategy: Strategy,
    standard: Standard,
    dataset: Rows,
    seed: int,
    workdir: Path,
    progress: Progress = no_progress,
    deadline: float = float("inf"),
    *,
    sample: np.ndarray | None = None,
    input_names: tuple[str, ...] = ("input",),
    output_names: tuple[str, ...] = ("output",),
    clock: Clock = lambda stage, seconds: None,
) -> Executed:
    """Runs the steps of ``strategy`` and returns the exported ONNX file.

    The standard model stays as it is. Deterministic for a seed.

    Args:
        deadline: ``time.monotonic()`` value after which training steps end early.
        sample: one batch of input; rows of the data set by default.

    Raises:
        NotYetExecutable: before anything is run.
        KgpressError: what a step could not do.
    """
    executors = [executor(step.method) for step in strategy.steps]
    rows = dataset.x_train if dataset.x_train is not None else dataset.x_val
    state = State(
        sample=rows[:2] if sample is None else sample,
        module=copy.deepcopy(standard.module).eval(),
        input_names=input_names,
        output_names=output_names,
    )
    whole = Context(dataset, seed, workdir, progress, deadline, guide=standard.module)
    count = len(executors)
    start = time.perf_counter()
    for position, (method, step) in enumerate(zip(executors, strategy.steps, strict=True)):
        if method.on == "file" and state.onnx_path is None:
            clock("execute", time.perf_counter() - start)
            state = _export(state, workdir, clock)
            start = time.perf_counter()
        state = method.apply(state, step, replace(whole, progress=_part(progress, position, count)))
    clock("execute", time.perf_counter() - start)
    if state.onnx_path is None:
        state = _export(state, workdir, clock)
    path = workdir / "compressed.onnx"
    shutil.move(state.file, path)
    return Executed(path, state.truncated)


def _export(state: State, workdir: Path, clock: Clock) -> State:
    start = time.perf_counter()
    path = workdir / "exported.onnx"
    export_onnx(state.live, state.sample, path, state.input_names, state.output_names)
    clock("export", time.perf_counter() - start)
    return state.with_(onnx_path=path)


def _part(progress: Progress, position: int, count: int) -> Progress:
    return lambda fraction, message: progress((position + fraction) / count, message)
