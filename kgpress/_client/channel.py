"""Where a client connects to, and how: unix socket, plain on this machine, TLS everywhere else."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from kgpress._client.calls import service_config
from kgpress.errors import InvalidInput

#: Largest message either way. Files travel in chunks of 1 MiB.
MAX_MESSAGE_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Tls:
    """Files in PEM form.

    Attributes:
        ca: Certificates that may sign the server's; None means the platform's.
        certificate, key: The client's own, where the server asks for one.
        server_name: Checked against the certificate in place of the target's host.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = ""

    def credentials(self) -> grpc.ChannelCredentials:
        if bool(self.certificate) != bool(self.key):
            raise InvalidInput("a client certificate needs its key", remedy="give both files", field="tls")
        return grpc.ssl_channel_credentials(_pem(self.ca), _pem(self.key), _pem(self.certificate))


@dataclass(frozen=True)
class Endpoint:
    """A checked target with its channel options."""

    target: str
    tls: Tls | None
    retries: int
    max_message_bytes: int

    def options(self) -> list[tuple[str, Any]]:
        options: list[tuple[str, Any]] = [
            ("grpc.max_send_message_length", self.max_message_bytes),
            ("grpc.max_receive_message_length", self.max_message_bytes),
            ("grpc.enable_retries", 1 if self.retries else 0),
            ("grpc.service_config", service_config(self.retries)),
            # A restarted server is found again within seconds, not minutes.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2000),
            # A closed client leaves nothing behind that a later one would share.
            ("grpc.use_local_subchannel_pool", 1),
        ]
        if self.tls and self.tls.server_name:
            options.append(("grpc.ssl_target_name_override", self.tls.server_name))
        return options

    def open(self, library: Any = grpc) -> Any:
        """A channel of ``grpc`` or of ``grpc.aio``."""
        if self.tls is None:
            return library.insecure_channel(self.target, options=self.options())
        return library.secure_channel(self.target, self.tls.credentials(), options=self.options())


def endpoint(target: str, tls: Tls | None, insecure: bool, retries: int, max_message_bytes: int) -> Endpoint:
    """Refuses to send anything in the clear off this machine unless told to.

    Raises:
        InvalidInput: no target, or neither TLS nor consent to do without it.
    """
    if not target:
        raise InvalidInput(
            "no server address was given", remedy="give host:port or unix:/path", field="target"
        )
    if tls is None and not (insecure or is_local(target)):
        raise InvalidInput(
            f"the server {target} is not on this machine and no TLS was given",
            remedy="give its CA certificate (tls=Tls(ca=...), KGPRESS_TLS_CA), or, on a network that you "
            "trust, insecure=True (KGPRESS_INSECURE=1)",
            field="target",
        )
    if tls is not None and target.startswith("unix:"):
        raise InvalidInput("a unix socket takes no TLS", remedy="leave TLS out", field="tls")
    if tls is not None:
        tls.credentials()
    return Endpoint(target, tls, retries, max_message_bytes)


def is_local(target: str) -> bool:
    """A unix socket, or a loopback address; a name that only begins like one is not."""
    if target.startswith("unix:"):
        return True
    host = target.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def from_environment(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``KGPRESS_SERVER``, ``KGPRESS_TLS_CA``, ``_TLS_CERT``, ``_TLS_KEY``, ``_TLS_SERVER_NAME``,
    ``KGPRESS_INSECURE`` as arguments of a client."""
    env = os.environ if environment is None else environment
    names = {"ca": "CA", "certificate": "CERT", "key": "KEY"}
    files = {name: Path(env[f"KGPRESS_TLS_{v}"]) for name, v in names.items() if env.get(f"KGPRESS_TLS_{v}")}
    server_name = env.get("KGPRESS_TLS_SERVER_NAME", "")
    tls = Tls(**files, server_name=server_name) if files or env.get("KGPRESS_TLS") == "1" else None
    return {
        "target": env.get("KGPRESS_SERVER", ""),
        "tls": tls,
        "insecure": env.get("KGPRESS_INSECURE") == "1",
    }


def _pem(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"the TLS file {path} cannot be read: {error.strerror}", remedy="check the path", field="tls"
        ) from None
    if b"-----BEGIN" not in content:
        raise InvalidInput(f"the TLS file {path} is not in PEM form", remedy="convert it", field="tls")
    return content
