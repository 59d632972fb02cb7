"""Looks through model archives (ZIP) before any loader touches them."""

from __future__ import annotations

import io
import json
import pickle
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import torch

from compressor.model._onnx_file import MAX_BYTES, not_a_model
from kgpress.errors import ModelError, TooLarge

#: What an operator of an exported program may be called.
_OPERATOR = re.compile(
    r"torch\.ops\.(aten|prim|prims|higher_order|torchvision|quantized|quantized_decomposed)"
    r"\.([a-zA-Z]\w*|_[a-zA-Z]\w*|__i?(and|or|xor|lshift|rshift)__)(\.\w+)?"
    r"|_operator\.[a-zA-Z]\w*|math\.[a-zA-Z]\w*|torch\.sym_\w+|#\w.*"
)
#: Symbolic shapes: numbers, symbols and the functions that shapes are made of.
_EXPRESSION = re.compile(r"[\w\s+\-*/%(),.<>=&|~!]*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SHAPE_FUNCTION = re.compile(
    r"[suzf]{1,2}\d+|Max|Min|Mod|Eq|Ne|Lt|Le|Gt|Ge|And|Or|Not|True|False|oo|int_oo|inf|"
    r"FloorDiv|CleanDiv|CeilDiv|CeilToInt|FloorToInt|IntTrueDiv|FloatTrueDiv|ModularIndexing|PythonMod|"
    r"PowByNatural|FloatPow|ToFloat|TruncToInt|RoundToInt|Where|Identity|Integer|Abs|Add|Mul|Pow|Piecewise"
)
_SYMBOL = re.compile(r"Symbol\('[suzf]{1,2}\d+'(, [a-z]+=(True|False))*\)")
_FILE_ACCESS = re.compile(
    rb"\b(torch\.(from_file|save|load|read_file|write_file)|ops\.(?!aten|prim|torchvision)\w+\.\w+)"
)


def kind(path: Path) -> str:
    """ "pt2", "torchscript" or "state_dict", by the entries."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise not_a_model(path) from error
    tails = {name.partition("/")[2] for name in names} | set(names)
    if "serialized_exported_program.json" in tails or any(t.startswith("models/") for t in tails):
        return "pt2"
    if any(t.startswith("code/") for t in tails) or "constants.pkl" in tails:
        return "torchscript"
    if "data.pkl" in tails:
        return "state_dict"
    raise not_a_model(path)


def check(path: Path) -> None:
    """Refuses entries that lead out of the archive, links, damaged entries and archives that swell.

    Raises:
        ModelError, TooLarge.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for info in archive.infolist():
                if leads_out(info):
                    raise ModelError(
                        f"{path.name} holds an entry that leads out of it ({info.filename!r})",
                        remedy="do not use this file",
                        field="model",
                    )
                total += info.file_size
            if total > MAX_BYTES or total > 1000 * max(path.stat().st_size, 1):
                raise TooLarge(
                    f"{path.name} unpacks to {total} bytes", remedy="do not use this file", field="model"
                )
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise not_a_model(path) from error
    if damaged is not None:
        raise not_a_model(path)


def leads_out(info: zipfile.ZipInfo) -> bool:
    """Whether unpacking the entry could write outside the folder it is unpacked to."""
    name = info.filename.replace("\\", "/")
    pure = PurePosixPath(name)
    link = stat.S_ISLNK(info.external_attr >> 16)
    return link or pure.is_absolute() or ".." in pure.parts or re.match(r"[A-Za-z]:", name) is not None


def code_in_pt2(path: Path) -> list[str]:
    """What in an exported program would run code while it is read or run; empty where nothing would."""
    reasons: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            tail = name.partition("/")[2] or name
            leaf = PurePosixPath(name).name
            if "aotinductor" in name or leaf.endswith((".so", ".dll", ".dylib", ".pyd", ".cubin")):
                reasons.append(f"compiled code ({leaf})")
            elif leaf.startswith(("custom_obj", "opaque_obj")):
                reasons.append(f"a pickled object ({leaf})")
            elif leaf.endswith(".pt") and not _weights_only(archive.read(name)):
                reasons.append(f"a pickle ({leaf})")
            elif leaf.endswith(".json") and not tail.startswith("extra/"):
                reasons += _code_in_json(archive.read(name))
    return reasons


def _weights_only(content: bytes) -> bool:
    if not content:
        return True
    try:
        torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError):
        return False
    return True


def _code_in_json(content: bytes) -> Iterator[str]:
    try:
        document = json.loads(content)
    except ValueError:
        yield "a description that is not JSON"
        return
    for key, value in _pairs(document):
        if key == "use_pickle" and value:
            yield "pickled weights"
        elif key == "target" and isinstance(value, str) and not _OPERATOR.fullmatch(value):
            if "." in value and value.startswith(("torch", "_operator", "math", "builtins", "operator")):
                yield f"a call of {value!r}"
        elif key == "expr_str" and isinstance(value, str) and not _is_shape(value):
            yield f"an expression {value[:60]!r}"


def _pairs(document: Any) -> Iterator[tuple[str, Any]]:
    pending = [document]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield from item.items()
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _is_shape(text: str) -> bool:
    text = _SYMBOL.sub("s0", text)
    if not _EXPRESSION.fullmatch(text) or re.search(r"\.\s*[A-Za-z_]", text):
        return False
    return all(_SHAPE_FUNCTION.fullmatch(word) for word in _WORD.findall(text))


def file_access_in_torchscript(path: Path) -> str:
    """The first call that reads or writes files, or of an operator that is not PyTorch's; "" for none."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                found = _FILE_ACCESS.search(archive.read(name))
                if found:
                    return found[0].decode()
    return ""
