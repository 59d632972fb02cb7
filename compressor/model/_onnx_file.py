"""ONNX files: read with care, run in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import onnx
import onnxruntime as ort
from google.protobuf.message import DecodeError

from kgpress.errors import ModelError, TooLarge
from kgpress.v1.types_pb2 import TensorSpec

#: Larger files are refused before they are read (protobuf cannot hold more than 2 GiB anyway).
MAX_BYTES = 2 * 10**9


def load_onnx(path: Path) -> onnx.ModelProto:
    """Reads and checks an ONNX model; external data only from inside the model's folder.

    Raises:
        ModelError: not an ONNX model, damaged, or it points outside its folder.
        TooLarge: file and external data together exceed 2 GB.
    """
    if path.stat().st_size > MAX_BYTES:
        raise TooLarge(f"{path.name} is larger than 2 GB", remedy="give a smaller model", field="model")
    try:
        model = onnx.load(path, load_external_data=False)
    except (DecodeError, ValueError) as error:
        raise not_a_model(path) from error
    if not model.graph.node or not model.graph.output:
        raise not_a_model(path)
    _check_external_data(model, path)
    try:
        onnx.load_external_data_for_model(model, str(path.parent))
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{path.name} is not a valid ONNX model: {reason[:200]}",
            remedy="export it again, whole",
            field="model",
        ) from error
    return model


def not_a_model(path: Path) -> ModelError:
    return ModelError(
        f"{path.name} is not a model, or is cut off",
        remedy="give an ONNX file, a torch.export .pt2, a TorchScript .pt or a state dict",
        field="model",
    )


def all_tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """Every tensor of a graph: initializers, sparse ones and those in attributes, in subgraphs too."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("g"):
                yield from all_tensors(attribute.g)
            for subgraph in attribute.graphs:
                yield from all_tensors(subgraph)


def _check_external_data(model: onnx.ModelProto, path: Path) -> None:
    folder = path.parent.resolve()
    total = path.stat().st_size
    seen: set[Path] = set()
    tensors = [*all_tensors(model.graph)]
    for function in model.functions:
        for node in function.node:
            tensors += [a.t for a in node.attribute if a.HasField("t")]
    for tensor in tensors:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        location = next((e.value for e in tensor.external_data if e.key == "location"), "")
        target = _inside(folder, location, tensor.name)
        if target not in seen:
            seen.add(target)
            total += target.stat().st_size
    if total > MAX_BYTES:
        raise TooLarge(f"{path.name} and its data exceed 2 GB", remedy="give a smaller model", field="model")


def _inside(folder: Path, location: str, tensor: str) -> Path:
    """The file that holds a tensor's data; neither '..' nor an absolute path nor a link may lead out."""
    windows = PureWindowsPath(location)
    pure = PurePosixPath(location.replace("\\", "/"))
    outside = not location or pure.is_absolute() or windows.drive or windows.root or ".." in pure.parts
    target = (folder / pure).resolve()
    if outside or not target.is_relative_to(folder):
        raise ModelError(
            f"the data of tensor {tensor!r} lies outside the model's folder ({location!r})",
            remedy="put the data file beside the model and refer to it by its name",
            field="model",
        )
    if not target.is_file():
        raise ModelError(
            f"the data file {location!r} of tensor {tensor!r} is missing",
            remedy="put it beside the model",
            field="model",
        )
    return target


def session(model: onnx.ModelProto | Path, threads: int = 1) -> ort.InferenceSession:
    """An ONNX Runtime session on the CPU.

    Raises:
        ModelError: the runtime does not take the model.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = str(model) if isinstance(model, Path) else model.SerializeToString()
    try:
        return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's exceptions share no base class
        raise ModelError(
            f"ONNX Runtime does not load the model: {str(error).strip().splitlines()[-1][:200]}",
            remedy="export it with an opset that ONNX Runtime knows",
            field="model",
        ) from error


@cache
def numpy_dtype(onnx_runtime_type: str) -> np.dtype:
    """``tensor(float)`` -> float32."""
    name = onnx_runtime_type.removeprefix("tensor(").removesuffix(")")
    return np.dtype({"float": "float32", "double": "float64", "float16": "float16"}.get(name, name))


def input_specs(model: onnx.ModelProto) -> list[TensorSpec]:
    initializers = {i.name for i in model.graph.initializer}
    return [_spec(v) for v in model.graph.input if v.name not in initializers]


def output_specs(model: onnx.ModelProto) -> list[TensorSpec]:
    return [_spec(v) for v in model.graph.output]


def _spec(value: onnx.ValueInfoProto) -> TensorSpec:
    tensor = value.type.tensor_type
    shape = [d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else -1 for d in tensor.shape.dim]
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name if tensor.elem_type else ""
    return TensorSpec(name=value.name, dtype=dtype, shape=shape)


def run_rows(runtime: ort.InferenceSession, x: np.ndarray, batch: int = 256) -> list[np.ndarray]:
    """Outputs for all rows of a single-input model, also where the file fixes the batch size.

    With a fixed batch the last one is filled up with copies of the last row, which are cut off again.
    """
    first = runtime.get_inputs()[0]
    fixed = first.shape[0] if first.shape and isinstance(first.shape[0], int) and first.shape[0] > 0 else 0
    size = fixed or batch
    parts: list[list[np.ndarray]] = []
    for start in range(0, len(x), size):
        rows = x[start : start + size]
        filled = rows
        if fixed and len(rows) < fixed:
            filled = np.concatenate([rows, np.repeat(rows[-1:], fixed - len(rows), axis=0)])
        outputs = runtime.run(None, {first.name: filled.astype(numpy_dtype(first.type), copy=False)})
        parts.append([o[: len(rows)] if o.ndim and len(o) == len(filled) else o for o in outputs])
    return [np.concatenate(column) if column[0].ndim else column[0] for column in zip(*parts, strict=True)]
