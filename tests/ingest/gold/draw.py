"""Draws documents for a gold set by lot, stratified over sources and formats, none of them annotated before.

python -m tests.ingest.gold.draw SEED --corpus DIR
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import random
import re
from collections import defaultdict
from pathlib import Path

#: More documents of AI Hub would add records of one layout only.
OF_ONE_LAYOUT = {"perf.yaml": 3, "numerics.yaml": 4, "info.yaml": 1}


def stratum(repo: str, path: str) -> tuple[str, str]:
    """Source and format; AI Hub's formats are its file names."""
    name = path.rsplit("/", 1)[-1]
    return repo, name if name in OF_ONE_LAYOUT else name.rsplit(".", 1)[-1]


def main() -> None:
    """Print the documents drawn, one JSON line each; of a long one, three windows are annotated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--annotated", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    annotated = {json.loads(file.read_text())["document"] for file in given.annotated.glob("*/*.json")}
    with (given.corpus / "MANIFEST.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["saved_as"] not in annotated]
    numeric, bare = defaultdict(list), defaultdict(list)
    for row in sorted(rows, key=lambda row: row["saved_as"]):
        text = (given.corpus / row["saved_as"]).read_text(encoding="utf-8", errors="replace")
        marked = ("|", "<td") if row["path"].endswith(".md") else ("",)
        in_table = any(
            re.search(r"\d\.\d", line) and any(m in line for m in marked) for line in text.splitlines()
        )
        (numeric if in_table else bare)[stratum(row["repo"], row["path"])].append(row["saved_as"])
    lot = random.Random(given.seed)
    for key in sorted(numeric.keys() | bare.keys()):
        having = numeric[key]
        size = OF_ONE_LAYOUT.get(key[1], max(2, math.isqrt(len(having))))
        drawn = lot.sample(having, min(size, len(having))) + lot.sample(bare[key], min(1, len(bare[key])))
        for document in drawn:
            text = (given.corpus / document).read_bytes()
            lines_of = text.count(b"\n") + 1
            starts = sorted(lot.sample(range(1, lines_of, 80), 3)) if lines_of > 600 else None
            windows = [[a, min(a + 79, lines_of)] for a in starts] if starts else None
            sha256 = hashlib.sha256(text).hexdigest()
            print(json.dumps({"document": document, "sha256": sha256, "windows": windows}))


if __name__ == "__main__":
    main()
