from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueryGraphRequest(_message.Message):
    __slots__ = ("cypher", "parameters", "row_limit", "timeout_s")
    CYPHER_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    ROW_LIMIT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    cypher: str
    parameters: _struct_pb2.Struct
    row_limit: int
    timeout_s: float
    def __init__(self, cypher: _Optional[str] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., row_limit: _Optional[int] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class QueryGraphResponse(_message.Message):
    __slots__ = ("columns", "rows", "truncated")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[_struct_pb2.ListValue]
    truncated: bool
    def __init__(self, columns: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[_struct_pb2.ListValue, _Mapping]]] = ..., truncated: _Optional[bool] = ...) -> None: ...

class GetGraphStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetGraphStatusResponse(_message.Message):
    __slots__ = ("store", "store_version", "schema_version", "graph_revision", "graph_hash", "counts", "catalogue_version")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    STORE_FIELD_NUMBER: _ClassVar[int]
    STORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    GRAPH_REVISION_FIELD_NUMBER: _ClassVar[int]
    GRAPH_HASH_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    store: str
    store_version: str
    schema_version: int
    graph_revision: int
    graph_hash: str
    counts: _containers.ScalarMap[str, int]
    catalogue_version: str
    def __init__(self, store: _Optional[str] = ..., store_version: _Optional[str] = ..., schema_version: _Optional[int] = ..., graph_revision: _Optional[int] = ..., graph_hash: _Optional[str] = ..., counts: _Optional[_Mapping[str, int]] = ..., catalogue_version: _Optional[str] = ...) -> None: ...
