"""
Where a view differs from the text it was made of. Only there can it show what the text does not: a
long text with a few escapes in it need not be searched again as a whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateway.text.views import View

__all__ = ["changed", "in_bytes"]

_MOST = 256  # stretches; with more of them there is little to win
_CLOSE = 64  # characters between two stretches that count as one

Stretches = list[tuple[int, int]]


def changed(text: str, view: View) -> Stretches | None:
    """
    The stretches of the view outside which it says what the text says, character by character and in
    the same order; None where that is not known, or where they are too many.
    """
    if view.written is not None:
        if len(view.written) > _MOST:
            return None
        return [(max(0, begin - 1), min(len(view.text), end + 1)) for begin, end in view.written]
    if not view.monotone:
        return None
    if view.starts is None or view.ends is None:
        return _differing(text, view.text) if len(text) == len(view.text) else None
    if isinstance(view.starts, array) and isinstance(view.ends, array):
        return _moved(text, view.text, view.starts, view.ends)
    return _between(text, view)


def _differing(text: str, other: str) -> Stretches | None:
    return _stretches(np.flatnonzero(_codes(text) != _codes(other)), len(other))


def _moved(text: str, other: str, starts: array[int], ends: array[int]) -> Stretches | None:
    if not text or not other:
        return None
    first, last = np.frombuffer(starts, np.int32), np.frombuffer(ends, np.int32)
    other_than = (_codes(text)[first] != _codes(other)) | (last - first != 1)
    # What was left out lies between two characters: both count.
    gaps = np.flatnonzero(np.diff(first, prepend=-1, append=len(text)) != 1)
    other_than[np.minimum(gaps, len(other) - 1)] = True
    other_than[np.maximum(gaps - 1, 0)] = True
    return _stretches(np.flatnonzero(other_than), len(other))


def _between(text: str, view: View) -> Stretches | None:
    """One stretch, from the first difference to the last: offsets that are computed when asked for are few."""
    assert view.starts is not None
    other = view.text
    most = min(len(text), len(other))
    begin = _same(text, other, most)
    if begin and view.starts[begin - 1] != begin - 1:
        return None
    after = _same(text[::-1], other[::-1], most - begin)
    if after and view.starts[len(other) - after] != len(text) - after:
        return None
    return [(max(0, begin - 1), min(len(other), len(other) - after + 1))]


def _same(a: str, b: str, most: int) -> int:
    """How many characters at the beginning are the same, of at most so many."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if a.startswith(b[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _stretches(at: NDArray[np.int64], size: int) -> Stretches | None:
    """A character on each side is in it: an edge of a word may be there, or no more."""
    if not len(at):
        return []
    cuts = np.flatnonzero(np.diff(at) > _CLOSE)
    if len(cuts) >= _MOST:
        return None
    begins = at[np.append(0, cuts + 1)]
    ends = at[np.append(cuts, len(at) - 1)]
    return [(max(0, int(a) - 1), min(size, int(b) + 2)) for a, b in zip(begins, ends, strict=True)]


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def in_bytes(text: str, stretches: Sequence[tuple[int, int]], size: int) -> Stretches:
    """Offsets in characters as offsets in the text's UTF-8, which has `size` bytes."""
    if size == len(text):
        return [*stretches]
    flat = [offset for stretch in stretches for offset in stretch]
    out: list[int] = []
    done = 0
    for before, offset in pairwise([0, *flat]):
        done += len(text[before:offset].encode())
        out.append(done)
    return list(zip(out[::2], out[1::2], strict=True))
