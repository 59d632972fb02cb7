"""The Java machine of the embedded store: one per process, from the package's own runtime."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STARTED = threading.Lock()
_LOGGING = """\
handlers=java.util.logging.FileHandler
java.util.logging.FileHandler.pattern={folder}/arcadedb.%g.log
java.util.logging.FileHandler.limit=5000000
java.util.logging.FileHandler.count=3
java.util.logging.FileHandler.append=true
java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
java.util.logging.SimpleFormatter.format=%1$tFT%1$tT %4$s %5$s%6$s%n
.level=WARNING
"""


def start_jvm(logs: Path) -> None:
    """Starts it unless it runs already. Its log goes to ``logs`` of whoever came first."""
    import jpype
    from arcadedb_embedded.jvm import start_jvm as start

    with _STARTED:
        if jpype.isJVMStarted():
            return
        os.environ.setdefault("ARCADEDB_JVM_ERROR_FILE", str(logs / "jvm_crash_%p.log"))
        settings = logs / "logging.properties"
        settings.write_text(_LOGGING.format(folder=logs), "utf-8")
        with _quiet_stderr(logs / "jvm_start.log"):
            start(
                heap_size=os.environ.get("KGPRESS_JVM_HEAP", "512m"),
                jvm_args=[
                    # Signals are Python's: a server stops as its own handler says.
                    "-Xrs",
                    "-XX:+UseSerialGC",
                    # Short lives and few cores: the quick compiler starts sooner.
                    "-XX:TieredStopAtLevel=1",
                    f"-Djava.util.logging.config.file={settings}",
                    f"-Djava.io.tmpdir={tempfile.gettempdir()}",
                    # A commit is on disk before it is answered.
                    "-Darcadedb.txWalFlush=1",
                    # No query reads files or the network.
                    "-Darcadedb.opencypher.loadCsv.allowFileUrls=false",
                    "-Darcadedb.opencypher.loadCsv.allowRemoteUrls=false",
                ],
            )


@contextmanager
def _quiet_stderr(log: Path) -> Iterator[None]:
    """The machine writes a notice about a module to the process's stderr; a shell needs none."""
    saved = os.dup(2)
    try:
        with open(log, "ab") as file:
            os.dup2(file.fileno(), 2)
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
