"""The Python client of a kgpress server: :class:`Client` and :class:`AsyncClient`.

Installs without torch. Every call has a deadline; calls that may be repeated are retried with
backoff when the connection breaks; errors are raised as :mod:`kgpress.errors`.
"""

from __future__ import annotations

from kgpress._client.aio import AsyncClient
from kgpress._client.channel import MAX_MESSAGE_BYTES, Tls
from kgpress._client.sync import Client

__all__ = ["MAX_MESSAGE_BYTES", "AsyncClient", "Client", "Tls"]
