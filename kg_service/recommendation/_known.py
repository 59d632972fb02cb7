"""Results that an answer may use: those of the snapshot, and newer ones laid over it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from kg_service.predictor import PARAMETERS, QUALITY, Bounds, Table, from_scale, realised
from kgpress.catalogue import Catalogue
from kgpress.v1 import recommendation_pb2, types_pb2

_CITED = 5
_AGAINST = 2


@dataclass(frozen=True)
class Known:
    """Columns of all known results with their place among the strategies.

    Attributes:
        strategy: index of each row's strategy among the snapshot's, -1 where it is none of them.
    """

    table: Table
    strategy: np.ndarray
    catalogue: Catalogue

    @functools.cached_property
    def tasks(self) -> np.ndarray:
        return self.table.tasks

    @functools.cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(self.table.text["result_id"].tolist())

    @functools.cached_property
    def hardware_kinds(self) -> frozenset[str]:
        """Kinds of device on which latency was measured."""
        rows = np.isfinite(self.table.targets[:, 3])
        return frozenset(self.table.text["hardware_kind"][rows].tolist())

    @functools.cached_property
    def references(self) -> dict[str, np.ndarray]:
        """Measured (quality change, parameter reduction) by the compression types of the strategy."""
        change = from_scale(self.table.targets[:, QUALITY])
        reduction = -np.expm1(self.table.targets[:, PARAMETERS])
        pairs = np.stack([change, reduction], axis=1)
        usable = np.isfinite(pairs).all(axis=1)
        kinds = np.array([type_text(m, self.catalogue) for m in self.table.methods.tolist()], dtype=str)
        return {kind: pairs[usable & (kinds == kind)] for kind in np.unique(kinds[usable]).tolist()}

    def of_subject(self, model_hash: str, data_hash: str) -> np.ndarray:
        """Rows measured on the very same model and data."""
        if not model_hash or not data_hash:
            return np.zeros(0, dtype=int)
        text = self.table.text
        return np.flatnonzero((text["model_hash"] == model_hash) & (text["data_hash"] == data_hash))

    def closeness(self, model: types_pb2.ModelProfile, data: types_pb2.DatasetProfile) -> np.ndarray:
        """Nearness of each row's subject: the very model and data, the data set, then family and domain."""
        text, near = self.table.text, np.zeros(len(self.table), dtype=int)
        if data.data_hash or data.name:
            same = (text["data_hash"] == data.data_hash) & (text["data_hash"] != "")
            same |= (text["dataset"] == data.name) & (text["dataset"] != "")
            near += 100 * same
            if model.model_hash:
                near += 100 * (same & (text["model_hash"] == model.model_hash))
        if model.family:
            near += 2 * (text["family"] == model.family)
        if data.domain:
            near += text["domain"] == data.domain
        return near

    def cite(
        self, index: int, methods: tuple[str, ...], near: np.ndarray, supports: np.ndarray
    ) -> list[recommendation_pb2.Citation]:
        """Evidence for and against a strategy, nearest first; at most two of five are against."""
        key = near + 10 * np.where(self.strategy == index, 3, self._kinship(methods))
        related = np.flatnonzero(self._kinship(methods) > 0)
        order = related[np.argsort(-key[related], kind="stable")]
        against = order[~supports[order]][:_AGAINST]
        in_favour = order[supports[order]][: _CITED - len(against)]
        if len(in_favour) + len(against) < _CITED:
            against = order[~supports[order]][: _CITED - len(in_favour)]
        chosen = np.concatenate([in_favour, against])
        chosen = chosen[np.argsort(-key[chosen], kind="stable")]
        return [self._citation(int(row), bool(supports[row])) for row in chosen]

    def supports(self, bounds: Bounds) -> np.ndarray:
        """Whether a result was within the limits and smaller; by quality alone where the size is unknown."""
        utility = realised(self.table.targets, bounds)
        floor = -np.inf if bounds.lowest_quality is None else bounds.lowest_quality
        with np.errstate(invalid="ignore"):
            by_quality = self.table.targets[:, QUALITY] >= floor
        return np.where(np.isfinite(utility), utility > 0, by_quality)

    @functools.cached_property
    def _sequences(self) -> tuple[list[frozenset[str]], np.ndarray, np.ndarray]:
        names, codes = np.unique(self.table.methods, return_inverse=True)
        return [frozenset(n.split(" > ")) for n in names.tolist()], codes.ravel(), names

    def _kinship(self, methods: tuple[str, ...]) -> np.ndarray:
        """2 for rows of the same method sequence, 1 where methods are shared, else 0."""
        sets, codes, names = self._sequences
        wanted, text = frozenset(methods), " > ".join(methods)
        level = [2 if n == text else int(bool(s & wanted)) for n, s in zip(names.tolist(), sets, strict=True)]
        return np.array(level, dtype=int)[codes] if level else np.zeros(0, dtype=int)

    def _citation(self, row: int, supports: bool) -> recommendation_pb2.Citation:
        text = {name: str(column[row]) for name, column in self.table.text.items()}
        number = {name: float(column[row]) for name, column in self.table.number.items()}
        citation = recommendation_pb2.Citation(
            result_id=text["result_id"],
            source=text["source"],
            model=text["model"],
            dataset=text["dataset"],
            strategy=text["strategy_text"],
            metric=text["metric"],
            locator=text["locator"],
            supports=supports,
        )
        for name in ("quality_before", "quality_after", "parameter_reduction", "size_ratio"):
            if np.isfinite(number[name]):
                setattr(citation, name, number[name])
        return citation


def type_text(methods: str, catalogue: Catalogue) -> str:
    """Compression types of a method sequence: "C2 > C4" -> "pruning > quantization"."""
    types = {m.label: m.compression_type for m in catalogue.methods}
    return " > ".join(types.get(label, "unknown") for label in methods.split(" > "))
