"""What the sync and the async client have in common: endpoint, channel and stubs."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import grpc

from kgpress._client.calls import MAX_RETRIES, STUBS, Call
from kgpress._client.channel import MAX_MESSAGE_BYTES, Tls, endpoint, from_environment


class Base:
    """Opens one channel, lazily connected.

    Args:
        target: ``host:port`` or ``unix:/path``.
        tls: Needed for any server that is not on this machine.
        insecure: Consent to send in the clear over the network.
        timeout: Deadline of every call in seconds, in place of each call's own default.
        retries: Repeats of a harmless call whose connection broke (at most 4), with exponential
            backoff and jitter. 0 also keeps downloads and watches from resuming.
        max_message_bytes: Larger messages are refused with :class:`kgpress.errors.TooLarge`.

    Raises:
        InvalidInput: a target off this machine without TLS, or a TLS file that cannot be read.
    """

    _library: ClassVar[Any] = grpc

    def __init__(
        self,
        target: str,
        *,
        tls: Tls | None = None,
        insecure: bool = False,
        timeout: float | None = None,
        retries: int = MAX_RETRIES,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        checked = endpoint(target, tls, insecure, retries, max_message_bytes)
        self._set(checked.open(self._library), target, timeout, retries)

    @classmethod
    def from_channel(
        cls, channel: Any, *, target: str = "", timeout: float | None = None, retries: int = MAX_RETRIES
    ) -> Self:
        """A client on a channel of the caller's, whose options hold."""
        client = cls.__new__(cls)
        client._set(channel, target or "the given channel", timeout, retries)
        return client

    @classmethod
    def from_environment(cls, target: str = "", **options: Any) -> Self:
        """A client by ``KGPRESS_SERVER``, ``KGPRESS_TLS_*`` and ``KGPRESS_INSECURE``."""
        found = from_environment()
        return cls(**{**found, "target": target or found["target"], **options})

    def _set(self, channel: Any, target: str, timeout: float | None, retries: int) -> None:
        self.target = target
        self._channel = channel
        self._timeout = timeout
        self._retries = retries
        self._stubs = {name: stub(channel) for name, stub in STUBS.items()}

    def _method(self, call: Call) -> Any:
        return getattr(self._stubs[call.service], call.method)

    def _deadline(self, call: Call, timeout: float | None) -> float:
        return next(t for t in (timeout, self._timeout, call.deadline_s) if t is not None)
