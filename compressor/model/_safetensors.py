"""Safetensors: eight bytes of length, a JSON header, then the tensors' bytes.

Read here, since the format is two dozen lines and the library would be one more dependency
(https://github.com/huggingface/safetensors, section "Format").
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch

_TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool,
}  # fmt: skip


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors by name.

    Raises:
        ValueError, KeyError, TypeError: the header or an extent does not fit the file.
    """
    content = bytearray(path.read_bytes())
    length = int.from_bytes(content[:8], "little")
    header = json.loads(bytes(content[8 : 8 + length]))
    data = memoryview(content)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, shape = _TYPES[entry["dtype"]], [int(d) for d in entry["shape"]]
        begin, end = (int(offset) for offset in entry["data_offsets"])
        if not 0 <= begin <= end <= len(data) or end - begin != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"the extent of {name} does not fit")
        flat = torch.frombuffer(data[begin:end], dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(shape).clone()
    return tensors
