"""Around every call: errors become google.rpc.Status with details, and each call is logged."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

import grpc
from grpc_status import rpc_status

from kgpress.errors import KgpressError, TooLarge
from kgpress.rpc_status import to_status

_log = logging.getLogger("kg_service.server")
Around = Callable[[str, grpc.ServicerContext], AbstractContextManager[None]]
Handler: TypeAlias = grpc.RpcMethodHandler


class AroundInterceptor(grpc.ServerInterceptor):
    """Runs every handler, unary or streaming, inside a context manager.

    Args:
        around: called with method and context.
        max_message_bytes: an answer above it becomes TooLarge, not a broken call; 0: not checked.
    """

    def __init__(self, around: Around, max_message_bytes: int = 0) -> None:
        self._around = around
        self._limit = max_message_bytes

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = continuation(handler_call_details)
        method = handler_call_details.method  # type: ignore[attr-defined]
        return handler and _wrapped(handler, method, self._around, self._limit)


def _wrapped(handler: Any, method: str, around: Around, limit: int) -> Handler:
    def one(request: Any, context: grpc.ServicerContext) -> Any:
        with around(method, context):
            return _fitting((handler.unary_unary or handler.stream_unary)(request, context), limit)

    def many(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        with around(method, context):
            yield from (handler.unary_stream or handler.stream_stream)(request, context)

    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    behaviour: Any = many if handler.response_streaming else one
    return make(behaviour, handler.request_deserializer, handler.response_serializer)


@contextmanager
def errors_as_status(method: str, context: grpc.ServicerContext) -> Iterator[None]:
    """A KgpressError keeps its words; of anything else only a reference leaves the process."""
    try:
        yield
    except KgpressError as error:
        context.abort_with_status(rpc_status.to_status(to_status(error)))
    except grpc.RpcError:  # the caller went away in the middle of its stream
        raise
    except Exception:
        reference = uuid.uuid4().hex[:12]
        _log.exception("%s failed, reference %s", method, reference)
        hidden = KgpressError(
            f"the server failed on this call (reference {reference})",
            remedy="look the reference up in the server's log, and report it",
        )
        context.abort_with_status(rpc_status.to_status(to_status(hidden)))


@contextmanager
def calls_logged(method: str, context: grpc.ServicerContext) -> Iterator[None]:
    """One line per call: method, status, milliseconds, peer."""
    started = time.perf_counter()
    try:
        yield
    finally:
        # Outside the error interceptor: an aborted call has its code by now.
        code = context.code()  # type: ignore[attr-defined]
        ms = (time.perf_counter() - started) * 1000
        _log.info("%s %s %.1f ms %s", method, _code_name(code), ms, context.peer())


def _fitting(message: Any, limit: int) -> Any:
    if limit and (size := message.ByteSize()) > limit:
        raise TooLarge(
            f"the answer has {size} bytes, a message may have {limit}",
            remedy="ask for fewer rows or smaller pages",
        )
    return message


def _code_name(code: Any) -> str:
    if code is None:
        return "OK"
    return code.name if isinstance(code, grpc.StatusCode) else str(code)
