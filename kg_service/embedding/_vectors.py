"""Trained vectors, in numpy: scores by equation (1), and vectors of strategies off the grid."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Weight of the neighbours' mean against equation (1) in a composed vector. Leaving strategies of the
#: action space out one by one, the true vector was then among the nearest tenth of all (half: chance).
_RIDGE = 1.0


@dataclass(frozen=True)
class Embedding:
    """TransR, equation (1): W_r e_h + e_r ~ W_r e_t.

    Attributes:
        vectors: e, shape (entities, d).
        translations: e_r, shape (relations, k).
        projections: W_r transposed, shape (relations, d, k), so that a row vector e gives ``e @ W``.
        norm: p of the distance; also bounds the norm of a projected vector at 1 (Lin et al. 2015).
        graph_hash: Content hash of the graph that was trained on.
        parent: Version of the embedding that the training started from, or "".
    """

    entities: list[str]
    relations: list[str]
    vectors: np.ndarray
    translations: np.ndarray
    projections: np.ndarray
    norm: int
    config_version: str
    graph_hash: str = ""
    parent: str = ""

    @functools.cached_property
    def entity_index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.entities)}

    @functools.cached_property
    def relation_index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.relations)}

    @functools.cached_property
    def version(self) -> str:
        """SHA-256 (16 hex digits) of names, vectors and settings."""
        digest = hashlib.sha256("\0".join([*self.entities, *self.relations, self.config_version]).encode())
        for array in (self.vectors, self.translations, self.projections):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def __getitem__(self, entity: str) -> np.ndarray:
        return self.vectors[self.entity_index[entity]]

    def __contains__(self, entity: str) -> bool:
        return entity in self.entity_index

    def score(self, heads: Sequence[str], relation: str, tails: Sequence[str]) -> np.ndarray:
        """-||c(W_r e_h) + e_r - c(W_r e_t)||_p of pairs, c clamping the norm at 1; higher is likelier."""
        r = self.relation_index[relation]
        h, t = (self._projected(self._rows(names), r) for names in (heads, tails))
        return -np.linalg.norm(h + self.translations[r] - t, ord=self.norm, axis=-1)

    def compose(self, facts: Sequence[tuple[str, str]], neighbours: np.ndarray | None = None) -> np.ndarray:
        """A vector for an entity that was not trained, from its (relation, tail) facts.

        Least squares of equation (1) over the facts, W_r e = W_r e_t - e_r, pulled towards
        ``neighbours`` (the mean vector of strategies nearby, shape (d,)), norm at most 1.
        """
        d = self.vectors.shape[1]
        centre = np.zeros(d) if neighbours is None else neighbours.astype(float)
        rows, targets = [np.sqrt(_RIDGE) * np.eye(d)], [np.sqrt(_RIDGE) * centre]
        known = [(r, t) for r, t in facts if r in self.relation_index and t in self.entity_index]
        for relation, tail in known:
            r, weight = self.relation_index[relation], 1 / np.sqrt(len(known))
            rows.append(weight * self.projections[r].T)
            goal = self._projected(self._rows([tail]), r)[0] - self.translations[r]
            targets.append(weight * goal)
        solution = np.linalg.lstsq(np.concatenate(rows), np.concatenate(targets), rcond=None)[0]
        return (solution / max(1.0, float(np.linalg.norm(solution, ord=self.norm)))).astype(np.float32)

    def _rows(self, names: Sequence[str]) -> np.ndarray:
        return self.vectors[[self.entity_index[name] for name in names]]

    def _projected(self, vectors: np.ndarray, relation: int) -> np.ndarray:
        projected = vectors @ self.projections[relation]
        length = np.linalg.norm(projected, ord=self.norm, axis=-1, keepdims=True)
        return projected / np.maximum(length, 1.0)
