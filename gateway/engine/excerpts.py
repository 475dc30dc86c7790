"""
What a long view is read in turn for: the places where it says what the text it was made of does not, with
enough around them. Elsewhere the same readings were made of that text already.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gateway.engine.changes import changed
from gateway.text.pieces import LONG, pieces
from gateway.text.views import Lazy, View, offsets

__all__ = ["beginning", "excerpt"]


def excerpt(text: str, view: View) -> View:
    """Of a view of this text; the view itself where there is little to leave out."""
    if len(view.text) <= LONG:
        return view
    places = view.written if view.written is not None else changed(text, view)
    read = pieces(view.text, places) if places else None
    if read is None:
        return view
    begun, ended = np.array(read, np.int64).T
    lengths = ended - begun + 1
    after = np.cumsum(lengths)
    starts = np.arange(after[-1]) + np.repeat(begun - (after - lengths), lengths)
    ends = starts + 1
    ends[after - 1] -= 1  # a line's end between two pieces stands for nothing
    said = "\n".join([view.text[begin:end] for begin, end in read])
    return view.then(View("raw", said, len(view.text), offsets(starts[:-1]), offsets(ends[:-1])))


def beginning(view: View, size: int) -> View:
    """Its first characters."""

    def first(places: Sequence[int] | None) -> Sequence[int] | None:
        if places is None or isinstance(places, array):
            return places and places[:size]
        return Lazy(size, places.__getitem__)

    return replace(view, text=view.text[:size], starts=first(view.starts), ends=first(view.ends), written=None)
