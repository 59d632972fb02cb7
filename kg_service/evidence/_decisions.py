"""What curators' decisions on one result amount to. Pure: no graph here.

A decision *stands* until its curator decides again or withdraws. Decisions that stand and differ
make a conflict: the result is proposed, teaches nothing, and says who disagrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_TOLD = {
    "accept": "accepts",
    "reject": "rejects",
    "quarantine": "quarantines",
    "correct": "corrects",
}
_STATES = {"reject": "rejected", "quarantine": "quarantined"}


@dataclass(frozen=True)
class Decision:
    """One review, oldest first in any list. ``version`` is the interpretation that it is about."""

    curator: str
    decision: str
    note: str = ""
    version: int = 0

    def of_version(self, version: int) -> Decision:
        """The same decision on another reading."""
        return replace(self, version=version)


@dataclass(frozen=True)
class Readings:
    """The interpretations of one result.

    Attributes:
        machine: the newest version that no curator gave.
        meanings: what each version says, apart from how it was derived; equal where equal.
        per_layer: the current reading is of one layer, which is never an accepted result.
    """

    machine: int
    meanings: Mapping[int, str]
    per_layer: bool = False


@dataclass(frozen=True)
class Settled:
    """Where a result stands.

    Attributes:
        version: the interpretation that counts.
        decided: some decision stands; else the state is the one that it was read with.
    """

    state: str
    reasons: list[str]
    version: int
    conflict: bool = False
    decided: bool = False


def standing(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The decision of each curator that stands, in the order in which they were made."""
    found: dict[str, Decision] = {}
    for decision in decisions:
        found.pop(decision.curator, None)
        if decision.decision != "withdraw":
            found[decision.curator] = decision
    return found


def settle(
    decisions: Iterable[Decision], readings: Readings, read_state: str, read_reasons: list[str]
) -> Settled:
    """Where a result stands that was read with ``read_state`` and ``read_reasons``."""
    stand = list(standing(decisions).values())
    corrections = [d for d in stand if d.decision == "correct"]
    # Who accepted an older reading has said nothing of this one.
    live = {readings.machine} | {d.version for d in corrections}
    stand = [d for d in stand if d.decision != "accept" or d.version in live]
    version = max((d.version for d in corrections), default=readings.machine)
    if not stand:
        return Settled(read_state, read_reasons, version)
    verdicts = {_verdict(d, readings) for d in stand}
    if len(verdicts) > 1:
        told = ", ".join(f"{d.curator} {_TOLD[d.decision]}" for d in sorted(stand, key=lambda d: d.curator))
        return Settled("proposed", [f"curators disagree: {told}"], version, conflict=True, decided=True)
    last = stand[-1]
    if last.decision in _STATES:
        reasons = [last.note] if last.note else read_reasons
        return Settled(_STATES[last.decision], reasons, version, decided=True)
    return Settled("layer_point" if readings.per_layer else "accepted", [], version, decided=True)


def _verdict(decision: Decision, readings: Readings) -> tuple[str, str]:
    if decision.decision in _STATES:
        return decision.decision, ""
    return "accept", readings.meanings.get(decision.version, "")
