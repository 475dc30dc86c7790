"""
What all decoders share: the budget, what counts as text, and how bytes hidden in a run of characters
are found at every alignment, a block at a time, so that a later character never changes an earlier block.
"""

from __future__ import annotations

import re
from base64 import a85decode, b85decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from gateway.text.confusables import all_folded
from gateway.text.decode.maps import Edit
from gateway.text.normalise import normalised
from gateway.text.patterns import compile_re2, searcher
from gateway.text.views import Lazy
from gateway.text.words import COMMON, FORMS, TELLING

__all__ = ["AHEAD", "BLOCK", "LISTED", "LISTED_AHEAD", "Budget", "Code", "Found", "Run", "hidden", "is_text"]

# Characters per block: a multiple of every group size (2, 4, 5 and 8). A block sees a little further, so
# that a sentence over its edge is judged as one. Numbers in a list are longer, so fewer.
BLOCK, AHEAD = 2040, 480
LISTED, LISTED_AHEAD = 240, 80

_KNOWN = COMMON | TELLING
_WORD = re.compile(r"[a-z]{3,}")
_ENCODED = re.compile(
    r"[0-9a-fA-F]{12,}|[A-Za-z0-9+/=_-]{16,}|(?:(?:0[xX])?[0-9a-fA-F]{2,8}[ ,:]{1,2}){4,}|[.\-/ ]{12,}"
    r"|(?:[A-Za-z0-9+/_-]{6,}[ \n]){3}|(?:[A-Za-z0-9+/_-]{4}[ \n]){4}"
    r"|(?:(?:\\[uUx]?|&#x?|%|=|U\+)\{?[0-9a-fA-F]{2,8}[};]? ?){3,}"
)
# A number of an account or a document: by chance no bytes are figures and what stands between them.
_NUMBER = re.compile(r"[(\[]?[A-Za-z]{0,3}[0-9A-Z ./:+()-]+[A-Za-z)\].,;]{0,2}")
_BLANK = re.compile(r"\s")
# Several of the first kind, or one of the second, are hardly ever there by chance.
_ESCAPES = re.compile("&(?:#[0-9]{2,4}|#x[0-9a-f]{2,4}|[a-z]{2,6});|=[0-9A-F]{2}")
_PUNYCODE = re.compile("xn--[A-Za-z0-9-]{3}")
_CHARACTER = (
    r"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]"
    r"|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf3\xa0[\x80-\x87][\x80-\xbf])"  # the last: tags and selectors
)
_TEXT = re.compile(f"{_CHARACTER}{{4,}}+".encode())
_LONG_TEXT = searcher(compile_re2(f"{_CHARACTER}{{6,}}", utf8=False))  # faster where there is little to find
WORK, START = 95, 4_000_000  # per character, and for any text: 10 milliseconds for 64 KiB
_RUN_PRICE, _UNIT_PRICE = 5000, 15  # of a reading at one alignment
_STRETCH_PRICE, _FOREIGN_PRICE, _LETTER_PRICE = 2500, 80_000, 30  # of judging whether something is text
# A disguise of the letters does not make noise of them.
_TAGS = {0xE0000 + code: code for code in range(32, 127)}
_SAMPLE = 200  # characters that decide what a long stretch is


