"""Cypher lives in ``.cypher`` files; this reads them."""

from __future__ import annotations

import functools
from importlib.resources import files

_COMMENT = "//"


@functools.cache
def load_query(package: str, name: str) -> str:
    """The text of ``<package>/queries/<name>.cypher`` without its comment lines.

    ``package`` is dotted (``kg_service.graph``); ``name`` may lead into a folder (``analyst/frontier``).
    """
    path = files(package).joinpath("queries", *f"{name}.cypher".split("/"))
    return without_comments(path.read_text("utf-8"))


def without_comments(text: str) -> str:
    """The statement alone: whole-line comments and outer blank lines removed."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith(_COMMENT)]
    return "\n".join(kept).strip()
