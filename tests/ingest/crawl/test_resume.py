"""Nothing is fetched, read or added twice; what changed supersedes; a death at any point costs nothing."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Crawl, Host
from tests.ingest.crawl.conftest import TakesEvidence, declaring, lines, table

NAMES = tuple(f"t{i}.csv" for i in range(5))


def five(host: Host, declare: Callable[..., str]) -> str:
    """Five results files by their addresses, 25 results."""
    for i, name in enumerate(NAMES):
        host.answers[f"/{name}"] = table(*(90 + i / 10 + k / 100 for k in range(5)))
    urls = ", ".join(f'"https://files.example.org/{n}"' for n in NAMES)
    return declare(f'[crawl]\nkind = "files"\nurls = [{urls}]\n', NAMES)


@pytest.fixture
def source(host: Host, declare: Callable[..., str]) -> str:
    return five(host, declare)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a crawl writes that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    out = folder / "out.jsonl.gz"
    with Host() as host:
        made = five(host, declaring(folder))
        code, _, err = Crawl(folder).run(made, host.url, "--out", str(out))
    assert code == 0, err
    return out.read_bytes()


def states(results: list[dict[str, Any]]) -> Counter[str]:
    return Counter(r["state"].removeprefix("EVIDENCE_STATE_") for r in results)


def test_again_nothing_is_fetched_and_a_change_supersedes(
    host: Host, crawl: Crawl, source: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl.gz"
    for added in (25, 0):
        code, report, err = crawl.run(source, host.url, "--out", str(out))
        assert (code, report["added"], report["sources"][0]["extracted"]) == (0, added, added > 0), err
    assert host.statuses[304] == 5
    first = lines(out)
    host.answers["/t1.csv"] = table(88.0, 88.1)
    code, report, err = crawl.run(source, host.url, "--out", str(out))
    assert (code, report["fetched"], report["unchanged"], report["added"]) == (0, 1, 4, 2), err
    now = lines(out)
    assert states(now) == {"ACCEPTED": 22, "SUPERSEDED": 5}
    for result in now:
        old = [r for r in first if r["locator"] == result["locator"]]
        if result["state"].endswith("SUPERSEDED"):
            assert result["reasons"] == ["the document has changed"]
            assert result["interpretation"] == old[0]["interpretation"]
    _, report, _ = crawl.run(source, host.url, "--out", str(out))
    assert (report["added"], lines(out)) == (0, now)


def test_what_cannot_be_had_for_once_keeps_its_results(
    host: Host, crawl: Crawl, source: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl.gz"
    assert crawl.run(source, host.url, "--out", str(out))[0] == 0
    first = out.read_bytes()
    del host.answers["/t3.csv"]
    code, report, _ = crawl.run(source, host.url, "--out", str(out))
    assert (code, [f["path"] for f in report["faults"]], report["added"]) == (7, ["t3.csv"], 0)
    assert out.read_bytes() == first


def test_a_server_is_told_of_changes_and_asked_only_once(
    host: Host, crawl: Crawl, source: str, evidence: tuple[TakesEvidence, str]
) -> None:
    taker, target = evidence
    for added, batches in ((25, 1), (0, 1)):
        code, report, err = crawl.run(source, host.url, "--server", target)
        assert (code, report["added"], taker.batches) == (0, added, batches), err
    host.answers["/t1.csv"] = table(88.0, 88.1)
    code, report, err = crawl.run(source, host.url, "--server", target)
    assert (code, report["added"], report["superseded"], report["duplicates"]) == (0, 2, 5, 20), err
    taker.results.clear()  # another server at the same address
    code, report, err = crawl.run(source, host.url, "--server", target)
    assert (code, report["added"]) == (0, 22), err


@pytest.mark.parametrize("where", ["request:3", "write:2", "note:1", "submit:2", "close:1"])
def test_killed_at_any_point_it_goes_on_to_the_same_evidence(
    host: Host,
    crawl: Crawl,
    source: str,
    undisturbed: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    out = tmp_path / "out.jsonl.gz"
    options = ["--out", str(out), "--set", "INGEST_BATCH=10"]
    killer = 'EXTENSIONS={"tests.ingest.crawl.killer.Killer": 1}'
    name, _, number = where.partition(":")
    if name == "request":
        process = crawl.start(source, host.url, *options)
        host.before = lambda path: process.kill() if host.requests.total() == int(number) else None
    else:
        monkeypatch.setenv("KILL_AT", where)
        process = crawl.start(source, host.url, *options, "--set", killer)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    host.before = lambda path: None
    code, report, err = crawl.run(source, host.url, *options)
    assert (code, report["added"]) == (0, 25), err
    assert out.read_bytes() == undisturbed


def test_killed_in_mid_submission_the_server_has_each_result_once(
    host: Host, crawl: Crawl, source: str, evidence: tuple[TakesEvidence, str]
) -> None:
    taker, target = evidence
    options = ["--server", target, "--set", "INGEST_BATCH=10"]
    process = crawl.start(source, host.url, *options)
    taker.after = lambda batch: process.kill() if batch == 2 else None
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(taker.results) == 20
    code, report, err = crawl.run(source, host.url, *options)
    assert (code, report["added"], report["duplicates"]) == (0, 5, 20), err
    assert len(taker.results) == 25
