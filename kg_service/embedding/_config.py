"""Settings of TransR, read from ``transr.toml``."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from kgpress.errors import InvalidInput


@dataclass(frozen=True)
class TransRConfig:
    """What a training of the embedding is determined by, besides the triples."""

    dimension: int
    relation_dimension: int
    margin: float
    negatives: int
    epochs: int
    warm_epochs: int
    batch_size: int
    learning_rate: float
    norm: int
    seed: int

    @property
    def version(self) -> str:
        """Names the settings: SHA-256, 12 hex digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


def read_config(path: Path | None = None) -> TransRConfig:
    """The settings in ``path``, by default those that ship.

    Raises:
        InvalidInput: a key is missing, unknown or of the wrong type.
    """
    path = path or Path(__file__).with_name("transr.toml")
    try:
        return TransRConfig(**tomllib.loads(path.read_text("utf-8")))
    except (TypeError, tomllib.TOMLDecodeError, OSError) as error:
        raise InvalidInput(
            f"{path.name} does not hold the settings of TransR: {error}",
            remedy="give the keys of kg_service/embedding/transr.toml",
            field="config",
        ) from None
