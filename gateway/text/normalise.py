"""
A text as it is read: one spelling for what looks the same, and nothing that cannot be seen.

Compatibility forms (NFKC), styled and enclosed letters, look-alikes of other alphabets, marks, and
invisible characters. Case stays. Readings that contradict each other are views of their own (`readings`).
"""

from __future__ import annotations

from array import array

import numpy as np

from gateway.text.codepoints import BLOCK, FOLD, HIDDEN, LATIN, MARK, Codes, classes_of, decode, encode, tables
from gateway.text.confusables import all_folded, fold_words
from gateway.text.hidden import tags, variation_selectors
from gateway.text.leet import leet
from gateway.text.order import applied, bidi, upside_down
from gateway.text.spacing import joined
from gateway.text.spelled import spelled
from gateway.text.views import Offsets, View, offsets

__all__ = ["CONTROLS", "MAX_GROWTH", "normalised", "open_at", "readings"]

MAX_GROWTH = 1 << 18  # characters that ligatures may add; of those after that only the first character counts

CONTROLS = bytes((*range(9), *range(14, 27), *range(28, 32), 127))


def normalised(text: str) -> View | None:
    """None where it would equal the text."""
    if text.isascii() and not _has_controls(text):
        return None
    codes, starts, undecided = _normalised(text)
    out = decode(codes)
    if out == text:
        return None
    open_at = _open_at(starts, undecided, len(text))
    return View("normalised", out, open_at, offsets(starts), _ends(starts, len(text)))


def readings(text: str) -> list[View]:
    """
    What else the characters may be meant to say, each a view of this text that differs from it.

    Most are of a text that is normalised already (`normalised(text).then(reading)`); those that the
    normalised view takes out (hidden texts, deletions, overrides) can only be read from the original.
    """
    found = [applied(text), joined(text), spelled(text), *leet(text)]
    if not text.isascii():
        found += [tags(text), variation_selectors(text), bidi(text), all_folded(text), *upside_down(text)]
    return [view for view in found if view is not None and view.text != text]


def open_at(text: str) -> int:
    """From where on later characters may change how the text is read, also where that changes nothing yet."""
    if text.isascii() and not _has_controls(text):
        return len(text)
    _, starts, undecided = _normalised(text)
    return _open_at(starts, undecided, len(text))


def _has_controls(text: str) -> bool:
    data = text.encode("ascii")
    return len(data.translate(None, CONTROLS)) != len(data)


def _normalised(text: str) -> tuple[Codes, Offsets, int]:
    """The codes, where in the text each begins, and the first code that is not decided."""
    codes = encode(text)
    folded: list[tuple[Codes, Offsets]] = []
    room = MAX_GROWTH
    for begin in range(0, len(codes), BLOCK):  # in blocks, which stay in the processor's caches
        block = codes[begin : begin + BLOCK]
        kept = np.flatnonzero((tables().classes[block] & HIDDEN) == 0)
        out, starts = _folded(block[kept], kept, room)
        room -= len(out) - len(kept)
        folded.append((out, (starts + begin).astype(np.int32)))
    codes, starts = (np.concatenate(arrays) for arrays in zip(*folded, strict=True))
    codes, starts = _unmarked(codes, starts)
    codes, undecided = fold_words(codes)
    return codes, starts, undecided


def _folded(codes: Codes, starts: Offsets, room: int) -> tuple[Codes, Offsets]:
    """`room`: characters that may be added."""
    table = tables()
    at = np.flatnonzero(table.classes[codes] & FOLD)
    if not len(at):
        return codes, starts
    rows = np.searchsorted(table.keys, codes[at])
    counts = table.counts[rows]
    counts = np.where(np.cumsum(counts - 1) > room, 1, counts)
    lengths = np.ones(len(codes), np.int64)
    lengths[at] = counts
    first = (np.cumsum(lengths) - lengths)[at]
    out = np.repeat(codes, lengths)
    nth = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    out[np.repeat(first, counts) + nth] = table.pool[np.repeat(table.begins[rows], counts) + nth]
    return out, np.repeat(starts, lengths)


def _unmarked(codes: Codes, starts: Offsets) -> tuple[Codes, Offsets]:
    """Marks of any script go after Latin letters and ASCII; in their own script they are part of the word."""
    classes = classes_of(codes)
    marks = (classes & MARK) != 0
    if not marks.any():
        return codes, starts
    base = np.maximum.accumulate(np.where(marks, 0, np.arange(len(codes))))
    kept = np.flatnonzero(~marks | (((classes[base] & LATIN) == 0) & (codes[base] > 0x7F)))
    return codes[kept], starts[kept]


def _ends(starts: Offsets, length: int) -> array[int]:
    """Each character ends where the next begins: what was left out belongs to the one before it."""
    again = starts[1:] == starts[:-1]  # of characters that one became
    if not again.any():
        return offsets(starts, last=length)
    fresh = np.flatnonzero(np.append(True, ~again)).astype(np.int32)
    following = np.append(starts[fresh[1:]], np.int32(length))
    return offsets(np.repeat(following, np.diff(fresh, append=np.int32(len(starts)))))


def _open_at(starts: Offsets, undecided: int, length: int) -> int:
    last = min(undecided, len(starts) - 1)
    return int(starts[last]) if last >= 0 else 0
