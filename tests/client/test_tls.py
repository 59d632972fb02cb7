"""Nothing leaves this machine in the clear unless it was asked to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from kgpress.client import Client, Tls
from kgpress.errors import InvalidInput, Unavailable
from kgpress.v1 import recommendation_pb2 as rec
from tests.client.conftest import Script, serve

NAME = "kgpress.test"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    made = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", "req", *kind, *named, *made], check=True, capture_output=True)
    return cert, key


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"), NAME)


@pytest.fixture
def secure(script: Script, ours: tuple[Path, Path]) -> Iterator[str]:
    cert, key = (path.read_bytes() for path in ours)
    server, port = serve(script, "localhost:0", grpc.ssl_server_credentials([(key, cert)]))
    yield f"localhost:{port}"
    server.stop(0).wait()


@pytest.fixture
def mutual(script: Script, ours: tuple[Path, Path]) -> Iterator[str]:
    cert, key = (path.read_bytes() for path in ours)
    credentials = grpc.ssl_server_credentials([(key, cert)], cert, require_client_auth=True)
    server, port = serve(script, "localhost:0", credentials)
    yield f"localhost:{port}"
    server.stop(0).wait()


def test_a_server_whose_certificate_is_trusted(
    make: Callable[..., Any], secure: str, ours: tuple[Path, Path]
) -> None:
    client = make(secure, tls=Tls(ca=ours[0], server_name=NAME))
    assert client.recommend(rec.RecommendRequest()).ranked == 7


def test_a_server_whose_certificate_is_not(
    make: Callable[..., Any], secure: str, tmp_path: Path, script: Script
) -> None:
    other, _ = certificate(tmp_path, NAME)
    with pytest.raises(Unavailable):
        make(secure, tls=Tls(ca=other, server_name=NAME), retries=0).recommend(rec.RecommendRequest())
    assert script.calls == []


def test_a_server_under_another_name(
    make: Callable[..., Any], secure: str, ours: tuple[Path, Path], script: Script
) -> None:
    with pytest.raises(Unavailable):
        make(secure, tls=Tls(ca=ours[0], server_name="other.test"), retries=0).recommend(
            rec.RecommendRequest()
        )
    assert script.calls == []


def test_a_client_shows_its_own_certificate(mutual: str, ours: tuple[Path, Path]) -> None:
    cert, key = ours
    with Client(mutual, tls=Tls(ca=cert, certificate=cert, key=key, server_name=NAME)) as client:
        assert client.recommend(rec.RecommendRequest()).ranked == 7
    with (
        Client(mutual, tls=Tls(ca=cert, server_name=NAME), retries=0) as stranger,
        pytest.raises(Unavailable),
    ):
        stranger.recommend(rec.RecommendRequest())


@pytest.mark.parametrize("target", ["kg.example:50051", "10.0.0.5:50051", "dns:///kg.example:50051"])
def test_no_tls_off_this_machine(make: Callable[..., Any], target: str) -> None:
    with pytest.raises(InvalidInput, match="not on this machine and no TLS was given"):
        make(target)
    make(target, insecure=True)
    make(target, tls=Tls())


@pytest.mark.parametrize("target", ["localhost:1", "127.0.0.1:1", "[::1]:1", "unix:/tmp/none"])
def test_this_machine_needs_none(make: Callable[..., Any], target: str) -> None:
    make(target)


def test_names_that_only_look_local(make: Callable[..., Any]) -> None:
    for target in ("localhost.example:1", "127.example:1"):
        with pytest.raises(InvalidInput):
            make(target)


def test_files_that_are_none(make: Callable[..., Any], tmp_path: Path, ours: tuple[Path, Path]) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        make("kg.example:1", tls=Tls(ca=tmp_path / "none.pem"))
    (tmp_path / "odd.pem").write_text("hello")
    with pytest.raises(InvalidInput, match="not in PEM form"):
        make("kg.example:1", tls=Tls(ca=tmp_path / "odd.pem"))
    with pytest.raises(InvalidInput, match="needs its key"):
        make("kg.example:1", tls=Tls(certificate=ours[0]))
    with pytest.raises(InvalidInput, match="no server address"):
        make("")


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch, ours: tuple[Path, Path]) -> None:
    monkeypatch.setenv("KGPRESS_SERVER", "kg.example:50051")
    with pytest.raises(InvalidInput):
        Client.from_environment()
    monkeypatch.setenv("KGPRESS_TLS_CA", str(ours[0]))
    assert Client.from_environment().target == "kg.example:50051"
    monkeypatch.delenv("KGPRESS_TLS_CA")
    monkeypatch.setenv("KGPRESS_INSECURE", "1")
    assert Client.from_environment("other.example:1").target == "other.example:1"
