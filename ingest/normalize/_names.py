"""Names of models, data sets and papers: checked against the source's own lists, never guessed."""

from __future__ import annotations

import re
import unicodedata

from ingest._declaration import Source
from ingest.tables import Grid

_MAX_CHARS = 120
_BIBTEX = re.compile(r"\b(title|year)\s*=\s*[{\"]*\s*([^}\"]+?)\s*[}\"]", re.IGNORECASE | re.DOTALL)


def name_fault(kind: str, name: str) -> str:
    """Why this cannot be a name, or ""."""
    if not name or set(name) <= {"?"}:
        return f"the {kind} is not named"
    if len(name) > _MAX_CHARS:
        return f"the {kind}'s name has {len(name)} characters"
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in name):
        return f"the {kind}'s name holds control characters"
    return ""


def family(source: Source, model: str) -> str:
    """The model's family by the first declared pattern that matches, or ""."""
    return next((f for pattern, f in source.families.items() if re.match(pattern, model)), "")


def paper_facts(source: Source, paper: str, papers: Grid | None) -> tuple[str, int | None]:
    """Title and year: declared, or from the BibTeX entry of the source's list of papers."""
    declared = source.papers.get(paper)
    if declared:
        return declared.get("title", ""), declared.get("year")
    for row in papers.rows if papers else ():
        if row.text("Name") == paper:
            found = {
                key.lower(): " ".join(value.split()) for key, value in _BIBTEX.findall(row.text("BibTeX"))
            }
            year = found.get("year", "")
            return found.get("title", ""), int(year) if year.isdigit() and len(year) == 4 else None
    return "", None
