"""Where words end in letters that run together. By a list of words, and only around a telling one."""

from __future__ import annotations

from gateway.text.patterns import compile_re2
from gateway.text.words import FORMS, TELLING

__all__ = ["LEAST", "cuts"]

LEAST = 8  # letters that may be more than one word
MOST = 2048  # letters of one text that are cut: each costs some microseconds
_NEAR = 400  # letters on each side of a telling word
_TELLING = compile_re2("|".join(sorted(word for word in TELLING if len(word) >= 5)))
_LONGEST = max(map(len, FORMS))
_UNKNOWN_PRICE = 1.2  # of a letter that is in no word


def cuts(letters: str, room: int = MOST) -> list[int]:
    """Before which of these lower-case letters a word begins, the first one left out; at most `room` are looked at."""
    if letters in FORMS:
        return []
    data = letters.encode("ascii", "replace")
    out: list[int] = []
    done = 0
    while room > 0 and (match := _TELLING.search(data, done)) is not None:
        start = max(done, match.start() - _NEAR)
        stop = min(len(letters), match.start() + _NEAR, start + room)
        out += [start + at for at in _cheapest(letters[start:stop]) if start + at > 0]
        done, room = max(stop, match.end()), room - (stop - start)
    return out


def _cheapest(letters: str) -> list[int]:
    """The beginnings of the words that cover most with fewest."""
    size = len(letters)
    prices = [0.0] + [float("inf")] * size
    begun = [0] * (size + 1)
    known = [False] * (size + 1)
    for at in range(size):
        if prices[at] + _UNKNOWN_PRICE < prices[at + 1]:
            prices[at + 1], begun[at + 1], known[at + 1] = prices[at] + _UNKNOWN_PRICE, at, False
        for end in range(at + 1, min(size, at + _LONGEST) + 1):
            price = prices[at] + (1.0 if end - at > 2 else 1.15)
            if price < prices[end] and letters[at:end] in FORMS:
                prices[end], begun[end], known[end] = price, at, True
    out: list[int] = []
    at = size
    while at > 0:
        first = begun[at]
        if known[at] or known[first]:
            out.append(first)
        at = first
    return out[::-1]
