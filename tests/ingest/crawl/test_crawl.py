"""Getting documents: once, whole, from the declared host only, and on after a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Crawl, Host
from tests.ingest.test_meaning import DECLARATION, HEADING

COMMIT = "c0" * 20
PATH = f"/someone/tables/{COMMIT}/t.csv"
GOOD = f"{HEADING}\nli,VGG-16,CIFAR-10,93.4%,,93.25%,,5.4,15,,\n".encode()


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., str]:
    """Path of a small declaration, with more files or a hash."""

    def write(*paths: str, sha256: str = "") -> str:
        text = DECLARATION.replace("c0", COMMIT) + "".join(f'[[file]]\npath = "{p}"\n' for p in paths)
        if sha256:
            text = text.replace(
                'path = "t.csv"\n[[table]]', f'path = "t.csv"\nsha256 = "{sha256}"\n[[table]]'
            )
            assert sha256 in text
        (tmp_path / "small.toml").write_text(text)
        return str(tmp_path / "small.toml")

    return write


def test_a_crawl_again_fetches_and_adds_nothing_new(
    shrinkbench_host: Host, crawl: Crawl, tmp_path: Path, shrinkbench: Any
) -> None:
    out = tmp_path / "out.jsonl.gz"
    for fetched in (13, 0):
        code, report, err = crawl.run("shrinkbench", shrinkbench_host.url, "--out", str(out))
        assert code == 0, err
        assert report["fetched"] == fetched
        assert out.read_bytes() == shrinkbench[0].read_bytes()
    pages = {p: n for p, n in shrinkbench_host.requests.items() if p != "/robots.txt"}
    assert len(pages) == 13
    assert set(pages.values()) == {1}
    assert shrinkbench_host.requests["/robots.txt"] == 1


def test_a_damaged_document_in_the_store_is_fetched_anew(
    host: Host, crawl: Crawl, small: Callable[..., str], tmp_path: Path
) -> None:
    host.answers[PATH] = GOOD
    sha256 = hashlib.sha256(GOOD).hexdigest()
    damaged = crawl.documents / sha256[:2] / sha256
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(GOOD[:40])
    code, report, err = crawl.run(small(sha256=sha256), host.url, "--out", str(tmp_path / "o.gz"))
    assert (code, report["added"]) == (0, 1), err
    assert damaged.read_bytes() == GOOD


def test_other_bytes_than_declared_are_refused(
    host: Host, crawl: Crawl, small: Callable[..., str], tmp_path: Path
) -> None:
    host.answers[PATH] = GOOD
    code, report, _ = crawl.run(small(sha256="0" * 64), host.url, "--out", str(tmp_path / "o.gz"))
    assert code == 7
    assert "declared is 0000" in report["faults"][0]["reason"]
    assert report["added"] == 0


def redirect(target: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_what_cannot_be_had_is_a_fault_and_the_rest_counts(
    host: Host, crawl: Crawl, small: Callable[..., str], tmp_path: Path
) -> None:
    """Absent, forbidden by robots.txt, too large, led to another port, to a file, in a circle."""
    other = Host()
    other.answers["/t.csv"] = GOOD
    try:
        base = f"/someone/tables/{COMMIT}/"
        host.answers = {
            "/robots.txt": f"User-agent: *\nDisallow: /someone/tables/{COMMIT}/private\n".encode(),
            PATH: GOOD,
            f"{base}private.csv": GOOD,
            f"{base}large.csv": b"a" * 300_000,
            f"{base}away.csv": redirect(f"{other.url}/t.csv"),
            f"{base}file.csv": redirect("file:///etc/hostname"),
            f"{base}circle.csv": redirect(f"{base}circle.csv"),
            f"{base}moved.csv": redirect(PATH + "?here"),
            PATH + "?here": GOOD,
        }
        names = ("absent", "private", "large", "away", "file", "circle", "moved")
        source = small(*(f"{n}.csv" for n in names))
        code, report, err = crawl.run(
            source, host.url, "--out", str(tmp_path / "o.gz"), "--set", "DOWNLOAD_MAXSIZE=200000"
        )
        assert code == 7
        assert "Traceback" not in err
        reasons = {f["path"].removesuffix(".csv"): f["reason"] for f in report["faults"]}
        assert set(reasons) == set(names) - {"moved"}
        assert "404" in reasons["absent"]
        assert "robots.txt" in reasons["private"]
        assert "is not the source's host" in reasons["away"]
        assert not other.requests
        assert report["added"] == 1
    finally:
        other.stop()


def test_a_server_that_is_busy_is_asked_again(
    host: Host, crawl: Crawl, small: Callable[..., str], tmp_path: Path
) -> None:
    def busy_once(handler: BaseHTTPRequestHandler) -> None:
        first = host.requests[PATH] == 1
        handler.send_response(503 if first else 200)
        handler.send_header("Content-Length", "0" if first else str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(b"" if first else GOOD)

    host.answers[PATH] = busy_once
    code, report, err = crawl.run(small(), host.url, "--out", str(tmp_path / "o.gz"))
    assert (code, report["added"]) == (0, 1), err
    assert host.requests[PATH] == 2


def test_hostile_tables_leave_the_others_alone(
    host: Host, crawl: Crawl, small: Callable[..., str], tmp_path: Path
) -> None:
    host.answers[PATH] = b"a,b\n" + b"x" * 5_000_000
    code, report, err = crawl.run(small(), host.url, "--out", str(tmp_path / "o.gz"))
    assert code == 7
    assert "Traceback" not in err
    assert "more than 1000000 characters" in report["faults"][0]["reason"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--out", "/proc/nowhere/o.gz"], 2, "cannot be written"),
        (["--server", "127.0.0.1:1"], 6, "cannot be reached"),
        ([], 2, "--server TARGET or --out FILE"),
    ],
)
def test_nowhere_to_put_results(
    host: Host, crawl: Crawl, small: Callable[..., str], options: list[str], code: int, words: str
) -> None:
    host.answers[PATH] = GOOD
    got, _, err = crawl.run(small(), host.url, *options)
    assert got == code
    assert words in err
    assert "Traceback" not in err
