"""Markdown as GitHub shows it, HTML tables inside, tables that GitHub does not show, and front matter."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.tables import _html, _limits
from ingest.tables._ascii import read_block
from ingest.tables._flow import Flow
from ingest.tables._grid import Raw
from ingest.tables._marks import off, untex
from ingest.tables._records import read_tree
from ingest.tables._table import Table
from ingest.tables._text import clean, short_lines

_DELIMITER = re.compile(r"^\s{0,8}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)
_FENCE = re.compile(r"^\s{0,12}(`{3,}|~{3,})")
_PLACE = "kgpress-table-"
_PLACED = re.compile(rf"<!--{_PLACE}(\d+)-->")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_BREAK = re.compile(r"<\s*/?\s*br\s*/?\s*>", re.IGNORECASE)


def _parser() -> MarkdownIt:
    # Linking bare addresses and typography would only change texts that are read as they stand.
    parser = MarkdownIt("commonmark", {"maxNesting": 20, "html": True})
    parser.enable(["table", "strikethrough"]).use(front_matter_plugin)
    # Inline markup is parsed where it is needed, and so much of it as the limit allows.
    parser.core.ruler.disable("inline")
    return parser


_MARKDOWN = _parser()


def read_markdown(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of a Markdown document."""
    flow = Flow(faults)
    lines = short_lines(text, faults)
    fragments = _take_tables(lines)
    env: dict[str, Any] = {}
    tokens = _MARKDOWN.parse("\n".join(_split_tables(lines)), env)
    _Reader(flow, lines, fragments, env).read(tokens)
    return flow.title, list(flow.tables), flow.prose


def _take_tables(lines: list[str]) -> list[tuple[int, str]]:
    """Cuts HTML tables out of the lines, for a blank line ends an HTML block in Markdown.

    A comment marks the place of each. Returns (0-based line, source) of each.
    """
    fragments: list[tuple[int, str]] = []
    fence = ""
    begin = depth = 0
    for number, line in enumerate(lines):
        if not depth:
            if fence:
                if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                    fence = ""
                continue
            if found := _FENCE.match(line):
                fence = found[1]
                continue
        if "<" not in line:
            continue
        for tag in _TABLE_TAG.finditer(line):
            if tag[1]:
                depth -= depth > 0
                if not depth and begin is not None and (number, tag.end()) > (begin, 0):
                    _cut(lines, begin, number, fragments)
                    break
            else:
                if not depth:
                    begin = number
                depth += 1
    if depth:
        _cut(lines, begin, len(lines) - 1, fragments)
    return fragments


def _cut(lines: list[str], begin: int, end: int, fragments: list[tuple[int, str]]) -> None:
    source = "\n".join(lines[begin : end + 1])
    start = _TABLE_TAG.search(source)
    if start is None or start[1]:
        return
    indent = re.match(r"[\s>]*", lines[begin])
    fragments.append((begin, source))
    place = f"<!--{_PLACE}{len(fragments) - 1}-->"
    lines[begin : end + 1] = [f"{indent[0] if indent else ''}{place}"] + [""] * (end - begin)


def _split_tables(lines: list[str]) -> list[str]:
    """A second heading with its own delimiter row right under a table's rows begins a table of its own.

    Markdown has no way to say so but a blank line, which cannot be put in without moving lines; the
    reader handles such rows. Here only tabs inside rows become blanks.
    """
    return [line.replace("\t|", " |") if "\t|" in line else line for line in lines]


