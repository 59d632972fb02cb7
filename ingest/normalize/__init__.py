"""Readings to the contract's words: names, strategies, checks."""

from ingest.normalize._checks import peers
from ingest.normalize._result import Place, to_result

__all__ = ["Place", "peers", "to_result"]