@dataclass(slots=True)
class Budget:
    """
    Counted, not timed, so that the same text always gives the same views.

    `output`: characters decoders may write. `total`: characters of all views together. `views` may
    still be made. `work`: what all looking may cost, in nanoseconds as measured once; prices stand
    where the work is done.
    """

    output: int
    total: int
    work: int
    views: int = 16
    depth: int = 3
    spent: int = field(default=0)
    over: bool = False  # something was not decoded for want of budget
    burst: bool = False  # of these, something that says more than may be written

    @classmethod
    def of(cls, text: str) -> Budget:
        size = len(text)
        return cls(max(4096, min(4 * size, size + (256 << 10))), 4 * size + (256 << 10), WORK * size + START)

    def work_on(self, count: int) -> bool:
        """Count this work; False if it is too much."""
        if self.spent + count > self.work:
            self.over = True
            return False
        self.spent += count
        return True

    def write(self, count: int) -> bool:
        if count > self.output:
            self.over = self.burst = True
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
    """Units of a code, and a way to learn where each one stands: characters, or numbers in a list."""

    units: Sequence[str]
    places: Callable[[], tuple[Sequence[int], Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Code:
    """`into` bytes for each group of `group` units. `strict`: ordinary numbers look alike, so words are needed."""

    group: int
    into: int
    decode: Callable[[Sequence[str]], bytes]
    strict: bool = False
    price: int = _UNIT_PRICE
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
    written = _WORD.findall(lowered)
    words = not _KNOWN.isdisjoint(written)
    if size >= 12 and (strict or letters < size * 0.6) and _ENCODED.match(text) is not None:
        return True
    if (strict or text.startswith("<~")) and _is_base85(text):
        return True
    if strict and (len(_ESCAPES.findall(text)) > 2 or _PUNYCODE.search(text) is not None):
        return True
    spaces, digits = text.count(" "), sum(map(str.isdigit, text))
    if strict:
        words = words or any(len(word) > 4 and word in FORMS for word in written)
        return size >= 4 and words and (letters >= size * 0.5 or letters + spaces + digits >= size * 0.8)
    if size < 24 and not words:
        if digits * 2 >= size >= 8 and _NUMBER.fullmatch(text):
            return True
        return size >= 6 and letters + spaces >= size * 0.9 and _pronounceable(lowered, letters)
    others = size - letters - spaces - digits
    return others <= size * 0.5 and (text.isascii() or _one_script(text))


def _is_base85(text: str) -> bool:
    """Does the beginning say something in one of its alphabets? Hardly ever by chance."""
    run = text.removeprefix("<~")[:20]
    for read in (b85decode, a85decode) if len(run) == 20 and not _BLANK.search(run) else ():
        try:
            data = read(run)
        except ValueError:
            continue
        if data.isascii() and data.decode().isprintable():
            return True
    return False


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
    places: tuple[Sequence[int], Sequence[int]] | None = None
    while at < size:
        units = run.units[at : at + code.block + code.ahead]
        shift, found = _best(units, code, shift, flowing, least, budget)
        if budget.over:
            return
        joined, flowing, after = flowing, False, at + code.block
        for begin, end, out in found:
            if shift + begin // code.into * code.group >= code.block:
                break
            if not budget.write(len(out)):
                return
            places = places or run.places()
            edit = _edit(places, code, at + shift, begin, out)
            # What stands between two units of one text is no part of it.
            yield edit._replace(start=final) if joined and begin == 0 else edit
            joined, final = False, edit.end
            last = at + shift + -(-end // code.into) * code.group
            flowing = last > at + len(units) - code.group
            after = max(after, last)
        at = after


def _best(
    units: Sequence[str], code: Code, shift: int, flowing: bool, least: int, budget: Budget
) -> tuple[int, list[tuple[int, int, str]]]:
    """The alignment at which most text is read, the one so far first; a short run has only its own."""
    if flowing:
        shift = 0
    shifts = [shift, *(s for s in range(code.group) if s != shift)] if len(units) >= 24 else [0]
    best: tuple[int, list[tuple[int, int, str]]] = (shift, [])
    most = 0
    for candidate in shifts:
        if not budget.work_on(_RUN_PRICE + code.price * len(units)):
            break
        data = code.decode(units[candidate:] if candidate else units)
        found = list(_stretches(data, code, flowing and candidate == 0, least, budget))
        read = sum(end - begin for begin, end, _ in found)
        if read > most:
            best, most = (candidate, found), read
        if read * 2 > len(data):
            break
    return best


def _stretches(data: bytes, code: Code, flowing: bool, least: int, budget: Budget) -> Iterator[tuple[int, int, str]]:
    """`flowing`: what stands first goes on with a text that was judged before."""
    size = len(data)
    if flowing and size < 4:
        if data.isascii() and data:
            yield 0, size, data.decode()
        return
    for begin, end in map(re.Match.span, _TEXT.finditer(data)) if size < 96 else _long_texts(data):
        goes_on = flowing and begin == 0
        whole = begin == 0 and end >= size - 1
        if end - begin < (least if whole else 12) and not goes_on:
            continue
        out = data[begin:end].decode("utf-8", "ignore")
        if goes_on or (budget.work_on(_judging(out)) and is_text(out, code.strict)):
            yield begin, end, out


def _judging(text: str) -> int:
    """What it costs to judge this."""
    return (_STRETCH_PRICE if text.isascii() else _FOREIGN_PRICE) + _LETTER_PRICE * min(len(text), _SAMPLE)


def _long_texts(data: bytes) -> Iterator[tuple[int, int]]:
    end, size = 0, len(data)
    while (span := _LONG_TEXT(data, end, size)[0])[0] >= 0:
        yield span
        end = span[1]


def _edit(places: tuple[Sequence[int], Sequence[int]], code: Code, base: int, begin: int, out: str) -> Edit:
    starts, ends = places
    last = len(starts) - 1
    group, into = code.group, code.into
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
