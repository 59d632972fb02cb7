"""The vocabulary as data: types, methods, techniques, hyperparameters, hardware, metrics.

Declared once in the TOML files beside this module; read with :func:`load`.
"""

from kgpress.catalogue._entries import (
    ApplicationArea,
    CompressionType,
    Domain,
    Hardware,
    Hyperparameter,
    Method,
    Metric,
    Task,
    Value,
)
from kgpress.catalogue._hardware import read_hardware
from kgpress.catalogue._load import Catalogue, load

__all__ = [
    "ApplicationArea",
    "Catalogue",
    "CompressionType",
    "Domain",
    "Hardware",
    "Hyperparameter",
    "Method",
    "Metric",
    "Task",
    "Value",
    "load",
    "read_hardware",
]
