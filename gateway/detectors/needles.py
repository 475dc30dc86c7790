"""
One look for the literals of all tables.

An Aho-Corasick automaton finds every literal of every row in one pass whose cost does not depend on how many
there are. It reads a text of which letters are left, in lower case, digits, and a space for each other byte: so it
is small, and knows where a word begins and ends, where most of what stands so by chance is let go. What it finds
is compared with what stands there. Where a literal stands between the edges that its row asks for, the row may
match there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from heapq import merge
from itertools import pairwise, product
from operator import itemgetter
from typing import NamedTuple, Protocol

from ahocorasick_rs import BytesAhoCorasick, Implementation

from gateway.detectors.edges import apart
from gateway.detectors.gates import Gate
from gateway.detectors.places import Places

__all__ = ["Also", "Edged", "Joint", "Look", "Needing", "Stretches", "needles"]

_BLANK = b" "
_FOLD = bytes(ord(chr(byte).lower()) if byte < 128 and chr(byte).isalnum() else ord(_BLANK) for byte in range(256))
_BLOCK = 64 << 10  # bytes looked through at a time: hits take a hundred bytes each
_MOST_VARIANTS = 64
_GOOD_LENGTH = 4
# Not ASCII, but RE2 takes them for `k` and `s` where case does not count.
_FOLDED = (("\u212a".encode(), b"k"), ("\u017f".encode(), b"s"))

# [first start, last start of the literal, end], in order and apart: a match begins in the first two, ends in the last
Stretches = list[list[int]]
_Key = tuple[int, int, int, int]  # number of the sieve, row, lead, trail
# With how many digits it needs, of which signs it needs one, what else, of which strings it needs one as well
_Row = tuple[int, int, int, int, int, tuple[frozenset[int], ...], Gate | None, tuple["Also", ...]]
# How far after what was found a needle begins, its size, the needle where something else may read so, left, right, and
# the rows that ask for it between these edges
_Owner = tuple[int, int, bytes | None, bytes | None, bytes | None, tuple[_Row, ...]]
_Owners = tuple[_Owner, ...]
_Hits = Iterable[tuple[int, int, int]]  # number of what was found, where it begins and ends


class Also(NamedTuple):
    """Strings, in lower case unless they must stand so exactly."""

    exact: bool
    strings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Edged:
    """
    What a needle says: this row may match around it, from at most `lead` characters before the needle's first one to
    `trail` after its last.
    """

    row: int
    lead: int
    trail: int
    left: bytes | None  # truth values for the byte before it; None: any
    right: bytes | None
    digits: int = 0  # its matches hold so many
    gate: Gate | None = None  # what else they hold
    also: tuple[Also, ...] = ()  # its matches hold one of each of these as well
    signs: tuple[frozenset[int], ...] = ()  # of which the whole text must hold one each: see `Places.signs`


class Needing(Protocol):
    """A table's rows, by what each needs; compared by identity."""

    needles: list[tuple[bytes, Edged]]
    reach: int  # of its longest row, in characters

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Look:
    """
    What stands in one text. Where `found` has None for a row, it may match anywhere.

    `near`: only these stretches were looked at, in order and apart, each wide enough for every match
    that touches what was asked for. None: all of it.
    """

    places: Places
    found: Mapping[Needing, Mapping[int, Stretches | None]]
    joint: Joint
    near: Sequence[tuple[int, int]] | None = None

    @property
    def data(self) -> bytes:
        return self.places.data

    def whole(self) -> Look:
        return self if self.near is None else self.joint.look(self.data)

    def sight(self) -> bytes:
        """What was looked at, in lines."""
        return self.data if self.near is None else b"\n".join([self.data[a:b] for a, b in self.near])


