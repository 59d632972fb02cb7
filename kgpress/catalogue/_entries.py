"""Entries of the catalogue, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgpress.v1 import types_pb2

Value = float | int | str

#: Order in which changes may follow one another in a strategy.
STAGES = ("structure", "weights", "precision", "coding")


@dataclass(frozen=True)
class Domain:
    name: str


@dataclass(frozen=True)
class ApplicationArea:
    name: str


@dataclass(frozen=True)
class CompressionType:
    name: str


@dataclass(frozen=True)
class Task:
    name: str
    domain: str


@dataclass(frozen=True)
class Metric:
    name: str
    #: "higher" or "lower": which is better.
    direction: str
    #: Whether values are fractions 0..1.
    fraction: bool
    #: Whether values may be below 0 (correlations, signal-to-noise ratios in dB).
    signed: bool = False


@dataclass(frozen=True)
class Hardware:
    """A device that limits are asked for. RAM and flash in bytes; None means not limiting."""

    name: str
    kind: str
    chipset: str
    precisions: tuple[str, ...]
    sparsity: bool
    runtime: str
    source: str = ""
    ram_bytes: int | None = None
    flash_bytes: int | None = None

    def to_proto(self) -> types_pb2.HardwareProfile:
        from kgpress.v1 import types_pb2  # the quick commands read the catalogue without protobuf

        return types_pb2.HardwareProfile(
            name=self.name,
            kind=self.kind,
            chipset=self.chipset,
            precisions=self.precisions,
            sparsity=self.sparsity,
            ram_bytes=self.ram_bytes,
            flash_bytes=self.flash_bytes,
            runtime=self.runtime,
        )


@dataclass(frozen=True)
class Hyperparameter:
    """One HP_i of one method."""

    method: str
    name: str
    term: str
    type: str
    default: Value
    description: str
    #: Always printed in a strategy's text, even at its default.
    key: bool = True
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    #: Values that the action space is built from; empty means only the default.
    grid: tuple[Value, ...] = ()

    @property
    def id(self) -> str:
        """The node's key, for example "C2.ratio"."""
        return f"{self.method}.{self.name}"


@dataclass(frozen=True)
class Method:
    """A compression method C_k."""

    label: str
    name: str
    compression_type: str
    technique: str
    stage: str
    needs: tuple[str, ...]
    hardware_kinds: tuple[str, ...]
    source: str
    description: str = ""
    executable: bool = False
    #: Declared so that published results can refer to it; nothing here is to execute it.
    published_only: bool = False
    #: Precision that the hardware must support.
    precision: str = "fp32"
    #: Needs hardware that profits from zeros.
    sparsity: bool = False
    domains: tuple[str, ...] = ()
    hyperparameters: tuple[Hyperparameter, ...] = field(default=())

    def hyperparameter(self, name: str) -> Hyperparameter | None:
        return next((hp for hp in self.hyperparameters if hp.name == name), None)
