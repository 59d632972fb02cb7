import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kgpress.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Subject(_message.Message):
    __slots__ = ("model", "dataset", "hardware")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    model: _types_pb2.ModelProfile
    dataset: _types_pb2.DatasetProfile
    hardware: _types_pb2.HardwareProfile
    def __init__(self, model: _Optional[_Union[_types_pb2.ModelProfile, _Mapping]] = ..., dataset: _Optional[_Union[_types_pb2.DatasetProfile, _Mapping]] = ..., hardware: _Optional[_Union[_types_pb2.HardwareProfile, _Mapping]] = ...) -> None: ...

class SnapshotInfo(_message.Message):
    __slots__ = ("version", "parent", "catalogue_version", "graph_revision", "graph_hash", "trained_at", "stale", "results", "strategies")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    GRAPH_REVISION_FIELD_NUMBER: _ClassVar[int]
    GRAPH_HASH_FIELD_NUMBER: _ClassVar[int]
    TRAINED_AT_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    version: str
    parent: str
    catalogue_version: str
    graph_revision: int
    graph_hash: str
    trained_at: _timestamp_pb2.Timestamp
    stale: bool
    results: int
    strategies: int
    def __init__(self, version: _Optional[str] = ..., parent: _Optional[str] = ..., catalogue_version: _Optional[str] = ..., graph_revision: _Optional[int] = ..., graph_hash: _Optional[str] = ..., trained_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stale: _Optional[bool] = ..., results: _Optional[int] = ..., strategies: _Optional[int] = ...) -> None: ...

class Prediction(_message.Message):
    __slots__ = ("strategy", "quality_change", "parameter_reduction", "size_bytes", "latency_ms", "feasibility", "utility")
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    QUALITY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_REDUCTION_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    FEASIBILITY_FIELD_NUMBER: _ClassVar[int]
    UTILITY_FIELD_NUMBER: _ClassVar[int]
    strategy: _types_pb2.Strategy
    quality_change: _types_pb2.Quantity
    parameter_reduction: _types_pb2.Quantity
    size_bytes: _types_pb2.Quantity
    latency_ms: _types_pb2.Quantity
    feasibility: float
    utility: float
    def __init__(self, strategy: _Optional[_Union[_types_pb2.Strategy, _Mapping]] = ..., quality_change: _Optional[_Union[_types_pb2.Quantity, _Mapping]] = ..., parameter_reduction: _Optional[_Union[_types_pb2.Quantity, _Mapping]] = ..., size_bytes: _Optional[_Union[_types_pb2.Quantity, _Mapping]] = ..., latency_ms: _Optional[_Union[_types_pb2.Quantity, _Mapping]] = ..., feasibility: _Optional[float] = ..., utility: _Optional[float] = ...) -> None: ...

class Citation(_message.Message):
    __slots__ = ("result_id", "source", "model", "dataset", "strategy", "metric", "quality_before", "quality_after", "parameter_reduction", "size_ratio", "locator", "supports")
    RESULT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    QUALITY_BEFORE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_AFTER_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_REDUCTION_FIELD_NUMBER: _ClassVar[int]
    SIZE_RATIO_FIELD_NUMBER: _ClassVar[int]
    LOCATOR_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_FIELD_NUMBER: _ClassVar[int]
    result_id: str
    source: str
    model: str
    dataset: str
    strategy: str
    metric: str
    quality_before: float
    quality_after: float
    parameter_reduction: float
    size_ratio: float
    locator: str
    supports: bool
    def __init__(self, result_id: _Optional[str] = ..., source: _Optional[str] = ..., model: _Optional[str] = ..., dataset: _Optional[str] = ..., strategy: _Optional[str] = ..., metric: _Optional[str] = ..., quality_before: _Optional[float] = ..., quality_after: _Optional[float] = ..., parameter_reduction: _Optional[float] = ..., size_ratio: _Optional[float] = ..., locator: _Optional[str] = ..., supports: _Optional[bool] = ...) -> None: ...

class RankedStrategy(_message.Message):
    __slots__ = ("rank", "prediction", "feasible", "reasons", "corroborated", "on_pareto_front", "evidence")
    RANK_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    FEASIBLE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CORROBORATED_FIELD_NUMBER: _ClassVar[int]
    ON_PARETO_FRONT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    rank: int
    prediction: Prediction
    feasible: bool
    reasons: _containers.RepeatedScalarFieldContainer[str]
    corroborated: bool
    on_pareto_front: bool
    evidence: _containers.RepeatedCompositeFieldContainer[Citation]
    def __init__(self, rank: _Optional[int] = ..., prediction: _Optional[_Union[Prediction, _Mapping]] = ..., feasible: _Optional[bool] = ..., reasons: _Optional[_Iterable[str]] = ..., corroborated: _Optional[bool] = ..., on_pareto_front: _Optional[bool] = ..., evidence: _Optional[_Iterable[_Union[Citation, _Mapping]]] = ...) -> None: ...

