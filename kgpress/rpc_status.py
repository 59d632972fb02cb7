"""Errors on the wire: to google.rpc.Status with details, and back."""

from __future__ import annotations

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from kgpress.errors import Cancelled, KgpressError, TimedOut, TooLarge, Unavailable, by_reason

_DOMAIN = "kgpress"
_BY_CODE: dict[grpc.StatusCode, type[KgpressError]] = {
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: TimedOut,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooLarge,
    grpc.StatusCode.CANCELLED: Cancelled,
}
_REMEDIES = {
    Unavailable: "check that the server runs and its address is right",
    TimedOut: "raise the deadline, or ask for less at once",
    TooLarge: "send less in one message",
}


def to_status(error: KgpressError) -> status_pb2.Status:
    """The error as a Status with ErrorInfo, Help-like LocalizedMessage and field violations."""
    details: list[any_pb2.Any] = []

    def add(message: object) -> None:
        packed = any_pb2.Any()
        packed.Pack(message)  # type: ignore[arg-type]
        details.append(packed)

    add(error_details_pb2.ErrorInfo(reason=error.reason, domain=_DOMAIN))
    if error.remedy:
        add(error_details_pb2.LocalizedMessage(locale="en", message=error.remedy))
    if error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.message)
        add(error_details_pb2.BadRequest(field_violations=[violation]))
    code = code_pb2.Code.Value(error.grpc_code)
    return status_pb2.Status(code=code, message=error.message, details=details)


def from_rpc_error(error: grpc.RpcError) -> KgpressError:
    """The error that the server raised; one of our own for a failure of the transport."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    if status is not None:
        remedy = field = ""
        cls: type[KgpressError] | None = None
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            localized = error_details_pb2.LocalizedMessage()
            bad_request = error_details_pb2.BadRequest()
            if detail.Unpack(info) and info.domain == _DOMAIN:
                cls = by_reason(info.reason)
            elif detail.Unpack(localized):
                remedy = localized.message
            elif detail.Unpack(bad_request) and bad_request.field_violations:
                field = bad_request.field_violations[0].field
        if cls is not None:
            return cls(status.message, remedy=remedy, field=field)
    return _transport_error(error)


def _transport_error(error: grpc.RpcError) -> KgpressError:
    code = error.code() if callable(getattr(error, "code", None)) else None  # type: ignore[attr-defined]
    details = error.details() if callable(getattr(error, "details", None)) else str(error)  # type: ignore[attr-defined]
    cls = _BY_CODE.get(code, KgpressError) if code is not None else KgpressError
    return cls(details or "the call failed", remedy=_REMEDIES.get(cls, ""))
