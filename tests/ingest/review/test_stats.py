"""Counts as they are asked for and shown, and commands that start without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from ingest.stats import lines, stats
from kgpress.v1 import evidence_pb2 as ev


class Counter:
    """Counts that depend on what is asked."""

    def count_evidence(
        self, by: Iterable[str] = (), filter: ev.SearchEvidenceRequest | None = None
    ) -> ev.CountEvidenceResponse:
        fields = list(by)
        rows = {
            ("state",): [("accepted", 7), ("quarantined", 5)],
            ("reason",): [("'a' is above 5", 3), ("'b' is above 6", 2), ("no model", 1)],
            ("source",): [("bench", 40)],
        }.get(tuple(fields), [("x", 2)])
        if len(fields) == 2:
            rows = [(f"{fields[0]} {n}", n) for n in range(1, 20)]
        answer = ev.CountEvidenceResponse(
            total=ev.EvidenceCount(results=40 if filter and filter.per_layer else 12)
        )
        for name, count in rows:
            answer.counts.add(keys=[name, "accepted"][: len(fields)], results=count, groups=1, clusters=1)
        return answer


def test_points_of_layers_are_counted_apart_and_reasons_by_kind() -> None:
    found = stats(Counter())
    assert (found["results"], found["layer_points"]) == (12, {"points": 40, "by_source": {"bench": 40}})
    assert list(found["by"]) == [
        "source",
        "family",
        "domain",
        "task",
        "compression_type",
        "hardware",
        "metric",
    ]
    assert next(iter(found["by"]["metric"])) == "metric 19"
    kinds = [(entry["results"], entry["example"]) for entry in found["quarantine_reasons"]]
    assert kinds == [(5, "'a' is above 5"), (1, "no model")]
    text = "\n".join(lines(found))
    assert "… and 4 more" in text
    assert "40 points of single layers" in text


def test_help_of_the_commands_needs_none_of_their_libraries() -> None:
    code = (
        "import sys; from kgpress.cli import cli\n"
        "for name in ('review', 'import', 'export', 'stats'):\n"
        "    cli.main(['ingest', name, '--help'], standalone_mode=False)\n"
        "heavy = {'textual', 'pyarrow', 'grpc', 'google.protobuf', 'lxml', 'scrapy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "--dry-run" in done.stdout
