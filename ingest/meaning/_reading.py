"""What a row says, before names are normalised: values with the cells they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ingest.tables import Cell


@dataclass(frozen=True)
class Value:
    """A number with its provenance. ``origin`` as in kgpress.v1.Derivation."""

    number: Decimal
    raw: str
    #: Where it stands, for example "row 3, column 10 (Top1)".
    place: str
    how: str = ""
    origin: str = "cell"
    confidence: float = 1.0
    #: The cell itself and its table, 0-based, where it is of the result's own document.
    cell: Cell | None = None
    table: int = 0


@dataclass
class Sides:
    """The parts of one quantity that are stated."""

    after: Value | None = None
    before: Value | None = None
    change: Value | None = None
    kept: Value | None = None

    @property
    def any(self) -> bool:
        return any((self.after, self.change, self.kept))


@dataclass(frozen=True)
class Named:
    """Words that name something: a model, a data set, a precision, a setting.

    ``origin`` as in kgpress.v1.Derivation, ``place`` as in :class:`Value`.
    """

    raw: str
    origin: str = "cell"
    place: str = ""
    confidence: float = 1.0


@dataclass
class Reading:
    """One outcome of one row or cell. ``anchor`` is the cell that identifies it."""

    table: str
    path: str
    anchor: Cell
    metric: str
    names: dict[str, str]
    #: Name -> (origin, place), as in Value.
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)
    quality: Sides = field(default_factory=Sides)
    sizes: dict[str, Sides] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)
    context: dict[str, str] = field(default_factory=dict)
    #: Tells one run from another of equal values.
    run: tuple[str, ...] = ()
    #: Why it cannot teach as it stands: quarantined.
    faults: list[str] = field(default_factory=list)
    #: Why a curator should look at it: proposed.
    doubts: list[str] = field(default_factory=list)
    #: Names and settings read by the general rules, with the words they were read from.
    fields: dict[str, Named] = field(default_factory=dict)
    #: What was done to the model, in the order in which it is told, as the document words it.
    methods: tuple[Named, ...] = ()
    #: Which of the document's tables the anchor stands in, 0-based, and its heading.
    table_index: int = 0
    heading: str = ""
    #: A point of a sensitivity analysis: a fact of its own kind, never an accepted result.
    per_layer: bool = False
    layer: str = ""
    #: Which number of the anchor's cell, 0-based.
    part: int = 0
    #: Less is better, as far as the metric's name tells.
    lower: bool = False
    #: The least certain of what the result rests on.
    confidence: float = 1.0
