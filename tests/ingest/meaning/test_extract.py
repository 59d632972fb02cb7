"""The command: documents to JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from ingest._extract import command

TEXT = (
    "# Detectors on COCO\n\n| Model | FP32 mAP | INT8 mAP | FP32 latency (ms) | INT8 latency (ms) |\n"
    "|---|---|---|---|---|\n| SSD-MobileNet | 0.230 | 0.225 | 20.5 | 8.1 |\n"
)


def test_one_line_a_result(tmp_path: Path) -> None:
    document, out = tmp_path / "results.md", tmp_path / "r.jsonl"
    document.write_text(TEXT, "utf-8")
    done = CliRunner().invoke(command, [str(document), "--out", str(out)], standalone_mode=False)
    assert done.exception is None
    (line,) = [json.loads(x) for x in out.read_text("utf-8").splitlines()]
    assert (line["before"], line["after"], line["latency_before"], line["latency_after"]) == (
        0.23,
        0.225,
        20.5,
        8.1,
    )
    assert abs(line["delta"] + 0.005) < 1e-9
    assert line["locator"]["line"] == 5
    assert line["locator"]["text"] == "0.225"
    assert line["method"][0]["weight_bits"] == 8
    assert line["model"]
    assert line["dataset"] == "COCO"


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "a.md", tmp_path / "b.unknown", tmp_path / "r.jsonl"
    good.write_text(TEXT, "utf-8")
    bad.write_bytes(b"\x00\x01")
    done = CliRunner().invoke(command, [str(good), str(bad), "--out", str(out)], standalone_mode=False)
    assert done.return_value == 7
    assert "b.unknown" in done.output
    assert len(out.read_text("utf-8").splitlines()) == 1