class _Reader:
    def __init__(
        self, flow: Flow, lines: list[str], fragments: list[tuple[int, str]], env: dict[str, Any]
    ) -> None:
        self.flow, self.lines, self.fragments, self.env = flow, lines, fragments, env

    def read(self, tokens: list[Token]) -> None:
        i = 0
        while i < len(tokens):
            token = tokens[i]
            kind = token.type
            if kind == "heading_open":
                self.flow.heading(int(token.tag[1]), _inline(tokens[i + 1].content, self.env)[0])
                i += 2
            elif kind == "table_open" and not self.flow.full:
                i = self._table(tokens, i)
            elif kind == "inline":
                self._paragraph(token)
            elif kind == "html_block":
                self._html(token)
            elif kind in ("fence", "code_block"):
                first = (token.map[0] if token.map else 0) + (2 if kind == "fence" else 1)
                read_block(token.content.split("\n"), first, self.flow)
            elif kind == "front_matter":
                self._front(token)
            i += 1

    def _front(self, token: Token) -> None:
        first = (token.map[0] if token.map else 0) + 2
        read_tree(token.content, "yaml", first, self.flow)

    def _html(self, token: Token) -> None:
        first = token.map[0] if token.map else 0
        rest = token.content
        while found := _PLACED.search(rest):
            self._fragment(rest[: found.start()], first)
            number = int(found[1])
            if number < len(self.fragments):
                line, source = self.fragments[number]
                self._fragment(source, line)
            rest = rest[found.end() :]
        self._fragment(rest, first)

    def _fragment(self, source: str, offset: int) -> None:
        if not source.strip():
            return
        root = _html.parse(source, self.flow.faults)
        if root is not None:
            _html.walk(root, self.flow, offset)

    def _paragraph(self, token: Token) -> None:
        content = token.content
        first = token.map[0] if token.map else 0
        if _PLACED.search(content):
            self._html(token)
            return
        lines = content.split("\n")
        if (
            len(lines) > 1
            and "|" in content
            and any(_DELIMITER.match(line) and "|" in line for line in lines[1:])
        ):
            self._loose(lines, first)
            return
        text, *_ = _inline(content, self.env)
        self.flow.paragraph(text)

    def _loose(self, lines: list[str], first: int) -> None:
        """A table that GitHub does not show, its heading and delimiter row differing in columns."""
        at = next(i for i, line in enumerate(lines) if i and _DELIMITER.match(line) and "|" in line)
        if at > 1:
            self.flow.paragraph(_plain("\n".join(lines[: at - 1])))
        rows = [
            [self._raw(cell, first + i + 1) for cell in _fields(line)]
            for i, line in enumerate(lines)
            if i >= at - 1 and i != at and "|" in line
        ]
        self._emit(rows)

    def _raw(self, source: str, line: int) -> Raw:
        text, bold, struck, links, notes = _inline(source, self.env)
        return Raw(text, line, bold=bold, struck=struck, links=links, notes=notes)

    def _table(self, tokens: list[Token], i: int) -> int:
        rows: list[list[Raw]] = []
        line = 0
        delimiters: list[int] = []
        while tokens[i].type != "table_close":
            token = tokens[i]
            if token.type == "tr_open":
                rows.append([])
                line = (token.map[0] if token.map else line) + 1
            elif token.type == "inline":
                rows[-1].append(self._raw(token.content, line))
            elif token.type == "tr_close" and len(rows) > 1:
                self._overlong(rows, line)
                if _DELIMITER.match(self.lines[line - 1]) and all(
                    re.fullmatch(r":?-+:?|", r.text) for r in rows[-1]
                ):
                    delimiters.append(len(rows) - 1)
            i += 1
        begin = 0
        for at in delimiters:
            # The row above a delimiter row is the next table's heading.
            self._emit(rows[begin : at - 1] if at - 1 > begin else [])
            begin = at - 1 if at - 1 >= begin else at
            del rows[at][:]
        self._emit([row for row in rows[begin:] if row])
        return i

    def _overlong(self, rows: list[list[Raw]], line: int) -> None:
        """Cells beyond the heading's width, which GitHub drops: a reader of the source sees them."""
        fields = _fields(self.lines[line - 1])
        if len(fields) > len(rows[-1]) and rows[-1] and any(f.strip() for f in fields[len(rows[-1]) :]):
            rows[-1] += [self._raw(f, line) for f in fields[len(rows[-1]) :]]

    def _emit(self, rows: list[list[Raw]]) -> None:
        if rows:
            self.flow.table(rows, explicit=1)


def _fields(line: str) -> list[str]:
    """A row's source split at bars that are not escaped nor within code."""
    line = line.strip().lstrip(">").strip()
    if line.startswith("|"):
        line = line[1:]
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    fields = re.split(r"(?<!\\)\|", line)
    return [f.replace("\\|", "|").strip() for f in fields]


def _inline(content: str, env: dict[str, Any]) -> tuple[str, bool, bool, tuple[str, ...], tuple[str, ...]]:
    """Text, all bold, all struck, links and footnote marks of inline Markdown, HTML tags in it included."""
    content = content[: _limits.INLINE_CHARS]
    if "<" not in content and not any(mark in content for mark in "*_`[]~\\&!^$†‡§¶¹²³#"):
        return clean(content), False, False, (), ()
    parts: list[str] = []
    links: list[str] = []
    notes: list[str] = []
    weight = {"all": 0, "bold": 0, "struck": 0}
    depth = {"strong": 0, "s": 0, "sup": 0, "skip": 0}

    def say(text: str) -> None:
        if depth["sup"]:
            before = "".join(parts[-3:]).strip()
            power = bool(re.search(r"(?:[×x*·]\s*|^)10$|\b[ckm]?m$", before))
            if before and not power and re.match(r"^[\[(]?[\w*†‡§¶]{1,3}[\])]?$", text.strip()):
                notes.append(text.strip())
                return
            parts.append("^" if power else "")
        parts.append(text)
        size = len(text.strip())
        weight["all"] += size
        weight["bold"] += size if depth["strong"] > 0 else 0
        weight["struck"] += size if depth["s"] > 0 else 0

    children: list[Token] = []
    _MARKDOWN.inline.parse(content, _MARKDOWN, env, children)
    for child in children:
        kind = child.type
        if kind in ("text", "text_special", "code_inline"):
            say(child.content)
        elif kind in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif kind == "strong_open":
            depth["strong"] += 1
        elif kind == "strong_close":
            depth["strong"] -= 1
        elif kind == "s_open":
            depth["s"] += 1
        elif kind == "s_close":
            depth["s"] -= 1
        elif kind == "link_open":
            links.append(_href(child))
        elif kind == "html_inline":
            _tag(child.content, parts, links, depth)
    text, marks = off(untex(clean("".join(parts))))
    full = weight["all"]
    return (
        text,
        bool(full) and weight["bold"] == full,
        bool(full) and weight["struck"] == full,
        tuple(dict.fromkeys(links)),
        (*notes, *marks),
    )


def _href(token: Token) -> str:
    value: Any = token.attrs.get("href", "")
    return str(value)[:2_000]


def _tag(source: str, parts: list[str], links: list[str], depth: dict[str, int]) -> None:
    found = re.match(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*)", source)
    if not found:
        return
    step = -1 if found[1] else 1
    tag = found[2].lower()
    if tag in ("b", "strong"):
        depth["strong"] += step
    elif tag in ("s", "del", "strike"):
        depth["s"] += step
    elif tag == "sup":
        depth["sup"] += step
    elif tag == "a" and not found[1] and (href := re.search(r"""href\s*=\s*["']([^"']{1,2000})""", source)):
        links.append(href[1])
    elif tag in ("br", "p", "div", "li", "ul"):
        parts.append(" ")


def _plain(source: str) -> str:
    return clean(_TAG.sub("", _BREAK.sub(" ", source)))


__all__ = ["read_markdown"]
