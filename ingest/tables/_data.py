"""YAML and JSON documents: their records, and the result blocks in YAML's comments."""

from __future__ import annotations

import re

from ingest.tables import _limits
from ingest.tables._ascii import read_block
from ingest.tables._flow import Flow
from ingest.tables._records import read_tree
from ingest.tables._table import Table
from ingest.tables._text import clean, short_lines

_COMMENT = re.compile(r"^\s*#+ ?")


def read_json_document(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title, tables and prose of JSON or JSON lines."""
    flow = Flow(faults)
    read_tree(text, "json", 1, flow)
    return "", list(flow.tables), ""


def read_yaml_document(text: str, path: str, faults: list[str]) -> tuple[str, list[Table], str]:
    """Title (the first comment line), tables and prose (the comments) of YAML."""
    flow = Flow(faults)
    lines = short_lines(text, faults, _limits.NODES)
    read_tree("\n".join(lines), "yaml", 1, flow)
    block: list[str] = []
    first = 0
    title = ""
    for number, line in enumerate([*lines, ""], 1):
        if line.lstrip().startswith("#"):
            first = first if block else number
            block.append(_COMMENT.sub("", line))
            title = title or clean(block[-1])[:200]
        elif block and not line.strip() and number < len(lines) + 1:
            block.append("")
        elif block:
            read_block(block, first, flow)
            block = []
    return title, list(flow.tables), flow.prose
