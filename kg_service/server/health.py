"""``python -m kg_service.server.health HOST:PORT [SERVICE]``: exit code 0 where it serves.

For container health checks. With TLS, give the server's CA as ``KGPRESS_TLS_CA``, and where it
asks for one, the client's certificate as ``KGPRESS_TLS_CERT`` and ``KGPRESS_TLS_KEY``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_TIMEOUT_S = 4.0


def main(argv: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if argv is None else argv)
    if not 1 <= len(given) <= 2:
        print("usage: python -m kg_service.server.health HOST:PORT [SERVICE]", file=sys.stderr)
        return 2
    target, service = given[0], given[1] if len(given) > 1 else ""
    request = health_pb2.HealthCheckRequest(service=service)
    try:
        with _channel(target, os.environ) as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=_TIMEOUT_S)
    except grpc.RpcError as error:
        print(f"{target}: {error.code().name}", file=sys.stderr)  # type: ignore[attr-defined]
        return 1
    state = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    print(f"{target}: {state}")
    return 0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1


def _channel(target: str, environ: Mapping[str, str]) -> grpc.Channel:
    ca, cert, key = (_pem(environ.get(f"KGPRESS_TLS_{name}")) for name in ("CA", "CERT", "KEY"))
    if ca is None:
        return grpc.insecure_channel(target)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(ca, key, cert))


def _pem(path: str | None) -> bytes | None:
    return Path(path).read_bytes() if path else None


if __name__ == "__main__":
    sys.exit(main())