class Joint:
    """The literals of several sieves. Immutable."""

    def __init__(self, sieves: Sequence[Needing]) -> None:
        self._sieves = tuple(sieves)
        rows: dict[_Key, _Row] = {}
        together: dict[tuple[bytes, bytes | None, bytes | None], set[_Key]] = {}
        for number, sieve in enumerate(self._sieves):
            for needle, e in sieve.needles:
                key = (number, e.row, e.lead, e.trail)
                together.setdefault((needle, e.left, e.right), set()).add(key)
                asked = (*key, e.digits, e.signs, e.gate, e.also)
                if rows.setdefault(key, asked) != asked:
                    raise ValueError(f"row {e.row}: its needles ask for different things beside them")
        asking: dict[tuple[_Key, ...], tuple[_Row, ...]] = {}  # each once: many needles are of the same rows
        plain: dict[bytes, list[_Owner]] = {}
        beyond: dict[bytes, list[_Owner]] = {}
        for (needle, left, right), keys in together.items():
            which = tuple(sorted(keys))
            ordered = asking.get(which) or asking.setdefault(which, tuple([rows[key] for key in which]))
            if not needle.isascii():
                beyond.setdefault(needle, []).append((0, len(needle), None, left, right, ordered))
                continue
            before, after = (_BLANK if apart(edge) else b"" for edge in (left, right))
            exact = None if needle.isalnum() else needle
            owner = (len(before) - len(_BLANK), len(needle), exact, left, right, ordered)
            plain.setdefault(before + needle.translate(_FOLD) + after, []).append(owner)
        self._plain = _Automaton(plain)
        self._beyond = _Automaton(beyond)
        self._owners: tuple[_Owners, ...] = tuple([tuple(owners) for owners in (*plain.values(), *beyond.values())])
        self._of = frozenset(sieves)
        self._reach = _reach(sieves)

    def covers(self, sieves: Iterable[Needing]) -> bool:
        return self._of.issuperset(sieves)

    def part(self, sieves: Collection[Needing]) -> Joint:
        """For some of them, on the same automaton."""
        out = copy(self)
        out._of = frozenset(sieves)
        own = {number for number, sieve in enumerate(self._sieves) if sieve in out._of}
        out._owners = tuple([_of(owners, own) for owners in self._owners])
        out._reach = _reach(sieves)
        return out

    def look(self, data: bytes, where: Sequence[tuple[int, int]] | None = None) -> Look:
        """
        Every row that may match this text, or one of several joined by line ends; with `where`, those
        whose match may touch one of these stretches. They are in order and apart.
        """
        found: dict[Needing, dict[int, Stretches | None]] = {}
        places = Places(data)
        wide = places.wide
        if wide > 1 and any(char in data for char, _ in _FOLDED):
            self._anywhere(data, found)
            return Look(places, found, self)
        near = None if where is None else _widened(where, self._reach * wide, len(data))
        size = len(data)
        figures, there, lower, sieves = places.digits, places.signs, data.lower(), self._sieves
        for start, end, rows in self._standing(data, lower, wide, near):
            for number, row, lead, trail, least, signs, gate, also in rows:
                if signs and not _stand(signs, there):
                    continue
                first, last = start - lead * wide, end + trail * wide
                if first < 0:
                    first = 0
                if least and figures.count(b"0", first, last) < least:
                    continue
                if gate is not None and not places.near(gate, first, last):
                    continue
                if also and not _all_of(also, data, lower, first, last):
                    continue
                mine = found.get(sieves[number])
                if mine is None:
                    mine = found[sieves[number]] = {}
                if last > size:
                    last = size
                stretches = mine.get(row)
                if stretches is None:
                    mine[row] = [[first, start, last]]
                elif first > stretches[-1][2]:
                    stretches.append([first, start, last])
                else:
                    _merge(stretches, first, start, last)
        return Look(places, found, self, near)

    def _standing(
        self, data: bytes, lower: bytes, wide: int, near: Sequence[tuple[int, int]] | None
    ) -> Iterator[tuple[int, int, tuple[_Row, ...]]]:
        """The needles that stand between their edges, by their ends."""
        folded = b"".join((_BLANK, data.translate(_FOLD), _BLANK))
        hits: _Hits = self._plain.hits(folded, near, 2 * len(_BLANK))
        plain, size = self._plain.size, len(data)
        if wide > 1 and self._beyond.size:
            others = self._beyond.hits(lower, near)
            hits = merge(hits, ((plain + index, start, end) for index, start, end in others), key=itemgetter(2))
        for index, at, _ in hits:
            for shift, length, exact, left, right, rows in self._owners[index]:
                start = at + shift
                end = start + length
                if exact is not None and (start < 0 or not lower.startswith(exact, start)):
                    continue
                if left is not None and not left[data[start - 1] if start else 10]:
                    continue
                if right is not None and not right[data[end] if end < size else 10]:
                    continue
                yield start, end, rows

    def _anywhere(self, data: bytes, found: dict[Needing, dict[int, Stretches | None]]) -> None:
        """Letters in disguise: they are as long as no letter is, and edges as well, so nothing is said of places."""
        for char, plain in _FOLDED:
            data = data.replace(char, plain)
        rows, automaton = self._bare
        for index, _, _ in automaton.hits(data.lower()):
            for number, row in rows[index]:
                found.setdefault(self._sieves[number], {})[row] = None

    @cached_property
    def _bare(self) -> tuple[list[set[tuple[int, int]]], _Automaton]:
        """All needles without edges. Hardly a text asks for it."""
        rows: dict[bytes, set[tuple[int, int]]] = {}
        for number, sieve in enumerate(self._sieves):
            for needle, e in sieve.needles:
                rows.setdefault(needle, set()).add((number, e.row))
        return [*rows.values()], _Automaton(rows)


def _reach(sieves: Iterable[Needing]) -> int:
    return max((sieve.reach for sieve in sieves), default=0) + 1


def _of(owners: _Owners, sieves: Container[int]) -> _Owners:
    """What some sieves have of them: the same objects where that can be, for there are tens of thousands."""
    if all(row[0] in sieves for owner in owners for row in owner[-1]):
        return owners
    own = [(*owner[:-1], tuple(row for row in owner[-1] if row[0] in sieves)) for owner in owners]
    return tuple([owner for owner in own if owner[-1]])


