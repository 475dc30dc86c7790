"""
Maps from the characters of a view to original offsets, computed when asked: a view of a long text
costs its text and a few numbers per decoded stretch, not two numbers per character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from gateway.text.views import Lazy, View

__all__ = ["Edit", "Stretch", "apply", "moved"]


class Edit(NamedTuple):
    """
    `text[start:end]` reads as `out`. `starts` and `ends` bound, per character of `out`, what it came
    from; None: each came from all of it. `turned`: they do not come in the order of the text.
    """

    start: int
    end: int
    out: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    turned: bool = False


def moved(edit: Edit, by: int) -> Edit:
    """The same of a text in which all stands so much later."""
    start, end = edit.start + by, edit.end + by
    if edit.starts is None or edit.ends is None:
        return Edit(start, end, edit.out, edit.starts, edit.ends, edit.turned)
    starts, ends, size = edit.starts, edit.ends, len(edit.starts)
    later = Lazy(size, lambda index: starts[index] + by), Lazy(size, lambda index: ends[index] + by)
    return Edit(start, end, edit.out, *later, edit.turned)


Stretch = tuple[int, int]  # where an edit's result stands in the view


def apply(name: str, text: str, edits: Sequence[Edit], open_at: int) -> tuple[View, list[Stretch]]:
    """The text with these edits made. They are sorted and do not overlap."""
    outs = [edit.out for edit in edits]
    ends = [edit.end for edit in edits]
    pieces = [""] * (2 * len(edits) + 1)
    pieces[1::2] = outs
    pieces[::2] = [
        text[end:begin] for end, begin in zip([0, *ends], [*[e.start for e in edits], len(text)], strict=True)
    ]
    view = "".join(pieces)
    edges = list(accumulate(map(len, pieces)))
    stretches = list(zip(edges[::2], edges[1::2], strict=False))

    def start(index: int) -> int:
        at = bisect_right(stretches, (index, len(view))) - 1
        if at < 0:
            return index
        edit, (begin, end) = edits[at], stretches[at]
        if index >= end:
            return edit.end + index - end
        return edit.start if edit.starts is None else edit.starts[index - begin]

    def end(index: int) -> int:
        at = bisect_right(stretches, (index, len(view))) - 1
        if at < 0:
            return index + 1
        edit, (begin, last) = edits[at], stretches[at]
        if index >= last:
            return edit.end + index - last + 1
        return edit.end if edit.ends is None else edit.ends[index - begin]

    size = len(view)
    monotone = not any(edit.turned for edit in edits)
    return View(name, view, open_at, Lazy(size, start), Lazy(size, end), monotone, stretches), stretches
