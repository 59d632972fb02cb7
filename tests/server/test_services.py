"""Each service over a real channel, on a real store."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from kgpress.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    KgpressError,
    LeaseLost,
    NotFound,
    StrategyError,
    TooLarge,
    UnknownName,
)
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, recommendation_pb2, types_pb2
from tests.server.helpers import Running, StubRecommender, eventually, own_run, published, refused

SERVICES = [
    "kgpress.v1.RecommendationService",
    "kgpress.v1.EvidenceService",
    "kgpress.v1.CompressionService",
    "kgpress.v1.WorkerService",
    "kgpress.v1.GraphService",
]


def recommend_request(**fields: Any) -> recommendation_pb2.RecommendRequest:
    subject = recommendation_pb2.Subject(hardware=types_pb2.HardwareProfile(name="stm32f746g"))
    return recommendation_pb2.RecommendRequest(subject=subject, **fields)


def upload(running: Running, content: bytes, name: str = "model.onnx", **header: Any) -> pb.Artifact:
    def parts() -> Iterator[pb.UploadArtifactRequest]:
        given = pb.ArtifactHeader(name=name, size_bytes=len(content))
        given.MergeFrom(pb.ArtifactHeader(**header))
        yield pb.UploadArtifactRequest(header=given)
        for start in range(0, len(content), 1 << 20):
            yield pb.UploadArtifactRequest(chunk=content[start : start + (1 << 20)])

    return running.stubs.compression.UploadArtifact(parts()).artifact


def compress_spec(running: Running, **fields: Any) -> pb.JobSpec:
    content = uuid.uuid4().bytes
    subject = pb.ModelAndData(
        model=pb.Input(artifact=upload(running, content).hash),
        data=pb.Input(artifact=upload(running, content[::-1]).hash),
    )
    spec = pb.CompressSpec(subject=subject, hardware=types_pb2.HardwareProfile(name="x86-cpu"))
    spec.MergeFrom(pb.CompressSpec(**fields))
    return pb.JobSpec(compress=spec)


def submit(running: Running, spec: pb.JobSpec, key: str = "") -> pb.SubmitJobResponse:
    return running.stubs.compression.SubmitJob(pb.SubmitJobRequest(spec=spec, idempotency_key=key))


def lease(running: Running, id: str) -> pb.AcquireLeaseResponse:
    return running.stubs.worker.AcquireLease(pb.AcquireLeaseRequest(worker="w", job_id=id))


def test_health_and_reflection_name_every_service(running: Running) -> None:
    health = health_pb2_grpc.HealthStub(running.stubs.channel)
    for name in ["", *SERVICES]:
        answer = health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING, name
    reflection = reflection_pb2_grpc.ServerReflectionStub(running.stubs.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    listed = next(reflection.ServerReflectionInfo(iter([request]))).list_services_response.service
    assert {*SERVICES, "grpc.health.v1.Health"} <= {service.name for service in listed}


def test_recommend_answers_and_says_whether_it_is_stale(
    running: Running, recommender: StubRecommender
) -> None:
    recommender.info.graph_revision = 10**6
    answer = running.stubs.recommendation.Recommend(recommend_request())
    assert answer.snapshot.version == "stub"
    assert answer.snapshot.HasField("stale")


@pytest.mark.parametrize(
    ("fields", "kind", "field"),
    [
        ({"limits": types_pb2.Limits(max_drop=-0.01)}, InvalidInput, "limits.max_drop"),
        ({"limits": types_pb2.Limits(max_drop=float("nan"))}, InvalidInput, "limits.max_drop"),
        ({"exclude_strategies": ["C4", "C999"]}, UnknownName, "exclude_strategies[1]"),
        ({"exclude_strategies": ["C2(ratio=7)"]}, StrategyError, "exclude_strategies[0]"),
        ({"exclude_strategies": ["C4"] * 1001}, InvalidInput, "exclude_strategies"),
    ],
)
def test_recommend_names_the_field_at_fault(
    running: Running, fields: dict[str, Any], kind: type[KgpressError], field: str
) -> None:
    error = refused(lambda: running.stubs.recommendation.Recommend(recommend_request(**fields)))
    assert (type(error), error.field) == (kind, field)
    assert error.remedy


def test_hardware_is_looked_up_or_suggested(running: Running) -> None:
    request = recommend_request()
    request.subject.hardware.name = "stm32"
    error = refused(lambda: running.stubs.recommendation.Recommend(request))
    assert (type(error), error.field) == (UnknownName, "subject.hardware.name")
    assert "stm32f746g" in error.remedy
    request.subject.hardware.name = ""
    assert running.stubs.recommendation.Recommend(request).ranked == 1, "any device"


def test_too_many_subjects_are_refused(running: Running) -> None:
    subject = recommend_request().subject
    request = recommendation_pb2.PredictRequest(subjects=[subject] * 257)
    assert refused(lambda: running.stubs.recommendation.Predict(request)).field == "subjects"
    none = recommendation_pb2.PredictRequest()
    assert refused(lambda: running.stubs.recommendation.Predict(none)).field == "subjects"


def test_what_fails_inside_stays_inside(
    running: Running, recommender: StubRecommender, caplog: pytest.LogCaptureFixture
) -> None:
    recommender.fault = RuntimeError("secret path /srv/keys")
    error = refused(lambda: running.stubs.recommendation.Recommend(recommend_request()))
    assert type(error) is KgpressError
    assert "secret" not in str(error)
    reference = error.message.split("reference ")[1].rstrip(")")
    assert reference in caplog.text
    assert "secret path" in caplog.text


def test_files_go_up_and_come_down_from_any_offset(running: Running) -> None:
    content = bytes(range(256)) * 12_000
    artifact = upload(running, content, "../../model.onnx")
    assert artifact.hash == hashlib.sha256(content).hexdigest()
    assert artifact.name == "model.onnx"
    for offset in (0, 1_500_000, len(content)):
        request = pb.DownloadArtifactRequest(hash=artifact.hash, offset=offset)
        first, *rest = running.stubs.compression.DownloadArtifact(request)
        assert first.artifact == artifact
        assert b"".join(part.chunk for part in rest) == content[offset:]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ({"size_bytes": 4}, "header.size_bytes"),
        ({"hash": "0" * 64}, "header.hash"),
        ({"hash": "x"}, "header.hash"),
    ],
)
def test_a_file_that_is_not_what_was_announced_is_refused(
    running: Running, header: dict[str, Any], field: str
) -> None:
    error = refused(lambda: upload(running, b"abc", **header))
    assert (type(error), error.field) == (InvalidInput, field)


def test_uploads_out_of_order_are_refused(running: Running) -> None:
    send = running.stubs.compression.UploadArtifact
    assert refused(lambda: send(iter([]))).field == "header"
    assert refused(lambda: send(iter([pb.UploadArtifactRequest(chunk=b"a")]))).field == "header"
    header = pb.UploadArtifactRequest(header=pb.ArtifactHeader(name="a"))
    assert refused(lambda: send(iter([header, header]))).field == "header"


def test_a_message_over_the_limit_is_refused_clearly(running: Running) -> None:
    parts = [pb.UploadArtifactRequest(chunk=bytes(5 << 20))]
    error = refused(lambda: running.stubs.compression.UploadArtifact(iter(parts)))
    assert isinstance(error, TooLarge)
    assert "larger than max" in error.message


def test_a_file_over_the_limit_is_refused(running: Running) -> None:
    assert isinstance(refused(lambda: upload(running, bytes(9 << 20))), TooLarge)


def test_an_unknown_file_is_not_found(running: Running) -> None:
    request = pb.DownloadArtifactRequest(hash="a" * 64)
    assert isinstance(refused(lambda: list(running.stubs.compression.DownloadArtifact(request))), NotFound)


def test_a_job_from_submit_to_the_end(running: Running) -> None:
    submitted = submit(running, compress_spec(running), uuid.uuid4().hex).job
    got = lease(running, submitted.id)
    assert got.job.spec.compress.hardware.kind == "cpu", "the catalogue filled the device in"
    beat = pb.HeartbeatRequest(
        job_id=submitted.id, fencing_token=got.fencing_token, progress=pb.Progress(stage="execute")
    )
    assert not running.stubs.worker.Heartbeat(beat).cancel_requested
    done = pb.CompleteJobRequest(job_id=submitted.id, fencing_token=got.fencing_token, result=pb.JobResult())
    assert running.stubs.worker.CompleteJob(done).job.state == pb.JOB_STATE_SUCCEEDED
    events = list(running.stubs.compression.WatchJob(pb.WatchJobRequest(id=submitted.id)))
    assert events[-1].job.state == pb.JOB_STATE_SUCCEEDED
    job = running.stubs.compression.GetJob(pb.GetJobRequest(id=submitted.id)).job
    assert job == events[-1].job
    listed = running.stubs.compression.ListJobs(pb.ListJobsRequest(states=[pb.JOB_STATE_SUCCEEDED]))
    assert job.id in [each.id for each in listed.jobs]


def test_the_same_key_with_another_specification_conflicts(running: Running) -> None:
    key = uuid.uuid4().hex
    first = submit(running, compress_spec(running), key)
    assert not first.existing
    assert isinstance(refused(lambda: submit(running, compress_spec(running), key)), Conflict)
    assert refused(lambda: submit(running, compress_spec(running), "k" * 201)).field == "idempotency_key"


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        (lambda c: c.subject.ClearField("model"), InvalidInput, "subject.model"),
        (lambda c: c.subject.ClearField("data"), InvalidInput, "subject.data"),
        (lambda c: c.subject.model.ClearField("artifact"), InvalidInput, "subject.model"),
        (lambda c: setattr(c.subject.model, "artifact", "f" * 64), NotFound, "subject.model.artifact"),
        (lambda c: setattr(c.subject.model, "artifact", "../x"), InvalidInput, "subject.model.artifact"),
        (lambda c: setattr(c.subject.data, "local_path", "/etc"), Forbidden, "subject.data.local_path"),
        (lambda c: setattr(c.subject.data, "factory", "os:abort"), Forbidden, "subject.data.factory"),
        (lambda c: setattr(c.subject, "metric", "acuracy"), UnknownName, "subject.metric"),
        (lambda c: setattr(c.subject, "task", "tea"), UnknownName, "subject.task"),
        (lambda c: setattr(c, "budget_s", -1), InvalidInput, "budget_s"),
        (lambda c: setattr(c, "budget_s", float("inf")), InvalidInput, "budget_s"),
        (lambda c: c.strategies.append("C2(ratio=x)"), StrategyError, "strategies[0]"),
        (lambda c: setattr(c.hardware, "name", "x86"), UnknownName, "hardware.name"),
        (lambda c: c.ClearField("hardware"), InvalidInput, "hardware"),
        (lambda c: c.subject.verification_sets.add(), InvalidInput, "subject.verification_sets[0].name"),
    ],
)
def test_a_specification_that_cannot_be_executed_is_refused(
    running: Running, change: Any, kind: type[KgpressError], field: str
) -> None:
    spec = compress_spec(running)
    spec.compress.hardware.kind = ""
    change(spec.compress)
    error = refused(lambda: submit(running, spec))
    assert (type(error), error.field) == (kind, f"spec.compress.{field}")
    assert error.remedy


def test_local_paths_are_read_where_the_server_is_local(running: Running) -> None:
    spec = compress_spec(running)
    spec.compress.subject.data.local_path = "/tmp/data.npz"
    running.components.local = True
    from kg_service.server._compression import CompressionServicer

    servicer = CompressionServicer(running.components, 1)
    assert servicer.SubmitJob(pb.SubmitJobRequest(spec=spec), None).job.id  # type: ignore[arg-type]


def test_results_under_a_lease_are_accepted_and_cited_at_once(
    running: Running, recommender: StubRecommender
) -> None:
    id = submit(running, compress_spec(running, private=True)).job.id
    token = lease(running, id).fencing_token
    report = pb.ReportResultsRequest(job_id=id, fencing_token=token, results=[own_run(id), own_run(id, 1)])
    ids = list(running.stubs.worker.ReportResults(report).result_ids)
    assert list(running.stubs.worker.ReportResults(report).result_ids) == ids, "again is no more"
    found = running.stubs.evidence.SearchEvidence(evidence_pb2.SearchEvidenceRequest(job=id))
    assert sorted(r.id for r in found.results) == sorted(ids)
    assert {r.state for r in found.results} == {types_pb2.EVIDENCE_STATE_ACCEPTED}
    assert all(r.private for r in found.results), "the job is private"
    answer = running.stubs.recommendation.Recommend(recommend_request())
    assert set(ids) <= {citation.result_id for citation in answer.selected.evidence}
    assert answer.snapshot.stale


def test_results_need_the_lease_and_the_job(running: Running) -> None:
    id = submit(running, compress_spec(running)).job.id
    token = lease(running, id).fencing_token

    def report(result: types_pb2.ReferenceResult, token: int) -> KgpressError:
        request = pb.ReportResultsRequest(job_id=id, fencing_token=token, results=[result])
        return refused(lambda: running.stubs.worker.ReportResults(request))

    assert isinstance(report(own_run(id), token + 1), LeaseLost)
    assert report(own_run("another"), token).field == "results[0].locator"
    assert report(published("a" * 64), token).field == "results[0].locator"
    paper = own_run(id)
    paper.source.kind = types_pb2.SOURCE_KIND_PAPER
    assert report(paper, token).field == "results[0].source.kind"


def send(running: Running, *results: types_pb2.ReferenceResult) -> evidence_pb2.SubmitEvidenceResponse:
    requests = [evidence_pb2.SubmitEvidenceRequest(result=result) for result in results]
    return running.stubs.evidence.SubmitEvidence(iter(requests))


def test_an_own_run_from_outside_is_only_proposed(running: Running) -> None:
    claim = own_run(uuid.uuid4().hex, state=types_pb2.EVIDENCE_STATE_ACCEPTED)
    receipt = send(running, claim).receipts[0]
    assert receipt.state == types_pb2.EVIDENCE_STATE_PROPOSED


def test_a_stream_counts_what_came_of_it(running: Running) -> None:
    document = uuid.uuid4().hex * 2
    broken = published(document, 3)
    broken.interpretation.after.quality = 7.0
    results = [published(document, 1), published(document, 2), broken, published(document, 1)]
    answer = send(running, *results)
    assert (answer.added, answer.duplicates, answer.quarantined) == (3, 1, 1)
    assert [r.duplicate for r in answer.receipts] == [False, False, False, True]
    again = send(running, *results)
    assert (again.added, again.duplicates) == (0, 4)
    assert again.graph_revision == answer.graph_revision


def test_a_result_without_a_locator_is_refused_with_its_position(running: Running) -> None:
    nowhere = published(uuid.uuid4().hex)
    nowhere.ClearField("locator")
    error = refused(lambda: send(running, published(uuid.uuid4().hex), nowhere))
    assert error.field == "result[1].locator"


def test_a_review_teaches_and_takes_back(running: Running, recommender: StubRecommender) -> None:
    id = send(running, published(uuid.uuid4().hex * 2)).receipts[0].id

    def review(decision: evidence_pb2.ReviewDecision) -> types_pb2.EvidenceState:
        request = evidence_pb2.ReviewEvidenceRequest(id=id, decision=decision, curator="c")
        return running.stubs.evidence.ReviewEvidence(request).result.state

    assert review(evidence_pb2.REVIEW_DECISION_ACCEPT) == types_pb2.EVIDENCE_STATE_ACCEPTED
    assert id in recommender.known
    recommender.known.clear()  # loading the snapshot anew gives a clean one
    assert review(evidence_pb2.REVIEW_DECISION_REJECT) == types_pb2.EVIDENCE_STATE_REJECTED
    assert id not in recommender.known
    reviews = running.stubs.evidence.GetEvidence(evidence_pb2.GetEvidenceRequest(id=id)).reviews
    assert len(reviews) == 2
    undecided = evidence_pb2.ReviewEvidenceRequest(id=id, curator="c")
    assert refused(lambda: running.stubs.evidence.ReviewEvidence(undecided)).field == "decision"


def test_a_worker_that_went_away_frees_its_job(running: Running) -> None:
    id = submit(running, compress_spec(running)).job.id
    first = lease(running, id)
    assert not lease(running, id).HasField("job")
    state = lambda: running.stubs.compression.GetJob(pb.GetJobRequest(id=id)).job.state  # noqa: E731
    assert eventually(lambda: state() == pb.JOB_STATE_QUEUED)
    second = lease(running, id)
    assert second.fencing_token > first.fencing_token


def test_a_cancelled_call_frees_its_watcher(components: Any) -> None:
    from tests.server.helpers import run

    running = run(components, max_watchers=1)
    try:
        id = submit(running, compress_spec(running)).job.id
        watch = running.stubs.compression.WatchJob(pb.WatchJobRequest(id=id))
        assert next(watch).state == pb.JOB_STATE_QUEUED
        another = lambda: next(running.stubs.compression.WatchJob(pb.WatchJobRequest(id=id)))  # noqa: E731
        assert isinstance(refused(another), TooLarge)
        watch.cancel()

        def free() -> bool:
            try:
                return another().state == pb.JOB_STATE_QUEUED
            except grpc.RpcError:
                return False

        assert eventually(free)
    finally:
        running.stop()
