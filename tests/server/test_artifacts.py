"""The artefact store: whole files by hash, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_service.artifacts import ArtifactStore, safe_name
from kgpress.errors import InvalidInput, NotFound, OutputError, TooLarge

CONTENT = bytes(range(256)) * 9000
HASH = hashlib.sha256(CONTENT).hexdigest()


def chunked(content: bytes, size: int = 1 << 20) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    url = str(tmp_path / "artifacts") if request.param == "folder" else f"memory://{tmp_path.name}"
    return ArtifactStore(url, max_bytes=3_000_000)


def files(store: ArtifactStore) -> list[str]:
    return store._fs.find(store._root) if store._fs.exists(store._root) else []


def test_what_is_put_can_be_read_from_any_offset(store: ArtifactStore) -> None:
    artifact = store.put("a.onnx", chunked(CONTENT), size_bytes=len(CONTENT), hash=HASH)
    assert (artifact.hash, artifact.size_bytes, artifact.name) == (HASH, len(CONTENT), "a.onnx")
    assert b"".join(store.read(HASH)) == CONTENT
    assert b"".join(store.read(HASH, 1_234_567)) == CONTENT[1_234_567:]
    assert list(store.read(HASH, len(CONTENT))) == []
    with pytest.raises(InvalidInput, match="beyond"):
        list(store.read(HASH, len(CONTENT) + 1))


@pytest.mark.parametrize(
    ("size", "hash", "fault"),
    [(7, "", "announced"), (None, "0" * 64, "SHA-256"), (None, "../../etc/passwd", "not a SHA-256")],
)
def test_wrong_size_or_hash_leaves_nothing(
    store: ArtifactStore, size: int | None, hash: str, fault: str
) -> None:
    with pytest.raises(InvalidInput, match=fault):
        store.put("a", chunked(CONTENT), size_bytes=size, hash=hash)
    assert files(store) == []


def test_a_stream_that_breaks_leaves_nothing(store: ArtifactStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the caller went away")

    with pytest.raises(RuntimeError):
        store.put("a", broken())
    assert files(store) == []


def test_too_large_is_refused_announced_or_not(store: ArtifactStore) -> None:
    with pytest.raises(TooLarge):
        store.put("a", [], size_bytes=3_000_001)
    with pytest.raises(TooLarge):
        store.put("a", chunked(bytes(3_000_001)))
    assert files(store) == []


def test_empty_is_refused(store: ArtifactStore) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        store.put("a", [])


def test_known_content_is_not_read_again(store: ArtifactStore) -> None:
    store.put("a", chunked(CONTENT))

    def never() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    again = store.put("b", never(), size_bytes=len(CONTENT), hash=HASH)
    assert (again.hash, again.name) == (HASH, "b")


def test_an_unknown_hash_is_not_found(store: ArtifactStore) -> None:
    with pytest.raises(NotFound):
        store.stat("a" * 64)
    with pytest.raises(InvalidInput):
        store.stat("../secret")


def test_sweep_deletes_the_old_and_unreferenced_only(tmp_path: Path) -> None:
    now = [1_000_000.0]
    store = ArtifactStore(str(tmp_path), clock=lambda: now[0])
    kept, dropped = store.put("a", [b"a"]).hash, store.put("b", [b"b"]).hash
    now[0] += 40 * 86400
    fresh = store.put("c", [b"c"]).hash
    assert store.sweep(lambda: {kept}, older_than_days=30) == [dropped]
    assert store.stat(kept).name == "a"
    assert store.stat(fresh).name == "c"
    with pytest.raises(NotFound):
        store.stat(dropped)
    assert store.sweep(lambda: {kept}, older_than_days=30) == []


def test_storing_again_renews(tmp_path: Path) -> None:
    now = [1_000_000.0]
    store = ArtifactStore(str(tmp_path), clock=lambda: now[0])
    store.put("a", [b"a"])
    now[0] += 40 * 86400
    store.put("a", [b"a"])
    assert store.sweep(set, older_than_days=30) == []


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\models\\a.onnx", "a.onnx"),
        ("a\x00b\n.onnx", "a_b_.onnx"),
        ("", "artefact"),
        ("..", "artefact"),
        ("x" * 300 + ".onnx", "x" * 123 + ".onnx"),
    ],
)
def test_names_lose_folders_and_odd_characters(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot be used"):
        ArtifactStore(str(tmp_path / "file" / "sub")).put("a", [b"a"])


def test_an_unknown_scheme_is_said() -> None:
    with pytest.raises(InvalidInput, match="cannot be used"):
        ArtifactStore("nosuch://bucket")
