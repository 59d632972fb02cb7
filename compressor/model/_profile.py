"""What is known of a model (docs/scores.md names the counts)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import onnx
from torch import nn

from compressor.data import Dataset
from compressor.measure import count_macs
from compressor.model._read import SourceModel
from compressor.model._standardize import StandardModel
from compressor.model._verify import verify
from kgpress.v1.compression_pb2 import VerifyResult
from kgpress.v1.types_pb2 import ModelProfile

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def profile_model(
    standard: StandardModel,
    source: SourceModel,
    dataset: Dataset,
    metric: str,
    verification: VerifyResult | None = None,
    latency_ms: float | None = None,
    *,
    name: str = "",
    family: str = "",
) -> ModelProfile:
    """Counts of the standardized model (batch norm unfolded as far as the file tells), sizes of the file.

    Args:
        verification: made here where it is not given.
        latency_ms: measured in a quiet pass of its own; absent until then.
    """
    verification = verification or verify(standard.onnx_path, dataset, metric)
    profile = ModelProfile(
        model_hash=source.bytes_hash,
        name=name or (source.path.stem if source.path else ""),
        family=family,
        format=source.format,
        trainable_parameters=standard.trainable_parameters,
        non_trainable_parameters=standard.non_trainable_parameters,
        filters=count_filters(standard.module),
        layers=count_layers(standard.module),
        size_bytes=standard.onnx_path.stat().st_size,
        metric=verification.metric,
        inputs=standard.inputs,
        outputs=standard.outputs,
        layer_types=layer_types(standard.onnx_path),
    )
    macs = count_macs(standard.onnx_path)
    if macs is not None:
        profile.macs = macs
    if latency_ms is not None:
        profile.latency_ms = latency_ms
    if verification.sets:
        validation = next((s for s in verification.sets if s.name == "validation"), verification.sets[0])
        profile.quality = validation.quality
        profile.performance_score = verification.performance_score
    return profile


def count_filters(module: nn.Module) -> int:
    """Output channels of all convolutions."""
    return sum(m.out_channels for m in module.modules() if isinstance(m, _CONVOLUTIONS))


def count_layers(module: nn.Module) -> int:
    """Layers with weights of their own; a weight that several layers share counts once.

    Loose weights (an addition's bias, a lookup's table) count as one layer each.
    """
    holders: set[int] = set()
    layers = 0
    for part in module.modules():
        own = [p for p in part.parameters(recurse=False) if id(p) not in holders]
        holders.update(id(p) for p in own)
        is_store = own and type(part) is nn.Module
        layers += len(own) if is_store else bool(own)
    return layers


def layer_types(path: Path) -> dict[str, int]:
    """Number of nodes per operator of the file."""
    return dict(Counter(node.op_type for node in onnx.load(path, load_external_data=False).graph.node))
