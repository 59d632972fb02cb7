"""The numbers that a cell states, exactly as printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ingest.meaning._words import plain, word_list

_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,24})(?:\.\d{1,24})?|\.\d{1,24})(?:[eE][+-]?\d{1,2})?"
#: Written unit -> (family, factor to bytes, ms, counts or per second). ``%`` and ``x`` stay as they are.
UNITS: dict[str, tuple[str, Decimal]] = {
    "%": ("percent", Decimal(1)),
    "x": ("times", Decimal(1)),
    "b": ("giga", Decimal(10**9)),
    "bytes": ("bytes", Decimal(1)),
    "kb": ("bytes", Decimal(10**3)),
    "mb": ("bytes", Decimal(10**6)),
    "gb": ("bytes", Decimal(10**9)),
    "kib": ("bytes", Decimal(2**10)),
    "mib": ("bytes", Decimal(2**20)),
    "gib": ("bytes", Decimal(2**30)),
    "k": ("count", Decimal(10**3)),
    "m": ("count", Decimal(10**6)),
    "g": ("count", Decimal(10**9)),
    "t": ("count", Decimal(10**12)),
    "us": ("ms", Decimal("0.001")),
    "µs": ("ms", Decimal("0.001")),
    "μs": ("ms", Decimal("0.001")),
    "ms": ("ms", Decimal(1)),
    "s": ("ms", Decimal(1000)),
    "sec": ("ms", Decimal(1000)),
    "secs": ("ms", Decimal(1000)),
    "seconds": ("ms", Decimal(1000)),
    "毫秒": ("ms", Decimal(1)),
    "fps": ("per s", Decimal(1)),
    "pt": ("points", Decimal(1)),
    "pts": ("points", Decimal(1)),
    "pp": ("points", Decimal(1)),
    "个百分点": ("points", Decimal(1)),
    **{
        f"{n}{w}": ("count", f)
        for n, f in (("g", Decimal(10**9)), ("m", Decimal(10**6)), ("t", Decimal(10**12)))
        for w in ("macs", "mac", "flops", "flop", "params", "op", "ops", "flops.")
    },
    "macs": ("count", Decimal(1)),
    "flops": ("count", Decimal(1)),
    "billion": ("giga", Decimal(10**9)),
    "million": ("count", Decimal(10**6)),
}
_PER = re.compile(
    r"(?:images?|imgs?|samples?|sentences?|sequences?|tokens?|frames?|items?|inferences?|queries|inf|it|tok)"
    r"\.? ?(?:/|per) ?s(?:ec(?:onds?)?)?\b\.?",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<unit>%|[a-zA-Zµμ]+\.?|毫秒|个百分点)?", re.ASCII | re.IGNORECASE
)
_SPREAD = re.compile(r"\s*(?:±|\+/-|\+-|\$?\\?pm\$?)\s*\d+(?:\.\d+)?%?")
_DECORATION = re.compile(r"[*`†‡§¶^~≈↑↓⬆⬇🔺✅⭐❗️]|&nbsp;|:\w+:|<[^>]{0,40}>|\$")
_SETTING = re.compile(r"^\s*([a-z_][a-z_ ]{1,20})\s*[=:]\s*([\w.x×]+)\s*$", re.IGNORECASE)
_APPROXIMATE = re.compile(r"^\s*[~≈]|约|approx|about", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """One number of a cell.

    Attributes:
        value: As printed, thousands separators taken out; not scaled.
        unit: As printed, lower case ("%", "mb", "x", ...), or "".
        raw: The printed characters that hold the number.
        signed: A sign is printed.
        inner: It stands in parentheses after another number.
        place: 0-based among the cell's numbers outside (or inside) parentheses.
        digits: Decimal places printed.
        start: Where it begins in the cell's plain text.
    """

    value: Decimal
    unit: str
    raw: str
    signed: bool = False
    inner: bool = False
    place: int = 0
    digits: int = 0
    start: int = 0


@dataclass(frozen=True)
class Content:
    """What a cell holds. ``settings``: "batch_size=40" in parentheses; ``rest``: words that are no unit."""

    numbers: tuple[Number, ...]
    settings: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    approximate: bool = False

    @property
    def outer(self) -> tuple[Number, ...]:
        return tuple(n for n in self.numbers if not n.inner)

    @property
    def inner(self) -> tuple[Number, ...]:
        return tuple(n for n in self.numbers if n.inner)


def is_absent(text: str) -> bool:
    """Whether the cell says that there is no value."""
    bare = plain(text).strip(" `*").lower()
    return not bare or bare in word_list("absent") or set(bare) <= set("-–—/.· ")


@lru_cache(maxsize=100_000)
def read(text: str) -> Content:
    """The numbers of a cell; ``rest`` is what is left over besides numbers, units and marks."""
    if len(text) > 200 or is_absent(text):
        return Content((), rest=text if not is_absent(text) else "")
    approximate = bool(_APPROXIMATE.search(text))
    # "66.05\\35.80\\19.58" lists three; plain() takes backslashes off.
    text = re.sub(r"(?<=\d)\\+(?=\d)", "/", text)
    bare = _DECORATION.sub(" ", plain(_SPREAD.sub(" ", text)))
    bare = bare.replace("−", "-").replace("–", "-").replace("％", "%").replace("×", "x").replace("；", ";")
    bare = _SPREAD.sub(" ", bare)
    bare = _PER.sub(" fps ", bare)
    numbers: list[Number] = []
    settings: list[tuple[str, str]] = []
    rest: list[str] = []
    for inner, start, part in _parts(bare):
        if inner and (m := _SETTING.match(part)):
            settings.append((m[1].strip().lower(), m[2]))
            continue
        rest.append(_scan(part, start, inner, numbers))
    left = " ".join(" ".join(rest).replace("/", " ").replace("|", " ").split()).strip(" ,;:()[]+-")
    return Content(tuple(numbers), tuple(settings), left, approximate)


def _parts(text: str) -> list[tuple[bool, int, str]]:
    """The text outside and inside round or square brackets, with positions."""
    out, position = [], 0
    for m in re.finditer(r"[(\[（]([^()\[\]（）]*)[)\]）]", text):
        out.append((False, position, text[position : m.start()]))
        out.append((bool(text[: m.start()].strip()), m.start() + 1, m[1]))
        position = m.end()
    out.append((False, position, text[position:]))
    return [p for p in out if p[2].strip()]


def _scan(part: str, offset: int, inner: bool, numbers: list[Number]) -> str:
    rest, position, count = [], 0, sum(n.inner == inner for n in numbers)
    while position < len(part):
        m = _TOKEN.match(part, position)
        glued = position > 0 and (part[position - 1].isalnum() or part[position - 1] in "_.")
        if m is None or glued:
            rest.append(part[position])
            position += 1
            continue
        unit, end = (m["unit"] or "").lower().rstrip("."), m.end()
        follows = part[end : end + 1]
        if unit not in UNITS or (unit not in ("%",) and (follows.isalnum() or follows == "_")):
            unit, end = "", m.end("number")
            if part[end : end + 1].isalpha() or part[end : end + 1] == "_":
                rest.append(part[position:end])
                position = end
                continue
        raw = m["number"].strip()
        numbers.append(_number(raw, unit, inner, count, offset + position))
        count += 1
        position = end
    return "".join(rest)


def _number(raw: str, unit: str, inner: bool, place: int, start: int) -> Number:
    value = Decimal(raw.replace(",", ""))
    mantissa = raw.lower().split("e")[0]
    digits = len(mantissa.split(".")[1]) if "." in mantissa else 0
    return Number(value, unit, raw, raw[:1] in "+-", inner, place, digits, start)


def of_prose(text: str) -> tuple[str, Number] | None:
    """The one number of a cell like "EM of 68.1 in SQuAD v1.1": the words before it, and it."""
    m = re.fullmatch(
        r"(?P<words>[A-Za-z][^\d]{1,40}?)(?: of | ?[:=] ?| )"
        r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>%?)(?P<tail>\D.*)?",
        plain(text),
    )
    if not m:
        return None
    return m["words"], _number(m["number"], m["unit"] or "", False, 0, m.start("number"))
