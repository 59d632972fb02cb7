"""Settings of the predictor, read from ``predictor.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from kgpress.errors import InvalidInput


@dataclass(frozen=True)
class PredictorConfig:
    hidden: tuple[int, int]
    members: int
    fold_members: int
    folds: int
    steps: int
    learning_rate: float
    weight_decay: float
    noise: float
    level: float
    rows_half: float
    weight_seen: float
    weight_published: float
    seed: int


def read_config(path: Path | None = None) -> PredictorConfig:
    """The settings in ``path``, by default those that ship.

    Raises:
        InvalidInput: a key is missing or unknown.
    """
    path = path or Path(__file__).with_name("predictor.toml")
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
        return PredictorConfig(**entries | {"hidden": tuple(entries["hidden"])})
    except (KeyError, TypeError, tomllib.TOMLDecodeError, OSError) as error:
        raise InvalidInput(
            f"{path.name} does not hold the settings of the predictor: {error}",
            remedy="give the keys of kg_service/predictor/predictor.toml",
            field="config",
        ) from None
