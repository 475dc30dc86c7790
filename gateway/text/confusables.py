"""
Letters of other alphabets that stand for Latin ones (Unicode Technical Standard 39), word by word.

A word that has more Latin letters than letters only its own alphabet has is read as Latin. A word of
look-alikes from end to end is what the word before it is: English with disguised words stays English,
and Russian stays Russian. Where no word comes before, the first that is neither decides.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import ALIKE, BLOCK, LATIN, NEARLY, OWN, Codes, classes_of, decode, encode, tables
from gateway.text.views import View

__all__ = ["LONGEST", "all_folded", "as_latin", "fold_words"]

LONGEST = 256  # letters that are one word; also how far into a text its first words may wait for their neighbours
FEW = 3  # so many words of look-alikes alone are no accident

_ALPHABETS = (
    ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    ((0x400, 0x52F),),
    ((0x531, 0x588),),
    ((0x13A0, 0x13FD), (0xAB70, 0xABBF)),
    ((0xA4D0, 0xA4F7),),
    ((0x41, 0x5A), (0x61, 0x7A), (0x180, 0x24F)),
)
# Small capitals, of which the one for q is a letter of its own elsewhere.
_SMALL = "[\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u1d00-\u1d22\ua730\ua731]"
_SMALL_Q = re.compile(f"{_SMALL}\u01eb|\u01eb{_SMALL}")
_MORE = {ord(c): ord(to) for c, to in zip("\u0185\u051a\u051b\u03f2\u03f9\u01eb", "bQqcCq", strict=True)}

_Bools = NDArray[np.bool_]
_Ints = NDArray[np.int64]


def fold_words(codes: Codes) -> tuple[Codes, int]:
    """The text with look-alikes read as Latin where they stand for it, and where what later text may change begins."""
    table = tables()
    classes = classes_of(codes)
    if not (classes & (ALIKE | OWN)).any():
        return codes, _last_word(classes)
    alike = (classes & ALIKE) != 0
    starts, ends = _words((classes & (LATIN | ALIKE | OWN)) != 0)
    if not len(starts):
        return codes, len(codes)
    own = _counts((classes & OWN) != 0, starts, ends)
    latin = _counts((classes & LATIN) != 0, starts, ends)
    sided = (own + latin + _counts((classes & NEARLY) != 0, starts, ends)) > 0
    folded, waiting = _followed(latin > own, sided, starts, ends)
    open_at = len(codes)
    if ends[-1] == len(codes):
        open_at = int(starts[-1])
    if waiting:
        open_at = min(open_at, int(starts[0]))
    if not alike.any():
        return codes, open_at
    inside = np.zeros(len(codes) + 1, np.int64)
    np.add.at(inside, starts[folded], 1)
    np.add.at(inside, ends[folded], -1)
    at = np.flatnonzero(alike & (np.cumsum(inside[:-1]) > 0))
    if not len(at):
        return codes, open_at
    out = codes.copy()
    out[at] = table.letters[np.searchsorted(table.alike, codes[at])]
    return out, open_at


def _last_word(classes: NDArray[np.uint8]) -> int:
    """Where the Latin word begins that goes on at the end, of words as `_words` cuts them."""
    begin = 0
    for end in range(len(classes), 0, -BLOCK):
        others = np.flatnonzero((classes[max(0, end - BLOCK) : end] & LATIN) == 0)
        if len(others):
            begin = max(0, end - BLOCK) + int(others[-1]) + 1
            break
    return begin + max(0, len(classes) - begin - 1) // LONGEST * LONGEST


def all_folded(text: str) -> View | None:
    """Every look-alike as Latin, in a text that mixes alphabets inside a word as no language does."""
    if text.isascii():
        return None
    codes = encode(text)
    if not (_is_mixed(codes) or ("\u01eb" in text and _SMALL_Q.search(text))):
        return None
    table = tables()
    codes = codes.copy()
    for code, letter in _MORE.items():
        codes[codes == code] = letter
    at = np.flatnonzero((table.classes[codes] & ALIKE) != 0)
    codes[at] = table.letters[np.searchsorted(table.alike, codes[at])]
    return View("look-alikes", decode(codes), len(text))


def as_latin(text: str) -> str:
    """Each letter that nobody tells from a Latin one as that one, whatever stands around it."""
    if text.isascii():
        return text
    table = tables()
    codes = encode(text)
    at = np.flatnonzero(table.classes[codes] == ALIKE)
    if not len(at):
        return text
    codes = codes.copy()
    codes[at] = table.letters[np.searchsorted(table.alike, codes[at])]
    return decode(codes)


def _is_mixed(codes: Codes) -> bool:
    """Do letters of two alphabets stand side by side?"""
    alphabets = _BY_CODE[np.minimum(codes, len(_BY_CODE) - 1)]
    before, after = alphabets[:-1], alphabets[1:]
    return bool(((before != after) & (before != 0) & (after != 0)).any())


def _by_code() -> NDArray[np.uint8]:
    """The number of each code point's alphabet, none for those after the last of them."""
    out = np.zeros(max(last for ranges in _ALPHABETS for _, last in ranges) + 2, np.uint8)
    for number, ranges in enumerate(_ALPHABETS, 1):
        for first, last in ranges:
            out[first : last + 1] = number
    return out


_BY_CODE = _by_code()


def _words(letters: _Bools) -> tuple[_Ints, _Ints]:
    """Runs of letters; a longer run is several words."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], letters, [False])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    pieces = (ends - starts + LONGEST - 1) // LONGEST
    if len(pieces) and pieces.max() > 1:
        which = np.repeat(np.arange(len(starts)), pieces)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        begun = starts[which] + nth * LONGEST
        return begun, np.minimum(begun + LONGEST, ends[which])
    return starts, ends


def _counts(of: _Bools, starts: _Ints, ends: _Ints) -> _Ints:
    total = np.concatenate(([0], np.cumsum(of)))
    return total[ends] - total[starts]


def _followed(latin: _Bools, sided: _Bools, starts: _Ints, ends: _Ints) -> tuple[_Bools, bool]:
    """Which words are read as Latin, where one that takes no side follows the last that does; and do the first wait?"""
    last = np.maximum.accumulate(np.where(sided, np.arange(len(sided)), -1))
    out = latin[np.maximum(last, 0)] & (last >= 0)
    lead = int(np.count_nonzero(last < 0))
    if not lead:
        return out, False
    decided = lead < len(sided) and int(starts[lead]) <= LONGEST
    if decided:
        out[:lead] = latin[lead]
    else:
        out[:lead] = int(np.count_nonzero(ends[:lead] <= LONGEST)) >= FEW
    return out, not decided and int(ends[-1]) <= 2 * LONGEST
