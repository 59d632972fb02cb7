"""What tells workers that a job waits. It carries ids only: a lost queue loses no job."""

from __future__ import annotations

import logging
from typing import Protocol

_log = logging.getLogger(__name__)

#: The Celery task that a worker registers; its one argument is the job's id.
TASK_NAME = "kgpress.run_job"
QUEUE_NAME = "kgpress"

# A queue that is gone must not hold up a submit: the sweeper pushes again.
_TRANSPORT = {"socket_connect_timeout": 2, "socket_timeout": 2, "retry_on_timeout": False}


class Queue(Protocol):
    """Tells workers of a job; ``push`` returns whether it could.

    With a ``polling`` queue the workers ask the server themselves, and nothing is pushed again.
    """

    polling: bool

    def push(self, job_id: str) -> bool: ...


class PollingQueue:
    """No queue: workers ask the server for the oldest queued job."""

    polling = True

    def push(self, job_id: str) -> bool:
        return True


class CeleryQueue:
    """Sends the id as a Celery task; the broker's failures are logged, never raised."""

    polling = False

    def __init__(self, redis_url: str) -> None:
        from celery import Celery

        self._app = Celery("kgpress", broker=redis_url)
        self._app.conf.update(
            broker_transport_options=_TRANSPORT,
            broker_connection_timeout=2,
            task_ignore_result=True,
        )

    def push(self, job_id: str) -> bool:
        from kombu.exceptions import OperationalError

        try:
            self._app.send_task(TASK_NAME, args=[job_id], queue=QUEUE_NAME, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            _log.warning("the queue did not take job %s (%s); it is pushed again later", job_id, error)
            return False
        return True
