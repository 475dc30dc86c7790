"""
What all decoders share: the budget, what counts as text, and how bytes hidden in a run of characters
are found at every alignment, a block at a time, so that a later character never changes an earlier block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from gateway.text.confusables import all_folded
from gateway.text.decode.maps import Edit, Lazy
from gateway.text.decode.words import COMMON, TELLING
from gateway.text.normalise import normalised

__all__ = ["AHEAD", "BLOCK", "LISTED", "LISTED_AHEAD", "Budget", "Code", "Found", "Run", "hidden", "is_text"]

# Characters per block: a multiple of every group size (2, 4, 5 and 8). A block sees a little further, so
# that a sentence over its edge is judged as one. Numbers in a list are longer, so fewer.
BLOCK, AHEAD = 2040, 480
LISTED, LISTED_AHEAD = 240, 80

_KNOWN = COMMON | TELLING
_WORD = re.compile(r"[a-z]{3,}")
_ENCODED = re.compile(
    r"[0-9a-fA-F]{12,}|[A-Za-z0-9+/=_-]{16,}|(?:(?:0[xX])?[0-9a-fA-F]{2,8}[ ,:]{1,2}){4,}|[.\-/ ]{12,}"
    r"|(?:(?:\\[uUx]?|&#x?|%|=|U\+)\{?[0-9a-fA-F]{2,8}[};]? ?){3,}"
)
_TEXT = re.compile(
    rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf3\xa0[\x80-\x87][\x80-\xbf]){4,}"  # the last: tags and selectors
)
# A disguise of the letters does not make noise of them.
_TAGS = {0xE0000 + code: code for code in range(32, 127)}
_SAMPLE = 200  # characters that decide what a long stretch is


@dataclass(slots=True)
class Budget:
    """
    Counted, not timed, so that the same text always gives the same views.

    `output`: characters decoders may write. `total`: characters of all views together. `work`:
    characters they may look at, a decoded unit counting as several. `left` views may still be made.
    """

    output: int
    total: int
    work: int
    views: int = 16
    depth: int = 3
    spent: int = field(default=0)
    over: bool = False  # something was not decoded for want of budget

    @classmethod
    def of(cls, text: str) -> Budget:
        size = len(text)
        return cls(max(4096, min(4 * size, size + (256 << 10))), 4 * size + (256 << 10), 200 * size + (64 << 10))

    def work_on(self, count: int) -> bool:
        """Count this work; False if it is too much."""
        if self.spent + count > self.work:
            self.over = True
            return False
        self.spent += count
        return True

    def write(self, count: int) -> bool:
        if count > self.output:
            self.over = True
            return False
        self.output -= count
        return True


@dataclass(frozen=True, slots=True)
class Found:
    """
    What one decoder reads in a text. `left`: stretches that look encoded and were not decoded for
    want of budget.
    """

    edits: list[Edit]
    left: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """Units of a code and where each one stands: characters, or numbers in a list."""

    units: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True, slots=True)
class Code:
    """`into` bytes for each group of `group` units. `strict`: ordinary numbers look alike, so words are needed."""

    group: int
    into: int
    decode: Callable[[Sequence[str]], bytes]
    strict: bool = False
    block: int = BLOCK
    ahead: int = AHEAD


def is_text(text: str, strict: bool = False) -> bool:
    """Could somebody have written this, or an encoding of it?"""
    text = text[:_SAMPLE]
    if not text.isascii():
        text = text.translate(_TAGS)
        text = text if (plain := normalised(text)) is None else plain.text
        text = text if (folded := all_folded(text)) is None else folded.text
    size = len(text)
    letters = sum(map(str.isalpha, text))
    lowered = text.lower()
    words = any(word in _KNOWN for word in _WORD.findall(lowered))
    if size >= 12 and (strict or letters < size * 0.6) and _ENCODED.match(text) is not None:
        return True
    if strict:
        return size >= 4 and words and letters >= size * 0.5
    spaces = text.count(" ")
    if size < 24 and not words:
        return size >= 6 and letters + spaces >= size * 0.9 and _pronounceable(lowered, letters)
    others = size - letters - spaces - sum(map(str.isdigit, text))
    return others <= size * 0.5 and (text.isascii() or _one_script(text))


def _pronounceable(text: str, letters: int) -> bool:
    if not text.isascii():
        return _one_script(text)
    vowels = sum(map(text.count, "aeiouy"))
    return 0.2 * letters <= vowels <= 0.7 * letters


def _one_script(text: str) -> bool:
    """Random bytes that happen to be UTF-8 mix all the blocks of Unicode."""
    blocks = {ord(c) >> 8 for c in text if c > "\u02ff"}
    foreign = sum(c > "\u02ff" for c in text)
    return len(blocks) <= 2 or (foreign > 8 and all(0x2E <= block <= 0xD7 for block in blocks))


def hidden(run: Run, code: Code, budget: Budget, least: int = 6) -> Iterator[Edit]:
    """Every stretch of text in the bytes of this run, at whatever unit it begins."""
    size = len(run.units)
    at = shift = 0
    final = 0
    flowing = False  # the last stretch reached the end of what its block saw
    while at < size:
        units = run.units[at : at + code.block + code.ahead]
        if not budget.work_on(len(units) * 8):
            return
        shift, found = _best(units, code, shift, flowing, least)
        joined, flowing, after = flowing, False, at + code.block
        for begin, end, out in found:
            if shift + begin // code.into * code.group >= code.block:
                break
            if not budget.write(len(out)):
                return
            edit = _edit(run, code, at + shift, begin, out)
            # What stands between two units of one text is no part of it.
            yield edit._replace(start=final) if joined and begin == 0 else edit
            joined, final = False, edit.end
            last = at + shift + -(-end // code.into) * code.group
            flowing = last > at + len(units) - code.group
            after = max(after, last)
        at = after


def _best(
    units: Sequence[str], code: Code, shift: int, flowing: bool, least: int
) -> tuple[int, list[tuple[int, int, str]]]:
    """The alignment at which most text is read, the one so far first; a short run has only its own."""
    if flowing:
        shift = 0
    shifts = [shift, *(s for s in range(code.group) if s != shift)] if len(units) >= 24 else [0]
    best: tuple[int, list[tuple[int, int, str]]] = (shift, [])
    most = 0
    for candidate in shifts:
        data = code.decode(units[candidate:])
        found = list(_stretches(data, code, flowing and candidate == 0, least))
        read = sum(end - begin for begin, end, _ in found)
        if read > most:
            best, most = (candidate, found), read
        if read * 2 > len(data):
            break
    return best


def _stretches(data: bytes, code: Code, flowing: bool, least: int) -> Iterator[tuple[int, int, str]]:
    if flowing and len(data) < 4:
        if data.isascii() and data:
            yield 0, len(data), data.decode()
        return
    for match in _TEXT.finditer(data):
        begin, end = match.span()
        whole = begin == 0 and end >= len(data) - 1
        if end - begin < (least if whole else 12) and not (flowing and begin == 0):
            continue
        out = match[0].decode("utf-8", "ignore")
        if (flowing and begin == 0) or is_text(out, code.strict):
            yield begin, end, out


def _edit(run: Run, code: Code, base: int, begin: int, out: str) -> Edit:
    last = len(run.units) - 1
    group, into, starts, ends = code.group, code.into, run.starts, run.ends
    if out.isascii():
        first: Sequence[int] = range(begin, begin + len(out))
        final = first
    else:
        edges = list(accumulate((len(c.encode()) for c in out), initial=begin))
        first, final = edges[:-1], [edge - 1 for edge in edges[1:]]

    def start(index: int) -> int:
        return starts[min(last, base + first[index] // into * group)]

    def end(index: int) -> int:
        return ends[min(last, base + (final[index] // into + 1) * group - 1)]

    size = len(out)
    return Edit(start(0), end(size - 1), out, Lazy(size, start), Lazy(size, end))
