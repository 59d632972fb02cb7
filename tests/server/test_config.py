"""Settings fail closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_service.server import ServerConfig, TlsFiles, main
from kgpress.errors import InvalidInput
from tests.server.certificates import make

NEO4J = ["--neo4j-uri", "bolt://db:7687", "--artifacts", "/srv/files"]
SECRET = {"KGPRESS_NEO4J_PASSWORD": "secret"}


def test_flags_environment_and_secrets_come_together(tmp_path: Path, home: Path) -> None:
    (tmp_path / "password").write_text("from a file\n")
    environ = {
        "KGPRESS_NEO4J_URI": "bolt://db:7687",
        "KGPRESS_ARTIFACTS": "s3://bucket",
        "KGPRESS_NEO4J_PASSWORD_FILE": str(tmp_path / "password"),
        "KGPRESS_REDIS_URL": "redis://:hidden@queue:6379/0",
        "KGPRESS_LISTEN": "127.0.0.1:1",
    }
    config = ServerConfig.read(["--lease-s", "5", "--listen", "127.0.0.1:2"], environ)
    assert (config.listen, config.lease_s, config.artifacts) == ("127.0.0.1:2", 5.0, "s3://bucket")
    assert config.neo4j_password == "from a file"
    assert config.redis_url.startswith("redis://")


def test_an_embedded_home_brings_its_folders(tmp_path: Path) -> None:
    config = ServerConfig.read(["--embedded", str(tmp_path)], {})
    assert (config.artifacts, config.snapshots) == (str(tmp_path / "artifacts"), tmp_path / "snapshots")
    assert config.embedded == tmp_path / "graph"


def test_what_is_not_said_lies_in_the_home(tmp_path: Path) -> None:
    environ = SECRET | {"KGPRESS_HOME": str(tmp_path), "KGPRESS_NEO4J_URI": "bolt://db:7687"}
    config = ServerConfig.read([], environ)
    assert (config.artifacts, config.snapshots) == (str(tmp_path / "artifacts"), tmp_path / "snapshots")
    assert config.embedded is None


@pytest.mark.parametrize(
    ("argv", "environ", "fault"),
    [
        ([], {}, "store setting is incomplete"),
        ([*NEO4J, "--embedded", "/home"], SECRET, "store setting is incomplete"),
        (NEO4J, {}, "KGPRESS_NEO4J_PASSWORD is not set"),
        (NEO4J, {"KGPRESS_NEO4J_PASSWORD_FILE": "/nonexistent"}, "cannot be read"),
        ([*NEO4J, "--listen", "0.0.0.0:1"], SECRET, "has no TLS"),
        ([*NEO4J, "--listen", "[::]:1"], SECRET, "has no TLS"),
        ([*NEO4J, "--tls-cert", "c.pem"], SECRET, "tls setting is incomplete"),
        ([*NEO4J, "--tls-key", "k.pem"], SECRET, "tls setting is incomplete"),
        ([*NEO4J, "--tls-client-ca", "ca.pem"], SECRET, "tls setting is incomplete"),
        ([*NEO4J, "--tls-cert", "c.pem", "--tls-key", "k.pem"], SECRET, "TLS files cannot be used"),
    ],
)
def test_what_is_unsafe_or_incomplete_is_refused(
    home: Path, argv: list[str], environ: dict[str, str], fault: str
) -> None:
    with pytest.raises(InvalidInput, match=fault) as caught:
        ServerConfig.read(argv, environ)
    assert caught.value.remedy


def test_an_open_address_without_tls_is_served_when_said(tmp_path: Path, home: Path) -> None:
    argv = [*NEO4J, "--listen", "0.0.0.0:1"]
    assert ServerConfig.read([*argv, "--insecure"], SECRET).tls is None
    files = make(tmp_path)
    tls = ["--tls-cert", str(files.cert), "--tls-key", str(files.key)]
    assert ServerConfig.read([*argv, *tls], SECRET).tls == TlsFiles(files.cert, files.key, None)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, home: Path) -> None:
    ours, theirs = make(tmp_path / "a"), make(tmp_path / "b")
    tls = ["--tls-cert", str(ours.cert), "--tls-key", str(theirs.key)]
    with pytest.raises(InvalidInput, match="TLS files"):
        ServerConfig.read([*NEO4J, *tls], SECRET)


def test_a_fault_is_one_sentence_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--listen", "127.0.0.1:0"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("kgpress server: the server's store setting")
    assert "Traceback" not in error
