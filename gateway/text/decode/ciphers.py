"""
Ciphers of letters that anybody can read back: Caesar shifts with rot13, atbash, text and words written
backwards, words in reverse order, pig latin, Morse.

Such a text shows nothing of it from outside. One automaton looks for telling words as each cipher
writes them; only the lines where it finds one are read, word by word, so that plain words around stay.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from gateway.text.decode import disguised
from gateway.text.decode.base import Budget, Found
from gateway.text.decode.maps import Edit
from gateway.text.decode.morse import morse
from gateway.text.decode.sought import (
    AHEAD,
    ATBASH,
    BACKWARD,
    BEHIND,
    END_FIRST,
    FORWARD,
    NAMED_AFTER,
    SHIFTS,
    SIGNS,
    WORDS_SOUGHT,
    unpig,
)
from gateway.text.decode.steps import Key
from gateway.text.decode.turned import backwards, each_reversed, replaced
from gateway.text.patterns import Search, Sieve, compile_re2, compile_set, searcher
from gateway.text.prefixes import SHAPES
from gateway.text.words import ENGLISH, FORMS, LABELS, TELLING

__all__ = ["CIPHERS", "ciphers"]

CIPHERS = ("caesar", "atbash", "reversed", "reversed_words", "word_order", "pig_latin", "morse")

_WORDS = re.compile(r"[A-Za-z']+")
# A key, a number or an address is no word: it says nothing of the language around it, and ends no stretch.
_VALUE = re.compile("[0-9_@]")
_VALUED = re.compile(r"[0-9@]|\S{25}")
_WORDS_AND_VALUES = re.compile(r"(?<!\S)(?=\S*[0-9@]|\S{25})\S+|[A-Za-z']+")
_KEY = re.compile(r"(?<![a-z0-9])(?:" + "|".join(letters + rest for letters, rest in SHAPES) + ")")
_READABLE = FORMS - {"a", "i"}
# A short name in another language says nothing against a cipher.
_PLAIN = (ENGLISH | {label for label in LABELS if len(label) > 4}) - {"a", "i"}
_SURE = frozenset(word for word in TELLING | LABELS if len(word) >= 6)
# Of a line that is read, and of a character in it.
_LINE_PRICE, _PRICE = 6000, 120
_PRICES: dict[Key, int] = {"reversed": 200, "pig_latin": 500}
_SEEN_PRICE = 800  # of a word that is seen, and of its line
_SHAPE_PRICE = 2000  # of an account number or an address that may be in a cipher
_SENTENCE = 400
_LINE = 4000  # characters read at once
_TELL, _TELL_PRICE = 40_000, 40  # of a look at all words
_TOKENS = 2000  # that may be keys
_NEAR, _MANY = 200, 3  # characters around a value that may be its name; values


class _Line:
    """Its words, a value as one, and where in the text they stand: learnt once for all ciphers."""

    __slots__ = ("spans", "values", "words")

    def __init__(self, low: str, start: int, end: int) -> None:
        line = low[start:end]
        valued = _VALUED.search(line) is not None
        matches = list((_WORDS_AND_VALUES if valued else _WORDS).finditer(line))
        self.words = [match[0] for match in matches]
        self.spans = [(match.start() + start, match.end() + start) for match in matches]
        self.values = {at for at, w in enumerate(self.words) if not w.isalpha() and _VALUE.search(w)} if valued else ()


_SIGNS = tuple(SIGNS)
_SIGNS_SEEN = compile_set(SIGNS.values())
_KEYS: tuple[Key, ...] = (*SHIFTS, "atbash", "reversed", "word_order", "pig_latin", "morse")
_NAMED_SEEN = searcher(compile_re2(NAMED_AFTER))
_FINDERS: dict[Key, tuple[Search, ...]] = {
    "reversed": (searcher(compile_re2(SIGNS["reversed"])),),
    "word_order": (searcher(compile_re2(SIGNS["word_order"])), _NAMED_SEEN),
}
_VALUES_SEEN = searcher(compile_re2(disguised.VALUE, utf8=False))  # where to look closer
_SHAPES_SEEN = searcher(compile_re2(f"{disguised.ACCOUNT}|{disguised.ADDRESS}", utf8=False))
_SHAPED = (
    (Sieve(disguised.ACCOUNT, disguised.ACCOUNT, 0), disguised.account),
    (Sieve(disguised.ADDRESS, disguised.ADDRESS, 0), disguised.address),
)


def ciphers(text: str, budget: Budget) -> list[tuple[str, Found]]:
    """All that some cipher makes language of, by its name."""
    low = text.lower()
    if len(low) != len(text):
        low = text
    data = low.encode("ascii", "replace")  # one byte a character
    seen = WORDS_SOUGHT.find(data)
    for index in _SIGNS_SEEN.Match(data if text.isascii() else low.encode("utf-8", "replace")) or ():
        seen.setdefault(_SIGNS[index], [])
    valued = _VALUES_SEEN(data, 0, len(data))[0][0] >= 0
    if not seen and not valued:
        return []
    budget.spent += _SEEN_PRICE * sum(map(len, seen.values()))
    if valued and "word_order" not in seen and _NAMED_SEEN(data, 0, len(data))[0][0] >= 0:
        seen["word_order"] = []
    told = _told(low, data, budget) if valued else {}
    found: dict[str, Found] = {}
    read: dict[tuple[int, int], _Line] = {}
    for key in (*filter(seen.__contains__, _KEYS), *(key for key in told if key not in seen)):
        spans = [*told.get(key, ()), *(_lines(low, _Places(key, data, seen[key])) if key in seen else ())]
        for name, edits, left in _read(key, text, low, spans, read, budget):
            entry = found.setdefault(name, Found([]))
            entry.edits.extend(edits)
            entry.left.extend(left)
    for name, edit in _shaped(text, low, data, budget) if valued else ():
        if budget.write(len(edit.out)):
            found.setdefault(name, Found([])).edits.append(edit)
    for entry in found.values():
        entry.edits.sort(key=lambda edit: edit.start)
    return [(name, Found(_apart(f.edits), f.left)) for name, f in found.items() if f.edits or f.left]


Reading = tuple[str, list[Edit], list[tuple[int, int]]]


def _told(low: str, data: bytes, budget: Budget) -> dict[Key, list[tuple[int, int]]]:
    """Lines that hold words in some cipher, where a look at all words pays."""
    out: dict[Key, list[tuple[int, int]]] = {}
    if not budget.work_on(_TELL + _TELL_PRICE * len(low)):
        return out
    for first, last in _around_values(data):
        for key, start, end in disguised.lines(data[first:last]):
            out.setdefault(key, []).append((first + start, first + end))
    for key, start, end in disguised.keys(data, _TOKENS):
        line = low.rfind("\n", max(0, start - _LINE // 2), start) + 1, low.find("\n", end, end + _LINE // 2)
        out.setdefault(key, []).append(
            (line[0] or max(0, start - _LINE // 2), line[1] if line[1] >= 0 else min(len(low), end + _LINE // 2))
        )
    return out


def _around_values(data: bytes) -> Iterator[tuple[int, int]]:
    """Whole lines with a value in them, and so much of long ones; what is near to each other is one."""
    size = len(data)
    first = last = at = count = 0
    while at < size and (span := _VALUES_SEEN(data, at, size)[0])[0] >= 0:
        start, end = span
        count = count + 1 if start <= last + _NEAR else 1
        if count > _MANY:  # where they are many the next one is not far
            end = min(size, end + _NEAR)
        after = min(size, end + _NEAR)
        at = data.find(b"\n", end, after)
        if at < 0:
            at = after
        if start > last + _NEAR:
            before = max(0, start - _NEAR)
            begin = max(before, data.rfind(b"\n", before, start) + 1)
            if begin > last + _NEAR:
                if last:
                    yield first, last
                first = begin
        last = at
    if last:
        yield first, last


def _shaped(text: str, low: str, data: bytes, budget: Budget) -> Iterator[tuple[str, Edit]]:
    """Values that their own form gives away."""
    for pattern, cipher in _SHAPED if _SHAPES_SEEN(data, 0, len(data))[0][0] >= 0 else ():
        for match in pattern.finditer(low):
            if not budget.work_on(_SHAPE_PRICE):
                return
            if (key := cipher(match[0])) is not None:
                yield from _line_read(key, text, *match.span())


def _read(
    key: Key,
    text: str,
    low: str,
    spans: Iterable[tuple[int, int]],
    lines: dict[tuple[int, int], _Line],
    budget: Budget,
) -> Iterator[Reading]:
    if key == "morse":
        yield "morse", list(morse(text, budget)), []
        return
    edits: dict[str, list[Edit]] = {}
    left: list[tuple[int, int]] = []
    name = "caesar" if isinstance(key, int) else key
    for span in sorted(set(spans)):
        start, end = span
        if not budget.work_on(_LINE_PRICE + _PRICES.get(key, _PRICE) * (end - start)):
            left.append((start, end))
            break
        for kind, edit in _line(key, text, low, span, lines):
            if budget.write(len(edit.out)):
                edits.setdefault(kind, []).append(edit)
    for kind, found in edits.items():
        yield kind, found, []
    if left:
        yield name, [], left


class _Places:
    """Where a cipher shows itself, words and signs."""

    def __init__(self, key: Key, data: bytes, words: Sequence[int]) -> None:
        self._data = data
        self._words = words
        self._finders = _FINDERS.get(key, ())
        self._next = [-1] * len(self._finders)

    def at_or_after(self, begin: int) -> int | None:
        size = len(self._data)
        for index, find in enumerate(self._finders):
            if self._next[index] < begin:
                found = find(self._data, begin, size)[0][0]
                self._next[index] = found if found >= 0 else size + 1
        word = bisect_left(self._words, begin)
        at = min((*self._next, *self._words[word : word + 1]), default=size + 1)
        return at if at <= size else None


def _lines(low: str, places: _Places) -> Iterator[tuple[int, int]]:
    """The lines with something to see in them, long ones in pieces."""
    done = 0
    while (at := places.at_or_after(done)) is not None:
        start = max(done, low.rfind("\n", max(done, at - _LINE // 2), at) + 1, at - _LINE // 2)
        stop = low.find("\n", at, start + _LINE)
        done = stop if stop >= 0 else min(len(low), start + _LINE)
        yield start, done
        if done == len(low):
            return


def _line(
    key: Key, text: str, low: str, span: tuple[int, int], lines: dict[tuple[int, int], _Line]
) -> Iterator[tuple[str, Edit]]:
    start, end = span
    if key == "word_order":
        if _is_backwards(text, low, start, end):
            yield "word_order", backwards(text, start, end)
        return
    if (line := lines.get(span)) is None:
        line = lines[span] = _Line(low, start, end)
    if isinstance(key, int) or key == "atbash":
        table = SHIFTS[key] if isinstance(key, int) else ATBASH
        for a, b in _runs(low, line, "\n".join(line.words).translate(table).split("\n")):
            yield from _line_read(key, text, a, b)
    elif key == "reversed":
        for first, last in _runs(low, line, [word[::-1] for word in line.words]):
            yield from _line_read(key, text, *_with_signs(low, first, last, start, end))
    else:
        for a, b in _runs(low, line, [unpig(word) for word in line.words]):
            yield "pig_latin", replaced(text, a, b, [(m.start(), m.end(), unpig(m[0])) for m in _in(text, a, b)])


def _line_read(key: Key, text: str, a: int, b: int) -> Iterator[tuple[str, Edit]]:
    if key == "reversed":
        yield "reversed", Edit(a, b, text[a:b][::-1], range(b - 1, a - 1, -1), range(b, a, -1), turned=True)
        yield "reversed_words", each_reversed(text, a, b)
    else:
        table = SHIFTS[key] if isinstance(key, int) else ATBASH
        name = "caesar" if isinstance(key, int) else "atbash"
        yield name, Edit(a, b, text[a:b].translate(table), range(a, b), range(a + 1, b + 1))


def _is_backwards(text: str, low: str, start: int, end: int) -> bool:
    if len(BACKWARD.findall(low, start, end)) > len(FORWARD.findall(low, start, end)):
        return True
    if end - start >= _SENTENCE:
        return False
    named = BEHIND.search(low, start, end) is not None and AHEAD.search(low, start, end) is None
    return named or END_FIRST.match(text[start:end].strip()) is not None


def _with_signs(low: str, a: int, b: int, start: int, end: int) -> tuple[int, int]:
    """With the signs before and after it, which change sides when all is read backwards."""
    while a > start and low[a - 1] in ".,:;!?":
        a -= 1
    while b < end and low[b] in ".,:;!?":
        b += 1
    return a, b


def _in(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return _WORDS.finditer(text, start, end)


def _runs(low: str, line: _Line, reads: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Words that are language only when decoded, with unknown ones between and next to them."""
    words = line.words
    # Language only when decoded; None: no word at all.
    marks: list[bool | None] = [
        read in _READABLE and word not in _PLAIN for word, read in zip(words, reads, strict=True)
    ]
    for at in line.values:
        marks[at] = (_KEY.search(reads[at]) is not None and _KEY.search(words[at]) is None) or None
    if True not in marks:
        return
    first = 0
    for stop in [at for at, word in enumerate(words) if word in _PLAIN and reads[at] not in _PLAIN]:
        if True in marks[first:stop]:
            yield from _kept(low, line, reads, marks, first, stop)
        first = stop + 1
    if True in marks[first:]:
        yield from _kept(low, line, reads, marks, first, len(words))


