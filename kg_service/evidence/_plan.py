"""Decides what a batch of submitted results changes. Pure: it sees what is known, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from kg_service.evidence._check import faults, gaps
from kg_service.evidence._decisions import Decision, Readings, settle
from kg_service.evidence._identity import digest, trusting
from kg_service.evidence._rows import corrected, interpretation_row, result_row, state_name, strategy_of
from kgpress.catalogue import load
from kgpress.strategy import Strategy
from kgpress.v1 import evidence_pb2, types_pb2

#: A curator's word stands, whatever a later reading says.
_SETTLED = ("rejected", "superseded")


@dataclass
class Known:
    """What the graph holds of one locator.

    Attributes:
        digests: of its readings, by version.
        decisions: of curators, oldest first.
        corrected: the reading that counts is a curator's.
    """

    state: str
    reasons: list[str]
    digests: dict[str, int] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    corrected: bool = False


@dataclass
class Plan:
    """Rows to write, and the receipts that they amount to."""

    results: list[dict[str, Any]] = field(default_factory=list)
    interpretations: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    #: Strategies that evidence mentions, and those that a run of its own adds to the action space.
    published: list[Strategy] = field(default_factory=list)
    executed: list[Strategy] = field(default_factory=list)
    receipts: list[evidence_pb2.EvidenceReceipt] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.results or self.interpretations)


@dataclass(frozen=True)
class Rules:
    """Who is believed: measurements of our own workers, trusted sources, states in our own files."""

    accept_own_runs: bool = False
    keep_states: bool = False
    trusted_sources: frozenset[str] = frozenset()


def plan(results: list[types_pb2.ReferenceResult], known: dict[str, Known], rules: Rules) -> Plan:
    """``results`` carry their ids; ``known`` is extended by what the plan adds."""
    made = Plan()
    for result in results:
        reading = digest(result.interpretation)
        before = known.get(result.id)
        # A run that is measured again under the same name (a retried delivery) changes nothing.
        again = before is not None and (
            reading in before.digests or result.locator.WhichOneof("kind") == "run"
        )
        if before is not None and again:
            _receipt(made, result.id, before, duplicate=True)
            continue
        reasons = faults(result)
        if before is None:
            state, reasons = _first_state(result, reasons, rules)
            known[result.id] = now = Known(state, reasons)
            made.results.append(
                {"properties": result_row(result) | {"state": state, "reasons": reasons}}
                | {"id": result.id, "source": result.source}
            )
        else:
            now = before
        version = max(now.digests.values(), default=0) + 1
        current = True
        if before is not None:
            # What a curator says that the cell means is not replaced by what a machine reads.
            current = not now.corrected or corrected(result.interpretation)
            row = _reread(now, result, reasons, rules, version if current else 0)
            made.states.append(row | {"id": result.id, "takes_over": current})
        now.digests[reading] = version
        row = interpretation_row(result.id, version, result.interpretation)
        row["properties"]["current"] = current
        now.corrected = now.corrected or corrected(result.interpretation)
        made.interpretations.append(row)
        _add_strategy(made, result, now.state)
        _receipt(made, result.id, now, duplicate=False)
    return made


#: States of a submission that do not hold where something is not named.
_OPEN = (
    types_pb2.EVIDENCE_STATE_UNSPECIFIED,
    types_pb2.EVIDENCE_STATE_PROPOSED,
    types_pb2.EVIDENCE_STATE_ACCEPTED,
)


def _first_state(
    result: types_pb2.ReferenceResult, reasons: list[str], rules: Rules
) -> tuple[str, list[str]]:
    # A layer's point is sound or doubted; accepted as a result it is never.
    sound = "layer_point" if result.interpretation.per_layer else "accepted"
    unnamed = gaps(result)
    if result.locator.WhichOneof("kind") == "run":
        reasons, unnamed = [*reasons, *unnamed], []
    elif sound == "layer_point":
        unnamed = []
    if unnamed and not reasons and result.state in _OPEN:
        return "proposed", list(dict.fromkeys([*result.reasons, *unnamed]))
    if rules.keep_states and result.state:
        given = state_name(result.state)
        if not reasons or given in (*_SETTLED, "quarantined"):
            return sound if given == "accepted" else given, list(result.reasons) or reasons
    # Who submits may doubt the own result: its checks see the whole document, ours one result.
    if result.state == types_pb2.EVIDENCE_STATE_QUARANTINED:
        reasons = list(dict.fromkeys([*result.reasons, *reasons]))
    if reasons:
        return "quarantined", reasons
    if result.state == types_pb2.EVIDENCE_STATE_PROPOSED and result.reasons:
        return "proposed", list(result.reasons)
    if sound == "layer_point":
        return sound, []
    if result.locator.WhichOneof("kind") == "run" and rules.accept_own_runs:
        return sound, []
    if not rules.trusted_sources.isdisjoint(trusting(result.source)):
        return sound, []
    return "proposed", []


def _reread(
    known: Known, result: types_pb2.ReferenceResult, reasons: list[str], rules: Rules, version: int
) -> dict[str, Any]:
    """The state after another reading, which counts unless ``version`` is 0; ``known`` takes it on."""
    if known.state == "superseded":
        return {"state": known.state, "reasons": known.reasons}
    read_state, read_reasons = _first_state(result, reasons, rules)
    row: dict[str, Any] = {"conflict": None, "read_state": None, "read_reasons": None}
    if known.decisions:
        row |= {"read_state": read_state, "read_reasons": read_reasons}
    if version and known.state not in _SETTLED:
        readings = Readings(version, {}, result.interpretation.per_layer)
        settled = settle(known.decisions, readings, read_state, read_reasons)
        if not settled.decided and known.state == "accepted" and settled.state == "proposed":
            settled = replace(settled, reasons=["it reads differently since it was accepted"])
        known.state, known.reasons = settled.state, settled.reasons
        row["conflict"] = settled.conflict or None
    return row | {"state": known.state, "reasons": known.reasons}


def _add_strategy(made: Plan, result: types_pb2.ReferenceResult, state: str) -> None:
    strategy = strategy_of(result.interpretation)
    if strategy is None:
        return
    methods = [load().method(label) for label in strategy.methods]
    executed = (
        state == "accepted"
        and result.locator.WhichOneof("kind") == "run"
        and strategy.fully_set
        and all(method.executable for method in methods)
    )
    (made.executed if executed else made.published).append(strategy)


def _receipt(made: Plan, id_: str, known: Known, *, duplicate: bool) -> None:
    state = types_pb2.EvidenceState.Value(f"EVIDENCE_STATE_{known.state.upper()}")
    made.receipts.append(
        evidence_pb2.EvidenceReceipt(id=id_, state=state, reasons=known.reasons, duplicate=duplicate)
    )
