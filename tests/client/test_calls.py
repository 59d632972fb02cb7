"""Deadlines, retries and errors, on the sync and the async client alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from kgpress.errors import Infeasible, TimedOut, TooLarge, Unavailable, UnknownName
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, types_pb2
from kgpress.v1 import recommendation_pb2 as rec

AWAY = [Unavailable("the graph is away"), Unavailable("the graph is away")]


def test_an_answer_comes_back(client: Any) -> None:
    assert client.recommend(rec.RecommendRequest()).ranked == 7


def test_the_servers_error_is_raised_as_it_was(client: Any, script: Any) -> None:
    script.faults = [UnknownName("hardware", "x87", ["x86-cpu"], field="subject.hardware.name")]
    with pytest.raises(UnknownName) as caught:
        client.recommend(rec.RecommendRequest())
    assert caught.value.message == "unknown hardware 'x87'"
    assert caught.value.remedy == "did you mean x86-cpu?"
    assert caught.value.field == "subject.hardware.name"
    assert len(script.calls) == 1


def test_a_deadline_ends_a_slow_call(client: Any, script: Any) -> None:
    script.sleep_s = 2
    started = time.monotonic()
    with pytest.raises(TimedOut, match="Recommend at unix:"):
        client.recommend(rec.RecommendRequest(), timeout=0.3)
    assert time.monotonic() - started < 1.5


def test_a_clients_own_deadline_holds_for_every_call(
    make: Callable[..., Any], address: str, script: Any
) -> None:
    script.sleep_s = 2
    with pytest.raises(TimedOut):
        make(address, timeout=0.3).submit(pb.JobSpec())


def test_a_harmless_call_is_repeated_until_the_server_is_back(client: Any, script: Any) -> None:
    script.faults = list(AWAY)
    assert client.recommend(rec.RecommendRequest()).ranked == 7
    assert len(script.calls) == 3


def test_a_review_is_not_repeated(client: Any, script: Any) -> None:
    script.faults = list(AWAY)
    with pytest.raises(Unavailable, match="the graph is away"):
        client.review(evidence_pb2.ReviewEvidenceRequest())
    assert len(script.calls) == 1


def test_no_retries_where_none_are_wanted(make: Callable[..., Any], address: str, script: Any) -> None:
    script.faults = list(AWAY)
    with pytest.raises(Unavailable):
        make(address, retries=0).recommend(rec.RecommendRequest())
    assert len(script.calls) == 1


def test_a_refusal_is_not_repeated(client: Any, script: Any) -> None:
    script.faults = [Infeasible("nothing fits"), Infeasible("nothing fits")]
    with pytest.raises(Infeasible):
        client.recommend(rec.RecommendRequest())
    assert len(script.calls) == 1


def test_a_repeated_submit_is_one_job(client: Any, script: Any) -> None:
    script.faults = list(AWAY)
    job = client.submit(pb.JobSpec())
    keys = {call.idempotency_key for call in script.calls}
    assert len(script.calls) == 3
    assert keys == {job.idempotency_key}
    assert client.submit(pb.JobSpec()).idempotency_key != job.idempotency_key
    assert client.submit(pb.JobSpec(), "mine").idempotency_key == "mine"


def test_no_server(make: Callable[..., Any], tmp_path: Any) -> None:
    with pytest.raises(Unavailable) as caught:
        make(f"unix:{tmp_path}/none", retries=0).recommend(rec.RecommendRequest())
    assert str(caught.value).startswith(f"the server at unix:{tmp_path}/none cannot be reached; check that")
    assert "\n" not in str(caught.value)


def test_a_message_over_the_limit(make: Callable[..., Any], address: str, script: Any) -> None:
    small = make(address, max_message_bytes=10_000)
    with pytest.raises(TooLarge):
        small.recommend(rec.RecommendRequest(exclude_strategies=["x" * 20_000]))
    assert script.calls == []
    script.padding = 20_000
    with pytest.raises(TooLarge):
        small.recommend(rec.RecommendRequest())


def test_results_travel_in_one_stream(client: Any) -> None:
    results = [types_pb2.ReferenceResult(id=str(n)) for n in range(5)]
    assert client.submit_evidence(results).added == 5
    assert client.submit_evidence(iter(results)).added == 5


def test_jobs_of_every_page(client: Any) -> None:
    assert [job.id for job in client.jobs()] == ["0", "1", "2", "3", "4", "5"]
