"""kill -9 of worker and server at random points: every accepted job once in the evidence."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from kgpress.v1 import compression_pb2 as pb
from tests.kill.cluster import Cluster

pytestmark = [pytest.mark.neo4j, pytest.mark.redis, pytest.mark.slow]

JOBS = 24
KILLS = 10  # of each
WORK_S = 1.5  # about what a job takes


def test_every_accepted_job_is_once_in_the_evidence(
    cluster: Cluster, spec: Callable[..., pb.JobSpec]
) -> None:
    rng = random.Random(20261122)
    begun = time.monotonic()
    made = spec()
    accepted: dict[str, int] = {}

    def submit() -> None:
        seed = len(accepted)
        made.compress.seed = seed
        accepted[cluster.submit(made, f"kill-{seed}").id] = seed

    for _ in range(JOBS - 2 * KILLS // 4):
        submit()
    kills: Counter[str] = Counter()
    order = ["worker"] * KILLS + ["server"] * KILLS
    rng.shuffle(order)
    for position, part in enumerate(order):
        if rng.random() < 0.7:
            cluster.wait_for_a_lease(15)
            time.sleep(rng.uniform(0, WORK_S))  # in the midst of a job
        else:
            time.sleep(rng.uniform(0, 3))  # anywhere, its own start included
        {"worker": cluster.kill_worker, "server": cluster.kill_server}[part]()
        kills[part] += 1
        {"worker": cluster.start_worker, "server": cluster.start_server}[part]()
        if position % 4 == 1:
            submit()  # while the killed part is still coming back
    while len(accepted) < JOBS:
        submit()
    jobs = cluster.wait_for(list(accepted), 240)

    states = Counter(pb.JobState.Name(job.state) for job in jobs)
    assert states == {"JOB_STATE_SUCCEEDED": len(accepted)}, cluster.logs()
    expected = {(id, step, seed, 0) for id, seed in accepted.items() for step in (0, 1)}
    found = Counter(result for id in accepted for result in cluster.results(id))
    assert set(found) == expected
    assert set(found.values()) == {1}
    ((total,),) = cluster.rows(_COUNT, jobs=list(accepted))
    assert total == len(expected), "more nodes than the search shows"
    repeated = sum(job.attempts > 1 for job in jobs)
    assert repeated >= 3, "no kill hit a job: the test shows nothing"
    assert kills["worker"] >= 10
    assert kills["server"] >= 10
    print(
        f"\nkill test: {len(accepted)} jobs, {kills['worker']} worker kills and {kills['server']} server "
        f"kills in {time.monotonic() - begun:.0f} s; {repeated} jobs were begun more than once "
        f"({sum(job.attempts for job in jobs)} attempts); {sum(found.values())} results, each once"
    )


_COUNT = "MATCH (r:ReferenceResult) WHERE r.job IN $jobs RETURN count(r)"
