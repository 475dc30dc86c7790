"""
What a long view is read in turn for: the places where it says what the text it was made of does not, with
enough around them. Elsewhere the same readings were made of that text already.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from gateway.engine.changes import changed
from gateway.text.views import View

__all__ = ["excerpt"]

LONG = 4096  # characters of a view that is read as a whole
SHARE = 3  # of a longer one a third at most, else all of it
AROUND, LEAST = 1024, 160  # characters before and after a change, and where changes are many
TOKEN = 64  # characters in which a blank is looked for, so that no word is cut


def excerpt(text: str, view: View) -> View:
    """Of a view of this text; the view itself where there is little to leave out."""
    size = len(view.text)
    if size <= LONG:
        return view
    places = view.written if view.written is not None else changed(text, view)
    if not places:
        return view
    room = size // SHARE - sum(end - begin for begin, end in places)
    around = min(AROUND, room // (2 * len(places)))
    if around < LEAST:
        return view
    pieces = list(_pieces(view.text, places, around))
    if sum(end - begin for begin, end in pieces) > size // 2:
        return view
    starts, ends = array("I"), array("I")
    for number, (begin, end) in enumerate(pieces):
        if number:  # a line's end between two of them stands for nothing
            starts.append(begin)
            ends.append(begin)
        starts.extend(range(begin, end))
        ends.extend(range(begin + 1, end + 1))
    return view.then(View("raw", "\n".join([view.text[begin:end] for begin, end in pieces]), size, starts, ends))


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
