"""YAML and JSON trees to tables of records."""

from __future__ import annotations

from ingest.tables._flow import Flow


def read_tree(text: str, form: str, first: int, flow: Flow) -> None:
    """Adds the records of a YAML or JSON text whose first line has the number ``first``."""
