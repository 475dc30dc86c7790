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

from gateway.text.codepoints import BLOCK, AnyCodes, decode, narrow
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
LONG = 160  # characters of a stretch that is long
_LETTERS = bytes(chr(i).isalpha() for i in range(128)) + bytes(128)
Places = NDArray[np.integer[Any]]


def joined(text: str) -> View | None:
    if text.isascii() and not _may_be_spaced(text):
        return None
    codes = narrow(text)
    shown = np.ones(len(codes), bool)
    parts: list[int] = []  # where words are parted
    spaces: list[Places] = []
    room = MOST
    found = False
    for match in (_ASCII_STRETCH if text.isascii() else _STRETCH).finditer(text):
        start, end = match.span()
        if end - start < 2 * LEAST - 1:
            continue
        found = True
        if end - start < LONG:
            room -= _few(text, shown, start, end, parts, room)
        else:
            shown[start:end] = np.frombuffer(_alone(text[start:end]), bool)
            room -= _gaps(codes, shown, start, end, spaces, room)
        if text.startswith("_", end):  # would count as a letter of the last word
            shown[end] = False
    if not found:
        return None
    for parted in (*spaces, np.array(parts, np.int64)):
        codes[parted] = 32
        shown[parted] = True
    at = np.flatnonzero(shown)
    return View("joined", decode(codes[at]), _open_at(text), offsets(at), offsets(at, last=len(text)))


def _may_be_spaced(text: str) -> bool:
    data = text.encode("ascii")
    return _PAIR(data, 0, len(data))[0][0] >= 0


def _few(text: str, shown: NDArray[np.bool_], start: int, end: int, spaces: list[int], room: int) -> int:
    """As `_gaps`, for a stretch that is too short for arrays to pay."""
    between = text[start + 1 : end : 2]
    if between == between[0] * len(between) and text[start:end:2].isalpha() and not between[0].isalnum():
        shown[start + 1 : end : 2] = False
        return _cut_short(text[start:end:2], range(start + 1, end, 2), spaces, room)
    gaps = [match.span() for match in _GAPS.finditer(text, start, end)]
    lengths = [b - a for a, b in gaps]
    usual = min(lengths)
    kinds = [text[a] for a, b in gaps if b - a == usual]
    common = max(sorted(set(kinds)), key=kinds.count)  # the same whichever way a set is walked
    steady = 2 * kinds.count(common) > len(kinds) or max(lengths) == usual
    wide = [at for at, (a, b) in enumerate(gaps) if b - a > usual or (steady and text[a] != common)]
    for a, b in gaps:
        shown[a:b] = False
    spaces += [gaps[at][0] for at in wide]
    used = 0
    for first, last in pairwise((-1, *wide, len(gaps))):
        if last - first >= MANY and used < room:
            letters = "".join([text[gaps[at][1] if at >= 0 else start] for at in range(first, last)])
            used += _cut_short(letters, [begin for begin, _ in gaps[first + 1 : last]], spaces, room - used)
    return used


def _cut_short(letters: str, gaps: Sequence[int], spaces: list[int], room: int) -> int:
    """Parts what may be several words, at these places between its letters; how many letters were looked at."""
    low = letters.lower()
    if not (MANY <= len(letters) == len(low) and room > 0):
        return 0
    found = cuts(low, room)
    spaces += [gaps[at - 1] for at in found]
    return len(letters) if found else len(letters) // NOTHING


def _gaps(codes: AnyCodes, shown: NDArray[np.bool_], start: int, end: int, spaces: list[Places], room: int) -> int:
    """Adds what parts words to `spaces`, of a stretch whose letters are shown; how many were looked at for words."""
    blocks = (np.flatnonzero(shown[at : min(at + BLOCK, end)]) + at for at in range(start, end, BLOCK))
    firsts = [block.astype(np.int32) for block in blocks if len(block)]
    # Each block of letters with the first of the next one, so that no gap is missed.
    pieces = [np.append(block, after[:1]) for block, after in zip(firsts, [*firsts[1:], firsts[0][:0]], strict=True)]
    usual = min(int(np.diff(piece).min()) for piece in pieces if len(piece) > 1)
    counts = np.zeros(int(codes[start:end].max()) + 1, np.int64)
    longest = 0
    for piece in pieces:
        lengths = np.diff(piece)
        counts += np.bincount(codes[piece[:-1][lengths == usual] + 1], minlength=len(counts))
        longest = max(longest, int(lengths.max(initial=0)))
    common = counts.argmax()
    # Where separators change at random, only their length tells a gap between words.
    steady = 2 * counts.max() > counts.sum() or longest == usual
    wide = [piece[:-1][_wide(codes, piece, usual, common if steady else None)] for piece in pieces]
    spaces += [piece + 1 for piece in wide]
    ends = np.concatenate(([start - 1], *wide, [end - 1]))
    return _cut(codes, shown, ends, spaces, room)


def _wide(codes: AnyCodes, letters: NDArray[np.int32], usual: int, common: np.intp | None) -> NDArray[np.bool_]:
    """After which letters a word ends."""
    wide = np.diff(letters) > usual
    if common is not None:
        wide |= codes[letters[:-1] + 1] != common
    return wide


def _cut(codes: AnyCodes, shown: NDArray[np.bool_], ends: Places, spaces: list[Places], room: int) -> int:
    """Words that run together, between those that end at these letters."""
    used = 0
    for at in np.flatnonzero(np.diff(ends) >= MANY).tolist():
        before, last = int(ends[at]), int(ends[at + 1])
        if used >= room:
            break
        inside = shown[before + 1 : last + 1]
        word = decode(codes[before + 1 : last + 1][inside])
        low = word.lower()
        if len(low) < MANY or len(low) != len(word):
            continue
        if cut := cuts(low, room - used):
            spaces.append(np.flatnonzero(inside)[np.array(cut, np.int64) - 1] + before + 2)
        used += len(low) if cut else len(low) // NOTHING
    return used


def _alone(stretch: str) -> bytes:
    """One for each letter, of characters that are letters and separators."""
    if stretch.isascii():
        return stretch.encode("ascii").translate(_LETTERS)
    return bytes(map(str.isalnum, stretch))


def _open_at(text: str) -> int:
    """The last stretch may go on."""
    tail = max(0, len(text) - 256)
    found = tail
    for match in re.finditer(r"\S{2,}", text[tail:]):
        if tail + match.end() < len(text):
            found = tail + match.end()
    return found
