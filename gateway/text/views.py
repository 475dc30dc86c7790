"""
Views of a text, each with a map back to the original code points.

Detectors read views; findings are about originals. A view that equals the original is not made.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gateway.types import Span

__all__ = ["WIDE", "Lazy", "Offsets", "View", "offsets", "raw", "unescaped"]

Offsets = NDArray[np.signedinteger[Any]]

WIDE = 1024  # characters whose places are looked up one by one
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})(?:\\u([Dd][C-Fc-f][0-9A-Fa-f]{2}))?|(["\\/bfnrt]))')
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_OPEN_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3}|u[Dd][89ABab][0-9A-Fa-f]{2}(?:\\(?:u[0-9A-Fa-f]{0,3})?)?)?\Z")


class Lazy(Sequence[int]):
    """A sequence given by its length and a function of the index: few of a long text's offsets are ever asked for."""

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


@dataclass(frozen=True, slots=True)
class View:
    """
    `starts[i]` and `ends[i]` bound the original characters that became `text[i]`; None: one to one.

    `open_at` is where in the original an unfinished escape begins, or its length. `monotone` False:
    the characters stand in another order, so a stretch of the view may be several of the original; all
    from the first to the last count as behind it. `written`: the stretches of the view that are not
    copied from the original, character by character; None where nobody wrote them down.
    """

    name: str
    text: str
    open_at: int
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    monotone: bool = True
    written: Sequence[tuple[int, int]] | None = None

    def original(self, span: Span) -> Span:
        """The original characters behind a stretch of this view."""
        if self.starts is None or self.ends is None:
            return span
        if span.start == span.end:
            return Span(self.position(span.start), self.position(span.start))
        if not self.monotone:
            return Span(min(self.starts[span.start : span.end]), max(self.ends[span.start : span.end]))
        return Span(self.starts[span.start], self.ends[span.end - 1])

    def behind(self, span: Span, size: int) -> Span:
        """As `original`, of so many characters; in another order all of them count as behind a long stretch."""
        return self.original(span) if self.monotone or span.end - span.start <= WIDE else Span(0, size)

    def position(self, index: int) -> int:
        if self.starts is None or self.ends is None:
            return index
        if not self.monotone:
            return min(self.starts[index:], default=self.open_at)
        return self.starts[index] if index < len(self.starts) else self.open_at

    def index(self, position: int) -> int:
        """The first index of this view at or after an original position."""
        if self.starts is None:
            return position
        if not self.monotone:
            return next((i for i, start in enumerate(self.starts) if start >= position), len(self.starts))
        low, high = 0, len(self.starts)
        while low < high:
            middle = (low + high) // 2
            if self.starts[middle] < position:
                low = middle + 1
            else:
                high = middle
        return low

    def then(self, inner: View) -> View:
        """`inner`, a view of this view's text, as a view of the original."""
        name = "+".join(name for name in (self.name, inner.name) if name != "raw") or "raw"
        if self.starts is None or self.ends is None:
            written = inner.written if self.name == "raw" else None
            return replace(inner, name=name, open_at=min(self.open_at, inner.open_at), written=written)
        # Characters in another order are of a text that has ended: nothing of it is open, or all.
        open_at = (
            self.position(inner.open_at) if self.monotone else 0 if inner.open_at < len(self.text) else self.open_at
        )
        open_at = min(self.open_at, open_at)
        if inner.starts is None or inner.ends is None:
            return replace(self, name=name, text=inner.text, open_at=open_at, written=None)
        if any(isinstance(places, Lazy) for places in (self.starts, self.ends, inner.starts, inner.ends)):
            return _then(self, inner, name, open_at)
        first, last = np.asarray(inner.starts, np.int64), np.asarray(inner.ends, np.int64) - 1
        last = np.maximum(first, last)
        starts, ends = np.asarray(self.starts, np.int64), np.asarray(self.ends, np.int64)
        monotone = self.monotone and inner.monotone
        if self.monotone:
            begun, ended = starts[first], ends[last]
        else:
            begun, ended = np.minimum(starts[first], starts[last]), np.maximum(ends[first], ends[last])
        return View(name, inner.text, open_at, offsets(begun), offsets(ended), monotone)


def _then(outer: View, inner: View, name: str, open_at: int) -> View:
    assert outer.starts is not None
    assert outer.ends is not None
    assert inner.starts is not None
    assert inner.ends is not None
    size, begun, ended, starts, ends = len(inner.text), inner.starts, inner.ends, outer.starts, outer.ends

    def start(index: int) -> int:
        first = begun[index]
        return starts[first] if outer.monotone else min(starts[first : max(first + 1, ended[index])])

    def end(index: int) -> int:
        last = max(begun[index] + 1, ended[index])
        return ends[last - 1] if outer.monotone else max(ends[begun[index] : last])

    return View(name, inner.text, open_at, Lazy(size, start), Lazy(size, end), outer.monotone and inner.monotone)


def offsets(values: Offsets, *, last: int | None = None) -> array[int]:
    """
    Four bytes each. `last`: without the first of them, and with this one behind: where characters end,
    of where they begin.
    """
    skipped = 0 if last is None or not len(values) else 1
    out = array("I", (0,)) * len(values)
    if len(values):
        written = np.frombuffer(out, np.uint32)
        written[: len(values) - skipped] = values[skipped:]
        if last is not None:
            written[-1] = last
    return out


def raw(text: str) -> View:
    return View("raw", text, len(text))


def unescaped(text: str) -> View | None:
    """JSON string escapes resolved in place, all else as it is; None where there are none."""
    if "\\" not in text:
        return None
    tail = _OPEN_ESCAPE.search(text, max(0, len(text) - 12))
    # An even run of backslashes before it means that the last one is itself escaped.
    open_at = tail.start() if tail and _odd_backslashes(text, tail.start()) else len(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _ESCAPE.finditer(text, 0, open_at):
        pieces.append(text[at : match.start()])
        starts.extend(range(at, match.start()))
        ends.extend(range(at + 1, match.start() + 1))
        characters, stop = _resolve(match)
        pieces.append(characters)
        starts.extend([match.start()] * len(characters))
        ends.extend([stop] * len(characters))
        at = stop
        if stop != match.end():  # an escaped low surrogate that belongs to no pair: plain text here
            pieces.append(text[stop : match.end()])
            starts.extend(range(stop, match.end()))
            ends.extend(range(stop + 1, match.end() + 1))
            at = match.end()
    pieces.append(text[at:open_at])
    starts.extend(range(at, open_at))
    ends.extend(range(at + 1, open_at + 1))
    return View("json", "".join(pieces), open_at, starts, ends)


def _odd_backslashes(text: str, at: int) -> bool:
    run = 0
    while at - run > 0 and text[at - run - 1] == "\\":
        run += 1
    return run % 2 == 0


def _resolve(match: re.Match[str]) -> tuple[str, int]:
    """The characters an escape stands for, and where it ends."""
    high, low, simple = match.groups()
    if simple:
        return _SIMPLE.get(simple, simple), match.end()
    code = int(high, 16)
    if 0xD800 <= code < 0xDC00 and low:
        return chr(0x10000 + ((code - 0xD800) << 10) + (int(low, 16) - 0xDC00)), match.end()
    end = match.start() + 6
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)), end
