"""Accepted results as columns: what the predictor learns from, and what an answer cites."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from kg_service.features import SCORES, SUBJECT_FEATURES, score_vector, subject_vector
from kg_service.predictor._config import PredictorConfig
from kg_service.predictor._targets import TARGETS, targets
from kgpress.outcome import compares
from kgpress.strategy import Strategy, from_proto
from kgpress.v1 import types_pb2

_TEXTS = (
    "result_id", "source", "model", "dataset", "strategy_id", "strategy_text", "metric", "locator",
    "model_hash", "data_hash", "family", "domain", "cluster", "hardware_kind",
)  # fmt: skip
_NUMBERS = ("quality_before", "quality_after", "parameter_reduction", "size_ratio", "rows", "base_weight")


@dataclass
class Table:
    """One row per result; all columns have the same length.

    Attributes:
        text: columns of strings. number: columns of floats, NaN where unknown.
        targets: shape (rows, 4), see ``_targets``. subjects: shape (rows, features), NaN where unknown.
        scores: shape (rows, 3). methods: "C2 > C4" of each row's strategy.
    """

    text: dict[str, np.ndarray]
    number: dict[str, np.ndarray]
    targets: np.ndarray
    subjects: np.ndarray
    scores: np.ndarray
    methods: np.ndarray

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def profiled(self) -> np.ndarray:
        """Rows whose model is described; the others teach through means only."""
        return self.text["model_hash"] != ""

    @property
    def groups(self) -> np.ndarray:
        """Index of the data set of each row: what calibration holds out together."""
        names = np.where(self.text["data_hash"] != "", self.text["data_hash"], self.text["dataset"])
        return np.unique(names, return_inverse=True)[1]

    @property
    def tasks(self) -> np.ndarray:
        """Index of (model, data) of each row: repeats of a strategy on it count once."""
        hashed = np.char.add(np.char.add(self.text["model_hash"], "|"), self.text["data_hash"])
        named = np.char.add(np.char.add(self.text["model"], "|"), self.text["dataset"])
        return np.unique(np.where(self.profiled, hashed, named), return_inverse=True)[1]

    @property
    def weights(self) -> np.ndarray:
        """Weight of each row; copies of one measurement (a cluster) share one."""
        keys = np.where(self.text["cluster"] != "", self.text["cluster"], self.text["result_id"])
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        return self.number["base_weight"] / counts[inverse]

    def __add__(self, other: Table) -> Table:
        return Table(
            {k: np.concatenate([self.text[k], other.text[k]]) for k in _TEXTS},
            {k: np.concatenate([self.number[k], other.number[k]]) for k in _NUMBERS},
            *(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)[2:]),
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Flat names for a snapshot. Repeated texts are stored once."""
        out: dict[str, np.ndarray] = {}
        for name in (*_TEXTS, "methods"):
            column = self.methods if name == "methods" else self.text[name]
            out[f"{name}.values"], out[f"{name}.codes"] = _encode(column)
        out |= {name: self.number[name] for name in _NUMBERS}
        out["subjects.rows"], codes = np.unique(
            np.concatenate([self.subjects, self.scores], axis=1), axis=0, return_inverse=True
        )
        return out | {"subjects.codes": codes.ravel().astype(np.int32), "targets": self.targets}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Table:
        column = {n: arrays[f"{n}.values"][arrays[f"{n}.codes"]] for n in (*_TEXTS, "methods")}
        both = arrays["subjects.rows"][arrays["subjects.codes"]]
        count = len(SUBJECT_FEATURES)
        return cls(
            {n: column[n] for n in _TEXTS},
            {n: arrays[n] for n in _NUMBERS},
            arrays["targets"],
            both[:, :count],
            both[:, count:],
            column["methods"],
        )


