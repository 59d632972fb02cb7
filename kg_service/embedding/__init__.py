"""TransR over the graph: each strategy's compression feature vector.

Importing this package needs numpy only; :func:`train_embedding` imports torch and PyKEEN when called.
"""

from __future__ import annotations

from kg_service.embedding._config import TransRConfig, read_config
from kg_service.embedding._triples import (
    Triples,
    entity,
    evidence_triples,
    setting_id,
    strategy_triples,
    structure_triples,
)
from kg_service.embedding._vectors import Embedding

__all__ = [
    "Embedding",
    "TransRConfig",
    "Triples",
    "entity",
    "evidence_triples",
    "read_config",
    "setting_id",
    "strategy_triples",
    "structure_triples",
    "train_embedding",
]


def train_embedding(
    triples: Triples, config: TransRConfig, *, graph_hash: str = "", parent: Embedding | None = None
) -> Embedding:
    """See :func:`kg_service.embedding._train.train_embedding`."""
    from kg_service.embedding import _train

    return _train.train_embedding(triples, config, graph_hash=graph_hash, parent=parent)
