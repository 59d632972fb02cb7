"""Every kind of source by its spider: what is asked for, what is kept, what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.spiders._kinds import SPIDERS
from ingest.spiders._plan import KINDS, declared, matches, parse_plan, read_plan
from kgpress.errors import InvalidInput, UnknownName
from tests.ingest.conftest import Crawl, Host
from tests.ingest.crawl.conftest import table
from tests.support.corpus_server import listing

COMMIT = "0123456789abcdef" * 2 + "01234567"


def test_all_kinds_in_one_crawl(
    host: Host, crawl: Crawl, declare: Callable[..., str], tmp_path: Path
) -> None:
    """Two commits of a repository, a site, a paper, a PDF file and a model card, side by side."""
    host.repository("o/r", COMMIT, {"docs/t.csv": table(91.0), "docs/a/b/x.md": b"#", "src/t.csv": b"no"})
    host.repository("o/r", COMMIT[::-1], {"docs/t.csv": table(92.0)})
    host.answers |= {
        "/docs/index.html": b"""<a href="a.html#x">a</a> <a href="/elsewhere/b.html">b</a>
            <A HREF='_sources/a.rst.txt'>source</A> <a href="https://other.example.org/docs/c.html">c</a>
            <a href="mailto:x@example.org">m</a> <a href="genindex.html">g</a> <a href="http://[">bad</a>""",
        "/docs/a.html": b'<a href="index.html">back</a> <a href=t.csv>data</a> <a href="?q=1">q</a>',
        "/docs/_sources/a.rst.txt": b"a\n=\n",
        "/docs/t.csv": table(93.0),
        "/html/2306.00978v5": b"<table class='ltx_tabular'></table>",
        "/p/paper.pdf": b"%PDF-1.4\n",
        "/m/card/raw/main/README.md": b"---\nmodel-index: []\n---\n",
    }
    host.types["/html/2306.00978v5"] = "text/html"
    at = '[[crawl.at]]\nrepository = "o/r"\ncommit = "{}"\n{}include = ["docs/**/*.csv", "docs/**/*.md"]\n'
    site = 'start = ["https://docs.example.org/docs/index.html"]\ndeny = ["docs/genindex.html"]\n'
    card = "https://hub.example.org/m/card/raw/main/README.md"
    sources = {
        "repo": ("repository", at.format(COMMIT, "") + at.format(COMMIT[::-1], 'ref = "v2"\n')),
        "site": ("site", site),
        "paper": ("paper", 'urls = ["https://arxiv.example.org/html/2306.00978v5"]\n'),
        "pdf": ("pdf", 'urls = ["https://papers.example.org/p/paper.pdf"]\n'),
        "card": ("card", f'urls = ["{card}"]\n'),
    }
    tables = {"repo": ("docs/t.csv", "@v2/docs/t.csv"), "site": ("docs/t.csv",)}
    given = [
        declare(f'[crawl]\nkind = "{kind}"\n{text}', tables.get(name, ()), name)
        for name, (kind, text) in sources.items()
    ]
    options = ("--out", str(tmp_path / "o.gz"))
    _, report, err = crawl.run(given[0], host.url, *given[1:], *options)
    # What was fetched counts here: the PDF file is an empty one, and whoever reads it says so.
    assert {f["path"] for f in report["faults"]} <= {"p/paper.pdf"}, err
    assert report["added"] == 3
    fetched = {s["source"]: s["fetched"] for s in report["sources"]}
    assert fetched == {"repo": 3, "site": 4, "paper": 1, "pdf": 1, "card": 1}
    documents = {s["source"]: set(s["documents"]) for s in report["sources"]}
    assert documents["repo"] == {"docs/t.csv", "@v2/docs/t.csv"}
    assert set(host.pages) == set(host.answers) - {"/robots.txt", f"/o/r/{COMMIT}/src/t.csv"}
    assert set(host.pages.values()) == {1}
    _, report, err = crawl.run(given[0], host.url, *given[1:], *options)
    assert (report["fetched"], report["unchanged"], report["added"]) == (0, 10, 0), err
    again = {path for path, n in host.pages.items() if n > 1}
    assert not any(path.startswith(("/o/", "/repos/")) for path in again)  # a commit does not change
    assert host.statuses[304] == len(again) == 7


def test_a_listing_that_is_cut_short_is_asked_for_by_folder_and_never_leaves_it(
    host: Host, crawl: Crawl, declare: Callable[..., str], tmp_path: Path
) -> None:
    trees = f"/repos/o/r/git/trees/{COMMIT}"
    entries = [("t.csv", "blob", "a" * 40), ("docs", "tree", "b" * 40)]
    inner = [("t.csv", "blob", "c" * 40), ("../../x.csv", "blob", "d" * 40), ("a\nb.csv", "blob", "e" * 40)]

    def tree(rows: list[tuple[str, str, str]]) -> bytes:
        return json.dumps({"tree": [{"path": p, "type": t, "sha": s} for p, t, s in rows]}).encode()

    host.answers |= {
        f"{trees}?recursive=1": listing({"t.csv": b""}, truncated=True),
        trees: tree(entries),
        f"/repos/o/r/git/trees/{'b' * 40}?recursive=1": tree(inner),
        f"/o/r/{COMMIT}/t.csv": table(91.0),
        f"/o/r/{COMMIT}/docs/t.csv": table(92.0),
    }
    crawled = f'[crawl]\n[[crawl.at]]\nrepository = "o/r"\ncommit = "{COMMIT}"\ninclude = ["**/*.csv"]\n'
    source = declare(crawled, ("t.csv", "docs/t.csv"))
    code, report, err = crawl.run(source, host.url, "--out", str(tmp_path / "o.gz"))
    assert (code, report["added"], set(host.pages)) == (0, 2, set(host.answers) - {"/robots.txt"}), err


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("README.md", "**/README.md", True),
        ("a/b/README.md", "**/README.md", True),
        ("a/b/README.md", "*/README.md", False),
        ("a/README.md", "*/README.md", True),
        ("a/xREADME.md", "**/README.md", False),
        ("a/b.c.csv", "a/*.csv", True),
        ("a/bxcsv", "a/*.csv", False),
        ("a/b/c.csv", "a/**", True),
        ("a/t1.csv", "a/t?.csv", True),
        ("a[1].csv", "a[1].csv", True),
    ],
)
def test_globs(path: str, pattern: str, fits: bool) -> None:
    assert matches(path, (pattern,)) is fits


@pytest.mark.parametrize("name", declared())
def test_shipped_declarations_say_what_to_fetch(name: str) -> None:
    plan = read_plan(name)
    assert plan.name == name
    assert plan.licence
    assert plan.places or plan.start


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('kind = "web"', "is none of"),
        ('kind = "files"\nurls = ["file:///etc/passwd"]', "no http"),
        ('kind = "files"\nurls = ["https://me:word@example.org/x"]', "user name or a password"),
        ('kind = "files"', "names no documents"),
        ('[[crawl.at]]\nrepository = "o/r"\ncommit = "main"', "full commit"),
        ('[[crawl.at]]\nrepository = "../r"\ncommit = "' + COMMIT + '"', "no OWNER/REPOSITORY"),
        ('kind = "site"\nstart = "https://example.org/"', "does not read"),
        ("unknown = 1", "unexpected keyword"),
    ],
)
def test_declarations_that_are_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        parse_plan(f'[source]\nname = "x"\n[crawl]\n{text}\n', "x")
    assert "word@" not in str(caught.value)


def test_unknown_sources_and_kinds() -> None:
    with pytest.raises(UnknownName, match="distiller"):
        read_plan("distilller")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_plan("/nowhere/x.toml")
    assert set(SPIDERS) == set(KINDS)