class RecommendRequest(_message.Message):
    __slots__ = ("subject", "limits", "objective", "top", "exclude_strategies", "include_infeasible")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_INFEASIBLE_FIELD_NUMBER: _ClassVar[int]
    subject: Subject
    limits: _types_pb2.Limits
    objective: _types_pb2.Objective
    top: int
    exclude_strategies: _containers.RepeatedScalarFieldContainer[str]
    include_infeasible: bool
    def __init__(self, subject: _Optional[_Union[Subject, _Mapping]] = ..., limits: _Optional[_Union[_types_pb2.Limits, _Mapping]] = ..., objective: _Optional[_Union[_types_pb2.Objective, str]] = ..., top: _Optional[int] = ..., exclude_strategies: _Optional[_Iterable[str]] = ..., include_infeasible: _Optional[bool] = ...) -> None: ...

class RecommendResponse(_message.Message):
    __slots__ = ("selected", "embedding", "ranking", "ranked", "feasible", "pareto_front", "snapshot", "guarded", "explanation")
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    RANKING_FIELD_NUMBER: _ClassVar[int]
    RANKED_FIELD_NUMBER: _ClassVar[int]
    FEASIBLE_FIELD_NUMBER: _ClassVar[int]
    PARETO_FRONT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    GUARDED_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    selected: RankedStrategy
    embedding: _containers.RepeatedScalarFieldContainer[float]
    ranking: _containers.RepeatedCompositeFieldContainer[RankedStrategy]
    ranked: int
    feasible: int
    pareto_front: _containers.RepeatedScalarFieldContainer[str]
    snapshot: SnapshotInfo
    guarded: bool
    explanation: str
    def __init__(self, selected: _Optional[_Union[RankedStrategy, _Mapping]] = ..., embedding: _Optional[_Iterable[float]] = ..., ranking: _Optional[_Iterable[_Union[RankedStrategy, _Mapping]]] = ..., ranked: _Optional[int] = ..., feasible: _Optional[int] = ..., pareto_front: _Optional[_Iterable[str]] = ..., snapshot: _Optional[_Union[SnapshotInfo, _Mapping]] = ..., guarded: _Optional[bool] = ..., explanation: _Optional[str] = ...) -> None: ...

class PredictRequest(_message.Message):
    __slots__ = ("subjects", "strategies", "limits", "objective")
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    subjects: _containers.RepeatedCompositeFieldContainer[Subject]
    strategies: _containers.RepeatedScalarFieldContainer[str]
    limits: _types_pb2.Limits
    objective: _types_pb2.Objective
    def __init__(self, subjects: _Optional[_Iterable[_Union[Subject, _Mapping]]] = ..., strategies: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[_types_pb2.Limits, _Mapping]] = ..., objective: _Optional[_Union[_types_pb2.Objective, str]] = ...) -> None: ...

class SubjectPredictions(_message.Message):
    __slots__ = ("predictions",)
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedCompositeFieldContainer[Prediction]
    def __init__(self, predictions: _Optional[_Iterable[_Union[Prediction, _Mapping]]] = ...) -> None: ...

class PredictResponse(_message.Message):
    __slots__ = ("subjects", "snapshot")
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    subjects: _containers.RepeatedCompositeFieldContainer[SubjectPredictions]
    snapshot: SnapshotInfo
    def __init__(self, subjects: _Optional[_Iterable[_Union[SubjectPredictions, _Mapping]]] = ..., snapshot: _Optional[_Union[SnapshotInfo, _Mapping]] = ...) -> None: ...

class GetStrategyEmbeddingRequest(_message.Message):
    __slots__ = ("strategy",)
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    strategy: str
    def __init__(self, strategy: _Optional[str] = ...) -> None: ...

class GetStrategyEmbeddingResponse(_message.Message):
    __slots__ = ("values", "composed", "snapshot")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    COMPOSED_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    composed: bool
    snapshot: SnapshotInfo
    def __init__(self, values: _Optional[_Iterable[float]] = ..., composed: _Optional[bool] = ..., snapshot: _Optional[_Union[SnapshotInfo, _Mapping]] = ...) -> None: ...

class ListStrategiesRequest(_message.Message):
    __slots__ = ("page", "methods")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    page: _types_pb2.PageRequest
    methods: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, page: _Optional[_Union[_types_pb2.PageRequest, _Mapping]] = ..., methods: _Optional[_Iterable[str]] = ...) -> None: ...

class ListStrategiesResponse(_message.Message):
    __slots__ = ("strategies", "page")
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    strategies: _containers.RepeatedCompositeFieldContainer[_types_pb2.Strategy]
    page: _types_pb2.PageResponse
    def __init__(self, strategies: _Optional[_Iterable[_Union[_types_pb2.Strategy, _Mapping]]] = ..., page: _Optional[_Union[_types_pb2.PageResponse, _Mapping]] = ...) -> None: ...
