"""Tables drawn with characters and ``key: value`` lines, in comments and code blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docutils.parsers.rst.tableparser import GridTableParser, TableMarkupError
from docutils.statemachine import StringList

from ingest.tables import _limits
from ingest.tables._flow import Flow
from ingest.tables._grid import Raw
from ingest.tables._table import Cell, Table
from ingest.tables._text import clean, cut

_DRAWN = re.compile(r"^\s*[|+│┃┌├└╞╔]")
_ENDS = frozenset("|+│┃┐┘┤┓┛┨╗╝╣╡")
#: A grid drawn in full is parsed with its spans up to so many lines.
_GRID_LINES = 400
_GRID_COLUMNS, _GRID_CORNERS = 100, 10_000

#: Longer lines are prose or worse: no pairs are looked for.
_LONG = 300

_STAMP = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?\s*(?:-|\||INFO)?\s*")
_BULLET = re.compile(r"^(?:[*•-]|==+>|-->|=>|\d+[.)])\s+")
_RULE = re.compile(r"^[-=*]{2,}\s*(?P<title>[^-=*].*?)\s*[-=*]*$")
_COMMAND = re.compile(
    r"(?:^|\s)--[a-z]|^[$>]|^(?:time|python\d?|pip|import|from|export|cd|git)\s"
    r"|[{};]\s*$|\\$|://|^\S+\("
)
_KEY = re.compile(r"(?:#\s)?[A-Za-z][\w ./()%@#-]*$")
_PAIR = re.compile(
    r"(?:[:=]|~(?=\s?\d)|\bis\b)\s*"
    r"(?P<value>[-+~]?\$?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s*(?:%|(?:ms|[KMGT]i?B|[KMGB]|x|X|FPS|fps|s)\b)?)"
    r"(?P<note>\s*\([^()]{0,80}\))?(?=$|[\s,;|])"
)
_VERSUS = re.compile(
    r"\bvs\.?\s+(?:the\s+)?(?:(?P<what>[\w ]{3,40}?)\s*:\s*)?"
    r"(?P<value>\d[\d,]*(?:\.\d+)?%?)(?:\s+(?P<after>[a-z]+))?"
)


def read_block(lines: list[str], first: int, flow: Flow) -> None:
    """Adds the tables in a block of lines whose first has the number ``first``.

    Drawn tables become grids, runs of ``key: value`` lines one "keyed" table: a row per titled run,
    its title and its lines in the two leading columns.
    """
    at = 0
    loose: list[tuple[int, str]] = []
    while at < len(lines):
        end = at
        while end < len(lines) and _DRAWN.match(lines[end]) and end - at < _limits.ROWS:
            end += 1
        # A tree of files is drawn with bars too, but its lines do not end with one.
        closed = sum(line.rstrip()[-1:] in _ENDS for line in lines[at:end])
        if end - at >= 3 and closed * 2 > end - at:
            _keyed(loose, flow)
            loose = []
            _drawn(lines[at:end], first + at, flow)
            at = end
        else:
            loose.append((first + at, lines[at]))
            at += 1
    _keyed(loose, flow)


def _is_border(line: str) -> bool:
    return set(line) <= set("|+-=: \t") and ("--" in line or "==" in line)


def _drawn(lines: list[str], first: int, flow: Flow) -> None:
    borders = [i for i, line in enumerate(lines) if _is_border(line)]
    inner = [i for i in borders if 0 < i < len(lines) - 1]
    full = lines[0].lstrip().startswith("+") and len(inner) > 1
    if full and len(lines) <= _GRID_LINES and (rows := grid_rows(lines, first)):
        flow.table(rows)
        return
    plain: list[list[Raw]] = []
    heads: int | None = None
    for i, line in enumerate(lines):
        if i in borders or re.match(r"^\s*[├└┌╞╔╠╟]", line):
            if plain and heads is None:
                heads = len(plain)
            continue
        fields = re.split(r"[|│┃]", line.strip().strip("|│┃"))
        plain.append([Raw(clean(f), first + i) for f in fields])
    flow.table(plain, explicit=heads if heads is not None and heads < len(plain) and heads < 4 else None)


def grid_rows(lines: list[str], first: int) -> list[list[Raw]]:
    """The cells of a grid drawn with +, - and |, spans included; [] if it is none."""
    margin = len(lines[0]) - len(lines[0].lstrip())
    # The parser scans a cell's outline for each corner it finds.
    corners = max(line.count("+") for line in lines[:50])
    if corners > _GRID_COLUMNS or corners * len(lines) > _GRID_CORNERS:
        return []
    width = max(len(line.rstrip()) for line in lines) - margin
    block = [line[margin:].rstrip().ljust(width) for line in lines]
    try:
        _, head, body = GridTableParser().parse(StringList(block))
    except (TableMarkupError, AssertionError, IndexError, ValueError, KeyError):
        return []
    rows: list[list[Raw]] = []
    for part, is_head in ((head, True), (body, False)):
        for row in part:
            cells = [
                Raw(
                    clean(" ".join(cell[3])),
                    first + cell[2],
                    cell[1] + 1,
                    cell[0] + 1,
                    is_head,
                )
                for cell in row
                if cell
            ]
            rows.append(cells)
    return rows


@dataclass(slots=True)
class _Run:
    title: str
    title_line: int
    lines: list[str] = field(default_factory=list)
    values: dict[str, tuple[str, int, tuple[str, ...]]] = field(default_factory=dict)


def _keyed(lines: list[tuple[int, str]], flow: Flow) -> None:
    runs: list[_Run] = []
    prose: list[str] = []
    current = _Run("", lines[0][0] if lines else 0)
    fresh = False
    for number, source in lines:
        line = _BULLET.sub("", _STAMP.sub("", source.strip()[:_LONG]))
        line = _BULLET.sub("", line)
        if not line:
            fresh = True
            continue
        rule = _RULE.match(line)
        pairs = [] if _COMMAND.search(line) or len(line) >= _LONG else _pairs(line)
        if rule or (not pairs and line.endswith((":", "："))):
            _close(current, runs)
            current = _Run(clean(rule["title"] if rule else line[:-1])[:200], number)
            fresh = False
            continue
        if not pairs:
            prose.append(line)
            continue
        # The same key again, or a paragraph of its own under a title used up, is another run.
        if any(key in current.values for key, *_ in pairs) or (fresh and current.values and current.title):
            _close(current, runs)
            current = _Run("" if fresh else current.title, number)
        fresh = False
        current.lines.append(line)
        for key, value, notes in pairs:
            current.values.setdefault(key, (value, number, notes))
    _close(current, runs)
    if prose:
        flow.paragraph(" ".join(prose))
    if runs:
        flow.add([_table(runs, cut(clean(" ".join(prose)), _limits.PARAGRAPH_CHARS))])


def _close(run: _Run, runs: list[_Run]) -> None:
    if run.values and len(runs) < _limits.TABLES:
        runs.append(run)


def _pairs(line: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found: list[tuple[str, str, tuple[str, ...]]] = []
    before = 0
    for pair in _PAIR.finditer(line):
        key = _KEY.search(line[max(before, pair.start() - 48) : pair.start()].rstrip())
        before = pair.end()
        if key:
            note = clean(pair["note"] or "").strip("()")
            found.append((clean(key[0]), clean(pair["value"]), (note,) if note else ()))
    if found and (versus := _VERSUS.search(line)):
        what = clean(versus["after"] or versus["what"] or "other")
        if all(what != key for key, *_ in found) and all(versus["value"] != v for _, v, _ in found):
            found.append((what, versus["value"], ()))
    return found[:50]


def _table(runs: list[_Run], lead: str) -> Table:
    keys = list(dict.fromkeys(key for run in runs for key in run.values))[: _limits.COLUMNS]
    names = ["", "text", *keys]
    top = runs[0].title_line
    lines = [top, top, *(next(run.values[key][1] for run in runs if key in run.values) for key in keys)]
    heading = tuple(
        Cell(name, 1, i, line, name) for i, (name, line) in enumerate(zip(names, lines, strict=True), 1)
    )
    rows = []
    for number, run in enumerate(runs, 2):
        first = min(line for _, line, _ in run.values.values())
        cells = [
            Cell(run.title, number, 1, run.title_line),
            Cell(clean(" ; ".join(run.lines))[: _limits.CELL_CHARS], number, 2, first, "text"),
        ]
        for column, key in enumerate(keys, 3):
            text, line, notes = run.values.get(key, ("", first, ()))
            cells.append(Cell(text, number, column, line, key, notes=notes))
        rows.append(tuple(cells))
    return Table(0, (heading,), tuple(rows), lead=lead, kind="keyed", labels=2)
