"""Curators look at results beside the table they were read from: docs/curators.md."""

from __future__ import annotations

from ingest.review._corrections import write_diff
from ingest.review._session import Client, Session
from ingest.review._source import Documents, Sources
from kgpress.v1 import evidence_pb2

__all__ = ["Session", "Sources", "run", "write_diff"]


def run(
    client: Client, curator: str, request: evidence_pb2.SearchEvidenceRequest, documents: Documents
) -> str:
    """The review on this terminal; in words, what was decided.

    Raises:
        KgpressError: the results cannot be found.
    """
    from ingest.review._app import ReviewApp

    session = Session(client, curator, request)
    ReviewApp(session, Sources(documents)).run()
    counted = [f"{count:,} {verb}ed" for verb, count in sorted(session.counts.items()) if count]
    return ", ".join(counted) or "nothing was decided"
