"""What the network may do to a crawl: each ends in a fault, in bounded time, and is never followed."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

from ingest._network import PublicResolver, is_public
from tests.ingest.conftest import Crawl, Host
from tests.ingest.crawl.conftest import table

GOOD = table(93.0)
Answer = Callable[[BaseHTTPRequestHandler], None]


def redirect(target: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def stream(headers: dict[str, str], part: bytes, times: int = 1, wait_s: float = 0.0) -> Answer:
    """Sends a part again and again until the client has enough."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in {"Content-Type": "text/csv", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(wait_s)

    return answer


def fails(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(500)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def files(*urls: str) -> str:
    return '[crawl]\nkind = "files"\nurls = [' + ", ".join(f'"{u}"' for u in urls) + "]\n"


def test_each_evil_answer_is_one_fault_and_the_good_page_counts(
    host: Host, crawl: Crawl, declare: Callable[..., str], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(GOOD)
    with Host() as other:
        other.answers["/t.csv"] = GOOD
        port = other.url.rpartition(":")[2]
        bomb = gzip.compress(b"a,b\n" * 20_000_000)
        cases: dict[str, tuple[bytes | Answer, str]] = {
            "file": (redirect(secret.as_uri()), "to file:"),
            "ftp": (redirect("ftp://127.0.0.1/t.csv"), "to ftp:"),
            "data": (redirect("data:text/csv,a"), "to data:"),
            "port": (redirect(f"{other.url}/t.csv"), "is not the source's host"),
            "name": (redirect(f"http://localhost:{port}/t.csv"), "is not the source's host"),
            "number": (redirect(f"http://2130706433:{port}/t.csv"), "is not the source's host"),
            "meta": (redirect("http://169.254.169.254/latest"), "is not the source's host"),
            "six": (redirect(f"http://[::1]:{port}/t.csv"), "is not the source's host"),
            "user": (redirect(host.url.replace("//", "//me:secret-word@") + "/t.csv"), "user name"),
            "circle": (redirect("/circle.csv"), "max redirections"),
            "huge": (stream({"Content-Length": "900000000000"}, b"a" * 1000), "larger than 200,000"),
            "endless": (stream({"Connection": "close"}, b"a" * 100_000, 10_000), "larger than 200,000"),
            "bomb": (
                stream({"Content-Encoding": "gzip", "Content-Length": str(len(bomb))}, bomb),
                "during decompression",
            ),
            "short": (stream({"Content-Length": "5000"}, GOOD), ""),
            "image": (stream({"Content-Type": "image/png"}, b"a" * 100_000, 10_000), "'image/png'"),
            "page": (stream({"Content-Type": "text/html", "Content-Length": "3"}, b"abc"), "'text/html'"),
            "slow": (stream({"Content-Length": "5000"}, b"a", 100, 0.2), "longer than 2"),
            "broken": (fails, "500"),
            "absent": (b"", "404"),
        }
        urls = [f"https://files.example.org/{name}.csv" for name in cases]
        host.answers |= {f"/{name}.csv": answer for name, (answer, _) in cases.items() if name != "absent"}
        host.answers |= {"/t.csv": GOOD, "/private/t.csv": GOOD}
        urls += ["https://files.example.org/t.csv", "https://files.example.org/private/t.csv"]
        options = [w for s in ("DOWNLOAD_MAXSIZE=200000", "DOWNLOAD_TIMEOUT=2") for w in ("--set", s)]
        source = declare(files(*urls), ("t.csv",))
        code, report, err = crawl.run(source, host.url, "--out", str(tmp_path / "o.gz"), *options)
        assert not other.requests
    assert (code, report["added"], report["fetched"]) == (7, 1, 1)
    assert "Traceback" not in err
    assert "secret-word" not in err + str(report)
    faults = {f["path"].removesuffix(".csv"): f["reason"] for f in report["faults"]}
    assert set(faults) == {*cases, "private/t"}
    for name, (_, words) in cases.items():
        assert words in faults[name], (name, faults[name])
    assert "robots.txt" in faults["private/t"]
    assert host.requests["/private/t.csv"] == 0


@pytest.mark.parametrize("place", ["http://localhost:{}/t.csv", "http://127.0.0.1:{}/t.csv"])
def test_a_declaration_cannot_point_into_the_private_network(
    crawl: Crawl, declare: Callable[..., str], tmp_path: Path, place: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        source = declare(files(place.format(listening.getsockname()[1])), ("t.csv",))
        code, report, err = crawl.run(source, "", "--out", str(tmp_path / "o.gz"))
        assert code == 7, err
        assert "is not on the public network" in report["faults"][0]["reason"]
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_host_without_answer_for_its_rules_is_left_alone(
    host: Host, crawl: Crawl, declare: Callable[..., str], tmp_path: Path
) -> None:
    host.answers |= {"/robots.txt": fails, "/t.csv": GOOD}
    source = declare(files("https://files.example.org/t.csv"), ("t.csv",))
    code, report, err = crawl.run(source, host.url, "--out", str(tmp_path / "o.gz"))
    assert (code, host.requests["/t.csv"]) == (7, 0)
    assert "robots.txt" in report["faults"][0]["reason"]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("140.82.112.3", True),
        ("2606:50c0:8000::153", True),
        *[
            (a, False)
            for a in (
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "nowhere",
            )
        ],
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_answers_differently_the_second_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: every lookup is checked, and what was checked is what is connected to."""
    answers = iter(["140.82.112.3", "127.0.0.1"])

    def lookup(self: Any, name: str, timeout: Any = ()) -> Deferred[str]:
        return succeed(next(answers))

    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lookup)
    resolver = PublicResolver(None, 0, 1.0)  # type: ignore[arg-type]
    outcomes: list[Any] = []
    for _ in range(2):
        resolver.getHostByName("rebinding.example.org").addBoth(outcomes.append)
    assert outcomes[0] == "140.82.112.3"
    assert outcomes[1].check(DNSLookupError)
