"""
Words with something between their letters: `i g n o r e`, `i.g.n.o.r.e`, a letter a line.

Only stretches of at least LEAST letters that stand alone. A longer or other separator than the usual
one of the stretch is the gap between two words; where there is none, a list of words tells them apart.
"""

from __future__ import annotations

import re

import numpy as np

from gateway.text.codepoints import decode, encode
from gateway.text.patterns import Sieve, compile_re2, searcher
from gateway.text.segment import LEAST as MANY
from gateway.text.segment import MOST, cuts
from gateway.text.views import View, offsets

__all__ = ["joined"]

LEAST = 4
_SEPARATORS = ".-_*|/,+~:;=\\ \t\n\r\v\f"
_GAP = f"[{re.escape(_SEPARATORS)}]"
# Two letters alone, next to each other.
_PAIR = searcher(compile_re2(rf"(?:\A|{_GAP})[A-Za-z]{_GAP}{{1,5}}[A-Za-z](?:{_GAP}|\z)", utf8=False))
# Letters alone, each with one to five separators before the next; no letter touches the stretch.
_STRETCH = re.compile(r"(?<![^\W_])[^\W\d_](?:[\s.\-_*|/,+~:;=\\\u00b7\u2022\u2010-\u2015]{1,5}[^\W\d_](?![^\W_])){3,}")
_ASCII_STRETCH = Sieve(_STRETCH.pattern, rf"\b[A-Za-z](?:{_GAP}{{1,5}}[A-Za-z]){{3}}", 0)
_GAPS = re.compile(r"[^\w]+|_+")


def joined(text: str) -> View | None:
    if text.isascii() and not _may_be_spaced(text):
        return None
    spans: list[tuple[int, int]] = []  # what is left out
    spaces: list[int] = []
    room = MOST
    for match in (_ASCII_STRETCH if text.isascii() else _STRETCH).finditer(text):
        if match.end() - match.start() < 2 * LEAST - 1:
            continue
        room -= _gaps(text, match.start(), match.end(), spans, spaces, room)
        if text.startswith("_", match.end()):  # would count as a letter of the last word
            spans.append((match.end(), match.end() + 1))
    if not spans:
        return None
    codes = encode(text).copy()
    begun, ended = np.array(spans, np.int64).T
    inside = np.zeros(len(codes) + 1, np.int64)
    np.add.at(inside, begun, 1)
    np.add.at(inside, ended, -1)
    show = np.cumsum(inside[:-1]) == 0
    if spaces:
        codes[spaces] = 32
        show[spaces] = True
    at = np.flatnonzero(show)
    return View("joined", decode(codes[at]), _open_at(text), offsets(at), offsets(np.append(at[1:], len(text))))


def _may_be_spaced(text: str) -> bool:
    data = text.encode("ascii")
    return _PAIR(data, 0, len(data))[0][0] >= 0


def _gaps(text: str, start: int, end: int, spans: list[tuple[int, int]], spaces: list[int], room: int) -> int:
    """Adds to `spans` and `spaces`; how many letters were looked at for words."""
    gaps = [(start + m.start(), start + m.end()) for m in _GAPS.finditer(text[start:end])]
    lengths = [b - a for a, b in gaps]
    usual = min(lengths)
    kinds = [text[a] for a, b in gaps if b - a == usual]
    common = max(set(kinds), key=kinds.count)
    # Where separators change at random, only their length tells a gap between words.
    steady = 2 * kinds.count(common) > len(kinds) or max(lengths) == usual
    used = 0
    word = 0  # the letter that begins it; the gap before a letter has its number less one
    for at, (a, b) in enumerate(gaps):
        spans.append((a, b))
        if b - a > usual or (steady and text[a] != common):
            spaces.append(a)
            used += _cut(text, gaps, word, at, start, spaces, room - used)
            word = at + 1
    return used + _cut(text, gaps, word, len(gaps), start, spaces, room - used)


def _cut(
    text: str, gaps: list[tuple[int, int]], first: int, last: int, start: int, spaces: list[int], room: int
) -> int:
    """Spaces between the words that the letters from `first` to `last` run together."""
    if last - first + 1 < MANY or room <= 0:
        return 0
    letters = "".join(text[gaps[at - 1][1] if at else start] for at in range(first, last + 1)).lower()
    found = cuts(letters, room) if len(letters) == last - first + 1 else []
    spaces += (gaps[first + at - 1][0] for at in found)
    return len(letters) if found else 0


def _open_at(text: str) -> int:
    """The last stretch may go on."""
    tail = max(0, len(text) - 256)
    found = tail
    for match in re.finditer(r"\S{2,}", text[tail:]):
        if tail + match.end() < len(text):
            found = tail + match.end()
    return found
