import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kgpress.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReviewDecision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_DECISION_UNSPECIFIED: _ClassVar[ReviewDecision]
    REVIEW_DECISION_ACCEPT: _ClassVar[ReviewDecision]
    REVIEW_DECISION_REJECT: _ClassVar[ReviewDecision]
    REVIEW_DECISION_QUARANTINE: _ClassVar[ReviewDecision]
    REVIEW_DECISION_SUPERSEDE: _ClassVar[ReviewDecision]
    REVIEW_DECISION_CORRECT: _ClassVar[ReviewDecision]
    REVIEW_DECISION_WITHDRAW: _ClassVar[ReviewDecision]
REVIEW_DECISION_UNSPECIFIED: ReviewDecision
REVIEW_DECISION_ACCEPT: ReviewDecision
REVIEW_DECISION_REJECT: ReviewDecision
REVIEW_DECISION_QUARANTINE: ReviewDecision
REVIEW_DECISION_SUPERSEDE: ReviewDecision
REVIEW_DECISION_CORRECT: ReviewDecision
REVIEW_DECISION_WITHDRAW: ReviewDecision

class SubmitEvidenceRequest(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _types_pb2.ReferenceResult
    def __init__(self, result: _Optional[_Union[_types_pb2.ReferenceResult, _Mapping]] = ...) -> None: ...

class EvidenceReceipt(_message.Message):
    __slots__ = ("id", "state", "reasons", "duplicate")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: _types_pb2.EvidenceState
    reasons: _containers.RepeatedScalarFieldContainer[str]
    duplicate: bool
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[_types_pb2.EvidenceState, str]] = ..., reasons: _Optional[_Iterable[str]] = ..., duplicate: _Optional[bool] = ...) -> None: ...

class SubmitEvidenceResponse(_message.Message):
    __slots__ = ("receipts", "added", "duplicates", "quarantined", "graph_revision")
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    GRAPH_REVISION_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[EvidenceReceipt]
    added: int
    duplicates: int
    quarantined: int
    graph_revision: int
    def __init__(self, receipts: _Optional[_Iterable[_Union[EvidenceReceipt, _Mapping]]] = ..., added: _Optional[int] = ..., duplicates: _Optional[int] = ..., quarantined: _Optional[int] = ..., graph_revision: _Optional[int] = ...) -> None: ...

