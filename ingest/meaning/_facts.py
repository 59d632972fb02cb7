"""A table to facts: every number with what it measures and all that is known of its model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ingest._rules import Rule
from ingest.meaning._ambient import Ambient
from ingest.meaning._cells import Content, Number, is_absent, of_prose, read
from ingest.meaning._columns import Column, columns, is_value
from ingest.meaning._heads import Head, head, is_head, level_of
from ingest.meaning._reading import Named
from ingest.meaning._words import Mention, dataset_metric, plain, tag, task_metric, without, word_list
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


@dataclass
class Fact:
    """One number. ``value`` in the contract's units; ``column_variants`` from the heading."""

    table: int
    cell: Cell
    number: Number
    kind: str
    metric: str
    role: str
    value: Decimal
    how: str
    column: Column
    line: Line
    head: Head
    by_row: bool
    part: int = 0
    lower: bool = False
    scale: str = "fraction"
    settings: tuple[tuple[str, str], ...] = ()
    inner: tuple[Number, ...] = ()
    unit_nearby: str = ""
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    guessed: float = 1.0

    @property
    def row(self) -> int:
        return self.cell.row

    @property
    def place(self) -> str:
        return f"row {self.cell.row}, column {self.cell.column} ({self.cell.column_name[:60]})"


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
        line.things["model"] = Named(_residual(text), "cell", where, 0.9)


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
        name = _residual(text)
        known = bool(tag(name, ("model",)))
        if name and (not variants or known or _could_be_name(name)):
            line.things["model"] = Named(name, origin, where, 1.0 if known else 0.9)
        _things(line, text, origin, where, ("dataset", "hardware"))
    elif kind in ("dataset", "hardware", "runtime"):
        line.things[kind] = Named(text, origin, where)
        if kind == "dataset":
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
            _residual(text)
            if kind == "model" and origin == "cell" and len(text) <= 60
            else max(found, key=len).raw
        )
        line.things[kind] = Named(raw, origin, where, 0.95 if origin == "cell" else 0.92)


def _residual(text: str) -> str:
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
    return re.sub(r"\s*\[\d+\]$", "", name).strip(" -_:*·|")


def facts(table: Table, around: Ambient, prose: str = "") -> list[Fact]:
    """All numbers of a table that measure something."""
    if around.skip:
        return []
    uses = columns(table, around.rules)
    rows = lines(table, uses, around.rules)
    _headed_by_model(table, uses, rows)
    nearby = _unit_nearby(table, prose)
    only = _only_quality(uses)
    out: list[Fact] = []
    for row in table.rows:
        line = rows.get(row[0].row)
        if line is None:
            continue
        for use in uses:
            if use.use == "value":
                cell = row[use.number - 1]
                if cell.spanned and cell.origin[0] == cell.row:
                    continue
                found = _of_cell(table, use, line, cell, around, only)
                for fact in found:
                    fact.unit_nearby = nearby
                out.extend(found)
    return out


def _headed_by_model(table: Table, uses: tuple[Column, ...], rows: dict[int, Line]) -> None:
    """ "VILA-1.5-3B" over a column of methods is the model of all rows."""
    first = uses[0]
    title = first.head.text
    named = (
        bool(re.match(r"[A-Za-z][\w.\-/ ]*\d", title)) and not first.head.measures and not first.head.label
    )
    if not named or first.use != "label" or len(title) > 40 or tag(title, ("variant", "dataset", "hardware")):
        return
    where = f"row 1, column 1 ({title})"
    for line in rows.values():
        line.things.setdefault("model", Named(title, "heading", where, 0.9))


def _only_quality(uses: tuple[Column, ...]) -> Head | None:
    """The quality that other columns of the table name, if it is one."""
    heads = {u.head.metric: u.head for u in uses if u.use == "value" and u.head.kind == "quality"}
    return next(iter(heads.values())) if len(heads) == 1 else None


