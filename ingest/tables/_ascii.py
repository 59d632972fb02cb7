"""Tables drawn with characters and ``key: value`` lines, in comments and code blocks."""

from __future__ import annotations

from ingest.tables._flow import Flow


def read_block(lines: list[str], first: int, flow: Flow) -> None:
    """Adds the tables in a block of lines whose first has the number ``first``."""