def _encode(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, codes = np.unique(column, return_inverse=True)
    return values, codes.astype(np.int32)


def teaches(result: types_pb2.ReferenceResult) -> bool:
    """Accepted results that compare both sides, on rows that are not a report's test rows; nothing else."""
    return (
        result.state in (types_pb2.EVIDENCE_STATE_ACCEPTED, types_pb2.EVIDENCE_STATE_UNSPECIFIED)
        and result.interpretation.split != "test"
        and compares(result.interpretation)
        and bool(result.interpretation.strategy.steps or result.interpretation.strategy.text)
    )


def make_table(
    results: Iterable[types_pb2.ReferenceResult], config: PredictorConfig
) -> tuple[Table, list[Strategy]]:
    """Columns of the results that teach, and the strategy of each row."""
    kept = [r for r in results if teaches(r)]
    strategies = [from_proto(r.interpretation.strategy) for r in kept]
    text: dict[str, list[str]] = {name: [] for name in _TEXTS}
    number: dict[str, list[float]] = {name: [] for name in _NUMBERS}
    for result, strategy in zip(kept, strategies, strict=True):
        for name, value in _texts(result, strategy).items():
            text[name].append(value)
        for name, amount in _numbers(result, config).items():
            number[name].append(amount)
    readings = [r.interpretation for r in kept]
    table = Table(
        {k: np.array(v, dtype=str) for k, v in text.items()},
        {k: np.array(v, dtype=float) for k, v in number.items()},
        np.array([targets(i) for i in readings]).reshape(-1, len(TARGETS)),
        np.array(
            [subject_vector(i.model_profile, i.dataset_profile, i.hardware_profile) for i in readings]
        ).reshape(-1, len(SUBJECT_FEATURES)),
        np.array([score_vector(i.model_profile, i.dataset_profile) for i in readings]).reshape(
            -1, len(SCORES)
        ),
        np.array([" > ".join(s.methods) for s in strategies], dtype=str),
    )
    return table, strategies


def _texts(result: types_pb2.ReferenceResult, strategy: Strategy) -> dict[str, str]:
    reading = result.interpretation
    return {
        "result_id": result.id,
        "source": result.source.name,
        "model": reading.model,
        "dataset": reading.dataset,
        "strategy_id": strategy.id,
        "strategy_text": strategy.text,
        "metric": reading.metric.name,
        "locator": locator_text(result.locator),
        "model_hash": reading.model_profile.model_hash,
        "data_hash": reading.dataset_profile.data_hash,
        "family": reading.model_family or reading.model_profile.family,
        "domain": reading.domain or reading.dataset_profile.domain,
        "cluster": reading.cluster,
        "hardware_kind": reading.hardware_profile.kind,
    }


def _numbers(result: types_pb2.ReferenceResult, config: PredictorConfig) -> dict[str, float]:
    reading = result.interpretation
    before, after = reading.before, reading.after
    rows = float(after.rows) if after.rows else math.nan
    weight = rows / (rows + config.rows_half) if after.rows else 0.5
    if reading.dataset_profile.validation_seen:
        weight *= config.weight_seen
    if result.source.kind != types_pb2.SOURCE_KIND_OWN_RUN:
        weight *= config.weight_published
    return {
        "quality_before": before.quality if before.HasField("quality") else math.nan,
        "quality_after": after.quality if after.HasField("quality") else math.nan,
        "parameter_reduction": 1 - after.parameters / before.parameters
        if before.parameters and after.HasField("parameters")
        else math.nan,
        "size_ratio": before.size_bytes / after.size_bytes
        if before.size_bytes and after.size_bytes
        else math.nan,
        "rows": rows,
        "base_weight": weight,
    }


def locator_text(locator: types_pb2.Locator) -> str:
    """Readable, for example "Results-Grid view.csv:12" or "job 01.. step 2"."""
    if locator.WhichOneof("kind") == "cell":
        cell = locator.cell
        place = cell.line or cell.row
        return f"{cell.path or cell.document_hash[:12]}:{place}" if place else cell.path
    if locator.WhichOneof("kind") == "run":
        run = locator.run
        return f"job {run.job} step {run.step} seed {run.seed} repeat {run.repeat}"
    return ""
