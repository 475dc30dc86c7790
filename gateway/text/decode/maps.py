"""
Maps from the characters of a view to original offsets, computed when asked: a view of a long text
costs its text and a few numbers per decoded stretch, not two numbers per character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
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
        return edit._replace(start=start, end=end)
    starts, ends, size = edit.starts, edit.ends, len(edit.starts)
    later = Lazy(size, lambda index: starts[index] + by), Lazy(size, lambda index: ends[index] + by)
    return edit._replace(start=start, end=end, starts=later[0], ends=later[1])


class Stretch(NamedTuple):
    """Where an edit's result stands in the view."""

    start: int
    end: int


def apply(name: str, text: str, edits: Sequence[Edit], open_at: int) -> tuple[View, list[Stretch]]:
    """The text with these edits made. They are sorted and do not overlap."""
    pieces: list[str] = []
    offsets: list[int] = []  # of each piece in the view
    sources: list[Edit | int] = []  # an edit, or where in the text a copied piece begins
    stretches: list[Stretch] = []
    at = size = 0
    for edit in edits:
        if at < edit.start:
            pieces.append(text[at : edit.start])
            offsets.append(size)
            sources.append(at)
            size += edit.start - at
        if edit.out:
            pieces.append(edit.out)
            offsets.append(size)
            sources.append(edit)
        stretches.append(Stretch(size, size + len(edit.out)))
        size += len(edit.out)
        at = edit.end
    if at < len(text):
        pieces.append(text[at:])
        offsets.append(size)
        sources.append(at)
        size += len(text) - at

    def start(index: int) -> int:
        piece = bisect_right(offsets, index) - 1
        source = sources[piece]
        index -= offsets[piece]
        if isinstance(source, int):
            return source + index
        return source.start if source.starts is None else source.starts[index]

    def end(index: int) -> int:
        piece = bisect_right(offsets, index) - 1
        source = sources[piece]
        index -= offsets[piece]
        if isinstance(source, int):
            return source + index + 1
        return source.end if source.ends is None else source.ends[index]

    monotone = not any(edit.turned for edit in edits)
    return View(name, "".join(pieces), open_at, Lazy(size, start), Lazy(size, end), monotone, stretches), stretches
