"""Trains TransR with PyKEEN.

PyKEEN's model, loss, sampler, optimiser and training loop are used as they are; three things around
them cost most of an epoch on a small graph and are taken away, none of which changes the mathematics:

- ``gc.collect()`` after every epoch walks all live objects of the process: they are frozen first;
- the projection matrices W_r are gathered once per triple, d x k numbers each, and their gradients
  scattered back: triples are projected relation by relation with one matrix product each;
- progress bars and the search for a batch size that fits the memory.
"""

from __future__ import annotations

import contextlib
import gc
import random
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from pykeen.losses import MarginRankingLoss
from pykeen.models import TransR
from pykeen.nn.init import PretrainedInitializer, xavier_uniform_, xavier_uniform_norm_
from pykeen.training import SLCWATrainingLoop
from pykeen.triples import CoreTriplesFactory
from pykeen.utils import clamp_norm

from kg_service.embedding._config import TransRConfig
from kg_service.embedding._triples import Triples
from kg_service.embedding._vectors import Embedding


class GroupedTransR(TransR):
    """PyKEEN's TransR; training scores are computed relation by relation."""

    def score_hrt(self, hrt_batch: torch.Tensor, *, mode: Any = None) -> torch.Tensor:
        """Scores of triples, shape (batch, 1); the same values as the parent's."""
        order = torch.argsort(hrt_batch[:, 1], stable=True)
        heads, relations, tails = hrt_batch[order].unbind(dim=-1)
        present, counts = torch.unique_consecutive(relations, return_counts=True)
        entities = self.entity_representations[0]
        both = torch.stack([entities(heads), entities(tails)])
        vectors, matrices = (r(present) for r in self.relation_representations)
        parts = both.split(counts.tolist(), dim=1)
        projected = torch.cat([part @ matrix for part, matrix in zip(parts, matrices, strict=True)], dim=1)
        interaction: Any = self.interaction
        p = interaction.p
        projected = clamp_norm(projected, p=p, dim=-1, maxnorm=interaction.max_projection_norm)
        offset = vectors.repeat_interleave(counts, dim=0)
        scores = -torch.linalg.vector_norm(projected[0] + offset - projected[1], ord=p, dim=-1)
        return torch.empty_like(scores).scatter(0, order, scores).unsqueeze(-1)


def train_embedding(
    triples: Triples, config: TransRConfig, *, graph_hash: str = "", parent: Embedding | None = None
) -> Embedding:
    """Vectors of all entities and relations.

    Deterministic: equal triples, config and parent give equal vectors on one machine.

    Args:
        parent: Vectors to start from. Entities and relations that it knows keep their vectors as the
            starting point, new ones are initialised, and ``config.warm_epochs`` are trained.
    """
    entities, relations = triples.entities, triples.relations
    factory = CoreTriplesFactory(
        mapped(triples, entities, relations), num_entities=len(entities), num_relations=len(relations)
    )
    with _settled(config.seed):
        model = make_model(GroupedTransR, factory, config, _start(entities, relations, config, parent))
        fit(model, factory, config, config.warm_epochs if parent else config.epochs)
    return Embedding(
        entities=entities,
        relations=relations,
        vectors=_array(model.entity_representations[0]),
        translations=_array(model.relation_representations[0]),
        projections=_array(model.relation_representations[1]),
        norm=config.norm,
        config_version=config.version,
        graph_hash=graph_hash,
        parent=parent.version if parent else "",
    )


def train_with_losses(triples: Triples, config: TransRConfig) -> list[float]:
    """As :func:`train_embedding` from nothing; the loss of every epoch."""
    entities, relations = triples.entities, triples.relations
    factory = CoreTriplesFactory(
        mapped(triples, entities, relations), num_entities=len(entities), num_relations=len(relations)
    )
    with _settled(config.seed):
        return fit(make_model(GroupedTransR, factory, config), factory, config, config.epochs)


def make_model(
    cls: type[TransR],
    factory: CoreTriplesFactory,
    config: TransRConfig,
    initializers: Mapping[str, Any] | None = None,
) -> TransR:
    return cls(
        triples_factory=factory,
        embedding_dim=config.dimension,
        relation_dim=config.relation_dimension,
        scoring_fct_norm=config.norm,
        loss=MarginRankingLoss(margin=config.margin),
        random_seed=config.seed,
        **(initializers or {}),
    )


def fit(model: TransR, factory: CoreTriplesFactory, config: TransRConfig, epochs: int) -> list[float]:
    """Trains in place; returns the loss of every epoch."""
    loop = SLCWATrainingLoop(
        model=model,
        triples_factory=factory,
        optimizer="adam",
        optimizer_kwargs={"lr": config.learning_rate},
        negative_sampler_kwargs={"num_negs_per_pos": config.negatives},
        automatic_memory_optimization=False,
    )
    losses = loop.train(
        triples_factory=factory,
        num_epochs=epochs,
        batch_size=config.batch_size,
        use_tqdm=False,
        pin_memory=False,
    )
    return list(losses or [])


@contextlib.contextmanager
def _settled(seed: int) -> Iterator[None]:
    """Fixed random state, one thread, nothing for the garbage collector to walk; all restored after."""
    threads = torch.get_num_threads()
    gc.collect()
    gc.freeze()
    try:
        torch.set_num_threads(1)
        with torch.random.fork_rng(devices=[]):
            state, np_state = random.getstate(), np.random.get_state()
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)
            yield
            random.setstate(state)
            np.random.set_state(np_state)
    finally:
        gc.unfreeze()
        torch.set_num_threads(threads)


def mapped(triples: Triples, entities: list[str], relations: list[str]) -> torch.Tensor:
    """Triples as PyKEEN takes them: indices, shape (triples, 3)."""
    entity = {name: i for i, name in enumerate(entities)}
    relation = {name: i for i, name in enumerate(relations)}
    return torch.tensor([(entity[h], relation[r], entity[t]) for h, r, t in triples.rows], dtype=torch.long)


def _start(
    entities: list[str], relations: list[str], config: TransRConfig, parent: Embedding | None
) -> dict[str, Any]:
    """Initialisers that carry the parent's vectors over; new names get PyKEEN's own initialisation."""
    if parent is None:
        return {}
    d, k = config.dimension, config.relation_dimension
    if parent.vectors.shape[1] != d or parent.translations.shape[1] != k:
        return {}
    vectors = xavier_uniform_(torch.empty(len(entities), d))
    translations = xavier_uniform_norm_(torch.empty(len(relations), k))
    projections = torch.nn.init.xavier_uniform_(torch.empty(len(relations), d, k))
    _carry(vectors, entities, parent.entity_index, parent.vectors)
    _carry(translations, relations, parent.relation_index, parent.translations)
    _carry(projections, relations, parent.relation_index, parent.projections)
    return {
        "entity_initializer": PretrainedInitializer(vectors),
        "relation_initializer": PretrainedInitializer(translations),
        "relation_projection_initializer": PretrainedInitializer(projections),
    }


def _carry(into: torch.Tensor, names: list[str], index: Mapping[str, int], values: np.ndarray) -> None:
    known = [(i, index[name]) for i, name in enumerate(names) if name in index]
    if known:
        new, old = map(list, zip(*known, strict=True))
        into[new] = torch.from_numpy(values[old]).to(into.dtype)


def _array(representation: torch.nn.Module) -> np.ndarray:
    with torch.no_grad():
        return representation(None).numpy().astype(np.float32).copy()
