"""
A long text in overlapping windows of tokens, and what many looks at one text do to false alarms.

Pure arithmetic: no tokenizer, no model. Nothing of a text is left out: each token stands in a window
with at least half the overlap as context on either side, or up to the end of the text; a stretch as
long as the overlap stands whole in one window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import expm1, log1p

__all__ = ["Window", "count_windows", "fpr_of_many", "pieces", "windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """
    Tokens `start` to `end`. `own_start` to `own_end` are those for which no other window has more
    context: the windows of a text own each token once.
    """

    start: int
    end: int
    own_start: int
    own_end: int


def windows(count: int, size: int, stride: int) -> Iterator[Window]:
    """The windows of a text of `count` tokens, in order, one at a time."""
    if not 0 < stride <= size:
        raise ValueError("a stride lies between 1 and the size of a window")
    before = (size - stride) // 2  # of an overlap: what the earlier window owns
    start, own = 0, 0
    while start < count:
        end = min(start + size, count)
        own_end = count if end == count else start + stride + before
        yield Window(start, end, own, own_end)
        if end == count:
            return
        start, own = start + stride, own_end


def count_windows(count: int, size: int, stride: int) -> int:
    if count <= 0:
        return 0
    return 1 + max(0, -(-(count - size) // stride))


def fpr_of_many(fpr: float, looks: int) -> float:
    """The share of honest texts of so many windows that score so high in at least one of them."""
    if looks <= 1 or fpr >= 1:
        return min(fpr, 1.0)
    return -expm1(looks * log1p(-fpr))


def pieces(text: str, size: int) -> Iterator[tuple[int, str]]:
    """
    A text in pieces of at most `size` characters, with the offset of each, so that tokenizing takes
    bounded memory. Cut before spaces, where tokenizers cut too, else before a line; in the middle of a
    word only where the second half of a piece has neither.
    """
    at = 0
    while len(text) - at > size:
        cut = _cut(text, at + size // 2, at + size)
        yield at, text[at:cut]
        at = cut
    if at < len(text):
        yield at, text[at:]


def _cut(text: str, low: int, high: int) -> int:
    low = max(low, 1)
    for gap in " \n":
        found = text.rfind(gap, low, high)
        if found > low:
            return low + len(text[low:found].rstrip(gap))
    return high
