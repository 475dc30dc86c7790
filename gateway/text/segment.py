"""Where words end in letters that run together. By a list of words, and only around a telling one."""

from __future__ import annotations

import re

from gateway.text.patterns import compile_re2
from gateway.text.prefixes import PREFIXES
from gateway.text.words import FORMS, TELLING

__all__ = ["LEAST", "MOST", "around_values", "cuts"]

LEAST = 8  # letters that may be more than one word
MOST = 2048  # letters of one text that are cut: each costs some microseconds
_NEAR = 400  # letters on each side of a telling word
_TELLING = compile_re2("|".join(sorted(word for word in TELLING if len(word) >= 5)))
_LONGEST = max(map(len, FORMS))
_UNKNOWN_PRICE = 1.2  # of a letter that is in no word
_PIECE = re.compile("(?<![A-Z0-9])[A-Z]?[a-z]{2,}|[a-z]{2,}")
_NUMBER = re.compile(r"....\d{4}|\d{4}[A-Za-z]")
_KEY_BEFORE = re.compile("[A-Za-z0-9]*[0-9][A-Za-z0-9]*\\Z")
_KEY_AFTER = re.compile("(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8}")
_CAPITALS = re.compile("[A-Z0-9]{10}")
# A key from its first characters on; an address in the network.
_VALUE = re.compile(
    "(" + "|".join(re.escape(p) for p in PREFIXES if p[-1] in "_-") + r")|(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])"
)
_LANGUAGE = 7  # letters of one case that stand together in a text more often than in a key
_WORDY = 0.55


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


def around_values(written: str, room: int = MOST) -> list[int]:
    """
    Before which characters to part words from the keys and numbers among them. Letters of a key seldom
    make words; where they do not nearly fill a stretch of letters in one case, it is no words.
    """
    out: set[int] = set()
    for match in _PIECE.finditer(written, 0, min(len(written), room)):
        start, end = match.span()
        words = [(first, last) for first, last in _words(match[0].lower()) if last - first > 1]
        wordy = len(words) > 1 and sum(last - first for first, last in words) >= max(4, _WORDY * (end - start))
        edges = {start + edge for word in words for edge in word if wordy or _sure(word, edge, end - start)}
        # A letter or two before the first word may be the end of a key, more of them are a word that is not listed.
        head, tail = (words[0][0], end - start - words[-1][1]) if words else (end - start,) * 2
        if end - start >= _LANGUAGE and head not in (1, 2) and _KEY_BEFORE.match(written, max(0, start - 8), start):
            edges.add(start)
        if end - start >= _LANGUAGE and tail not in (1, 2) and _KEY_AFTER.match(written, end):
            edges.add(end)
        edges |= {at for at in (start, end) if _NUMBER.match(written, max(0, at - 4), at + 4)}
        if _CAPITALS.fullmatch(written, max(0, start - 10), start):
            edges.add(start)
        if _CAPITALS.fullmatch(written, end, end + 10):
            edges.add(end)
        out |= edges
    for match in _VALUE.finditer(written):
        out -= set(range(match.start(), match.end()))
        out |= {match.start()} if match[1] else {match.start(), match.end()}
    return sorted(at for at in out if 0 < at < len(written) and _parts(written[at - 1], written[at]))


def _sure(word: tuple[int, int], edge: int, size: int) -> bool:
    """A long word with room for another one on that side: `with|xoxb`, not `keep|er`."""
    rest = edge if edge == word[0] else size - edge
    return word[1] - word[0] > 3 and rest not in (1, 2)


def _parts(before: str, after: str) -> bool:
    """Signs part by themselves; a plus belongs to the number behind it."""
    return before.isalnum() and (after.isalnum() or after == "+")


def _cheapest(letters: str) -> list[int]:
    """The beginnings of the words that cover most with fewest, and of what stands between them."""
    edges = {edge for word in _words(letters) for edge in word}
    return sorted(edges - {len(letters)})


def _words(letters: str) -> list[tuple[int, int]]:
    """The words that cover most with fewest."""
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
    out: list[tuple[int, int]] = []
    at = size
    while at > 0:
        first = begun[at]
        if known[at]:
            out.append((first, at))
        at = first
    return out[::-1]
