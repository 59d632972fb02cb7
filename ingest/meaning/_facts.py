"""A table to facts: every number with what it measures and all that is known of its model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ingest.meaning._ambient import Ambient
from ingest.meaning._cells import Content, Number, of_prose, read
from ingest.meaning._columns import Column, columns, is_value
from ingest.meaning._heads import Head, head
from ingest.meaning._lines import Line, lines, residual
from ingest.meaning._lists import listed
from ingest.meaning._reading import Named
from ingest.meaning._words import Mention, dataset_metric, plain, tag, task_metric, without
from ingest.tables._table import Cell, Table


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
        bool(re.match(r"[A-Za-z][A-Za-z0-9_.\-/ ]*\d", title))
        and not first.head.measures
        and not first.head.label
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
    if marks := _marks(content):
        line = _marked(line, content.rest, marks, cell)
    elif not is_value(content):
        prose = of_prose(cell.text)
        if prose is None:
            return _students(table, use, line, cell, content)
        h = head(prose[0])
        if h.kind == "quality":
            measured = h
        elif measured is not None and measured.kind in ("latency", "throughput") and not h.measures:
            # "RTF 0.817" among frames per second is something else.
            return []
        content = Content((prose[1],), (), "")
    if measured is None:
        return []
    measured = _beside(measured, content)
    measured = _two_tops(measured, line, content)
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
        if named is not None and len(outer) == len(names) > 1:
            found = [
                _fact(table, use, line, cell, content, measured, by_row, n, i) for i, n in enumerate(outer)
            ]
            for fact, name in zip(found, names, strict=True):
                fact.line = replace(line, things=line.things | {"dataset": replace(named, raw=name)})
            return found
        outer = outer[:1]
    return [_fact(table, use, line, cell, content, measured, by_row, n, i) for i, n in enumerate(outer)]


def _listed(table: Table, use: Column, line: Line, cell: Cell) -> list[Fact]:
    """One fact for each part that the cell lists."""
    if cell.struck:
        return []
    out: list[Fact] = []
    for part, own, content, number in listed(cell.text, use.parts):
        one = replace(use, head=own)
        out.append(replace(_fact(table, one, line, cell, content, own, False, number, 0), part=part))
    return out


def _beside(measured: Head, content: Content) -> Head:
    """The metrics that a cell names beside its numbers ("0.74/0.83 EM/F1") under a general heading."""
    if measured.kind != "quality" or measured.metric not in ("accuracy", "score") or not content.rest:
        return measured
    own = head(content.rest)
    fits = own.kind == "quality" and len(own.measures) == len(content.outer) and own.role == "value"
    return replace(own, role=measured.role) if fits else measured


def _marks(content: Content) -> tuple[Mention, ...]:
    """What a cell says beside its one number, where it is only a precision or method: "30.6(INT8)"."""
    if len(content.numbers) != 1 or not 2 <= len(content.rest) <= 20:
        return ()
    found = tag(content.rest, ("variant",))
    return found if found and not without(content.rest, found) else ()


def _marked(line: Line, text: str, marks: tuple[Mention, ...], cell: Cell) -> Line:
    """The row's line for a cell that names its own variant."""
    base = all(int(m.data["level"]) == 0 for m in marks)
    settings = {k: v for k, v in line.settings.items() if not k.endswith("_bits")}
    methods = () if base else (Named(text, "cell", f"row {cell.row}, column {cell.column}"),)
    return replace(line, variants=marks, methods=methods, base=base, settings=settings)


def _two_tops(measured: Head, line: Line, content: Content) -> Head:
    """ "0.757/0.921" under "Accuracy" on ImageNet: top-1 and top-5."""
    if measured.metric != "accuracy" or len(measured.measures) != 1 or len(content.outer) != 2:
        return measured
    named = line.things.get("dataset")
    first, second = content.outer
    if named is None or content.rest or not re.match(r"image[-_ ]?net|ilsvrc", plain(named.raw), re.I):
        return measured
    if not first.value < second.value or first.digits != second.digits or first.unit != second.unit:
        return measured
    return replace(measured, measures=head("Top-1/Top-5").measures)


def _students(table: Table, use: Column, line: Line, cell: Cell, content: Content) -> list[Fact]:
    """A cell that names a model and gives its quality in parentheses: "ResNet18 (0.6739 ACC)"."""
    if use.head.label != "student" or not content.inner:
        return []
    h = head(cell.text) if head(cell.text).kind == "quality" else use.head
    if h.kind != "quality" or len(h.measures) != len(content.inner):
        return []
    line.things.setdefault("model", Named(residual(cell.text.split("(")[0]), "cell", f"row {cell.row}", 0.9))
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
