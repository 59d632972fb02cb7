"""Owns documents: crawls published results and submits them as evidence.

get (``spiders``, ``documents``) -> transform (``tables``, ``meaning``, ``normalize``) -> load
(``pipelines``, ``sinks``). A source is declared in ``sources/NAME.toml``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["CrawlReport", "crawl"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from ingest import _runner

        return getattr(_runner, name)
    raise AttributeError(name)