_UNIT_OF_TIME = re.compile(
    r"(?:时间单位|time unit|units? of time)[^。.\n]{0,12}(?:ms|毫秒|milliseconds)", re.I
)


def _unit_nearby(table: Table, prose: str) -> str:
    """A unit of time that the words around the table give, or the document for all of its tables."""
    if _UNIT_OF_TIME.search(prose):
        return "ms"
    for text in (table.caption, table.lead, table.trail):
        if m := re.search(r"(?<![A-Za-z])ms(?![A-Za-z])|毫秒|millisecond", text):
            return "ms" if m else ""
    return ""


def _of_cell(
    table: Table, use: Column, line: Line, cell: Cell, around: Ambient, only: Head | None
) -> list[Fact]:
    if use.parts:
        return _listed(table, use, line, cell)
    content = read(cell.text)
    measured, by_row = _measured(use.head, line, around, content, only)
    if not content.numbers or cell.struck:
        return []
    prose = None
    if not is_value(content):
        prose = of_prose(cell.text)
        if prose is None:
            return _students(table, use, line, cell, content)
        h = head(prose[0])
        if h.kind == "quality":
            measured = h
        content = Content((prose[1],), (), "")
    if measured is None:
        return []
    measured = _beside(measured, content)
    outer = content.outer or content.inner
    parts = (
        measured.measures
        if len(measured.measures) > 1
        else (measured.measures[0],) * 1
        if measured.measures
        else ()
    )
    if len(parts) > 1 and len(outer) != len(parts):
        return (
            [] if len(outer) != 1 else [_fact(table, use, line, cell, content, measured, by_row, outer[0], 0)]
        )
    if len(parts) <= 1:
        named = line.things.get("dataset")
        names = [x.strip() for x in re.split(r"[/,、|]", named.raw)] if named else []
        if len(outer) == len(names) > 1:
            found = [
                _fact(table, use, line, cell, content, measured, by_row, n, i) for i, n in enumerate(outer)
            ]
            for fact, name in zip(found, names, strict=True):
                fact.line = replace(line, things=line.things | {"dataset": replace(named, raw=name)})
            return found
        outer = outer[:1]
    return [_fact(table, use, line, cell, content, measured, by_row, n, i) for i, n in enumerate(outer)]


_NAMED = re.compile(r"\[?([A-Za-z][^=\[\]]*)\]?\s*=\s*\[?([\d.]+%?(?:\s*[,/]\s*[\d.]+%?)*)\]?")


def _listed(table: Table, use: Column, line: Line, cell: Cell) -> list[Fact]:
    """A cell that lists "NAMES = VALUES" once for each declared part: "f1=76.87 f1=76.2"."""
    found = _NAMED.findall(plain(cell.text))
    if cell.struck or len(found) != len(use.parts):
        return []
    out: list[Fact] = []
    for part, (names, values) in zip(use.parts, found, strict=True):
        measures, numbers = re.split(r"[,/]", names), re.split(r"[,/]", values)
        if len(measures) != len(numbers):
            return []
        for i, (name, value) in enumerate(zip(measures, numbers, strict=True)):
            own, number = head(f"{part} {name.strip(' %')}"), read(value).numbers[0]
            if own.kind == "quality" and is_head(name):
                one = replace(use, head=own)
                fact = _fact(table, one, line, cell, Content((number,)), own, False, number, 0)
                out.append(replace(fact, part=i))
    return out


def _beside(measured: Head, content: Content) -> Head:
    """The metrics that a cell names beside its numbers ("0.74/0.83 EM/F1") under a general heading."""
    if measured.kind != "quality" or measured.metric not in ("accuracy", "score") or not content.rest:
        return measured
    own = head(content.rest)
    fits = own.kind == "quality" and len(own.measures) == len(content.outer) and own.role == "value"
    return replace(own, role=measured.role) if fits else measured


