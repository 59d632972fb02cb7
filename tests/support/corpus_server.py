"""Documents behind a local HTTP server, in the path shapes of the hosts that they come from.

Repositories lie under ``/OWNER/REPOSITORY/COMMIT/PATH`` with a listing at
``/repos/OWNER/REPOSITORY/git/trees/COMMIT?recursive=1``; anything else under the path that it is given.
Every answer has an ETag, and a request that names it is told that nothing has changed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

Answer = Callable[[BaseHTTPRequestHandler], None]

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
}


class WebServer:
    """On a free port. ``answers``: path with query -> bytes, a file, or a function of the handler."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Path | Answer] = {
            "/robots.txt": b"User-agent: *\nDisallow: /private/\n"
        }
        #: Content types by path, where they are not what the ending says.
        self.types: dict[str, str] = {}
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.delay_s = 0.0
        #: Called with each path before it is answered.
        self.before: Callable[[str], None] = lambda path: None
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that was killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def pages(self) -> dict[str, int]:
        """Requests by path, robots.txt left out."""
        return {path: n for path, n in self.requests.items() if path != "/robots.txt"}

    def repository(self, name: str, commit: str, documents: dict[str, bytes | Path]) -> None:
        """Adds a repository at a commit: its files and its listing."""
        for path, document in documents.items():
            self.answers[f"/{name}/{commit}/{path}"] = document
        self.answers[f"/repos/{name}/git/trees/{commit}?recursive=1"] = listing(documents)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = unquote(handler.path)
        with self._lock:
            self.requests[path] += 1
        self.before(path)
        if self.delay_s and path != "/robots.txt":
            time.sleep(self.delay_s)
        answer = self.answers.get(path)
        if callable(answer):
            handler.close_connection = True
            answer(handler)
            return
        body = answer.read_bytes() if isinstance(answer, Path) else answer or b""
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        status = 404 if answer is None else 304 if handler.headers.get("If-None-Match") == etag else 200
        with self._lock:
            self.statuses[status] += 1
        body = body if status == 200 else b""
        handler.send_response(status)
        handler.send_header("Content-Type", self._type(path))
        handler.send_header("Content-Length", str(len(body)))
        if status != 404:
            handler.send_header("ETag", etag)
        handler.end_headers()
        handler.wfile.write(body)

    def _type(self, path: str) -> str:
        if path in self.types:
            return self.types[path]
        if path.startswith("/repos/"):
            return "application/json; charset=utf-8"
        return TYPES.get(Path(path).suffix.lower(), "text/plain; charset=utf-8")


def listing(documents: dict[str, bytes | Path], *, truncated: bool = False) -> bytes:
    """The answer of the git trees API for these files."""
    tree = [
        {"path": path, "mode": "100644", "type": "blob", "sha": hashlib.sha1(path.encode()).hexdigest()}
        for path in sorted(documents)
    ]
    folders = sorted({str(parent) for path in documents for parent in Path(path).parents} - {"."})
    tree += [{"path": f, "mode": "040000", "type": "tree", "sha": "0" * 40} for f in folders]
    return json.dumps({"sha": "0" * 40, "tree": tree, "truncated": truncated}).encode()


def serve_corpus(server: WebServer, corpus: Path, repository: str = "") -> int:
    """Serves a folder with a MANIFEST.csv, or one repository of it; how many documents that are."""
    found: dict[tuple[str, str], dict[str, bytes | Path]] = defaultdict(dict)
    with (corpus / "MANIFEST.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if not repository or row["repo"] == repository:
                found[row["repo"], row["commit"]][row["path"]] = corpus / row["saved_as"]
    for (name, commit), documents in found.items():
        server.repository(name, commit, documents)
    return sum(map(len, found.values()))
