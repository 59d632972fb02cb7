"""A watch tells every event once, whatever happens to the connection."""

from __future__ import annotations

from typing import Any

import pytest

from kgpress.errors import NotFound, Unavailable
from kgpress.v1 import compression_pb2 as pb


def events(count: int) -> list[pb.WatchJobResponse]:
    made = [pb.WatchJobResponse(sequence=n, state=pb.JOB_STATE_RUNNING) for n in range(1, count + 1)]
    made[-1].state = pb.JOB_STATE_SUCCEEDED
    made[-1].job.id = "j1"
    return made


@pytest.mark.parametrize("broken_after", [None, 0, 1, 3])
def test_every_event_once(client: Any, script: Any, broken_after: int | None) -> None:
    script.events, script.break_after_events = events(5), broken_after
    seen = [event.sequence for event in client.watch("j1")]
    assert seen == [1, 2, 3, 4, 5]
    if broken_after is not None:
        assert [call.after_sequence for call in script.calls] == [0, broken_after]


def test_a_stream_that_ends_before_the_job(client: Any, script: Any) -> None:
    whole = events(4)
    script.events = whole[:2]

    def seen() -> Any:
        for event in client.watch("j1"):
            yield event.sequence
            if event.sequence == 2:
                script.events = whole

    assert list(seen()) == [1, 2, 3, 4]


def test_from_a_sequence_number_on(client: Any, script: Any) -> None:
    script.events = events(5)
    assert [event.sequence for event in client.watch("j1", after_sequence=3)] == [4, 5]


def test_a_quiet_job_is_watched_by_one_connection_after_another(client: Any, script: Any) -> None:
    script.events, script.sleep_s = events(1), 0.0
    whole, script.events = script.events, []
    stream = client.watch("j1", timeout=0.2)
    script.events = whole
    assert [event.sequence for event in stream] == [1]


def test_an_unknown_job(client: Any, script: Any) -> None:
    script.faults = [NotFound("there is no job 'j9'")]
    with pytest.raises(NotFound):
        list(client.watch("j9"))


def test_a_watch_without_retries(make: Any, address: str, script: Any) -> None:
    script.events, script.break_after_events = events(3), 1
    stream = make(address, retries=0).watch("j1")
    assert next(stream).sequence == 1
    with pytest.raises(Unavailable):
        next(stream)