class ReviewEvidenceRequest(_message.Message):
    __slots__ = ("id", "decision", "curator", "note", "superseded_by", "correction", "interpretation_version")
    ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CURATOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    INTERPRETATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    decision: ReviewDecision
    curator: str
    note: str
    superseded_by: str
    correction: _types_pb2.Interpretation
    interpretation_version: int
    def __init__(self, id: _Optional[str] = ..., decision: _Optional[_Union[ReviewDecision, str]] = ..., curator: _Optional[str] = ..., note: _Optional[str] = ..., superseded_by: _Optional[str] = ..., correction: _Optional[_Union[_types_pb2.Interpretation, _Mapping]] = ..., interpretation_version: _Optional[int] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("decision", "curator", "note", "decided_at", "interpretation_version", "withdrawn")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CURATOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    INTERPRETATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    decision: ReviewDecision
    curator: str
    note: str
    decided_at: _timestamp_pb2.Timestamp
    interpretation_version: int
    withdrawn: bool
    def __init__(self, decision: _Optional[_Union[ReviewDecision, str]] = ..., curator: _Optional[str] = ..., note: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interpretation_version: _Optional[int] = ..., withdrawn: _Optional[bool] = ...) -> None: ...

class ReviewEvidenceResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _types_pb2.ReferenceResult
    def __init__(self, result: _Optional[_Union[_types_pb2.ReferenceResult, _Mapping]] = ...) -> None: ...

class ReviewEvidenceBatchRequest(_message.Message):
    __slots__ = ("reviews",)
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[ReviewEvidenceRequest]
    def __init__(self, reviews: _Optional[_Iterable[_Union[ReviewEvidenceRequest, _Mapping]]] = ...) -> None: ...

class ReviewEvidenceBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[_types_pb2.ReferenceResult]
    def __init__(self, results: _Optional[_Iterable[_Union[_types_pb2.ReferenceResult, _Mapping]]] = ...) -> None: ...

class DocumentChange(_message.Message):
    __slots__ = ("source", "path", "old_hash", "new_hash")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    OLD_HASH_FIELD_NUMBER: _ClassVar[int]
    NEW_HASH_FIELD_NUMBER: _ClassVar[int]
    source: str
    path: str
    old_hash: str
    new_hash: str
    def __init__(self, source: _Optional[str] = ..., path: _Optional[str] = ..., old_hash: _Optional[str] = ..., new_hash: _Optional[str] = ...) -> None: ...

class ReplaceDocumentRequest(_message.Message):
    __slots__ = ("change", "result")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    change: DocumentChange
    result: _types_pb2.ReferenceResult
    def __init__(self, change: _Optional[_Union[DocumentChange, _Mapping]] = ..., result: _Optional[_Union[_types_pb2.ReferenceResult, _Mapping]] = ...) -> None: ...

class ReplaceDocumentResponse(_message.Message):
    __slots__ = ("submitted", "superseded", "carried_over")
    SUBMITTED_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    CARRIED_OVER_FIELD_NUMBER: _ClassVar[int]
    submitted: SubmitEvidenceResponse
    superseded: int
    carried_over: int
    def __init__(self, submitted: _Optional[_Union[SubmitEvidenceResponse, _Mapping]] = ..., superseded: _Optional[int] = ..., carried_over: _Optional[int] = ...) -> None: ...

class TrustSourceRequest(_message.Message):
    __slots__ = ("source", "precision", "checked", "curator")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    CURATOR_FIELD_NUMBER: _ClassVar[int]
    source: _types_pb2.Source
    precision: float
    checked: int
    curator: str
    def __init__(self, source: _Optional[_Union[_types_pb2.Source, _Mapping]] = ..., precision: _Optional[float] = ..., checked: _Optional[int] = ..., curator: _Optional[str] = ...) -> None: ...

class TrustSourceResponse(_message.Message):
    __slots__ = ("accepted",)
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    def __init__(self, accepted: _Optional[int] = ...) -> None: ...

class SearchEvidenceRequest(_message.Message):
    __slots__ = ("page", "states", "source", "model", "dataset", "method", "strategy", "job", "reason", "min_confidence", "max_confidence", "conflict", "corrected", "per_layer", "metric", "family", "domain", "hardware", "not_reviewed_by", "document_hash", "path", "compression_type", "runtime", "cluster", "sample", "sample_seed")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    MAX_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_FIELD_NUMBER: _ClassVar[int]
    PER_LAYER_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    NOT_REVIEWED_BY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_TYPE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SEED_FIELD_NUMBER: _ClassVar[int]
    page: _types_pb2.PageRequest
    states: _containers.RepeatedScalarFieldContainer[_types_pb2.EvidenceState]
    source: str
    model: str
    dataset: str
    method: str
    strategy: str
    job: str
    reason: str
    min_confidence: float
    max_confidence: float
    conflict: bool
    corrected: bool
    per_layer: bool
    metric: str
    family: str
    domain: str
    hardware: str
    not_reviewed_by: str
    document_hash: str
    path: str
    compression_type: str
    runtime: str
    cluster: str
    sample: int
    sample_seed: int
    def __init__(self, page: _Optional[_Union[_types_pb2.PageRequest, _Mapping]] = ..., states: _Optional[_Iterable[_Union[_types_pb2.EvidenceState, str]]] = ..., source: _Optional[str] = ..., model: _Optional[str] = ..., dataset: _Optional[str] = ..., method: _Optional[str] = ..., strategy: _Optional[str] = ..., job: _Optional[str] = ..., reason: _Optional[str] = ..., min_confidence: _Optional[float] = ..., max_confidence: _Optional[float] = ..., conflict: _Optional[bool] = ..., corrected: _Optional[bool] = ..., per_layer: _Optional[bool] = ..., metric: _Optional[str] = ..., family: _Optional[str] = ..., domain: _Optional[str] = ..., hardware: _Optional[str] = ..., not_reviewed_by: _Optional[str] = ..., document_hash: _Optional[str] = ..., path: _Optional[str] = ..., compression_type: _Optional[str] = ..., runtime: _Optional[str] = ..., cluster: _Optional[str] = ..., sample: _Optional[int] = ..., sample_seed: _Optional[int] = ...) -> None: ...

class SearchEvidenceResponse(_message.Message):
    __slots__ = ("results", "page")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[_types_pb2.ReferenceResult]
    page: _types_pb2.PageResponse
    def __init__(self, results: _Optional[_Iterable[_Union[_types_pb2.ReferenceResult, _Mapping]]] = ..., page: _Optional[_Union[_types_pb2.PageResponse, _Mapping]] = ...) -> None: ...

class GetEvidenceRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetEvidenceResponse(_message.Message):
    __slots__ = ("result", "reviews", "history")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    result: _types_pb2.ReferenceResult
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    history: _containers.RepeatedCompositeFieldContainer[_types_pb2.Interpretation]
    def __init__(self, result: _Optional[_Union[_types_pb2.ReferenceResult, _Mapping]] = ..., reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., history: _Optional[_Iterable[_Union[_types_pb2.Interpretation, _Mapping]]] = ...) -> None: ...

class CountEvidenceRequest(_message.Message):
    __slots__ = ("filter", "by")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    filter: SearchEvidenceRequest
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, filter: _Optional[_Union[SearchEvidenceRequest, _Mapping]] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class EvidenceCount(_message.Message):
    __slots__ = ("keys", "results", "groups", "clusters")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    CLUSTERS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    results: int
    groups: int
    clusters: int
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., results: _Optional[int] = ..., groups: _Optional[int] = ..., clusters: _Optional[int] = ...) -> None: ...

