"""
What a long view is read in turn for: the places where it says what the text it was made of does not, with
enough around them. Elsewhere the same readings were made of that text already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gateway.engine.changes import changed
from gateway.text.views import View, offsets

__all__ = ["LONG", "excerpt"]

LONG = 4096  # characters of a view that is read as a whole, and of what is read of a longer one if that can be
AROUND, LEAST = 1024, 160  # characters before and after a change, and where changes are many
MOST = 256  # changes
TOKEN = 64  # characters in which a blank is looked for, so that no word is cut


def excerpt(text: str, view: View) -> View:
    """Of a view of this text; the view itself where there is little to leave out."""
    size = len(view.text)
    if size <= LONG:
        return view
    places = view.written if view.written is not None else changed(text, view)
    if not places or len(places) > MOST:
        return view
    room = LONG - sum(end - begin for begin, end in places)
    around = max(LEAST, min(AROUND, room // (2 * len(places))))
    pieces = list(_pieces(view.text, places, around))
    if 2 * sum(end - begin for begin, end in pieces) > size:
        return view
    begun, ended = np.array(pieces, np.int64).T
    lengths = ended - begun + 1
    after = np.cumsum(lengths)
    starts = np.arange(after[-1]) + np.repeat(begun - (after - lengths), lengths)
    ends = starts + 1
    ends[after - 1] -= 1  # a line's end between two pieces stands for nothing
    read = "\n".join([view.text[begin:end] for begin, end in pieces])
    return view.then(View("raw", read, size, offsets(starts[:-1]), offsets(ends[:-1])))


def _pieces(text: str, places: Sequence[tuple[int, int]], around: int) -> Iterator[tuple[int, int]]:
    """The places with what is around them, those that touch as one."""
    first = last = -1
    for begin, end in places:
        before, after = _first(text, max(0, begin - around)), _last(text, min(len(text), end + around))
        if before <= last:
            last = max(last, after)
            continue
        if last >= 0:
            yield first, last
        first, last = before, after
    if last >= 0:
        yield first, last


def _first(text: str, at: int) -> int:
    """Not inside a word, if one begins nearby."""
    blank = max(text.rfind(sign, max(0, at - TOKEN), at) for sign in " \n")
    return at if at == 0 or blank < 0 else blank + 1


def _last(text: str, at: int) -> int:
    blanks = [blank for sign in " \n" if (blank := text.find(sign, at, at + TOKEN)) >= 0]
    return min(blanks, default=at)
