"""What earlier crawls of a source have left: its pages by address, and what was made of them.

One SQLite file per source. Every change is a transaction, so a process that is killed leaves the
state before it or after it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
  url TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL,
  etag TEXT NOT NULL, modified TEXT NOT NULL, media_type TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Page:
    """A page as it was fetched last. ``etag``, ``modified``: what the server named this version."""

    url: str
    path: str
    sha256: str
    etag: str = ""
    modified: str = ""
    media_type: str = ""


class Index:
    """Pages by URL, and facts by key."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(file, timeout=30.0, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.executescript(_SCHEMA)

    def close(self) -> None:
        self._base.close()

    def page(self, url: str) -> Page | None:
        row = self._base.execute("SELECT * FROM page WHERE url = ?", (url,)).fetchone()
        return Page(*row) if row else None

    def keep(self, page: Page) -> None:
        values = (page.url, page.path, page.sha256, page.etag, page.modified, page.media_type)
        self._base.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?)", values)

    def fact(self, key: str) -> dict[str, Any]:
        """What was noted under the key; empty where nothing was."""
        row = self._base.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else {}

    def note(self, key: str, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        self._base.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (key, text))
