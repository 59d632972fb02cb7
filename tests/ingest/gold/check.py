"""Checks annotations against their documents: every cited text stands in the line that is named.

python -m tests.ingest.gold.check FOLDER --corpus DIR
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

KEYS = ("document", "repo", "path", "sha256", "half", "windows", "annotator", "notes", "results")


def faults(gold: dict[str, Any], corpus: Path) -> list[str]:
    """What is wrong with the annotation of one document, one sentence each."""
    content = (corpus / gold["document"]).read_bytes()
    found = [f"{key} is missing" for key in KEYS if key not in gold]
    if hashlib.sha256(content).hexdigest() != gold["sha256"]:
        found.append("sha256 is another document's")
    lines = content.decode("utf-8", errors="replace").split("\n")
    for index, result in enumerate(gold["results"]):
        cited = {"anchor": result["anchor"], **result["fields"]}
        if "model" not in cited or "method" not in cited:
            found.append(f"results[{index}]: model or method is missing")
        for name, field in cited.items():
            line, text = field["line"], str(field["text"])
            if "document" in field:
                of = (corpus / field["document"]).read_text(encoding="utf-8", errors="replace").split("\n")
            else:
                of = lines
            stands = gold["path"] if line == 0 else of[line - 1] if 0 < line <= len(of) else ""
            if text not in stands:
                found.append(f"results[{index}].{name}: {text!r} is not in line {line}")
        windows, at = gold["windows"], result["anchor"]["line"]
        if windows and not any(a <= at <= b for a, b in windows):
            found.append(f"results[{index}]: line {at} is outside the windows")
    return found


def main() -> int:
    """Print the faults of every annotation in a folder; 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    given = parser.parse_args()
    results = fields = wrong = 0
    files = sorted(given.folder.glob("*.json"))
    for file in files:
        gold = json.loads(file.read_text())
        results += len(gold["results"])
        fields += sum(len(result["fields"]) for result in gold["results"])
        for fault in faults(gold, given.corpus):
            wrong += 1
            print(f"{file.name}: {fault}")
    print(f"{len(files)} documents, {results} results, {fields} fields, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
