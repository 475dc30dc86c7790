"""
Words with something between their letters: `i g n o r e`, `i.g.n.o.r.e`, a letter a line.

Only stretches of at least LEAST letters that stand alone. A longer or other separator than the usual
one of the stretch is the gap between two words; where there is none, a list of words tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import AnyCodes, decode, narrow
from gateway.text.patterns import Sieve, compile_re2, searcher
from gateway.text.segment import LEAST as MANY
from gateway.text.segment import MOST, cuts
from gateway.text.views import View, offsets

__all__ = ["PAIR", "joined"]

LEAST = 4
_SEPARATORS = ".-_*|/,+~:;=\\ \t\n\r\v\f"
_GAP = f"[{re.escape(_SEPARATORS)}]"
# Two letters alone, next to each other.
PAIR = rf"(?:\A|{_GAP})[A-Za-z]{_GAP}{{1,5}}[A-Za-z](?:{_GAP}|\z)"
_PAIR = searcher(compile_re2(PAIR, utf8=False))
# Letters alone, each with one to five separators before the next; no letter touches the stretch.
_APART = r"[\s.\-_*|/,+~:;=\\\u00b7\u2022\u2010-\u2015]{1,5}"
_STRETCH = re.compile(rf"(?<![^\W_])[^\W\d_](?:{_APART}[^\W\d_](?![^\W_])){{3,}}+")
_ASCII_STRETCH = Sieve(_STRETCH.pattern, rf"\b[A-Za-z](?:{_GAP}{{1,5}}[A-Za-z]){{3}}", 0)
_GAPS = re.compile(r"[\W_]+")
NOTHING = 4  # letters that make no words count as one of those that do
FEW, LONG = 4, 160  # stretches, and characters of one: with more of them arrays pay
# Of characters in a stretch: those beyond are letters, as the last one here is taken for.
_LETTERS = np.array([*(chr(code).isalnum() for code in range(0x3001)), True])
Places = NDArray[np.integer[Any]]


def joined(text: str) -> View | None:
    if text.isascii() and not _may_be_spaced(text):
        return None
    stretches = [
        span
        for match in (_ASCII_STRETCH if text.isascii() else _STRETCH).finditer(text)
        if (span := match.span())[1] - span[0] >= 2 * LEAST - 1
    ]
    if not stretches:
        return None
    codes = narrow(text)
    shown = np.ones(len(codes), bool)
    if len(stretches) <= FEW and all(end - start < LONG for start, end in stretches):
        spaces = _few(text, shown, stretches)
    else:
        spaces = _many(codes, shown, np.array(stretches, np.int64))
    for _, end in stretches:
        if text.startswith("_", end):  # would count as a letter of the last word
            shown[end] = False
    codes[spaces] = 32
    shown[spaces] = True
    at = np.flatnonzero(shown)
    return View("joined", decode(codes[at]), _open_at(text), offsets(at), offsets(at, last=len(text)))


def _may_be_spaced(text: str) -> bool:
    data = text.encode("ascii")
    return _PAIR(data, 0, len(data))[0][0] >= 0


def _few(text: str, shown: NDArray[np.bool_], stretches: Sequence[tuple[int, int]]) -> list[int]:
    """Hides what stands between letters, and says where a blank of it stays. For few short stretches."""
    spaces: list[int] = []
    room = MOST
    for start, end in stretches:
        between = text[start + 1 : end : 2]
        if between == between[0] * len(between) and text[start:end:2].isalpha() and not between[0].isalnum():
            shown[start + 1 : end : 2] = False
            room -= _cut(text[start:end:2], range(start + 1, end, 2), spaces, room)
            continue
        gaps = [match.span() for match in _GAPS.finditer(text, start, end)]
        lengths = [b - a for a, b in gaps]
        usual = min(lengths)
        kinds = [text[a] for a, b in gaps if b - a == usual]
        common = max(sorted(set(kinds)), key=kinds.count)  # the same whichever way a set is walked
        # Where separators change at random, only their length tells a gap between words.
        steady = 2 * kinds.count(common) > len(kinds) or max(lengths) == usual
        wide = [at for at, (a, b) in enumerate(gaps) if b - a > usual or (steady and text[a] != common)]
        for a, b in gaps:
            shown[a:b] = False
        spaces += [gaps[at][0] for at in wide]
        for first, last in pairwise((-1, *wide, len(gaps))):
            if last - first >= MANY and room > 0:
                letters = "".join([text[gaps[at][1] if at >= 0 else start] for at in range(first, last)])
                room -= _cut(letters, [begin for begin, _ in gaps[first + 1 : last]], spaces, room)
    return spaces


def _many(codes: AnyCodes, shown: NDArray[np.bool_], stretches: Places) -> list[int]:
    """As `_few`, of all stretches at once."""
    starts, ends = stretches.T
    inside = np.zeros(len(codes) + 1, np.int8)
    inside[starts] = 1
    inside[ends] -= 1
    hidden = np.cumsum(inside[:-1], dtype=np.int8).view(np.bool_)
    low = codes if codes.dtype == np.uint8 else np.minimum(codes, len(_LETTERS) - 1)
    letters = np.flatnonzero(hidden & _LETTERS[low]).astype(np.int32)
    np.logical_not(hidden, out=shown)
    shown[letters] = True
    numbers = np.arange(len(starts), dtype=np.int32)
    of = np.repeat(numbers, np.searchsorted(letters, ends) - np.searchsorted(letters, starts))
    wide = np.ones(len(letters), bool)  # behind which letters a word ends
    gap = np.flatnonzero(of[1:] == of[:-1])  # by the letter before it
    wide[gap] = _wide(np.diff(letters)[gap], codes[letters[gap] + 1], of[gap], numbers)
    ends_word = np.flatnonzero(wide)
    of_word = of[ends_word]
    spaces: list[int] = (letters[ends_word[:-1][of_word[1:] == of_word[:-1]]] + 1).tolist()
    written, room = decode(codes[letters]), MOST
    begins = np.append(0, ends_word[:-1] + 1)
    long = np.flatnonzero(ends_word - begins >= MANY - 1)
    for begin, last in zip(begins[long].tolist(), ends_word[long].tolist(), strict=True):
        if room <= 0:
            break
        room -= _cut(written[begin : last + 1], letters[begin:last] + 1, spaces, room)
    return spaces


def _wide(lengths: Places, signs: AnyCodes, of: Places, numbers: Places) -> NDArray[np.bool_]:
    """Which gaps of these stretches are not as most of them."""
    first = np.searchsorted(of, numbers)
    usual = np.minimum.reduceat(lengths, first)
    is_usual = lengths == usual[of]
    kinds = np.unique(signs[is_usual])  # in order: of those that are as frequent the first counts
    kind = np.minimum(np.searchsorted(kinds, signs), len(kinds) - 1)
    counts = np.bincount(of[is_usual] * len(kinds) + kind[is_usual], minlength=len(numbers) * len(kinds))
    counts = counts.reshape(len(numbers), len(kinds))
    steady = (2 * counts.max(axis=1) > counts.sum(axis=1)) | (np.maximum.reduceat(lengths, first) == usual)
    common = kinds[counts.argmax(axis=1)]
    out: NDArray[np.bool_] = ~is_usual | (steady[of] & (signs != common[of]))
    return out


def _cut(letters: str, gaps: Sequence[int] | Places, spaces: list[int], room: int) -> int:
    """Parts what may be several words, at these places between its letters; how many letters were looked at."""
    low = letters.lower()
    if not (MANY <= len(letters) == len(low) and room > 0):
        return 0
    found = cuts(low, room)
    spaces += [int(gaps[at - 1]) for at in found]
    return len(letters) if found else len(letters) // NOTHING


def _open_at(text: str) -> int:
    """The last stretch may go on."""
    tail = max(0, len(text) - 256)
    found = tail
    for match in re.finditer(r"\S{2,}", text[tail:]):
        if tail + match.end() < len(text):
            found = tail + match.end()
    return found
