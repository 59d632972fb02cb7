"""Starting, draining, and a graph that goes away and comes back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kg_service.evidence import EvidenceRepository
from kg_service.graph import Address, Backoff, GraphStore
from kg_service.jobs import JobOptions, Jobs
from kg_service.server import Components, TlsFiles, build
from kg_service.server.health import main as health_check
from kgpress.errors import InvalidInput, Unavailable
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import graph_pb2
from tests.server import certificates
from tests.server.helpers import Running, Stubs, eventually, own_run, refused, run
from tests.server.proxy import Proxy
from tests.server.test_services import recommend_request

STATUS = health_pb2.HealthCheckResponse


def health(channel: grpc.Channel, service: str = "") -> int:
    stub = health_pb2_grpc.HealthStub(channel)
    return stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5).status


def queued_job(components: Components) -> str:
    return components.jobs.submit(pb.JobSpec(verify=pb.VerifySpec()), uuid.uuid4().hex)[0].id


def test_a_taken_port_is_said(running: Running) -> None:
    with pytest.raises(InvalidInput, match="cannot listen"):
        build(running.components, [running.stubs.target])


def test_it_listens_on_a_socket_file_and_a_port(components: Components, tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/s"
    server = build(components, [address, "127.0.0.1:0"])
    server.start()
    try:
        for target in (address, f"127.0.0.1:{server.ports[1]}"):
            with grpc.insecure_channel(target) as channel:
                assert health(channel) == STATUS.SERVING
    finally:
        server.stop(1)


def test_draining_ends_watches_with_what_to_do_and_lets_calls_end(running: Running) -> None:
    id = queued_job(running.components)
    watch = running.stubs.compression.WatchJob(pb.WatchJobRequest(id=id))
    assert next(watch).state == pb.JOB_STATE_QUEUED
    stopping = threading.Thread(target=running.server.stop, args=(5,))
    started = time.monotonic()
    stopping.start()
    error = refused(lambda: next(watch))
    assert isinstance(error, Unavailable)
    assert "watch again" in error.remedy
    stopping.join(5)
    assert time.monotonic() - started < 4
    assert isinstance(refused(lambda: health(running.stubs.channel)), Unavailable)


@pytest.mark.parametrize("mutual", [False, True])
def test_tls_lets_in_whom_it_should(components: Components, tmp_path: Path, mutual: bool) -> None:
    files = certificates.make(tmp_path)
    tls = TlsFiles(files.cert, files.key, files.ca if mutual else None)
    server = build(components, ["127.0.0.1:0"], tls)
    server.start()
    target = f"127.0.0.1:{server.ports[0]}"
    ca, key, cert = (path.read_bytes() for path in (files.ca, files.key, files.cert))
    try:
        known = grpc.ssl_channel_credentials(ca, key, cert) if mutual else grpc.ssl_channel_credentials(ca)
        with grpc.secure_channel(target, known) as channel:
            assert health(channel) == STATUS.SERVING
        with grpc.insecure_channel(target) as channel:
            assert isinstance(refused(lambda: health(channel)), Unavailable)
        if mutual:
            with grpc.secure_channel(target, grpc.ssl_channel_credentials(ca)) as channel:
                assert isinstance(refused(lambda: health(channel)), Unavailable)
    finally:
        server.stop(1)


@pytest.fixture
def cut_off(graph: GraphStore, components: Components) -> Any:
    """A server whose way to the store leads through a proxy."""
    place = urlparse(graph.address.uri)
    proxy = Proxy(place.hostname, place.port)
    address = Address(
        f"bolt://127.0.0.1:{proxy.port}", graph.address.user, graph.address.password, graph.address.database
    )
    behind = GraphStore(address, backoff=Backoff(attempts=3))
    components.store = behind
    components.evidence = EvidenceRepository(behind)
    components.jobs = Jobs(behind, options=JobOptions(lease_s=2.0, poll_s=0.05))
    running = run(components)
    yield running, proxy
    running.stop()
    behind.close()


def test_a_graph_that_goes_and_comes_back(cut_off: tuple[Running, Proxy]) -> None:
    running, proxy = cut_off
    stubs = running.stubs
    id = queued_job(running.components)
    token = stubs.worker.AcquireLease(pb.AcquireLeaseRequest(worker="w", job_id=id)).fencing_token
    watch = stubs.compression.WatchJob(pb.WatchJobRequest(id=id))
    assert next(watch).state == pb.JOB_STATE_QUEUED
    proxy.cut()
    get = lambda: stubs.compression.GetJob(pb.GetJobRequest(id=id))  # noqa: E731
    for call in (
        get,
        lambda: stubs.worker.Heartbeat(pb.HeartbeatRequest(job_id=id, fencing_token=token)),
        lambda: stubs.graph.GetGraphStatus(graph_pb2.GetGraphStatusRequest()),
        lambda: list(watch),
    ):
        error = refused(call)
        assert isinstance(error, Unavailable), error
        assert error.remedy
    assert eventually(lambda: health(stubs.channel) == STATUS.NOT_SERVING)
    assert health(stubs.channel, "kgpress.v1.GraphService") == STATUS.NOT_SERVING
    assert health(stubs.channel, "kgpress.v1.RecommendationService") == STATUS.SERVING
    assert stubs.recommendation.Recommend(recommend_request()).ranked == 1, "the snapshot answers"
    time.sleep(2.1)  # longer than the lease
    proxy.restore()
    assert eventually(lambda: health(stubs.channel) == STATUS.SERVING)
    time.sleep(0.5)  # rounds of the sweeper
    beat = stubs.worker.Heartbeat(pb.HeartbeatRequest(job_id=id, fencing_token=token))
    assert not beat.cancel_requested, "the worker was not at fault and keeps its job"
    report = pb.ReportResultsRequest(job_id=id, fencing_token=token, results=[own_run(id)])
    assert len(stubs.worker.ReportResults(report).result_ids) == 1


def start_process(*flags: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kg_service.server", "--listen", "127.0.0.1:0", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (env or {}),
    )


@pytest.mark.slow
def test_the_process_serves_and_drains_on_sigterm(tmp_path: Path) -> None:
    process = start_process("--embedded", str(tmp_path))
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line.startswith("kgpress server: listening on 127.0.0.1:"), line or process.communicate()[1]
        stubs = Stubs(line.rsplit(" ", 1)[1])
        assert health(stubs.channel) == STATUS.SERVING
        status = stubs.graph.GetGraphStatus(graph_pb2.GetGraphStatusRequest())
        assert status.counts["Strategy"] >= 500
        assert status.counts["ReferenceResult"] > 0, "a new graph starts with what ships"
        assert health_check([stubs.target]) == 0
        assert health_check([stubs.target, "no.such.Service"]) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert health_check([stubs.target]) == 1
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_graph_that_is_not_there_is_said_in_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start_process(
        *("--neo4j-uri", f"bolt://127.0.0.1:{port}", "--artifacts", str(tmp_path), "--store-wait-s", "1"),
        env={"KGPRESS_NEO4J_PASSWORD": "not shown"},
    )
    output, error = process.communicate(timeout=60)
    assert process.returncode == Unavailable.exit_code
    assert "the graph did not answer for" in error
    assert "Traceback" not in error
    assert "not shown" not in output + error
