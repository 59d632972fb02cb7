"""The labels of a table's rows: what they name and what they say was done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest._rules import Rule
from ingest.meaning._cells import is_absent, read
from ingest.meaning._columns import Column
from ingest.meaning._heads import Head, head, is_head, level_of
from ingest.meaning._reading import Named
from ingest.meaning._words import Mention, plain, tag, without, word_list
from ingest.tables._table import Cell, Table

#: Hardware that only another column's "CPU" or "NPU" names.
_GENERIC = frozenset({"cpu", "gpu", "npu", "dsp", "x86", "arm cpu", "single cpu"})
_FILL = frozenset({"", "^", '"', "〃", "''", "同上"})
_BATCH_SUFFIX = re.compile(r"_(\d+)b(?:atch)?(?=[._-]|$)")
_CORES_SUFFIX = re.compile(r"[_-](\d+)core(?=[._-]|$)", re.IGNORECASE)
_ENDING = re.compile(
    r"\.(?:bmodel|onnx|pb|tflite|pth?|pdparams|pdiparams|tar(?:\.gz)?|zip|h5|rknn|xmodel|py)$", re.I
)
_BITS = re.compile(r"(\d{1,2})")
_ARROW = re.compile(r"^[↳└├─>\s]+")


@dataclass
class Line:
    """A row's labels: what they name, what was done, and which label works as a heading."""

    number: int
    things: dict[str, Named] = field(default_factory=dict)
    variants: tuple[Mention, ...] = ()
    methods: tuple[Named, ...] = ()
    head: Head | None = None
    head_text: str = ""
    base: bool = False
    bold: bool = False
    settings: dict[str, Named] = field(default_factory=dict)
    unknown_method: bool = False
    #: The row names its metric, by words that are not known.
    unknown_metric: bool = False
    layer: str = ""
    #: A column of teachers is empty here.
    untaught: bool = False
    #: Title of a block of "key: value" lines.
    block: str | None = None

    @property
    def level(self) -> int | None:
        return level_of(self.variants, self.base)


def lines(table: Table, uses: tuple[Column, ...], rules: tuple[Rule, ...] = ()) -> dict[int, Line]:
    """The labels of each body row, blanks filled from above, bands applied, declared words put in."""
    words = [(re.compile(k), v) for r in rules for k, v in r.words.items()]
    out: dict[int, Line] = {}
    above: dict[int, Cell] = {}
    model: Named | None = None
    for row in table.rows:
        number = row[0].row
        if number in table.bands:
            model = None
            above = {}
            continue
        line = Line(number)
        band = table.band(number)
        if band:
            _take_label(line, "band", band, "band", band)
        for use in uses:
            if use.use != "label":
                continue
            cell = row[use.number - 1]
            if (
                plain(cell.text) in _FILL
                and use.kind in ("model", "dataset", "hardware", "other", "runtime", "program", "variant")
                and use.number in above
            ):
                if not (use.kind == "variant" and plain(cell.text) == ""):
                    cell = above[use.number]
            elif plain(cell.text) not in _FILL:
                above[use.number] = cell
            _label(line, use, _reworded(cell, words))
        line.base = line.base or (line.untaught and not line.variants and not line.methods)
        if "model" in line.things and line.things["model"].origin == "cell":
            model = line.things["model"]
        elif model is not None:
            line.things["model"] = Named(model.raw, model.origin, model.place, min(model.confidence, 0.9))
        out[number] = line
    _inherit(out)
    return out


def _reworded(cell: Cell, words: list[tuple[re.Pattern[str], str]]) -> Cell:
    text = plain(cell.text)
    for pattern, instead in words:
        text = pattern.sub(instead, text)
    return cell if not words or text == plain(cell.text) else replace(cell, text=text)


def _inherit(rows: dict[int, Line]) -> None:
    """Where a column of models also holds rows that only name a method, these are of the model above."""
    known = {n for n, r in rows.items() if (m := r.things.get("model")) and tag(m.raw, ("model",))}
    if not known or len(known) > 0.7 * len(rows):
        return
    model: Named | None = None
    for number, line in rows.items():
        if number in known:
            model = line.things["model"]
        elif model is not None and "model" in line.things and (line.variants or line.base):
            if re.match(r"[A-Za-z].*\d", line.things["model"].raw):
                model = line.things["model"]
                continue
            line.things["model"] = Named(model.raw, model.origin, model.place, 0.9)


