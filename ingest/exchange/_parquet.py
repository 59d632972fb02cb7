"""Parquet: the columns with their types; units stand in the fields' metadata."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

from ingest.exchange._columns import WRITTEN, Column
from ingest.exchange._record import Record


def write(records: Sequence[Record]) -> bytes:
    """One table, absent values null. The same bytes for the same records and library."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"number": pa.float64(), "count": pa.int64(), "flag": pa.bool_()}
    fields = [
        pa.field(c.name, types.get(c.kind, pa.string()), metadata={"unit": c.unit, "about": c.about})
        for c in WRITTEN
    ]
    arrays = [pa.array([_value(c, r) for r in records], f.type) for c, f in zip(WRITTEN, fields, strict=True)]
    schema = pa.schema(fields, metadata={"kgpress": "exchange/1"})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _value(column: Column, record: Record) -> Any:
    value = record.get(column.name)
    if column.kind == "flag":
        return bool(value)
    if column.kind == "json" and value is not None:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value
