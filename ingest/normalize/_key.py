"""Names compared by what they say: case, spaces, hyphens and underscores do not tell two names apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Letters, digits, and a plus that belongs to the word before it ("S24+", not "KD+DOT").
_IDEOGRAPH = r"\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_IDEOGRAPH}]|[^\W\d_{_IDEOGRAPH}]+|\d+|(?<=\w)\+(?!\w)")


@lru_cache(maxsize=100_000)
def key(text: str) -> str:
    """ "ResNet-50" and "resnet_50" are one; "Qwen3-8B" and "Qwen38B" are two, as digits keep their seams.

    Hyphens between letters go, so that "Mobile-Net" is "MobileNet"; so does the writing of "v1.0" and "v1_0".
    """
    out: list[str] = []
    for token, _, _ in tokens(text):
        if out and token[0].isdigit() and out[-1][-1].isdigit():
            out.append(".")
        out.append(token)
    return "".join(out)


@lru_cache(maxsize=50_000)
def tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """(folded token, start, end): runs of letters, runs of digits, single ideographs, a word's own plus."""
    found = ((unicodedata.normalize("NFKC", m[0]).casefold(), m) for m in _TOKEN.finditer(text))
    return tuple(("plus" if t == "+" else t, m.start(), m.end()) for t, m in found)