def _label(line: Line, use: Column, cell: Cell) -> None:
    text = plain(cell.text)
    where = f"row {cell.row}, column {cell.column} ({cell.column_name[:60]})"
    if use.kind == "block":
        line.block = text
        h = head(text)
        line.base = line.base or h.base
        line.variants += tuple(v for v in h.variants if v.name == "baseline" or v.data.get("numeric"))
        return
    if use.kind == "layer":
        line.layer = text
    if use.says:
        text = dict(use.says).get(text, text)
    if use.kind == "condition":
        if not is_absent(text):
            line.settings[use.condition] = Named(text, "cell", where)
        return
    if use.kind == "teacher":
        if is_absent(text):
            line.untaught = True
        else:
            line.variants += tag("distillation", ("variant",))
            line.methods += (Named(f"distillation, teacher {text}", "cell", where),)
    if use.kind in ("link", "none", "teacher", "layer"):
        return
    if use.kind == "widths":
        _widths(line, text, where)
        return
    if use.kind == "bits":
        _bits(line, use, text, where)
        return
    if use.kind in ("sparsity", "bits", "batch", "input", "threads", "program"):
        if not is_absent(text):
            if use.kind == "sparsity" and use.head.percent and re.fullmatch(r"\d[\d.]*", text):
                text += "%"
            line.settings[use.kind] = Named(text, "cell", where)
            if use.kind == "sparsity":
                _sparsity(line, text, where)
        return
    if use.kind in ("method", "precision", "variant"):
        _method(line, use, text, where)
        return
    if not text:
        return
    line.bold = line.bold or cell.bold
    _take_label(line, use.kind, text, "cell", where)


def _method(line: Line, use: Column, text: str, where: str) -> None:
    found = tag(text, ("variant",), True)
    if text == "" and use.kind == "variant":
        return
    if found:
        line.variants += found
        if any(int(v.data["level"]) > 0 for v in found):
            line.methods += (Named(text, "cell", where),)
        else:
            line.base = True
        if use.kind == "variant":
            h = head(text)
            line.head, line.head_text = (
                (h, text) if h.measures and h.kind not in ("none", "setting") else (line.head, line.head_text)
            )
    elif is_absent(text):
        line.base = line.base or use.kind == "method"
    elif text.lower() not in word_list("neutral"):
        line.unknown_method = line.unknown_method or use.kind != "precision"
        line.methods += (Named(text, "cell", where, 0.7),)
    models = tag(text, ("model",))
    if models and "model" not in line.things:
        line.things["model"] = Named(residual(text), "cell", where, 0.9)


def _bits(line: Line, use: Column, text: str, where: str) -> None:
    """A column of bit widths: "Weights" and "Activations" apart."""
    found = tag(text, ("variant",), True)
    m = _BITS.search(text)
    side = "activation_bits" if re.search(r"act", use.head.text, re.I) else "weight_bits"
    if re.search(r"input|avg|first|last|kv|output|accum|bias|scale", use.head.text, re.I):
        return
    if found:
        line.variants += found
        if all(int(v.data["level"]) == 0 for v in found):
            line.base = True
            return
    if m and 1 <= int(m[1]) <= 32:
        line.settings[side] = Named(m[1], "cell", where)
        if not found:
            level = 0 if int(m[1]) == 32 else 2
            line.variants += (
                Mention(
                    "variant",
                    "int" if level else "fp32",
                    text,
                    0,
                    0,
                    {"level": level, "family": "quantization"},
                ),
            )
        line.methods += (Named(f"{use.head.text} {text}", "cell", where),)


def _widths(line: Line, text: str, where: str) -> None:
    """ "8/8/4" under "W/A/Attn bits"."""
    found = re.findall(r"\d{1,2}", text)
    if len(found) < 2:
        return
    level = 0 if int(found[0]) == int(found[1]) == 32 else 2
    data = {"level": level, "family": "quantization", "numeric": "int", "w": found[0], "a": found[1]}
    line.variants += (Mention("variant", "weights and activations" if level else "fp32", text, 0, 0, data),)
    if level == 0:
        line.base = True
        return
    for name, bits in zip(("weight_bits", "activation_bits"), found, strict=False):
        line.settings[name] = Named(bits, "cell", where)
    line.methods += (Named(f"W{found[0]}A{found[1]}", "cell", where),)


