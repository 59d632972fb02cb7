"""Small additions to our TOML files that leave every other line as it is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from kgpress.errors import InvalidInput

_ALIASES = re.compile(r"\s*aliases\s*=\s*\[")


def quoted(text: str) -> str:
    """A TOML basic string. Control characters are not taken.

    Raises:
        InvalidInput: the text holds one.
    """
    if not text.isprintable():
        raise InvalidInput(f"{text!r} holds control characters", remedy="write it by hand")
    return json.dumps(text, ensure_ascii=False)


def read(text: str, name: str) -> dict[str, Any]:
    """The document.

    Raises:
        InvalidInput: no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{name} is no TOML: {error}", remedy="mend it first") from None


def add_alias(text: str, name: str, alias: str) -> str:
    """The text with one more alias for the entity; a new entity at the end where there is none."""
    lines = text.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if _is_name(line, name)), None)
    if start is None:
        gap = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}[[entity]]\nname = {quoted(name)}\naliases = [{quoted(alias)}]\n"
    end = next((i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[[")), len(lines))
    for i in range(start, end):
        if _ALIASES.match(lines[i]):
            return "".join([*lines[:i], *_longer(lines[i:end], alias), *lines[end:]])
    return "".join([*lines[: start + 1], f"aliases = [{quoted(alias)}]\n", *lines[start + 1 :]])


def _is_name(line: str, name: str) -> bool:
    match = re.match(r"\s*name\s*=\s*(.+)", line)
    if match is None:
        return False
    try:
        return bool(tomllib.loads(f"name = {match[1]}").get("name") == name)
    except tomllib.TOMLDecodeError:
        return False


def _longer(lines: list[str], alias: str) -> list[str]:
    """The lines from ``aliases = [`` on with one more entry before the array's end."""
    for count in range(1, len(lines) + 1):
        body = "".join(lines[:count])
        try:
            had = tomllib.loads(body)["aliases"]
        except tomllib.TOMLDecodeError:
            continue
        if count > 1:  # in front, where no comment stands between an entry and its comma
            head, bracket, rest = body.partition("[")
            body = f"{head}{bracket}\n    {quoted(alias)}{',' if had else ''}{rest}"
        else:
            close = body.rindex("]")
            comma = ", " if had else ""
            body = f"{body[:close].rstrip().removesuffix(',')}{comma}{quoted(alias)}{body[close:]}"
        return [body, *lines[count:]]
    return lines


def add_header(text: str, heading: str, means: str) -> str:
    """The text with one more ``[[header]]`` at its end."""
    gap = "" if text.endswith("\n") else "\n"
    return f"{text}{gap}\n[[header]]\ntext = {quoted(heading)}\nmeans = {quoted(means)}\n"
