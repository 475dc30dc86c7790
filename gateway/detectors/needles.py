"""
One look for the literals of all tables.

An Aho-Corasick automaton over the bytes of a text, ASCII letters in lower case, finds every literal of
every row in one pass whose cost does not depend on how many there are. Where one stands between the
edges that its row asks for, the row may match there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import NamedTuple, Protocol

from ahocorasick_rs import BytesAhoCorasick, Implementation

from gateway.detectors.gates import Gate
from gateway.detectors.places import Places

__all__ = ["Also", "Edged", "Joint", "Look", "Stretches", "needles"]

_BLOCK = 64 << 10  # bytes looked through at a time: hits take a hundred bytes each
_MOST_VARIANTS = 64
_GOOD_LENGTH = 4
# Not ASCII, but RE2 takes them for `k` and `s` where case does not count.
_FOLDED = (("\u212a".encode(), b"k"), ("\u017f".encode(), b"s"))

# [first start, last start of the literal, end], in order and apart: a match begins in the first two, ends in the last
Stretches = list[list[int]]
# Number of the sieve, row, lead, trail, does it need a digit?, of which signs does it need one?, what else?, of which
# strings does it need one as well?
_Row = tuple[int, int, int, int, bool, tuple[frozenset[int], ...], Gate | None, tuple["Also", ...]]
# left, right, and the rows that ask for these edges
_Owners = list[tuple[bytes | None, bytes | None, tuple[_Row, ...]]]


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
    digit: bool = False  # its matches hold one
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
    """The literals of several sieves. Immutable. `small`: a fifth slower, in a tenth of the memory."""

    def __init__(self, sieves: Sequence[Needing], *, small: bool = False) -> None:
        self._sieves = tuple(sieves)
        owners: dict[bytes, dict[tuple[bytes | None, bytes | None], set[_Row]]] = {}
        for number, sieve in enumerate(self._sieves):
            for needle, e in sieve.needles:
                owners.setdefault(needle, {}).setdefault((e.left, e.right), set()).add(
                    (number, e.row, e.lead, e.trail, e.digit, e.signs, e.gate, e.also)
                )
        self._owners = [
            [(left, right, tuple(sorted(rows, key=lambda row: row[:4]))) for (left, right), rows in by_edge.items()]
            for by_edge in owners.values()
        ]
        self._longest = max(map(len, owners), default=0)
        kind = Implementation.ContiguousNFA if small else Implementation.DFA
        self._automaton = BytesAhoCorasick(owners, implementation=kind) if owners else None
        self._reach = max((sieve.reach for sieve in self._sieves), default=0) + 1

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
        if self._automaton is None:
            return Look(places, found, self, near)
        size = len(data)
        digits, there, lower, sieves = places.digits, places.signs, data.lower(), self._sieves
        owners = self._owners
        for index, start, end in self._hits(lower, near):
            before = data[start - 1] if start else 10
            after = data[end] if end < size else 10
            for left, right, rows in owners[index]:
                if (left is not None and not left[before]) or (right is not None and not right[after]):
                    continue
                for number, row, lead, trail, digit, signs, gate, also in rows:
                    if signs and not _stand(signs, there):
                        continue
                    first, last = start - lead * wide, end + trail * wide
                    if first < 0:
                        first = 0
                    if digit and digits.find(b"0", first, last) < 0:
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

    def _hits(self, lower: bytes, near: Sequence[tuple[int, int]] | None) -> Iterable[tuple[int, int, int]]:
        """Each needle's number, and where it stands; None: look everywhere."""
        assert self._automaton is not None
        if len(lower) > _BLOCK:
            return self._hits_by_blocks(lower, ((0, len(lower)),) if near is None else near)
        find = self._automaton.find_matches_as_indexes
        if near is None:
            return find(lower, overlapping=True)
        return [
            (index, first + start, first + end)
            for first, last in near
            for index, start, end in find(lower[first:last], overlapping=True)
        ]

    def _hits_by_blocks(self, lower: bytes, near: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        assert self._automaton is not None
        find = self._automaton.find_matches_as_indexes
        for first, last in near:
            for begin in range(first, last, _BLOCK):
                block = lower[begin : min(last, begin + _BLOCK + self._longest - 1)]
                for index, start, end in find(block, overlapping=True):
                    if start < _BLOCK:
                        yield index, begin + start, begin + end

    def _anywhere(self, data: bytes, found: dict[Needing, dict[int, Stretches | None]]) -> None:
        """Letters in disguise: they are as long as no letter is, so nothing is said of places."""
        for char, plain in _FOLDED:
            data = data.replace(char, plain)
        if self._automaton is None:
            return
        for index, _, _ in self._hits(data.lower(), None):
            for _, _, rows in self._owners[index]:
                for number, row, *_ in rows:
                    found.setdefault(self._sieves[number], {})[row] = None


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
    cuts = [i for i, char in enumerate(literal) if len(_cases(char)) > 1]
    if not cuts:
        return [(literal.lower().encode(), True, True)]
    begin, end = max(pairwise([-1, *cuts, len(literal)]), key=lambda cut: len(literal[cut[0] + 1 : cut[1]].encode()))
    plain = literal[begin + 1 : end]
    if len(plain.encode()) >= _GOOD_LENGTH:
        return [(plain.lower().encode(), begin < 0, end == len(literal))]
    spelled: list[str] = [""]
    taken = 0
    for char in literal:
        options = _cases(char) if len(_cases(char)) > 1 else (char.lower(),)
        if len(spelled) * len(options) > _MOST_VARIANTS:
            break
        spelled = [a + b for a, b in product(spelled, options)]
        taken += 1
    return [(text.encode(), True, taken == len(literal)) for text in spelled]


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
