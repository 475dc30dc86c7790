"""
Maps from the characters of a view to original offsets, computed when asked: a view of a long text
costs its text and a few numbers per decoded stretch, not two numbers per character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, overload

from gateway.text.views import View

__all__ = ["Edit", "Lazy", "Stretch", "apply", "compose"]


class Lazy(Sequence[int]):
    """A sequence given by its length and a function of the index."""

    __slots__ = ("_at", "_length")

    def __init__(self, length: int, at: Callable[[int], int]) -> None:
        self._length = length
        self._at = at

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [self._at(i) for i in range(*index.indices(self._length))]
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError("no such character in this view")
        return self._at(index)


class Edit(NamedTuple):
    """
    `text[start:end]` reads as `out`. `starts` and `ends` bound, per character of `out`, what it came
    from; None: each came from all of it.
    """

    start: int
    end: int
    out: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None


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

    return View(name, "".join(pieces), open_at, Lazy(size, start), Lazy(size, end)), stretches


def compose(outer: View, inner: View) -> View:
    """`inner` is a view of `outer.text`; the result maps straight to the original."""
    starts, ends = inner.starts, inner.ends
    outer_starts, outer_ends = outer.starts, outer.ends
    open_at = min(outer.open_at, outer.position(inner.open_at))
    name = f"{outer.name}+{inner.name}"
    if starts is None or ends is None:
        return View(name, inner.text, open_at, outer_starts, outer_ends)
    if outer_starts is None or outer_ends is None:
        return View(name, inner.text, open_at, starts, ends)
    # The first and the last character decide, whichever way the outer view runs.
    s, e, os, oe = starts, ends, outer_starts, outer_ends

    def start(index: int) -> int:
        return min(os[s[index]], os[max(s[index], e[index] - 1)])

    def end(index: int) -> int:
        return max(oe[s[index]], oe[max(s[index], e[index] - 1)])

    return View(name, inner.text, open_at, Lazy(len(inner.text), start), Lazy(len(inner.text), end))
