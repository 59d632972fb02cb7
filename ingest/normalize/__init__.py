"""Readings to the contract's words: names, strategies, checks."""

from ingest.normalize._across import cluster, results
from ingest.normalize._checks import peers
from ingest.normalize._general import Candidate, Origin, candidates
from ingest.normalize._key import key
from ingest.normalize._methods import Mention, tag
from ingest.normalize._published import strategy_of
from ingest.normalize._resolve import KINDS, Entity, resolve
from ingest.normalize._result import Place, to_result

__all__ = [
    "KINDS",
    "Candidate",
    "Entity",
    "Mention",
    "Origin",
    "Place",
    "candidates",
    "cluster",
    "key",
    "peers",
    "resolve",
    "results",
    "strategy_of",
    "tag",
    "to_result",
]
