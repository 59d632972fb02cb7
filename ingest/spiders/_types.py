"""Content types of documents, as servers call them."""

from __future__ import annotations

TEXT = ("text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/prs.fallenstein.rst")
HTML = ("text/html", "application/xhtml+xml")
DATA = (
    "text/csv",
    "text/tab-separated-values",
    "text/yaml",
    "text/x-yaml",
    "application/json",
    "application/x-ndjson",
    "application/yaml",
    "application/x-yaml",
)
PDF = ("application/pdf", "application/x-pdf")
#: What some hosts call everything; the reader looks at the bytes.
BYTES = ("application/octet-stream", "binary/octet-stream")
LISTING = ("application/json", "application/vnd.github+json")
