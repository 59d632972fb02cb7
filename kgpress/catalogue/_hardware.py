"""A device by its catalogue name or from a user's YAML file."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from kgpress.catalogue._entries import Hardware
from kgpress.catalogue._load import load
from kgpress.errors import InvalidInput

_KINDS = ("cpu", "gpu", "npu", "mcu")
_PRECISIONS = ("fp32", "fp16", "int8", "mixed")


def read_hardware(name_or_file: str) -> Hardware:
    """Returns the named device, or the one described in a YAML file.

    Raises:
        UnknownName: not in the catalogue and not a file.
        InvalidInput: the file does not describe a device.
    """
    if Path(name_or_file).suffix.lower() not in (".yaml", ".yml"):
        return load().hardware_named(name_or_file)
    return _from_yaml(Path(name_or_file))


def _from_yaml(path: Path) -> Hardware:
    import yaml

    try:
        entry = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise _bad(path, "there is no such file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _bad(path, f"it cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(entry, dict):
        raise _bad(path, "it holds no mapping of keys to values")
    known = {f.name: f for f in fields(Hardware)}
    if unknown := sorted(set(map(str, entry)) - set(known)):
        raise _bad(path, f"unknown keys {', '.join(unknown)}")
    required = [n for n, f in known.items() if f.default is MISSING]
    if missing := [n for n in required if n not in entry]:
        raise _bad(path, f"missing keys {', '.join(missing)}")
    return Hardware(**_checked(path, entry))


def _checked(path: Path, entry: dict[str, Any]) -> dict[str, Any]:
    if entry["kind"] not in _KINDS:
        raise _bad(path, f"kind {entry['kind']!r} is none of {', '.join(_KINDS)}")
    precisions = entry["precisions"]
    if not isinstance(precisions, list) or not set(map(str, precisions)) <= set(_PRECISIONS):
        raise _bad(path, f"precisions must be a list out of {', '.join(_PRECISIONS)}")
    if not isinstance(entry["sparsity"], bool):
        raise _bad(path, "sparsity must be true or false")
    for key in ("ram_bytes", "flash_bytes"):
        value = entry.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value <= 0):
            raise _bad(path, f"{key} must be a whole number of bytes above 0")
    for key in ("name", "chipset", "runtime", "source"):
        if not isinstance(entry.get(key, ""), str):
            raise _bad(path, f"{key} must be text")
    return entry | {"precisions": tuple(precisions)}


def _bad(path: Path, fault: str) -> InvalidInput:
    return InvalidInput(
        f"{path.name} does not describe a device: {fault}",
        remedy="give the keys of an entry of `kgpress hardware --json`",
        field="hardware",
    )
