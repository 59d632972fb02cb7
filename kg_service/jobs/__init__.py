"""Jobs: records in the graph, leases with fencing tokens, and a queue that carries only ids."""

from kg_service.jobs._jobs import JobOptions, Jobs, Lease, SweepCounts
from kg_service.jobs._queue import QUEUE_NAME, TASK_NAME, CeleryQueue, PollingQueue, Queue

__all__ = [
    "QUEUE_NAME",
    "TASK_NAME",
    "CeleryQueue",
    "JobOptions",
    "Jobs",
    "Lease",
    "PollingQueue",
    "Queue",
    "SweepCounts",
]
