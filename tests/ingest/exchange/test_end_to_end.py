"""Through the shell and a real server: import, export, review, corrections, stats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kgpress.client import Client
from kgpress.v1 import evidence_pb2 as ev

HEAD = "source,model,dataset,domain,task,strategy,metric,before,after,size_after,hardware\n"
ROWS = """\
acme/bench,ResNet-50,ImageNet,computer vision,image classification,C4,accuracy,76.1%,75.9%,24.5MB,
acme/bench,VGG-16,ImageNet,computer vision,image classification,C4,accuracy,71.6%,71.1%,34MB,x86-cpu
acme/bench,=cmd(),ImageNet,computer vision,image classification,C2(ratio=?) > C4,accuracy,70.0%,0.1%,,
"""


@pytest.fixture
def server(embedded: Any, tmp_path: Path) -> Iterator[str]:
    """Address of a server on an empty embedded graph."""
    from kg_service.graph import start
    from kg_service.server import build, open_components

    start(embedded)
    components = open_components(
        embedded, artifacts_url=str(tmp_path / "artifacts"), snapshots=tmp_path / "snapshots", local=True
    )
    address = f"unix:{tmp_path}/s"
    running = build(components, [address])
    running.start()
    yield address
    running.stop(1.0)


@pytest.fixture
def shell(
    server: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs ``kgpress ingest ARGS`` against the server; exit code, output, errors."""
    import sys

    from kgpress.cli import main

    def run(*args: object, on_server: bool = True) -> tuple[int, str, str]:
        given = ["kgpress", "ingest", *map(str, args)]
        monkeypatch.setattr(sys, "argv", [*given, "--server", server] if on_server else given)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.mark.slow
def test_from_a_file_through_review_to_files(
    shell: Callable[..., tuple[int, str, str]], server: str, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "results.csv"
    file.write_text(HEAD + ROWS + "acme/bench,m,ImageNet,,,C4,accuracy,71.6,0.7,,\n")
    code, out, err = shell("import", file)
    assert (code, out) == (2, "")
    assert "results.csv:5:8:" in err
    assert "nothing was imported" in err
    assert json.loads(shell("stats", "--json")[1])["results"] == 0

    file.write_text(HEAD + ROWS)
    assert "3 lines are sound" in shell("import", file, "--dry-run", on_server=False)[1]
    assert shell("import", file)[1] == "3 added, 0 known already, 0 quarantined\n"
    assert shell("import", file)[1] == "0 added, 3 known already, 0 quarantined\n"

    _review(server, home)
    found = json.loads(shell("stats", "--json")[1])
    assert {s: n["results"] for s, n in found["states"].items()} == {"accepted": 2, "proposed": 1}
    assert found["conflicts"] == 1
    assert found["by"]["domain"] == {"computer vision": {"accepted": 2, "proposed": 1}}
    assert "acme/bench" in shell("stats")[1]

    for format in ("csv", "jsonl", "model-index", "parquet", "jsonld"):
        code, out, err = shell("export", "--format", format, "--out", tmp_path / f"out.{format}")
        assert (code, err) == (0, "")
        assert out.startswith("2 results in ")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(r["model"], r["after"]) for r in lines] == [("ResNet-50", 0.759), ("VGG-16 BN", 0.712)]
    assert lines[0]["locator"]["cell"]["line"] == 2
    assert shell("import", tmp_path / "out.jsonl")[1] == "0 added, 2 known already, 0 quarantined\n"
    assert shell("import", tmp_path / "out.csv")[1] == "0 added, 2 known already, 0 quarantined\n"

    patch = tmp_path / "corrections.patch"
    code, out, _ = shell("review", "--write-diff", patch, "--as", "ann")
    assert code == 0


def _review(server: str, home: Path) -> None:
    """ann accepts, corrects, accepts; bob rejects the last: a conflict."""
    from textual.widgets import DataTable, Input

    from ingest.documents import DocumentStore
    from ingest.review import Session, Sources
    from ingest.review._app import ReviewApp

    async def ann(client: Client) -> None:
        app = ReviewApp(
            Session(client, "ann", ev.SearchEvidenceRequest()), Sources(DocumentStore(home / "documents"))
        )
        async with app.run_test(size=(160, 50)) as pilot:
            table = app.query_one("#table", DataTable)
            cells = [str(table.get_cell_at((0, c))) for c in range(len(table.columns))]
            assert cells, "the imported file is shown"
            order = [r.interpretation.model for r in app.session.results]
            for model in order:
                if model == "VGG-16":
                    await pilot.press("c")
                    app.screen.query_one("#edit-model", Input).value = "VGG-16 BN"
                    app.screen.query_one("#edit-after", Input).value = "71.2%"
                    await pilot.press("ctrl+s")
                else:
                    await pilot.press("a")
            assert sum(app.session.counts.values()) == 3

    with Client(server) as client:
        asyncio.run(ann(client))
        bob = Session(client, "bob", ev.SearchEvidenceRequest(model="=cmd()"))
        assert bob.reject().conflict
        bob.undo()
        assert not bob.results[0].conflict
        assert bob.reject().conflict
        detail = client.get_evidence(bob.results[0].id)
        assert [r.curator for r in detail.reviews] == ["ann", "bob", "bob", "bob"]
