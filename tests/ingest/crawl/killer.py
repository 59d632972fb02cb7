"""A Scrapy extension for tests: the process kills itself at a named point, as ``kill -9`` would.

``KILL_AT=WHERE:N``: the N-th time that the process is about to do it.
"""

from __future__ import annotations

import os
import signal
from typing import Any

import ingest._index
import ingest.documents
import ingest.sinks

#: Name -> (object, attribute) that is called there.
POINTS: dict[str, tuple[Any, str]] = {
    "write": (ingest.documents.os, "replace"),
    "note": (ingest._index.Index, "note"),
    "submit": (ingest.sinks.FileSink, "submit"),
    "sort": (ingest.sinks.FileSink, "_spill"),
    "close": (ingest.sinks.FileSink, "close"),
}


class Killer:
    def __init__(self) -> None:
        where, _, number = os.environ["KILL_AT"].partition(":")
        owner, name = POINTS[where]
        self._left = int(number)
        self._work = getattr(owner, name)
        setattr(owner, name, lambda *a, **k: self._counted(*a, **k))

    @classmethod
    def from_crawler(cls, crawler: Any) -> Killer:
        return cls()

    def _counted(self, *args: Any, **kwargs: Any) -> Any:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._work(*args, **kwargs)
