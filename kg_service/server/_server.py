"""Puts servicers, interceptors, health and reflection on addresses."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from kg_service.server._components import Components
from kg_service.server._compression import CompressionServicer
from kg_service.server._config import TlsFiles, check_tls
from kg_service.server._evidence import EvidenceServicer
from kg_service.server._graph import GraphServicer
from kg_service.server._housekeeping import Housekeeping, status
from kg_service.server._interceptors import AroundInterceptor, calls_logged, errors_as_status
from kg_service.server._recommendation import RecommendationServicer
from kg_service.server._worker import WorkerServicer
from kgpress.errors import InvalidInput
from kgpress.v1 import (
    compression_pb2,
    compression_pb2_grpc,
    evidence_pb2,
    evidence_pb2_grpc,
    graph_pb2,
    graph_pb2_grpc,
    recommendation_pb2,
    recommendation_pb2_grpc,
)


def _names(module: object) -> list[str]:
    return [s.full_name for s in module.DESCRIPTOR.services_by_name.values()]  # type: ignore[attr-defined]


#: Answered from a snapshot; the others need the graph.
_FROM_SNAPSHOT = _names(recommendation_pb2)
_FROM_STORE = [*_names(evidence_pb2), *_names(compression_pb2), *_names(graph_pb2)]


@dataclass(frozen=True)
class ServerOptions:
    """Limits of a server.

    Attributes:
        threads: calls that are worked on at once.
        max_watchers: of these, how many may be watch streams.
        max_message_bytes: largest message, in and out.
        housekeeping_s: seconds between rounds of housekeeping.
    """

    threads: int = 32
    max_watchers: int = 16
    max_message_bytes: int = 4 << 20
    housekeeping_s: float = 1.0


class Server:
    """A gRPC server with its housekeeping. Made by :func:`build`."""

    def __init__(
        self, components: Components, binds: Sequence[str], tls: TlsFiles | None, options: ServerOptions
    ) -> None:
        self._components = components
        self._pool = ThreadPoolExecutor(options.threads, thread_name_prefix="rpc")
        self._server = grpc.server(
            self._pool,
            interceptors=[
                AroundInterceptor(calls_logged),
                AroundInterceptor(errors_as_status, options.max_message_bytes),
            ],
            options=[
                ("grpc.max_receive_message_length", options.max_message_bytes),
                ("grpc.max_send_message_length", options.max_message_bytes + 1024),
                # Two servers on one port would each get half of the calls.
                ("grpc.so_reuseport", 0),
            ],
        )
        self._health = health.HealthServicer()
        self._add_services(options)
        self._housekeeping = Housekeeping(components, self._set_health, options.housekeeping_s)
        self.ports = [_bind(self._server, address, tls) for address in binds]

    def start(self) -> None:
        """Answers from now on. What is served is known before the first call comes in."""
        self._housekeeping.tick()
        self._server.start()
        self._housekeeping.start()

    def stop(self, grace: float = 10.0) -> None:
        """Takes no new calls, lets running ones end within ``grace`` seconds, then cuts them off."""
        self._health.enter_graceful_shutdown()
        self._components.stopping.set()
        self._components.jobs.wake()
        self._server.stop(grace).wait()
        self._housekeeping.join(grace)
        self._pool.shutdown(wait=False)

    def wait_for_termination(self, timeout: float | None = None) -> bool:
        return self._server.wait_for_termination(timeout)

    def wake(self) -> None:
        """Does a round of housekeeping now."""
        self._housekeeping.wake()

    def _add_services(self, options: ServerOptions) -> None:
        server, parts = self._server, self._components
        recommendation_pb2_grpc.add_RecommendationServiceServicer_to_server(
            RecommendationServicer(parts), server
        )
        evidence_pb2_grpc.add_EvidenceServiceServicer_to_server(EvidenceServicer(parts), server)
        compression_pb2_grpc.add_CompressionServiceServicer_to_server(
            CompressionServicer(parts, options.max_watchers), server
        )
        compression_pb2_grpc.add_WorkerServiceServicer_to_server(WorkerServicer(parts), server)
        graph_pb2_grpc.add_GraphServiceServicer_to_server(GraphServicer(parts), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        served = [*_FROM_SNAPSHOT, *_FROM_STORE, *_names(health_pb2), reflection.SERVICE_NAME]
        reflection.enable_server_reflection(served, server)

    def _set_health(self, store_up: bool, recommender_ready: bool) -> None:
        for name in _FROM_SNAPSHOT:
            self._health.set(name, status(recommender_ready))
        for name in ["", *_FROM_STORE]:
            self._health.set(name, status(store_up))


def build(
    components: Components,
    binds: Sequence[str],
    tls: TlsFiles | None = None,
    options: ServerOptions | None = None,
) -> Server:
    """A server on the addresses (``host:port``, port 0 for a free one, or ``unix:PATH``), not started.

    Raises:
        InvalidInput: an address is taken or wrong, or a TLS file cannot be used.
    """
    if tls is not None:
        check_tls(tls)
    return Server(components, binds, tls, options or ServerOptions())


def _bind(server: grpc.Server, address: str, tls: TlsFiles | None) -> int:
    try:
        if tls is None or address.startswith("unix:"):
            return server.add_insecure_port(address)
        return server.add_secure_port(address, _credentials(tls))
    except RuntimeError:
        raise InvalidInput(
            f"the server cannot listen on {address}",
            remedy="check the address, and whether another process listens there",
            field="listen",
        ) from None


def _credentials(tls: TlsFiles) -> grpc.ServerCredentials:
    ca = tls.client_ca.read_bytes() if tls.client_ca else None
    return grpc.ssl_server_credentials(
        [(tls.key.read_bytes(), tls.cert.read_bytes())],
        root_certificates=ca,
        require_client_auth=ca is not None,
    )