class _Automaton:
    """
    Finds strings in a text, each wherever it stands. As a DFA it would be four times as large, and no faster: it
    would not fit into a processor's cache [measured: 42 MB and 190 us/kB for all tables, with all that follows; so it
    is 11 MB and 180 us/kB].
    """

    def __init__(self, strings: Collection[bytes]) -> None:
        self.size = len(strings)
        self._longest = max(map(len, strings), default=0)
        kind = Implementation.ContiguousNFA
        self._find = BytesAhoCorasick(strings, implementation=kind).find_matches_as_indexes if strings else _nothing

    def hits(self, text: bytes, near: Sequence[tuple[int, int]] | None = None, more: int = 0) -> _Hits:
        """`near`: only in these stretches, each with so much `more` at its end. None: in all of the text."""
        if len(text) > _BLOCK:
            return self._by_blocks(text, ((0, len(text)),) if near is None else near, more)
        if near is None:
            return self._find(text, overlapping=True)
        return [
            (index, first + start, first + end)
            for first, last in near
            for index, start, end in self._find(text[first : last + more], overlapping=True)
        ]

    def _by_blocks(self, text: bytes, near: Iterable[tuple[int, int]], more: int) -> Iterator[tuple[int, int, int]]:
        for first, last in near:
            for begin in range(first, last + more, _BLOCK):
                block = text[begin : min(last + more, begin + _BLOCK + self._longest - 1)]
                for index, start, end in self._find(block, overlapping=True):
                    if start < _BLOCK:
                        yield index, begin + start, begin + end


def _nothing(_: bytes, *, overlapping: bool) -> list[tuple[int, int, int]]:
    return []


def _merge(stretches: Stretches, first: int, start: int, last: int) -> None:
    """One more that meets the last of them, and through it perhaps others: needles of a row lead by more or less."""
    while stretches and first <= stretches[-1][2]:
        before = stretches.pop()
        first, start, last = min(before[0], first), max(before[1], start), max(before[2], last)
    stretches.append([first, start, last])


def _stand(each: Iterable[frozenset[int]], there: frozenset[int]) -> bool:
    for signs in each:  # noqa: SIM110 (a generator costs more than these few looks)
        if signs.isdisjoint(there):
            return False
    return True


def _all_of(also: Iterable[Also], data: bytes, lower: bytes, begin: int, end: int) -> bool:
    """Does a string of each stand there?"""
    for exact, strings in also:
        text = data if exact else lower
        for string in strings:
            if text.find(string, begin, end) >= 0:
                break
        else:
            return False
    return True


def _widened(stretches: Iterable[tuple[int, int]], by: int, size: int) -> list[tuple[int, int]] | None:
    """Those that meet become one; None where most of the text is left."""
    out: list[tuple[int, int]] = []
    for begin, end in stretches:
        begin, end = max(0, begin - by), min(size, end + by)
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out if 2 * sum(end - begin for begin, end in out) < size else None


def needles(literal: str) -> list[tuple[bytes, bool, bool]]:
    """
    What to look for in lower case to find a literal in any case, and whether it is its beginning, its
    end. Of letters beyond ASCII all cases are spelled out, or only what stands between them is looked for.
    """
    if literal.isascii():
        return [(literal.lower().encode(), True, True)]
    cuts = [i for i, char in enumerate(literal) if len(_cases(char)) > 1]
    spelled, taken = _spelled(literal)
    if taken == len(literal):
        return [(text.encode(), True, True) for text in spelled]
    begin, end = max(pairwise([-1, *cuts, len(literal)]), key=lambda cut: len(literal[cut[0] + 1 : cut[1]].encode()))
    plain = literal[begin + 1 : end]
    if len(plain.encode()) >= _GOOD_LENGTH:
        return [(plain.lower().encode(), begin < 0, end == len(literal))]
    return [(text.encode(), True, False) for text in spelled]


def _spelled(literal: str) -> tuple[list[str], int]:
    """In all cases beyond ASCII, as far as they are not too many; and how far that is."""
    spelled: list[str] = [""]
    for taken, char in enumerate(literal):
        options = _cases(char) if len(_cases(char)) > 1 else (char.lower(),)
        if len(spelled) * len(options) > _MOST_VARIANTS:
            return spelled, taken
        spelled = [a + b for a, b in product(spelled, options)]
    return spelled, len(literal)


@cache
def _cases(char: str) -> tuple[str, ...]:
    """All characters beyond ASCII that are this one where case does not count; of ASCII only itself."""
    return (char,) if char.isascii() else _families().get(char.casefold(), (char,))


@cache
def _families() -> dict[str, tuple[str, ...]]:
    families: dict[str, list[str]] = {}
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x1F000)):
        if (folded := chr(code).casefold()) != chr(code):
            families.setdefault(folded, [folded] if len(folded) == 1 else []).append(chr(code))
    return {folded: tuple(chars) for folded, chars in families.items()}
