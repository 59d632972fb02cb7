"""What a declaration adds to the general rules: ``[[rule]]`` and ``[[header]]`` of ``sources/NAME.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kgpress.errors import InvalidInput

#: Names that a rule may set, and what they mean is in docs/sources.md.
SETTABLE = frozenset(
    (
        "model",
        "dataset",
        "metric",
        "hardware",
        "runtime",
        "method",
        "batch",
        "input",
        "threads",
        "weight_bits",
        "activation_bits",
        "sparsity",
    )
)
#: Columns of docs/exchange.md -> the heading that the general rules read so.
_MEANS = {
    "before": "baseline {}",
    "after": "compressed {}",
    "delta": "{} change",
    "model": "model",
    "dataset": "dataset",
    "metric": "metric",
    "method": "method",
    "hardware": "hardware",
    "runtime": "runtime",
    "size_before": "baseline model size",
    "size_after": "compressed model size",
    "parameters_before": "baseline parameters",
    "parameters_after": "compressed parameters",
    "macs_before": "baseline MACs",
    "macs_after": "compressed MACs",
    "latency_before": "baseline latency (ms)",
    "latency_after": "compressed latency (ms)",
    "throughput_before": "baseline throughput",
    "throughput_after": "compressed throughput",
    "memory_before": "baseline memory (MB)",
    "memory_after": "compressed memory (MB)",
}


@dataclass(frozen=True)
class Rule:
    """What holds for tables, or columns of tables, that its conditions fit.

    Attributes:
        path: Glob on the document's path in the source; ``**`` crosses folders.
        section: Regular expression searched in the headings, the caption and the lead of a table.
        columns: Regular expression searched in the joined headings of a table: which table it is.
        column: Regular expression that a column's heading path matches from its beginning.
        skip: These tables, or this column, give nothing.
        heading: Read the column as if its heading were this, for example "model" or "INT8 accuracy (%)".
        use: "value" or "label", where the column's cells mislead.
        set: Name -> value, before anything that the table says. "path:REGEX" takes group 1 from the path.
        default: The same, where the table and its surroundings say nothing.
        words: Regular expression -> what label cells are read as instead ("Ours" -> "AutoRound").
        side: "before" or "after": whose the numbers are that no row or heading tells.
        parts: Headings of what each cell of the column lists ("f1=76.9 f1=76.2": before, after).
        alone: No other table of the document holds a base for these numbers.
        condition: The column's cells are kept as this condition of the result ("percentile").
        says: Cell, or value that ``set`` takes from the path -> the words that it is read as
            ({ True = "per_channel" }); others stay.
    """

    path: str = "**"
    section: str = ""
    columns: str = ""
    column: str = ""
    skip: bool = False
    heading: str = ""
    use: str = ""
    set: dict[str, str] = field(default_factory=dict)
    default: dict[str, str] = field(default_factory=dict)
    side: str = ""
    words: dict[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    alone: bool = False
    condition: str = ""
    says: dict[str, str] = field(default_factory=dict)

    def fits(self, path: str, texts: tuple[str, ...], headings: str) -> bool:
        """Whether a table of a document is meant; ``texts`` are its sections, caption and lead."""
        if not _glob(self.path).fullmatch(path):
            return False
        if self.section and not any(re.search(self.section, t, re.IGNORECASE) for t in texts):
            return False
        return not self.columns or bool(re.search(self.columns, headings, re.IGNORECASE))


def rules(data: dict[str, Any]) -> tuple[Rule, ...]:
    """The rules of a declaration.

    Raises:
        InvalidInput: a rule has an unknown key, or an expression that does not compile.
    """
    try:
        found = [Rule(**{**entry, "parts": tuple(entry.get("parts", ()))}) for entry in data.get("rule", ())]
        found += [_of_header(entry) for entry in data.get("header", ())]
        for rule in found:
            if stray := (set(rule.set) | set(rule.default)) - SETTABLE:
                raise TypeError(f"a rule cannot set {sorted(stray)[0]!r}")
            for pattern in (rule.section, rule.columns, rule.column, *rule.words):
                re.compile(pattern)
    except (TypeError, re.error, KeyError) as error:
        raise InvalidInput(
            f"a rule of the declaration does not read: {error}", remedy="see docs/sources.md", field="source"
        ) from None
    return tuple(found)


def _of_header(entry: dict[str, str]) -> Rule:
    """A curator's correction: the heading as the document writes it, and what it means."""
    column = rf"(?:.* / )?{re.escape(entry['text'])}$"
    if entry["means"] == "nothing":
        return Rule(column=column, skip=True)
    heading = _MEANS[entry["means"]].format(entry["text"])
    return Rule(column=column, heading=heading)


def value_of(text: str, path: str) -> str:
    """A rule's value: itself, or group 1 of "path:REGEX" in the document's path; "" where it does not fit."""
    if not text.startswith("path:"):
        return text
    found = re.search(text.removeprefix("path:"), path)
    return found[1] if found else ""


@lru_cache(maxsize=2_000)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(p, re.escape(p)) for p in parts), re.DOTALL)
