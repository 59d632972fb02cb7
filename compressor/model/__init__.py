"""Reads, verifies, standardizes, profiles and exports models (source design, method 600)."""

from compressor.model._export import export_onnx, shrink
from compressor.model._fit import fit_source
from compressor.model._profile import profile_model
from compressor.model._read import SourceModel, read_model
from compressor.model._standardize import StandardModel, standardize
from compressor.model._verify import performance_score, require_verified, verify

__all__ = [
    "SourceModel",
    "StandardModel",
    "export_onnx",
    "fit_source",
    "performance_score",
    "profile_model",
    "read_model",
    "require_verified",
    "shrink",
    "standardize",
    "verify",
]
