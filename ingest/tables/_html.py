"""HTML to tables, LaTeXML pages and fragments in Markdown included. Nothing is fetched, no DTD is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from lxml import etree, html

from ingest.tables import _limits
from ingest.tables._flow import Flow
from ingest.tables._grid import Raw
from ingest.tables._marks import is_mark, off, tex, untex
from ingest.tables._table import Table, TableError
from ingest.tables._text import clean

Element = Any

_BOLD = frozenset({"b", "strong"})
_STRUCK = frozenset({"s", "del", "strike"})
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "head", "svg", "annotation", "annotation-xml"}
)
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "hr", "dd", "dt", "summary"})
_PARAGRAPHS = frozenset(
    {"p", "li", "dd", "dt", "pre", "blockquote", "figcaption", "summary", "caption", "center"}
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})


def read_html(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of a page."""
    flow = Flow(faults)
    root = parse(text, faults)
    if root is None:
        return "", [], ""
    walk(root, flow, 0)
    return flow.title, list(flow.tables), flow.prose


def parse(text: str, faults: list[str]) -> Element | None:
    """The element tree, or None where there is no element.

    libxml2's own bounds hold (depth, text size): what lies beyond is left out, with a fault.

    Raises:
        TableError: more marks than the limit allows.
    """
    if (marks := text.count("<")) > _limits.HTML_MARKS:
        raise TableError(
            f"the HTML has {marks:,} marks, the limit is {_limits.HTML_MARKS:,}", remedy="leave it out"
        )
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True, recover=True
    )
    try:
        root = html.document_fromstring(
            text.encode("utf-8", "replace"), parser=parser, ensure_head_body=False
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if str(error) and "empty" not in str(error).lower():
            faults.append(f"the HTML does not parse: {clean(str(error))[:200]}")
        return None
    for entry in parser.error_log:
        if entry.level_name == "FATAL" or "depth" in entry.message or "huge" in entry.message.lower():
            faults.append(f"the HTML was cut at line {entry.line}: {clean(entry.message)[:120]}")
            break
    return root


def walk(root: Element, flow: Flow, offset: int) -> None:
    """Feeds a page or fragment to a flow. ``offset``: lines of the document before it."""
    steps = etree.iterwalk(root, events=("start", "end"))
    pending: list[str] = []
    for event, element in steps:
        tag = element.tag
        if not isinstance(tag, str):
            _tail(pending, element, event)
            continue
        if event == "end":
            if tag in _BREAKS or tag in _PARAGRAPHS:
                _flush(pending, flow)
            _tail(pending, element, event)
            continue
        if tag in _SILENT:
            steps.skip_subtree()
            continue
        if tag in _HEADINGS or _is(element, "ltx_title_document"):
            _flush(pending, flow)
            flow.heading(_HEADINGS.get(tag, 1), text_of(element)[0])
            steps.skip_subtree()
        elif _is_table(element):
            _flush(pending, flow)
            read_element(element, flow, offset)
            steps.skip_subtree()
        elif tag == "math":
            pending.append(tex(element.get("alttext") or ""))
            steps.skip_subtree()
        elif _is(element, "ltx_caption") or tag == "figcaption":
            steps.skip_subtree()
        else:
            if tag in _BREAKS or tag in _PARAGRAPHS:
                _flush(pending, flow)
            if element.text:
                pending.append(element.text)
    _flush(pending, flow)


def _tail(pending: list[str], element: Element, event: str) -> None:
    if event == "end" and element.tail:
        pending.append(element.tail)


def _flush(pending: list[str], flow: Flow) -> None:
    flow.paragraph(untex("".join(pending)))
    pending.clear()


def _is(element: Element, name: str) -> bool:
    return name in (element.get("class") or "").split()


def _is_table(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    if "ltx_tabular" in classes:
        return True
    return element.tag == "table" and not any(c.startswith(("ltx_eqn", "ltx_equation")) for c in classes)


def read_element(element: Element, flow: Flow, offset: int, depth: int = 0) -> None:
    """Adds a ``<table>``, then the tables within its cells."""
    if flow.full:
        return
    rows: list[list[Raw]] = []
    nested: list[Element] = []
    heads = 0
    only_heads = True
    cells = 0
    for head, row in _rows(element):
        raws: list[Raw] = []
        for cell, xpath in row:
            raw, inner = _cell(cell, xpath, offset)
            raws.append(raw)
            nested += inner
        if not raws:
            _shorten(rows)
            continue
        cells += len(raws)
        if cells > _limits.CELLS or len(raws) > _limits.COLUMNS:
            flow.faults.append(
                f"a table (line {raws[0].line}) has too many columns or cells and was left out"
            )
            return
        only_heads = only_heads and head
        heads += head and only_heads
        rows.append(raws)
    flow.table(rows, _caption(element), heads or None)
    for inner_table in nested:
        if depth + 1 >= _limits.NESTED_TABLES:
            flow.faults.append(
                f"tables over {_limits.NESTED_TABLES} deep were left out (line {element.sourceline})"
            )
            return
        read_element(inner_table, flow, offset, depth + 1)


#: Rows that are looked back for cells that span an empty row.
_BACK = 60


def _shorten(rows: list[list[Raw]]) -> None:
    """An empty row is left out: cells that span it span one row less."""
    for i in range(max(0, len(rows) - _BACK), len(rows)):
        for raw in rows[i]:
            if raw.down > len(rows) - i:
                raw.down -= 1


def _rows(table: Element) -> Iterator[tuple[bool, Iterator[tuple[Element, str]]]]:
    """Each row of the table itself: whether it stands in the head, and its cells with their XPath."""
    path = table.getroottree().getpath(table)
    groups: list[tuple[bool, Element, str]] = []
    own = Counter[str]()
    loose: list[tuple[bool, Element, str]] = []
    for child in table.iterchildren(etree.Element):
        own[child.tag] += 1
        xpath = f"{path}/{child.tag}[{own[child.tag]}]"
        if (
            child.tag in _SECTIONS
            or _is(child, "ltx_thead")
            or _is(child, "ltx_tbody")
            or _is(child, "ltx_tfoot")
        ):
            groups.append((child.tag == "thead" or _is(child, "ltx_thead"), child, xpath))
        elif child.tag == "tr" or _is(child, "ltx_tr"):
            loose.append((False, child, xpath))
    for head, group, xpath in groups:
        counts = Counter[str]()
        for row in group.iterchildren(etree.Element):
            counts[row.tag] += 1
            if row.tag == "tr" or _is(row, "ltx_tr"):
                yield head, _cells(row, f"{xpath}/{row.tag}[{counts[row.tag]}]")
    for head, row, xpath in loose:
        yield head, _cells(row, xpath)


def _cells(row: Element, path: str) -> Iterator[tuple[Element, str]]:
    counts = Counter[str]()
    for cell in row.iterchildren(etree.Element):
        counts[cell.tag] += 1
        if cell.tag in ("td", "th") or _is(cell, "ltx_td") or _is(cell, "ltx_th"):
            yield cell, f"{path}/{cell.tag}[{counts[cell.tag]}]"


def _cell(cell: Element, xpath: str, offset: int) -> tuple[Raw, list[Element]]:
    nested: list[Element] = []
    text, bold, struck, links, notes = text_of(cell, nested)
    head = cell.tag == "th" or _is(cell, "ltx_th_column")
    if cell.get("scope") == "row" or (_is(cell, "ltx_th_row") and not _is(cell, "ltx_th_column")):
        head = False
    return (
        Raw(
            text,
            (cell.sourceline or 0) + offset,
            _span(cell, "colspan"),
            _span(cell, "rowspan"),
            head,
            xpath,
            bold=bold,
            struck=struck,
            links=links,
            notes=notes,
        ),
        nested,
    )


def _span(cell: Element, name: str) -> int:
    value = re.match(r"\s*(\d{1,6})", cell.get(name) or "")
    if value:
        return int(value[1]) or _limits.ROWS
    by_class = re.search(rf"\bltx_{name}_(\d{{1,4}})\b", cell.get("class") or "")
    return int(by_class[1]) if by_class else 1


def text_of(
    element: Element, nested: list[Element] | None = None
) -> tuple[str, bool, bool, tuple[str, ...], tuple[str, ...]]:
    """Text, all bold, all struck, link targets and footnote marks of an element.

    Tables inside go to ``nested`` and leave no text.
    """
    parts: list[str] = []
    links: list[str] = []
    notes: list[str] = []
    weight = {"all": 0, "bold": 0, "struck": 0}
    bold = struck = 0
    steps = etree.iterwalk(element, events=("start", "end"))
    first = True

    def say(text: str | None) -> None:
        if text:
            parts.append(text)
            size = len(text.strip())
            weight["all"] += size
            weight["bold"] += size if bold else 0
            weight["struck"] += size if struck else 0

    for event, node in steps:
        tag = node.tag
        opens = event == "start"
        if not isinstance(tag, str):
            if not opens:
                say(node.tail)
            continue
        is_bold = tag in _BOLD or _is(node, "ltx_font_bold")
        if not opens:
            bold -= is_bold
            struck -= tag in _STRUCK
            if tag in _BREAKS and node is not element:
                parts.append(" ")
            if node is not element:
                say(node.tail)
            continue
        bold += is_bold
        struck += tag in _STRUCK
        skip = tag in _SILENT
        if not first and _is_table(node):
            skip = True
            if nested is not None:
                nested.append(node)
        elif _is(node, "ltx_note") or (tag == "sup" and not first and _footnote(node, parts)):
            mark = next(node.iter("sup"), node)
            notes.append(clean("".join(mark.itertext()))[:20].split(" ")[0])
            skip = True
        elif tag == "sup" and not first and re.search(r"10\s*$", "".join(parts[-2:])):
            parts.append("^")
        elif tag == "math":
            say(tex(node.get("alttext") or "".join(chain(node.itertext()))))
            skip = True
        elif tag == "a" and node.get("href"):
            links.append(node.get("href")[:2_000])
        first = False
        if skip:
            steps.skip_subtree()
            continue
        if tag in _BREAKS and node is not element:
            parts.append(" ")
        say(node.text)
    text, marks = off(untex(clean("".join(parts))))
    full = weight["all"]
    return (
        text,
        bool(full) and weight["bold"] == full,
        bool(full) and weight["struck"] == full,
        tuple(dict.fromkeys(links)),
        (*notes, *marks),
    )


def _footnote(node: Element, parts: list[str]) -> bool:
    before = "".join(parts[-3:]).strip()
    text = clean("".join(node.itertext()))
    return bool(before) and is_mark(text) and not re.search(r"(?:[×x*·]\s*|^)10$|\b[ckm]?m$", before)


def _caption(table: Element) -> str:
    for child in table.iterchildren("caption"):
        return text_of(child)[0]
    for i, ancestor in enumerate(table.iterancestors()):
        if ancestor.tag == "figure" or _is(ancestor, "ltx_table"):
            for found in ancestor.iter("figcaption", "caption"):
                return text_of(found)[0]
        if i > 20 or ancestor.tag in ("table", "body"):
            break
    return ""
