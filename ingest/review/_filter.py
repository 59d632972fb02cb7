"""Which results are reviewed, as one line of text: ``state:proposed source:acme/bench confidence<0.8``."""

from __future__ import annotations

import shlex

from kgpress.errors import InvalidInput
from kgpress.filters import TEXTS
from kgpress.v1 import evidence_pb2, types_pb2

Request = evidence_pb2.SearchEvidenceRequest

_STATES = {
    name.removeprefix("EVIDENCE_STATE_").lower(): value
    for name, value in types_pb2.EvidenceState.items()
    if value
}
_FLAGS = ("conflict", "corrected", "per_layer")
_EXAMPLE = "write for example: state:proposed source:acme/bench confidence<0.8 reason:percent conflict"


def parse(text: str) -> Request:
    """The request that a line asks for.

    Words: ``NAME:TEXT``, ``confidence<0.8``, ``confidence>0.8``, ``conflict``, ``no-conflict``,
    ``corrected``, ``per_layer``.

    Raises:
        InvalidInput: a word is not understood.
    """
    request = Request()
    try:
        words = shlex.split(text)
    except ValueError:
        raise InvalidInput("a quotation mark is not closed", remedy=_EXAMPLE, field="filter") from None
    for word in words:
        if not _read(request, word):
            raise InvalidInput(f"{word!r} is not understood", remedy=_EXAMPLE, field="filter")
    return request


def _read(request: Request, word: str) -> bool:
    name, colon, value = word.partition(":")
    flag = word.removeprefix("no-")
    if flag in _FLAGS:
        setattr(request, flag, flag == word)
    elif word.startswith(("confidence<", "confidence>")):
        try:
            bound = float(word[11:])
        except ValueError:
            return False
        setattr(request, "max_confidence" if word[10] == "<" else "min_confidence", bound)
    elif not colon or not value:
        return False
    elif name == "state":
        if any(state not in _STATES for state in value.split(",")):
            return False
        request.states.extend(_STATES[state] for state in value.split(","))
    elif name in TEXTS:
        setattr(request, name, value)
    else:
        return False
    return True


def describe(request: Request) -> str:
    """The line that :func:`parse` reads as this request."""
    words = []
    if request.states:
        names = {value: name for name, value in _STATES.items()}
        words.append("state:" + ",".join(names[s] for s in request.states))
    words += [f"{name}:{shlex.quote(getattr(request, name))}" for name in TEXTS if getattr(request, name)]
    if request.HasField("max_confidence"):
        words.append(f"confidence<{request.max_confidence:g}")
    if request.HasField("min_confidence"):
        words.append(f"confidence>{request.min_confidence:g}")
    for flag in _FLAGS:
        if request.HasField(flag):
            words.append(flag if getattr(request, flag) else f"no-{flag}")
    return " ".join(words)