def _sparsity(line: Line, text: str, where: str) -> None:
    numbers = read(text).numbers
    if not numbers:
        return
    if numbers[0].value == 0 and "kept" not in text:
        line.variants += (Mention("variant", "baseline", text, 0, 0, {"level": 0}),)
        line.base = True
    else:
        line.variants += (Mention("variant", "pruning", text, 0, 0, {"level": 2, "family": "pruning"}),)
        line.methods += (Named(f"sparsity {text}", "cell", where),)


def _take_label(line: Line, kind: str, text: str, origin: str, where: str) -> None:
    text = _ARROW.sub("", text)
    variants = tag(text, ("variant",))
    if kind in ("hardware", "runtime", "dataset"):
        variants = tuple(v for v in variants if v.data.get("numeric") or v.name == "fp32")
    if kind in ("metric", "other", "model", "band", "dataset", "student") and is_head(text):
        models = tag(text, ("model",))
        if kind == "metric" or (kind != "student" and not models and (kind != "model" or not variants)):
            line.head, line.head_text = head(text), text
            _things(line, text, origin, where, ("dataset",))
            return
    if kind == "metric" and not is_absent(text):
        line.unknown_metric = True
        return
    if kind in ("model", "student", "band", "other", "program"):
        _settings_in(line, text, where)
    if variants and kind in ("model", "band", "other", "student", "runtime", "hardware", "dataset"):
        line.variants += variants
        if any(int(v.data["level"]) > 0 for v in variants):
            line.methods += (Named(text, origin, where),)
        else:
            line.base = True
    if kind in ("model", "student"):
        name = residual(text)
        known = bool(tag(name, ("model",)))
        if name and (not variants or known or _could_be_name(name)):
            line.things["model"] = Named(name, origin, where, 1.0 if known else 0.9)
        _things(line, text, origin, where, ("dataset", "hardware"))
    elif kind in ("dataset", "hardware", "runtime"):
        line.things[kind] = Named(text, origin, where)
        if kind == "dataset" and not any(len(m) > 0.6 * len(text) for m in tag(text, ("dataset",))):
            _things(line, text, origin, where, ("model",))
    else:
        _things(line, text, origin, where, ("model", "dataset", "hardware", "runtime"))
        if kind in ("other", "program") and text:
            line.settings.setdefault(kind if kind == "program" else "label", Named(text, origin, where, 0.8))


def _could_be_name(text: str) -> bool:
    return bool(re.match(r"\w", text)) and len(re.sub(r"[^A-Za-z]", "", text)) >= 3


def _settings_in(line: Line, text: str, where: str) -> None:
    if m := _BATCH_SUFFIX.search(text):
        line.settings.setdefault("batch", Named(m[1], "cell", where, 0.95))
    if m := _CORES_SUFFIX.search(text):
        line.settings.setdefault("threads", Named(f"{m[1]} cores", "cell", where, 0.95))


def _things(line: Line, text: str, origin: str, where: str, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        found = tuple(m for m in tag(text, (kind,)) if kind != "hardware" or m.raw.lower() not in _GENERIC)
        if not found or (kind in line.things and line.things[kind].origin == "cell"):
            continue
        raw = (
            residual(text)
            if kind == "model" and origin == "cell" and len(text) <= 60
            else max(found, key=len).raw
        )
        line.things[kind] = Named(raw, origin, where, 0.95 if origin == "cell" else 0.92)


def residual(text: str) -> str:
    """A model's name less precision, batch, file ending, folder and chip."""
    name = plain(text)
    if _ENDING.search(name):
        name = _ENDING.sub("", name).split("/")[-1]
        name = without(name, tag(name, ("hardware",)))
    name = _CORES_SUFFIX.sub("", _BATCH_SUFFIX.sub("", name))
    variants = tag(name, ("variant",))
    # "ResNet34_Pruned_A": the letter counts the variants.
    if variants and re.fullmatch(r"[-_ ][A-Z0-9]", name[variants[-1].end :]):
        name = name[: variants[-1].end]
    name = without(name, variants)
    name = re.sub(
        r"\s*[(\[（][^)\]）]*(?:metrics?|acc|baseline|%|\d\.\d)[^)\]）]*[)\]）]", "", name, flags=re.I
    )
    name = re.sub(r"\s*[(\[（]\s*(?:before|after|with|w/o?|no)?\s*[)\]）]", "", name, flags=re.I)
    name = re.sub(r"\s*\[\d+\]$", "", name).strip(" -_:*·|")
    return "" if name.lower() in word_list("nobody") else name
