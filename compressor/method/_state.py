"""What passes from step to step of a strategy, and what every step may use."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import nn

from kgpress.strategy import Step

#: Called with (fraction of the step 0..1, message). Raises kgpress.errors.Cancelled to stop.
Progress = Callable[[float, str], None]


def no_progress(fraction: float, message: str) -> None:
    """Reports nothing."""


class Rows(Protocol):
    """The part of a data set that methods may see: never its test rows."""

    x_train: Any
    y_train: Any
    x_val: Any
    y_val: Any


@dataclass(frozen=True)
class Context:
    """What every step of one strategy shares.

    Attributes:
        dataset: training and validation rows, shaped as the model's input.
        seed: of everything random in the strategy.
        workdir: where files may be written.
        progress: called between epochs and before long calls.
        deadline: ``time.monotonic()`` after which a step ends early with its best state.
        guide: the model as it was given, which fine-tuning follows beyond the training rows.
    """

    dataset: Rows
    seed: int
    workdir: Path
    progress: Progress = no_progress
    deadline: float = float("inf")
    guide: nn.Module | None = None

    @property
    def late(self) -> bool:
        return time.monotonic() >= self.deadline


@dataclass(frozen=True)
class State:
    """The model between two steps: a PyTorch module until it is exported, then an ONNX file.

    Attributes:
        sample: one batch of input, float32, batch first.
        truncated: a deadline cut a step short; the result is usable, but it is not the result of
            the strategy as written.
    """

    sample: np.ndarray
    module: nn.Module | None = None
    onnx_path: Path | None = None
    input_names: tuple[str, ...] = ("input",)
    output_names: tuple[str, ...] = ("output",)
    truncated: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def live(self) -> nn.Module:
        """The module, before the export."""
        assert self.module is not None
        return self.module

    @property
    def file(self) -> Path:
        """The ONNX file, after the export."""
        assert self.onnx_path is not None
        return self.onnx_path

    def with_(self, **changes: Any) -> State:
        return replace(self, **changes)


class Executor(Protocol):
    """One compression method.

    ``on`` says what it changes: "module" before the export, "file" after it.
    """

    label: str
    on: str

    def apply(self, state: State, step: Step, context: Context) -> State:
        """The model after this step. Leaves the given module as it is.

        Raises:
            Infeasible: data that the method needs was not given.
            ModelError: the model has nothing that the method can change.
            NotYetExecutable: a setting that this version cannot execute.
        """
        ...
