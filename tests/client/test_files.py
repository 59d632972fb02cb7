"""Uploads in chunks; downloads that resume and appear whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from kgpress.errors import InvalidInput, OutputError, Unavailable

CONTENT = bytes(range(256)) * 4096 * 3 + b"rest"
HASH = hashlib.sha256(CONTENT).hexdigest()


def test_an_upload_goes_in_chunks_with_its_hash(client: Any, script: Any, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(CONTENT)
    artifact = client.upload(tmp_path / "model.onnx")
    assert (artifact.name, artifact.size_bytes, artifact.hash) == ("model.onnx", len(CONTENT), HASH)
    assert max(script.chunks) == 2**20
    assert len(script.chunks) == 4


def test_an_upload_of_nothing(client: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not a readable file"):
        client.upload(tmp_path / "none.onnx")


def test_a_broken_download_goes_on_where_it_stood(client: Any, script: Any, tmp_path: Path) -> None:
    script.files[HASH] = CONTENT
    script.break_after_chunks = 2
    path = client.download(HASH, tmp_path / "new" / "model.onnx")
    assert path.read_bytes() == CONTENT
    assert [call.offset for call in script.calls] == [0, 2 * 2**20]
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]


def test_a_download_goes_on_in_a_later_call(make: Any, address: str, script: Any, tmp_path: Path) -> None:
    script.files[HASH] = CONTENT
    script.break_after_chunks = 2
    impatient = make(address, retries=0)
    with pytest.raises(Unavailable):
        impatient.download(HASH, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
    impatient.download(HASH, tmp_path / "model.onnx")
    assert script.calls[-1].offset == 2 * 2**20
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_a_damaged_download_leaves_what_was_there(
    make: Any, address: str, script: Any, tmp_path: Path
) -> None:
    script.files[HASH] = CONTENT[:-1] + b"?"
    (tmp_path / "model.onnx").write_bytes(b"old")
    with pytest.raises(Unavailable, match="arrived damaged"):
        make(address, retries=0).download(HASH, tmp_path / "model.onnx")
    assert [(f.name, f.read_bytes()) for f in tmp_path.glob("*model*")] == [("model.onnx", b"old")]


def test_a_folder_that_cannot_be_written(client: Any, script: Any, tmp_path: Path) -> None:
    script.files[HASH] = CONTENT
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot be written"):
        client.download(HASH, tmp_path / "file" / "model.onnx")