def _tells(low: str, line: _Line, reads: Sequence[str], marks: Sequence[bool | None], first: int, stop: int) -> bool:
    """Is there a telling word among these, a key, or the name of a value next to it?"""
    for at in range(first, stop):
        if reads[at] in _SURE or (marks[at] and at in line.values):
            return True
        if marks[at] and reads[at] in LABELS:
            beside = (near for near in (at - 1, at + 1) if first <= near < stop and near in line.values)
            if any(_names(low, line.spans[at], line.spans[near]) for near in beside):
                return True
    return False


def _names(low: str, name: tuple[int, int], value: tuple[int, int]) -> bool:
    """Is there a sign between the name and the value next to it, or before the name where words are backwards?"""
    start, end = min(name[1], value[1]), max(name[0], value[0])
    gap = low[start:end]
    return (
        end - start <= 3 and not gap.strip(" =:\"'") and any(sign in gap + low[name[0] - 1 : name[0]] for sign in ":=")
    )


def _kept(
    low: str, line: _Line, reads: Sequence[str], marks: Sequence[bool | None], begin: int, stop: int
) -> Iterator[tuple[int, int]]:
    spans = line.spans
    marked = [at for at in range(begin, stop) if marks[at]]
    first, last = marked[0], marked[-1]
    words = last + 1 - first - marks[first : last + 1].count(None)
    if len(marked) < 0.3 * words:
        return
    enough = len(marked) >= 3 or (len(marked) == 2 and sum([spans[at][1] - spans[at][0] for at in marked]) >= 8)
    if not enough and not _tells(low, line, reads, marks, begin, stop):
        return
    while first > begin and _adjoin(low, spans[first - 1][1], spans[first][0]):
        first -= 1
    while last + 1 < stop and _adjoin(low, spans[last][1], spans[last + 1][0]):
        last += 1
    yield spans[first][0], spans[last][1]


def _adjoin(low: str, end: int, begin: int) -> bool:
    return begin - end <= 3 and not low[end:begin].strip(" ,.:;!?=_-/()'\"")


def _apart(edits: list[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in edits:
        if not out or out[-1].end <= edit.start:
            out.append(edit)
    return out
