"""
Values written a character at a time: `m a r i a . k @ e x a m p l e . c o m`, `g-h-p-_-a-1-B-2`.

What `spacing` reads is letters; here digits and signs are characters too, so every second place of a stretch
must be a separator. Stretches of letters alone are left to it, and so are numbers without letters, which are
columns and scores more often than a value.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import Codes, decode, encode
from gateway.text.segment import MOST, around_values
from gateway.text.views import View, offsets

__all__ = ["spelled"]

LEAST = 4  # characters of one word of a stretch
LETTERS = 3  # of a stretch, so that it is no column of figures
MANY, EVERY = 256, 32  # so many stretches of one text, and one more for so many characters
MANY_LETTERS = 12  # that run together may be more than one word
_SEPARATORS = ".-_*|/,+~:;=\\\u00b7\u2022\u2010\u2011\u2012\u2013\u2014\u2015"
_BLANKS = " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_GAP = 5  # blanks between two words

_BLANK, _SEPARATOR, _LETTER, _DIGIT, _EQUALS = 1, 2, 4, 8, 16
_AT, _SPACE = ord("@"), ord(" ")
_DIGITS = re.compile("[0-9]")
_Kinds = NDArray[np.uint8]
_Places = NDArray[np.int64]


def _table() -> _Kinds:
    table = np.zeros(0x3001, np.uint8)
    for code in range(len(table)):
        character = chr(code)
        table[code] = (
            (_BLANK | _SEPARATOR) * (character in _BLANKS)
            | _SEPARATOR * (character in _SEPARATORS)
            | _LETTER * character.isalpha()
            | _DIGIT * (character in "0123456789")
            | _EQUALS * (character == "=")
        )
    return table


_KINDS = _table()
_ASCII = bytes(97 if kind & _LETTER else 32 if kind & _SEPARATOR else 33 for kind in _KINDS[:128]) + bytes(128)


def spelled(text: str) -> View | None:
    if ("@" not in text and not _DIGITS.search(text)) or (text.isascii() and not _may_be_spelled(text)):
        return None
    codes = encode(text).copy()
    kinds = _KINDS[np.minimum(codes, len(_KINDS) - 1)]
    starts, ends = _chains(kinds)
    shown = np.ones(len(codes), bool)
    room = MOST
    for first, last in _stretches(codes, kinds, starts, ends)[: MANY + len(text) // EVERY]:
        chains = list(zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True))
        between = "".join([text[begin + 1 : end : 2] for begin, end in chains])
        common = between[0]
        if between.count(common) == len(between):
            lengths = sorted(end - begin for begin, end in chains)
            flat = lengths[(len(lengths) - 1) // 2] >= 2 * MANY_LETTERS  # no gap parts the words
            parted = False
        else:
            flat = False
            common, often = Counter(between).most_common(1)[0]
            parted = 2 * often > len(between)  # the others stand between words
        for begin, end in chains:
            shown[begin + 1 : end : 2] = False
            if flat:
                room -= _part(text, codes, shown, begin, end, room)
            elif parted:
                shown[[at for at in range(begin + 1, end, 2) if text[at] != common]] = True
        for end, begin in zip(ends[first : last - 1].tolist(), starts[first + 1 : last].tolist(), strict=True):
            shown[end + 1 : begin] = False  # what parts two words is one blank
            codes[end + 1] = _SPACE
            shown[end + 1] = True
    if shown.all():
        return None
    at = np.flatnonzero(shown)
    return View("spelled", decode(codes[at]), 0, offsets(at), offsets(np.append(at[1:], len(text))))


def _may_be_spelled(text: str) -> bool:
    """Two letters alone, side by side: no chain that says anything is without."""
    return b" a a " in b" " + text.encode("ascii").translate(_ASCII) + b" "


def _chains(kinds: _Kinds) -> tuple[_Places, _Places]:
    """First and last of characters that stand alone with one separator between each and the next."""
    size = len(kinds)
    beside = np.ones(size + 2, bool)
    beside[1:-1] = (kinds & _SEPARATOR) != 0
    alone = beside[:-2] & beside[2:] & ((kinds & _BLANK) == 0)
    # In one text a character has a partner two before it or two after it, or blanks on both sides.
    linked = alone[:-2] & alone[2:] & beside[2:-2]
    after = np.append(linked, (False, False))[:size]
    before = np.insert(linked, 0, (False, False))[:size]
    starts, ends = [], []
    for parity in (0, 1):
        starts.append(np.flatnonzero((after & ~before)[parity::2]) * 2 + parity)
        ends.append(np.flatnonzero((before & ~after)[parity::2]) * 2 + parity)
    blank = np.ones(size + 2, bool)
    blank[1:-1] = (kinds & _BLANK) != 0
    # One character is a word: between blanks, or as `e- -6- -t`.
    dashed = np.zeros(size, bool)
    dashed[2:-2] = (kinds[:-4] & kinds[4:] & _BLANK) != 0
    single = np.flatnonzero(alone & ~after & ~before & ((blank[:-2] & blank[2:]) | dashed))
    begun, ended = np.concatenate((*starts, single)), np.concatenate((*ends, single))
    written = np.append(0, np.cumsum((kinds & (_LETTER | _DIGIT)) != 0))
    worded = (written[ended + 1] > written[begun]) | ((begun == ended) & ((kinds[begun] & _EQUALS) != 0))
    begun, ended = begun[worded], ended[worded]
    order = np.lexsort((-ended, begun))
    begun, ended = begun[order], ended[order]
    # Signs between signs make a chain of the separators too: it lies inside the longer one.
    kept = np.append(True, begun[1:] > np.maximum.accumulate(ended)[:-1]) if len(begun) else np.zeros(0, bool)
    return begun[kept], ended[kept]


def _stretches(codes: Codes, kinds: _Kinds, starts: _Places, ends: _Places) -> list[tuple[int, int]]:
    """Chains with nothing but blanks between them, by their numbers, that hold a value and letters."""
    if not len(starts):
        return []
    gaps = starts[1:] - ends[:-1] - 1
    dark = np.append(0, np.cumsum((kinds & _BLANK) == 0))
    solid = dark[starts[1:]] - dark[ends[:-1] + 1]
    # `e- -t`: the separator of the letters on both sides of the blank.
    dashed = (gaps == 3) & (solid == 2) & (codes[np.minimum(ends[:-1] + 1, len(codes) - 1)] == codes[starts[1:] - 1])
    apart = (gaps > _GAP) | ((solid > 0) & ~dashed)
    firsts = np.append(0, np.flatnonzero(apart) + 1)
    lasts = np.append(firsts[1:], len(starts))

    def count(what: NDArray[np.bool_]) -> _Places:
        total: _Places = np.append(0, np.cumsum(what))
        found: _Places = total[ends[lasts - 1] + 1] - total[starts[firsts]]
        return found

    letters, digits = count((kinds & _LETTER) != 0), count((kinds & _DIGIT) != 0)
    value = (digits >= 1) | (count(codes == _AT) > 0)
    longest = np.maximum.reduceat(ends - starts, firsts)
    good = value & (letters >= LETTERS) & (longest >= 2 * (LEAST - 1))
    return list(zip(firsts[good].tolist(), lasts[good].tolist(), strict=True))


def _part(text: str, codes: Codes, shown: NDArray[np.bool_], begin: int, end: int, room: int) -> int:
    """Blanks between the words that one chain runs together; how many of its characters were looked at."""
    written = text[begin : end + 1 : 2]
    if len(written) < MANY_LETTERS or room <= 0:
        return 0
    for at in around_values(written, room):
        shown[begin + 2 * at - 1] = True
        codes[begin + 2 * at - 1] = _SPACE
    return len(written)
