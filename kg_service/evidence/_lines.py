"""Evidence as lines: JSONL, one kgpress.v1.ReferenceResult a line, plain or gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf import json_format

from kgpress.errors import InvalidInput
from kgpress.v1 import types_pb2


def read_results(path: Path) -> Iterator[types_pb2.ReferenceResult]:
    """The results in a file.

    Raises:
        InvalidInput: the file is absent or damaged, or a line is not a result; the line is named.
    """
    number = 0
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.suffix == ".gz"
            else open(path, encoding="utf-8") as lines
        ):
            for number, line in enumerate(lines, start=1):  # noqa: B007
                if line.strip():
                    yield json_format.Parse(line, types_pb2.ReferenceResult())
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path.name} cannot be read: {error}", remedy="fetch the file again", field="file"
        ) from None
    except json_format.ParseError as error:
        raise InvalidInput(
            f"line {number} of {path.name} is not a result: {error}",
            remedy="give one kgpress.v1.ReferenceResult as JSON a line",
            field="file",
        ) from None


def write_results(path: Path, results: Iterable[types_pb2.ReferenceResult]) -> int:
    """Writes results as gzipped JSONL, the same bytes for the same results; returns how many."""
    count = 0
    with (
        open(path, "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed,
    ):
        for result in results:
            text = json_format.MessageToJson(result, indent=None, sort_keys=True)
            packed.write(text.encode() + b"\n")
            count += 1
    return count