def _students(table: Table, use: Column, line: Line, cell: Cell, content: Content) -> list[Fact]:
    """A cell that names a model and gives its quality in parentheses: "ResNet18 (0.6739 ACC)"."""
    if use.head.label != "student" or not content.inner:
        return []
    h = head(cell.text) if head(cell.text).kind == "quality" else use.head
    if h.kind != "quality" or len(h.measures) != len(content.inner):
        return []
    line.things.setdefault("model", Named(_residual(cell.text.split("(")[0]), "cell", f"row {cell.row}", 0.9))
    return [
        _fact(table, use, line, cell, Content((), (), ""), h, False, n, i)
        for i, n in enumerate(content.inner)
    ]


def _measured(
    own: Head, line: Line, around: Ambient, content: Content, only: Head | None
) -> tuple[Head | None, bool]:
    """What the number measures: by its column, its row, its unit, or the surroundings."""
    if "metric" in around.forced:
        return head(around.forced["metric"].raw), False
    if own.measures:
        return own, False
    if line.head is not None and line.head.measures:
        return line.head, True
    if line.unknown_metric:
        return None, False
    units = {n.unit for n in content.numbers}
    implied = next((_UNIT_MEANS[u] for u in units if u in _UNIT_MEANS), "")
    if implied and implied != "accuracy" and own.role == "value":
        return head(implied), False
    if only is not None and (own.variants or own.base or own.after or own.role != "value"):
        return only, False
    if around.measure is not None:
        return around.measure, False
    datasets = [t for t in own.things if t.kind == "dataset"] or "dataset" in line.things
    if datasets:
        return head(task_metric(_task_of(own, line))), False
    if usual := _usual(own, line, around, content):
        return usual, False
    if implied and own.role == "value" and (own.things or own.variants or own.base or own.after):
        return head(implied), False
    return None, False


def _usual(own: Head, line: Line, around: Ambient, content: Content) -> Head | None:
    """The usual metric of the only data set spoken of, for numbers of variants or models that none names."""
    dataset = line.things.get("dataset") or around.things.get("dataset")
    marked = own.variants or own.base or own.after or any(t.kind == "model" for t in own.things)
    printed = content.outer[:1]
    if dataset is None or not marked or own.role != "value" or not printed:
        return None
    if not printed[0].digits or printed[0].unit not in ("", "%") or not 0 <= printed[0].value <= 100:
        return None
    name = dataset_metric(dataset.raw)
    return head(name) if name else None


def _task_of(own: Head, line: Line) -> str:
    named = [t.raw for t in own.things if t.kind == "dataset"]
    return named[0] if named else line.things["dataset"].raw


_UNIT_MEANS = {
    "%": "accuracy",
    "ms": "latency (ms)",
    "s": "latency (s)",
    "fps": "fps",
    "mb": "model size (MB)",
    "kb": "model size (KB)",
    "gb": "model size (GB)",
}


def _fact(
    table: Table,
    use: Column,
    line: Line,
    cell: Cell,
    content: Content,
    measured: Head,
    by_row: bool,
    number: Number,
    part: int,
) -> Fact:
    measure = measured.measures[part] if part < len(measured.measures) else measured.measures[0]
    kind = str(measure.data["kind"])
    by_unit = measured is head("accuracy") and number.unit == "%" and not use.head.measures
    borrowed = bool(use.head.variants or use.head.base or use.head.after) and not use.head.measures
    role = use.head.role if use.head.role != "value" or borrowed else measured.role
    inner = tuple(n for n in content.inner if n.place == part and n is not number)
    guessed = 1.0 if measured is use.head or by_row else (0.8 if by_unit else 0.82)
    return Fact(
        table.index,
        cell,
        number,
        kind,
        measure.name if kind == "quality" else "",
        role,
        number.value,
        "",
        use,
        line,
        measured,
        by_row,
        part,
        bool(measure.data.get("lower")),
        str(measure.data.get("scale", "fraction")),
        content.settings,
        inner,
        guessed=guessed,
    )
