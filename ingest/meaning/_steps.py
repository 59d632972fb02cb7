"""What was done to a model, as plain steps: family, kind and settings. The catalogue's words come later."""

from __future__ import annotations

from typing import Any

from ingest.meaning._reading import Reading
from ingest.meaning._words import Mention, tag

#: Formats of weights alone: activations stay as they were.
_WEIGHTS_ONLY = ("weights only",)


def steps(reading: Reading) -> list[dict[str, Any]]:
    """One step per family, in the order in which the document words them."""
    mentions = [
        m for named in reading.methods for m in tag(named.raw, ("variant",), True) if int(m.data["level"]) > 0
    ]
    weights_only = any(m.data.get("weights") for m in mentions)
    out: dict[str, dict[str, Any]] = {}
    for m in mentions:
        family = str(m.data.get("family", ""))
        if not family:
            continue
        step = out.setdefault(family, {"family": family})
        _add(step, m, weights_only)
    if any(m.name == "mixed precision" or m.raw.lower() == "mixed" for m in mentions):
        for name in ("weight_bits", "activation_bits"):
            out.get("quantization", {}).pop(name, None)
    for name in ("weight_bits", "activation_bits"):
        named = reading.fields.get(name)
        if named and named.raw.isdigit():
            out.setdefault("quantization", {"family": "quantization"})[name] = int(named.raw)
    if "sparsity" in reading.fields and "pruning" in out:
        out["pruning"]["sparsity"] = reading.fields["sparsity"].raw
    return list(out.values())


def _add(step: dict[str, Any], m: Mention, weights_only: bool) -> None:
    if technique := m.data.get("technique"):
        step.setdefault("kind", technique)
    elif m.name in ("weights only", "mixed precision", "binary", "ternary"):
        step.setdefault("kind", m.name)
    if numeric := m.data.get("numeric"):
        step.setdefault("numeric", numeric)
    bits = m.data.get("b") or m.data.get("bits")
    if m.data.get("w"):
        step["weight_bits"] = int(m.data["w"])
    if m.data.get("a"):
        step["activation_bits"] = int(m.data["a"])
    elif bits:
        step.setdefault("weight_bits", int(bits))
        if m.name not in _WEIGHTS_ONLY and not (weights_only and m.name == "int"):
            step.setdefault("activation_bits", int(bits))
    if m.data.get("n") and m.data.get("m"):
        step["pattern"] = f"{m.data['n']}:{m.data['m']}"
