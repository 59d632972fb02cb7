"""GraphService: read-only Cypher, and what the store holds."""

from __future__ import annotations

import math
from typing import Any

import grpc
from google.protobuf import json_format, struct_pb2

from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.v1 import graph_pb2 as pb
from kgpress.v1 import graph_pb2_grpc

DEFAULT_ROWS, MAX_ROWS = 1000, 100_000
DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S = 30.0, 300.0
_MAX_DEPTH = 16
_EXACT = 1 << 53


class GraphServicer(graph_pb2_grpc.GraphServiceServicer):
    def __init__(self, components: Components) -> None:
        self._store = components.store

    def QueryGraph(
        self, request: pb.QueryGraphRequest, context: grpc.ServicerContext
    ) -> pb.QueryGraphResponse:
        if not request.cypher.strip():
            raise validate.refuse(
                "cypher", "is empty", "write a query, for example MATCH (n) RETURN count(n)"
            )
        rows = request.row_limit or DEFAULT_ROWS
        if rows > MAX_ROWS:
            raise validate.refuse("row_limit", f"is {rows}", f"ask for at most {MAX_ROWS}")
        timeout = request.timeout_s or DEFAULT_TIMEOUT_S
        if not 0 < timeout <= MAX_TIMEOUT_S:
            raise validate.refuse(
                "timeout_s", f"is {timeout:g}", f"give more than 0 and at most {MAX_TIMEOUT_S:g}"
            )
        parameters = _whole_numbers(json_format.MessageToDict(request.parameters))
        found = self._store.query_read_only(request.cypher, parameters, rows, timeout)
        response = pb.QueryGraphResponse(columns=found.columns, truncated=found.truncated)
        for row in found.rows:
            cells = row.values() if isinstance(row, dict) else row
            response.rows.add().values.extend(to_value(cell) for cell in cells)
        return response

    def GetGraphStatus(
        self, request: pb.GetGraphStatusRequest, context: grpc.ServicerContext
    ) -> pb.GetGraphStatusResponse:
        status = self._store.status()
        return pb.GetGraphStatusResponse(
            store=status.store,
            store_version=status.store_version,
            schema_version=status.schema_version,
            graph_revision=status.graph_revision,
            graph_hash=status.graph_hash,
            counts=status.counts,
            catalogue_version=status.catalogue_version,
        )


def to_value(cell: Any, depth: int = 0) -> struct_pb2.Value:
    """A cell as JSON would hold it. What JSON cannot hold exactly becomes text."""
    if cell is None or depth > _MAX_DEPTH:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(cell, bool):
        return struct_pb2.Value(bool_value=cell)
    if isinstance(cell, int | float) and math.isfinite(cell) and abs(cell) <= _EXACT:
        return struct_pb2.Value(number_value=cell)
    if isinstance(cell, dict):
        fields = {str(key): to_value(value, depth + 1) for key, value in cell.items()}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    if isinstance(cell, list | tuple | set | frozenset):
        items = [to_value(item, depth + 1) for item in cell]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    return struct_pb2.Value(string_value=str(cell))


def _whole_numbers(value: Any) -> Any:
    """JSON has no integers, Cypher needs them (LIMIT $n): a whole number becomes one."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value
