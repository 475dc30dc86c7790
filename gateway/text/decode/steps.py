"""
Words as each cipher of letters writes them, found in one walk over a text.

A Caesar shift leaves the steps from letter to letter as they are, so one automaton over steps knows a word in
all shifts; which one it is, the first letter says. The automaton is built once and does not grow with what it
reads, and a word that stands there as it is costs next to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation

__all__ = ["Key", "Sought", "Stands", "Steps"]

Key = str | int
# Does the word between these two count there?
Stands = Callable[[bytes, int, int], bool]

_LETTERS = bytes(range(97, 123))
# What a byte counts as, so that the difference of two neighbours says of which kinds they are.
_FIGURE, _OTHER = 124, 200
_COUNTS = bytes(
    code - 97 if 97 <= code < 123 else _FIGURE if chr(code).isalnum() or code == 95 else _OTHER for code in range(128)
) + bytes([_OTHER] * 128)
# A step from letter to letter is one of 26, the others are where a word begins or ends.
_BEGINS, _GOES_ON, _ENDS, _RUNS_ON, _NONE = range(26, 31)


def _steps() -> bytes:
    out = [_NONE] * 256
    for letter in range(26):
        out[(letter - _OTHER) % 256] = _BEGINS
        out[(_OTHER - letter) % 256] = _ENDS
        out[(letter - _FIGURE) % 256] = _GOES_ON  # behind a figure or `_`
        out[_FIGURE - letter] = _RUNS_ON
    for step in range(-25, 26):
        out[step % 256] = step % 26
    return bytes(out)


_STEPS = _steps()
# No step is one of these. Without them all that is sought would begin with a few steps, and the library would look for
# those with another search, which costs more than the automaton where each word of a text begins with one.
_NEVER = tuple(bytes([200 + at]) for at in range(4))
_SHIFTED_BACK = [bytes.maketrans(_LETTERS, _LETTERS[by:] + _LETTERS[:by]) for by in range(26)]


def _coded(data: bytes) -> bytes:
    """The step to each character from the one before it, but for the first."""
    counts = np.frombuffer(data.translate(_COUNTS), np.uint8)
    return (counts[1:] - counts[:-1]).tobytes().translate(_STEPS)


class Sought(NamedTuple):
    """
    Small letters, of which words may have blanks between them. `key` None: in every shift, by as many letters as it
    takes to read it; else as written. `stands` None: wherever it is a word; else also behind a figure or `_`.
    """

    text: str
    key: Key | None = None
    stands: Stands | None = None


class _Entry(NamedTuple):
    text: bytes
    key: Key | None
    stands: Stands | None


class Steps:
    def __init__(self, all_sought: Iterable[Sought]) -> None:
        rows: dict[bytes, dict[_Entry, None]] = {}
        for sought in all_sought:
            text = sought.text.encode("ascii")
            entry = _Entry(text, sought.key, sought.stands)
            rows.setdefault(_coded(b" " + text + b" "), {})[entry] = None
            if sought.stands is not None:
                rows.setdefault(_coded(b"_" + text + b" "), {})[entry] = None
        self._entries = [tuple(entries) for entries in rows.values()]
        # The first letter with which nothing is to see: that of the only word with these steps.
        self._plain = [
            entries[0].text[0] if len(entries) == 1 and entries[0].key is None else -1 for entries in self._entries
        ]
        # The steps and the first letter say all of such a word; the blank of a pair may be any sign.
        self._sure = [
            plain >= 0 and entries[0].stands is None and b" " not in entries[0].text
            for plain, entries in zip(self._plain, self._entries, strict=True)
        ]
        self._automaton = BytesAhoCorasick([*rows, *_NEVER], implementation=Implementation.ContiguousNFA)

    def find(self, data: bytes) -> dict[Key, list[int]]:
        """Where what is sought begins in this text, of small letters, a byte a character; by how to read it."""
        out: dict[Key, list[int]] = defaultdict(list)
        plain, sure = self._plain, self._sure
        for row, start, _ in self._automaton.find_matches_as_indexes(_coded(b" " + data + b" "), overlapping=True):
            first = data[start]
            if first == plain[row]:
                continue
            if sure[row]:
                out[(plain[row] - first) % 26].append(start)
                continue
            for text, key, stands in self._entries[row]:
                end = start + len(text)
                written = data[start:end]
                if key is None:
                    by = (text[0] - first) % 26
                    if not by or written.translate(_SHIFTED_BACK[by]) != text:
                        continue
                    found: Key = by
                elif written == text:
                    found = key
                else:
                    continue
                if stands is None or stands(data, start, end):
                    out[found].append(start)
        return out
