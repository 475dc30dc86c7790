"""
Words with something between their letters: `i g n o r e`, `i.g.n.o.r.e`, a letter a line.

Only stretches of at least LEAST letters that stand alone. A longer or other separator than the usual
one of the stretch is the gap between two words; where there is none, a list of words tells them apart.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateway.text.codepoints import Codes, decode, encode
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
LONG = 160  # characters of a stretch that is long
_LETTERS = bytes(chr(i).isalpha() for i in range(128)) + bytes(128)
Places = NDArray[np.int64]


def joined(text: str) -> View | None:
    if text.isascii() and not _may_be_spaced(text):
        return None
    found: list[Places] = []  # what is left out
    spaces: list[Places] = []
    codes = encode(text).copy()
    few: list[tuple[int, int]] = []
    parts: list[int] = []
    room = MOST
    for match in (_ASCII_STRETCH if text.isascii() else _STRETCH).finditer(text):
        if match.end() - match.start() < 2 * LEAST - 1:
            continue
        if match.end() - match.start() < LONG:
            room -= _few(text, match.start(), match.end(), few, parts, room)
        else:
            room -= _gaps(text, codes, match.start(), match.end(), found, spaces, room)
        if text.startswith("_", match.end()):  # would count as a letter of the last word
            few.append((match.end(), match.end() + 1))
    if few:
        found.append(np.array(few, np.int64).T)
        spaces.append(np.array(parts, np.int64))
    if not found:
        return None
    begun, ended = np.concatenate(found, axis=1)
    inside = np.zeros(len(codes) + 1, np.int8)
    inside[begun] += 1
    inside[ended] -= 1
    show = np.cumsum(inside[:-1], dtype=np.int8) == 0
    parted = np.concatenate(spaces)
    codes[parted] = 32
    show[parted] = True
    at = np.flatnonzero(show)
    return View("joined", decode(codes[at]), _open_at(text), offsets(at), offsets(np.append(at[1:], len(text))))


def _may_be_spaced(text: str) -> bool:
    data = text.encode("ascii")
    return _PAIR(data, 0, len(data))[0][0] >= 0


def _few(text: str, start: int, end: int, spans: list[tuple[int, int]], spaces: list[int], room: int) -> int:
    """As `_gaps`, for a stretch that is too short for arrays to pay."""
    gaps = [match.span() for match in _GAPS.finditer(text, start, end)]
    lengths = [b - a for a, b in gaps]
    usual = min(lengths)
    kinds = [text[a] for a, b in gaps if b - a == usual]
    common = max(sorted(set(kinds)), key=kinds.count)  # the same whichever way a set is walked
    steady = 2 * kinds.count(common) > len(kinds) or max(lengths) == usual
    wide = [at for at, (a, b) in enumerate(gaps) if b - a > usual or (steady and text[a] != common)]
    spans += gaps
    spaces += [gaps[at][0] for at in wide]
    used = 0
    for first, last in pairwise((-1, *wide, len(gaps))):
        if last - first >= MANY and used < room:
            letters = "".join([text[gaps[at][1] if at >= 0 else start] for at in range(first, last)]).lower()
            found = cuts(letters, room - used) if len(letters) == last - first else []
            spaces += [gaps[first + at][0] for at in found]
            used += len(letters) if found else 0
    return used


def _gaps(text: str, codes: Codes, start: int, end: int, found: list[Places], spaces: list[Places], room: int) -> int:
    """Adds what is left out to `found`, and what parts words to `spaces`; how many letters were looked at for words."""
    letters = start + np.flatnonzero(np.frombuffer(_alone(text[start:end]), np.uint8))
    begun = letters[:-1] + 1
    lengths = letters[1:] - begun
    usual = lengths.min()
    first = codes[begun]
    counts = np.bincount(first[lengths == usual])
    common = counts.argmax()
    # Where separators change at random, only their length tells a gap between words.
    steady = 2 * counts.max() > counts.sum() or lengths.max() == usual
    wide = lengths > usual
    if steady:
        wide |= first != common
    found.append(np.stack((begun, letters[1:])))
    spaces.append(begun[wide])
    edges = np.concatenate(([0], np.flatnonzero(wide) + 1, [len(letters)]))
    used = 0
    for at in np.flatnonzero(np.diff(edges) >= MANY).tolist():
        if used >= room:
            break
        word = letters[edges[at] : edges[at + 1]]
        low = decode(codes[word]).lower()
        cut = cuts(low, room - used) if len(low) == len(word) else []
        spaces.append(word[np.array(cut, np.int64) - 1] + 1)
        used += len(low) if cut else 0
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
