"""A failed call as one of :mod:`kgpress.errors`, in a sentence that names the server."""

from __future__ import annotations

import grpc

from kgpress._client.calls import Call
from kgpress.errors import KgpressError, TimedOut, Unavailable
from kgpress.rpc_status import from_rpc_error

_DETAILS = "grpc-status-details-bin"


def fault(error: grpc.RpcError, call: Call, target: str) -> KgpressError:
    """The server's own error, or what befell the connection."""
    if _from_server(error):
        return from_rpc_error(error)
    code = error.code() if callable(getattr(error, "code", None)) else None
    if code == grpc.StatusCode.UNAVAILABLE:
        return Unavailable(
            f"the server at {target} cannot be reached",
            remedy="check that it runs and that its address is right",
        )
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return TimedOut(
            f"{call.method} at {target} took longer than allowed",
            remedy="raise the deadline, or ask for less at once",
        )
    return from_rpc_error(error)


def _from_server(error: grpc.RpcError) -> bool:
    trailing = getattr(error, "trailing_metadata", None)
    metadata = trailing() if callable(trailing) else None
    return any(key == _DETAILS for key, _ in metadata or ())
