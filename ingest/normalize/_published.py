"""What a document says was done to a model, to a strategy of the catalogue. Nothing unstated is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ingest.normalize._methods import Mention, label_of, tag
from kgpress.catalogue import Method, Value, load
from kgpress.catalogue._entries import STAGES
from kgpress.strategy import UNSPECIFIED, Strategy, make

_QUANTIZATION = "quantization, kind not stated"
_WEIGHTS_ONLY = "weight-only quantization, kind not stated"
#: How much a name says of its kind: the least of a type gives way to any other of it.
_GENERIC = ("kind not stated", "not stated")
#: Number formats that are a method of their own when no other is named.
_OF_FORMAT = {
    "fp16": "half-precision conversion",
    "bf16": "bfloat16 conversion",
    "fp8": "8-bit floating-point quantization",
    "nf4": "4-bit NormalFloat quantization",
    "binary": "binarization",
    "mixed": "mixed-precision quantization",
    **dict.fromkeys(
        ("nvfp4", "mxfp4", "mxfp8", "mxint8", "mxint4", "fp4"), "block-scaled floating-point quantization"
    ),
}
#: Methods of one width, and what they are where weights and activations differ or are wider than 8 bits.
_OF_WIDTHS = {
    "post-training static quantization": "post-training quantization of given widths",
    "quantization-aware training": "quantization-aware training of given widths",
}
_DISTRIBUTIONS = {"erk": "erdos_renyi_kernel", "er": "erdos_renyi", "uniform": "uniform"}
_HALVES = ("fp16", "bf16")
_TRAINED = frozenset({"quantization-aware training"})


def strategy_of(texts: Iterable[str], stated: Mapping[str, Any] | None = None) -> Strategy | None:
    """The strategy that labels, cells and headings name together, or None where they name none.

    Args:
        texts: As the document words them, in its order.
        stated: Settings found elsewhere: "weight_bits", "activation_bits", "sparsity", "ratio" (shares).
    """
    given = tuple(sorted((k, v) for k, v in (stated or {}).items() if v is not None))
    return _strategy_of(tuple(texts), given)


@lru_cache(maxsize=20_000)
def _strategy_of(texts: tuple[str, ...], stated: tuple[tuple[str, Any], ...]) -> Strategy | None:
    """Thousands of results share a few hundred ways of saying what was done."""
    mentions = [m for text in texts for m in tag(text)]
    settings = _settings(mentions) | dict(stated)
    names = list(dict.fromkeys(m.canonical for m in mentions if m.kind == "method"))
    formats = list(dict.fromkeys(m.canonical for m in mentions if m.kind == "precision"))
    names = _told(names, formats, settings)
    if not names:
        return None
    catalogue = load()
    names = [_of_widths(n, formats, settings) for n in _fitting(names)]
    methods = sorted((catalogue.method(label_of(n)) for n in names), key=lambda m: STAGES.index(m.stage))
    return make([(m.label, _given(m, settings)) for m in methods], catalogue)


def _settings(mentions: list[Mention]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for m in mentions:
        groups = m.data.get("groups", ())
        match m.canonical:
            case "widths":
                out |= {"weight_bits": int(groups[0]), "activation_bits": int(groups[1])}
            case "weights":
                out.setdefault("weight_bits", int(groups[0]))
            case "group":
                out["group"] = int(groups[0])
            case "gguf":
                out["gguf_type"] = groups[0].lower()
            case "n:m" if int(groups[0]) < int(groups[1]):
                out |= {"kept": int(groups[0]), "group_of": int(groups[1])}
            case "block":
                out |= {"block_rows": int(groups[0]), "block_columns": int(groups[1])}
            case "share":
                share = float(Decimal(groups[0]) / 100)
                out |= {"sparsity": share, "ratio": share}
            case "sparse":
                out["sparsity"] = float(groups[0])
            case "distribution":
                out["distribution"] = _DISTRIBUTIONS[groups[0].lower()]
            case "kv":
                out["kv_bits"] = int(groups[0])
    formats = [m for m in mentions if m.kind == "precision" and m.data.get("side") != "before"]
    # Several formats in one name: the widths are those of the narrowest.
    formats.sort(key=lambda m: int(m.data.get("weight_bits", 99)))
    for m in formats:
        if m.data.get("weight_bits", 0) > formats[0].data.get("weight_bits", 99):
            continue
        for width in ("weight_bits", "activation_bits"):
            if width in m.data:
                out.setdefault(width, m.data[width])
        if "block" in _OF_FORMAT.get(m.canonical, ""):
            out.setdefault("block_format", m.canonical)
    return out


def _told(names: list[str], formats: list[str], settings: dict[str, Any]) -> list[str]:
    """Names with what formats and settings add: a format names a method where no quantization does."""
    names = list(names)
    if "kept" in settings and not _specific(names, "pruning"):
        names.append("N:M semi-structured pruning")
    if "gguf_type" in settings:
        names.append("k-quants")
    weights, activations = settings.get("weight_bits"), settings.get("activation_bits")
    narrow = bool(weights and weights < 16)
    if narrow:
        names = [n for n in names if n not in [_OF_FORMAT[f] for f in _HALVES]]
    if "mixed" in formats and narrow and set(formats) & set(_HALVES):
        names.append("mixed floating-point and integer quantization")
    for f in formats:
        # Half precision beside a narrower format is what the rest of the model stays in.
        if f in _OF_FORMAT and (f not in _HALVES or not (narrow or _typed(names, "quantization"))):
            names.append(_OF_FORMAT[f])
    if "sparsity" in settings and not _typed(names, "pruning"):
        names.append("weight pruning, criterion not stated")
    if not _typed(names, "quantization") and (weights or activations) and (weights or 8) < 32:
        names.append(_QUANTIZATION)
    if not _specific(names, "quantization") and weights and activations:
        if weights < 16 <= activations and weights <= 4:
            names.append(_WEIGHTS_ONLY)
        elif weights == activations == 16 and "int16" not in formats:
            names.append("16-bit floating point, format not stated")
    return list(dict.fromkeys(names))


def _typed(names: list[str], compression_type: str) -> list[str]:
    return [n for n in names if load().method(label_of(n)).compression_type == compression_type]


def _specific(names: list[str], compression_type: str) -> list[str]:
    return [n for n in _typed(names, compression_type) if not n.endswith(_GENERIC)]


def _fitting(names: list[str]) -> list[str]:
    """One method of precision; of the other types those that say most; widths as they were stated."""
    kept: list[str] = []
    for compression_type in {load().method(label_of(n)).compression_type: None for n in names}:
        typed = _typed(names, compression_type)
        best = max(_rank(n) for n in typed)
        kept += [n for n in typed if _rank(n) == best]
    precise = [n for n in kept if load().method(label_of(n)).stage == "precision"]
    trained = [n for n in precise if n in _TRAINED]
    keep = (trained or precise)[:1]
    return [n for n in names if n in kept and (n not in precise or n in keep)]


def _of_widths(name: str, formats: list[str], settings: Mapping[str, Any]) -> str:
    weights, activations = settings.get("weight_bits"), settings.get("activation_bits")
    plain = activations in (None, weights) and (weights or 8) in range(2, 9)
    if name in _OF_WIDTHS and (not plain or any(f in _OF_FORMAT for f in formats)):
        return _OF_WIDTHS[name]
    return name


def _rank(name: str) -> int:
    if name.endswith(", kind not stated"):
        return 1 if name.startswith(("post-training", "weight-only")) else 0
    return 1 if name.endswith("not stated") else 2


def _given(method: Method, settings: Mapping[str, Any]) -> dict[str, Value]:
    return {hp.name: settings.get(_SAME.get(hp.name, hp.name), UNSPECIFIED) for hp in method.hyperparameters}


#: Hyperparameters by the name that documents' settings have.
_SAME = {"bits": "weight_bits", "block": "group"}
