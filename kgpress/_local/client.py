"""A client of this machine's own server, which it starts again where it has died."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc

from kgpress._client.calls import Call
from kgpress._client.sync import Client
from kgpress._local import daemon
from kgpress._local.place import Place
from kgpress.errors import Unavailable

_CONNECT_S = 5.0
_TRIES = 3


class LocalClient(Client):
    """Over the home's socket. A server that ended or was killed is started anew by the next call."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.target)
        self._place = place

    def wait_until_connected(self) -> bool:
        """A connection keeps the server from ending for want of work."""
        try:
            grpc.channel_ready_future(self._channel).result(timeout=_CONNECT_S)
        except grpc.FutureTimeoutError:
            return False
        return True

    def _call(self, call: Call, request: Any, timeout: float | None) -> Any:
        try:
            return super()._call(call, request, timeout)
        except Unavailable:
            # A repeat has to be harmless, and a stream of requests is spent by now.
            if not self._revive() or not call.retry or isinstance(request, Iterator):
                raise
            return super()._call(call, request, timeout)

    def _stream(self, call: Call, request: Any, timeout: float | None) -> Iterator[Any]:
        try:
            yield from super()._stream(call, request, timeout)
        except Unavailable:
            self._revive()
            raise  # the caller resumes where it stood

    def _revive(self) -> bool:
        if daemon.answering(self._place):
            return False
        daemon.ensure(self._place)
        return self.wait_until_connected()


def connected(place: Place) -> LocalClient:
    """A client whose connection stands, on a server that is started where none runs.

    Raises:
        Unavailable: the server starts and cannot be reached all the same.
    """
    for _ in range(_TRIES):
        daemon.ensure(place)
        client = LocalClient(place)
        if client.wait_until_connected():
            return client
        client.close()
    raise Unavailable("the local server cannot be reached", remedy=f"see {place.log}")
