"""The worker process: Celery on Redis brings job ids, and the server is asked where it does not."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from compressor.worker import Worker
from kgpress.client import Client
from kgpress.errors import KgpressError

_log = logging.getLogger(__name__)

#: As the server sends them; a test holds the two sides together.
TASK_NAME = "kgpress.run_job"
QUEUE_NAME = "kgpress"

_CELERY_OPTIONS = (
    # Threads: the main one stays free for signals, and torch is not forked.
    "--pool=threads",
    "--concurrency=1",
    f"--queues={QUEUE_NAME}",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel=INFO",
)


def make_app(redis_url: str, worker: Worker) -> Any:
    """A Celery app whose one task runs the job of the given id. Results live in the job's record."""
    from celery import Celery

    importlib.import_module("celery.worker.state")  # for Shutdown
    app = Celery("kgpress", broker=redis_url)
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_default_queue=QUEUE_NAME,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # Redis gone is noticed within seconds; an id that is delivered twice finds no queued job.
        broker_transport_options={"visibility_timeout": 6 * 3600, "health_check_interval": 10},
        broker_connection_timeout=5,
    )

    @app.task(name=TASK_NAME)
    def run_job(job_id: str) -> None:
        run_safely(worker, job_id)

    return app


def run_safely(worker: Worker, job_id: str = "") -> bool:
    """Whether a job was run. A server that is away is logged: its sweeper brings the job again."""
    try:
        return worker.run(job_id) is not None
    except KgpressError as error:
        _log.warning("%s", error)
        return False


class Poller(threading.Thread):
    """Asks the server for queued jobs: all there is without a broker, a safety net with one."""

    def __init__(self, worker: Worker, every_s: float) -> None:
        super().__init__(name="poller")
        self.draining = threading.Event()
        self._worker = worker
        self._every_s = every_s

    def run(self) -> None:
        while not self.draining.is_set():
            try:
                self._worker.deliver_kept()
            except KgpressError as error:
                _log.warning("%s", error)
            worked = not self._worker.busy and run_safely(self._worker)
            if not worked:
                self.draining.wait(self._every_s)


class Shutdown:
    """First signal: finish the job, or hand it back after ``grace_s``. Second: hand it back now."""

    def __init__(self, worker: Worker, poller: Poller, grace_s: float) -> None:
        self._worker, self._poller, self._grace_s = worker, poller, grace_s

    def __call__(self, *_: object, **__: object) -> None:
        if self._poller.draining.is_set():
            self._worker.stop.set()
            return
        self._poller.draining.set()
        if state := sys.modules.get("celery.worker.state"):
            # A signal that comes before Celery minds signals stops it all the same.
            state.should_stop = 0  # type: ignore[attr-defined]
        timer = threading.Timer(self._grace_s, self._worker.stop.set)
        timer.daemon = True
        timer.start()


def serve(worker: Worker, redis_url: str, poll_s: float, grace_s: float) -> None:
    """Runs jobs until SIGTERM or Ctrl-C."""
    poller = Poller(worker, poll_s)
    shutdown = Shutdown(worker, poller, grace_s)
    _on_signals(_leave)
    _log.info("worker %s starts", worker.name)
    worker.load()
    app = make_app(redis_url, worker) if redis_url else None
    # Celery's own take their place later, and call this one.
    _on_signals(shutdown)
    poller.start()
    try:
        if app is not None and not poller.draining.is_set():
            _consume(app, shutdown)
    finally:
        if app is not None and not poller.draining.is_set():
            shutdown()
        poller.join()


def _on_signals(handler: Callable[..., object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _leave(*_: object) -> None:
    """Nothing is held yet."""
    raise SystemExit(0)


def _consume(app: Any, shutdown: Shutdown) -> None:
    from celery.signals import worker_shutting_down

    worker_shutting_down.connect(shutdown, weak=False)
    app.worker_main(["worker", *_CELERY_OPTIONS])


def main(arguments: list[str] | None = None) -> int:
    """The command line of ``python -m compressor.worker`` and ``kgpress worker``."""
    parser = argparse.ArgumentParser(prog="kgpress worker", description="Runs jobs of a kgpress server.")
    env = os.environ.get
    add = parser.add_argument
    add("--server", default="", help="host:port or unix:/path (KGPRESS_SERVER; TLS by KGPRESS_TLS_CA)")
    add("--redis-url", default=env("KGPRESS_REDIS_URL", ""), help="the queue; without it: polling")
    add("--insecure", action="store_true", help="talk in the clear to a server that is not on this machine")
    add("--home", default=None, help="folder for work and spool (KGPRESS_HOME)")
    add("--poll", type=float, default=15.0, metavar="S", help="ask the server for jobs every S seconds")
    add("--grace", type=float, default=8.0, metavar="S", help="after SIGTERM, finish within S or hand back")
    add("--patience", type=float, default=120.0, metavar="S", help="wait S seconds for a server that is away")
    add("--allow-local", action="store_true", help="read paths and code of this machine that a job names")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    from kgpress.home import home

    try:
        options = {"insecure": True} if given.insecure else {}
        with Client.from_environment(given.server, **options) as client:
            worker = Worker(
                client, home(given.home), allow_local=given.allow_local, patience_s=given.patience
            )
            serve(worker, given.redis_url, given.poll, given.grace)
    except KgpressError as error:
        sys.stderr.write(f"kgpress worker: {error}\n")
        return error.exit_code
    return 0
