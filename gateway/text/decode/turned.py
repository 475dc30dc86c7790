"""Edits of letter ciphers: words replaced, each read from its end, or all of them in reverse order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from gateway.text.decode.maps import Edit
from gateway.text.views import Lazy

__all__ = ["backwards", "each_reversed", "replaced"]

_SPACED = re.compile(r"\S+")
_UNQUOTED = re.compile(r"[^\s\"'`()\[\]{}<>](?:\S*[^\s\"'`()\[\]{}<>])?")


def replaced(text: str, start: int, end: int, words: Sequence[tuple[int, int, str]]) -> Edit:
    """Words replaced, what stands between them kept."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = start
    for a, b, word in (*words, (end, end, "")):
        out += (text[at:a], word)
        starts += (*range(at, a), *[a] * len(word))
        ends += (*range(at + 1, a + 1), *[b] * len(word))
        at = b
    return Edit(start, end, "".join(out), starts, ends)


def each_reversed(text: str, start: int, end: int) -> Edit:
    words = [match.span() for match in _SPACED.finditer(text, start, end)]
    begins = [a for a, _ in words]
    out: list[str] = []
    at = start
    for a, b in words:
        out += (text[at:a], text[a:b][::-1])
        at = b

    def origin(index: int) -> int:
        at = start + index
        a, b = words[max(0, bisect_right(begins, at) - 1)]
        return a + b - 1 - at if a <= at < b else at

    starts = Lazy(end - start, origin)
    return Edit(start, end, "".join(out), starts, Lazy(end - start, lambda index: origin(index) + 1), turned=True)


def backwards(text: str, start: int, end: int) -> Edit:
    """Each word with the gap behind it as one blank."""
    words = [match.span() for match in _UNQUOTED.finditer(text, start, end)][::-1]
    begins = list(accumulate((b - a + 1 for a, b in words), initial=0))

    def origin(index: int, *, ends: bool) -> int:
        word = bisect_right(begins, index) - 1
        (a, b), at = words[word], index - begins[word]
        if a + at < b:
            return a + at + ends
        return a if ends else words[word + 1][1]  # between this word and the one that stood before it

    size = begins[-1] - 1
    starts, ends = (
        Lazy(size, lambda index: origin(index, ends=False)),
        Lazy(size, lambda index: origin(index, ends=True)),
    )
    return Edit(words[-1][0], words[0][1], " ".join([text[a:b] for a, b in words]), starts, ends, turned=True)
