"""Footnote marks and small TeX: what stands around a cell's text and is no part of its value."""

from __future__ import annotations

import re

#: Marks behind (or before) a text that point to a remark below the table.
_TRAILING = re.compile(r"(?<=[\w.%)])\s*([*†‡§¶#]{1,3}|[¹²³⁴⁵⁶⁷⁸⁹]|\[\^?\d{1,2}\])$")
_MARK = re.compile(r"^[*†‡§¶#]{1,3}$|^\[?\(?[0-9a-z]{1,2}\)?\]?$")

_TEX = {
    r"\pm": "±",
    r"\times": "×",
    r"\approx": "≈",
    r"\sim": "~",
    r"\leq": "≤",
    r"\geq": "≥",
    r"\le": "≤",
    r"\ge": "≥",
    r"\downarrow": "↓",
    r"\uparrow": "↑",
    r"\rightarrow": "→",
    r"\to": "→",
    r"\cdot": "·",
    r"\mu": "µ",
    r"\Delta": "Δ",
    r"\alpha": "α",
    r"\beta": "β",
    r"\lambda": "λ",
    r"\%": "%",
    r"\_": "_",
    r"\&": "&",
    r"\#": "#",
    r"\dagger": "†",
    r"\ddagger": "‡",
    r"\ast": "*",
    r"\checkmark": "✓",
    r"\infty": "∞",
    r"\ldots": "...",
    r"\,": " ",
    r"\;": " ",
    r"\!": "",
    r"\quad": " ",
}
_WRAPPED = re.compile(
    r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|mathcal|mathsf|operatorname|bm|boldsymbol)(?![a-zA-Z])\s*"
)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|[%_&#,;!])")
_COLOUR = re.compile(r"\\(?:color|textcolor)\s*\{[^{}]*\}")
_DOLLARS = re.compile(r"\$\$?([^$\n]{1,200}?)\$\$?")


def tex(source: str) -> str:
    """Small TeX as plain text: ``\\pm 0.3`` is "± 0.3"; commands that are not known lose their backslash."""
    source = _COLOUR.sub("", source[:2_000])
    source = _WRAPPED.sub("", source)
    source = source.replace("{,}", ",")
    source = _COMMAND.sub(lambda m: _TEX.get(m[0], m[0][1:]), source)
    source = re.sub(r"\^\s*\{([^{}]*)\}", r"^\1", source)
    return re.sub(r"\^([*†‡§]+)", r"\1", re.sub(r"[{}]", "", source))


def untex(text: str) -> str:
    """``$...$`` in running text as :func:`tex`; dollars that stand for money stay."""
    if text.count("$") < 2:
        return text
    return _DOLLARS.sub(
        lambda m: tex(m[1]) if re.search(r"[\\^_{]|^[\s\d.,%+-]+$|^\w$", m[1]) else m[0], text
    )


def off(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without footnote marks behind it, and the marks."""
    notes: list[str] = []
    while found := _TRAILING.search(text):
        if found.start() == 0:
            break
        # "C#" and "# of" are words; a mark follows a number, a bracket, a percent sign or a blank-free word.
        if found[1] == "#" and not re.search(r"[\d%)]$", text[: found.start()]):
            break
        notes.insert(0, found[1])
        text = text[: found.start()].rstrip()
    return text, tuple(notes)


def is_mark(text: str) -> bool:
    """Whether a superscript is a footnote mark rather than a power."""
    return bool(_MARK.match(text))