class CountEvidenceResponse(_message.Message):
    __slots__ = ("counts", "total", "graph_revision")
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    GRAPH_REVISION_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.RepeatedCompositeFieldContainer[EvidenceCount]
    total: EvidenceCount
    graph_revision: int
    def __init__(self, counts: _Optional[_Iterable[_Union[EvidenceCount, _Mapping]]] = ..., total: _Optional[_Union[EvidenceCount, _Mapping]] = ..., graph_revision: _Optional[int] = ...) -> None: ...

class SubmitEntitiesRequest(_message.Message):
    __slots__ = ("entity",)
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    entity: _types_pb2.Entity
    def __init__(self, entity: _Optional[_Union[_types_pb2.Entity, _Mapping]] = ...) -> None: ...

class SubmitEntitiesResponse(_message.Message):
    __slots__ = ("added", "changed", "graph_revision")
    ADDED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    GRAPH_REVISION_FIELD_NUMBER: _ClassVar[int]
    added: int
    changed: int
    graph_revision: int
    def __init__(self, added: _Optional[int] = ..., changed: _Optional[int] = ..., graph_revision: _Optional[int] = ...) -> None: ...

class ListEntitiesRequest(_message.Message):
    __slots__ = ("page", "kind", "text", "reviewed")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_FIELD_NUMBER: _ClassVar[int]
    page: _types_pb2.PageRequest
    kind: str
    text: str
    reviewed: bool
    def __init__(self, page: _Optional[_Union[_types_pb2.PageRequest, _Mapping]] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., reviewed: _Optional[bool] = ...) -> None: ...

class ListEntitiesResponse(_message.Message):
    __slots__ = ("entities", "page")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[_types_pb2.Entity]
    page: _types_pb2.PageResponse
    def __init__(self, entities: _Optional[_Iterable[_Union[_types_pb2.Entity, _Mapping]]] = ..., page: _Optional[_Union[_types_pb2.PageResponse, _Mapping]] = ...) -> None: ...
