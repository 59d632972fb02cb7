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
REVIEW_DECISION_UNSPECIFIED: ReviewDecision
REVIEW_DECISION_ACCEPT: ReviewDecision
REVIEW_DECISION_REJECT: ReviewDecision
REVIEW_DECISION_QUARANTINE: ReviewDecision
REVIEW_DECISION_SUPERSEDE: ReviewDecision

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
    __slots__ = ("id", "decision", "curator", "note", "superseded_by")
    ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CURATOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    id: str
    decision: ReviewDecision
    curator: str
    note: str
    superseded_by: str
    def __init__(self, id: _Optional[str] = ..., decision: _Optional[_Union[ReviewDecision, str]] = ..., curator: _Optional[str] = ..., note: _Optional[str] = ..., superseded_by: _Optional[str] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("decision", "curator", "note", "decided_at")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CURATOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    decision: ReviewDecision
    curator: str
    note: str
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, decision: _Optional[_Union[ReviewDecision, str]] = ..., curator: _Optional[str] = ..., note: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReviewEvidenceResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _types_pb2.ReferenceResult
    def __init__(self, result: _Optional[_Union[_types_pb2.ReferenceResult, _Mapping]] = ...) -> None: ...

class SearchEvidenceRequest(_message.Message):
    __slots__ = ("page", "states", "source", "model", "dataset", "method", "strategy", "job")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    page: _types_pb2.PageRequest
    states: _containers.RepeatedScalarFieldContainer[_types_pb2.EvidenceState]
    source: str
    model: str
    dataset: str
    method: str
    strategy: str
    job: str
    def __init__(self, page: _Optional[_Union[_types_pb2.PageRequest, _Mapping]] = ..., states: _Optional[_Iterable[_Union[_types_pb2.EvidenceState, str]]] = ..., source: _Optional[str] = ..., model: _Optional[str] = ..., dataset: _Optional[str] = ..., method: _Optional[str] = ..., strategy: _Optional[str] = ..., job: _Optional[str] = ...) -> None: ...

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
