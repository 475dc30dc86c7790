"""
Which rows of a table can match a text at all.

An RE2 Set builds its automaton while it reads. For a few hundred rows that share word boundaries,
gaps and counted repetitions it meets new states in every new text, and each costs microseconds
[measured: 1000 us for 2 kB of fresh prose, 20 us for known prose]. So rows wait for a literal that
their matches must contain: one automaton finds those of all tables (`needles`), and a row is tried only
around them. Rows that ask for no telling literal are a Set of patterns, in several groups where their
states would multiply; a group is asked only where what it needs stands in the text (`gates`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from gateway.detectors.gates import Gate, gate_of, least_digits
from gateway.detectors.needles import Also, Edged, Joint, Look, Stretches, needles
from gateway.detectors.places import PLAIN, Places
from gateway.detectors.prefix import extent
from gateway.detectors.required import Run, Strings, characters, required
from gateway.detectors.tree import Node, parsed
from gateway.text.patterns import compile_set

__all__ = ["Sieve", "anchor", "literals"]

_MOST_BYTES = 12  # that are looked for one by one
_BEGUN = 5  # bytes of those strings, where they are more
_MOST_ALSO = 12  # strings of another list that are looked for one by one around a literal of the first
_MOST_LISTS = 4
_MOST_RARE = 64  # characters of a class that may be one of them


_UTF8 = 4  # bytes of a character at most

# A Set, its rows, and what every match holds
_Set = tuple[Any, list[int], "_Asked | None"]

LONG = 8 << 10  # bytes of a text in which windows around what rows need pay

_NOWHERE: Mapping[int, Stretches | None] = {}


class Sieve:
    """Immutable. Gives at least the rows that match, for a text or for several joined by line ends."""

    def __init__(self, grouped: Iterable[tuple[str, str]]) -> None:
        """Patterns, each with the name of its group. `reach` and `behind` are the widest of theirs (`prefix`)."""
        self.needles: list[tuple[bytes, Edged]] = []
        self.groups: list[str] = []
        self.reach = 0
        self.behind = 0
        patterns: list[str] = []
        rest: dict[tuple[Gate, str], list[int]] = {}
        self._reaches: dict[Gate, int] = {}
        self._gates: dict[int, Gate] = {}
        for index, (pattern, group) in enumerate(grouped):  # all that is asked of one in a row: it is parsed once
            patterns.append(pattern)
            self.groups.append(group)
            run, marks, also = _anchored(pattern)
            width, context = extent(pattern)
            gate = gate_of(pattern)
            self.reach = max(self.reach, width)
            self.behind = max(self.behind, context)
            if run is None or (run.short and gate.signs):
                rest.setdefault((gate, group), []).append(index)
                self._gates[index] = gate
                self._reaches[gate] = max(self._reaches.get(gate, 0), width)
                continue
            digits = least_digits(pattern)
            far = gate if gate.solid or gate.gap else None
            signs = tuple(frozenset(mark[0] for mark in one.strings) for one in marks)
            also = (*marks, *also)[:_MOST_LISTS]
            shared: dict[tuple[bytes | None, bytes | None, int, int], Edged] = {}  # one object for many needles
            for literal in run.strings:
                sides = (run.left, run.right) if literal.isascii() else (None, None)
                for needle, first, last in needles(literal):
                    left, right = sides[0] if first else None, sides[1] if last else None
                    # Where it is a piece of the literal, all of the literal may stand on either side.
                    lead = run.before if first else min(width, run.before + len(literal))
                    trail = run.after if last else min(width, run.after + len(literal))
                    edges = left, right, lead, trail
                    if (edged := shared.get(edges)) is None:
                        edged = shared[edges] = Edged(index, lead, trail, left, right, digits, far, also, signs)
                    self.needles.append((needle, edged))
        # (?m): a line's ends count as a text's
        self._near: dict[Gate, list[_Set]] = {}
        for (gate, _), rows in rest.items():
            self._near.setdefault(gate, []).append(_set(patterns, rows))
        together: dict[str, list[int]] = {}
        for (_, group), rows in rest.items():
            together.setdefault(group, []).extend(rows)
        self._whole = [
            (*_set(patterns, sorted(rows)), _by_gates(self._gates[row] for row in rows)) for rows in together.values()
        ]
        self._alone: Joint | None = None

    def rows(self, data: bytes) -> list[int]:
        """The rows that may match."""
        return sorted(self.candidates(self.look(data)))

    def look(self, data: bytes) -> Look:
        """A look for this sieve alone, where no `Joint` has looked for it and others."""
        if self._alone is None:
            self._alone = Joint((self,))
        return self._alone.look(data)

    def candidates(self, look: Look) -> Mapping[int, Stretches | None]:
        """The rows that may match, and between which bytes; None: anywhere."""
        known = look.found.get(self, _NOWHERE)
        if look.near == [] or not self._whole:
            return known
        found: dict[int, Stretches | None] = {**known}
        places = look.places
        if look.near is not None or len(places.data) < LONG:
            data, windows = look.sight(), None if look.near is None else self._within(look)
            for patterns, rows, asked, gates in self._whole:
                if (asked is None or asked.holds(places)) and (gates is None or gates.holds(places)):
                    for hit in patterns.Match(data) or ():
                        row = rows[hit]
                        gate = self._gates[row] if windows is None else None
                        found[row] = windows if gate is None else places.at(gate, self._reaches[gate])[0]
            return found
        for gate, sets in self._near.items():
            windows, data = places.at(gate, self._reaches[gate])
            for patterns, rows, asked in sets if data else ():
                if asked is None or asked.holds(places):
                    for hit in patterns.Match(data) or ():
                        found[rows[hit]] = windows
        return found

    def _within(self, look: Look) -> Stretches:
        """Wherever was looked, and as far as a match that begins there may go."""
        size = len(look.data)
        return [[begin, end, min(size, end + _UTF8 * (self.reach + 1))] for begin, end in look.near or ()]


def _set(patterns: Sequence[str], rows: list[int]) -> _Set:
    return compile_set(f"(?m){patterns[i]}" for i in rows), rows, asked(patterns[i] for i in rows)


def literals(pattern: str) -> Strings:
    """
    Strings of which every match of the pattern contains one, in any case of letters where a part of
    the pattern ignores it; empty where there are none long enough to be telling.
    """
    runs = required(parsed(pattern).nodes)
    return runs[0].strings if runs else frozenset()


def anchor(pattern: str) -> Run | None:
    """The most telling of the lists of strings of which every match holds one."""
    runs = required(parsed(pattern).nodes)
    return runs[0] if runs else None


def _anchored(pattern: str) -> tuple[Run | None, tuple[Also, ...], tuple[Also, ...]]:
    """The anchor, and what every match holds beside it: signs, which are the least work to look for, and strings."""
    nodes = parsed(pattern).nodes
    runs = required(nodes)
    if not runs:
        return None, (), ()
    marks = dict.fromkeys(Also(True, marks) for marks in sorted(_marks(nodes), key=len))
    if "(?i" not in pattern:  # the anchor is looked for in any case
        also = [Also(True, tuple(sorted(text.encode() for text in run.strings))) for run in runs]
    else:
        also = [Also(False, _begun(run.strings)) for run in runs[1:] if _is_plain(run)]
    few = [one for one in dict.fromkeys(also) if len(one.strings) <= _MOST_ALSO]
    return runs[0], tuple(marks), tuple(sorted(few, key=lambda one: len(one.strings)))


def _begun(strings: Strings) -> tuple[bytes, ...]:
    """In lower case; where they are many, only as far as most of them begin alike."""
    plain = {text.lower().encode() for text in strings}
    if len(plain) > _MOST_ALSO:
        plain = {text[:_BEGUN] for text in plain}
    return tuple(sorted(plain))


def _marks(nodes: Sequence[Node]) -> Iterator[tuple[bytes, ...]]:
    """Lists of signs, line ends among them, of which every match holds one of each. Digits are asked for apart."""
    for node in nodes:
        found = _rare_of(node)
        if found is not None and len(found) <= _MOST_ALSO and not any(char.isdigit() for char in found):
            yield tuple(sorted({char.encode() for char in found}))


def _is_plain(run: Run) -> bool:
    """Without letters that have cases beyond ASCII, which `bytes.lower` does not know."""
    return all(text.isascii() for text in run.strings)


class _Asked(NamedTuple):
    """What a text must hold one of: a digit, if `digit`, a run without a blank, if `solid`, or one of these."""

    digit: bool
    solid: bool
    signs: frozenset[int]
    strings: tuple[bytes, ...]  # that begin with no telling sign

    @classmethod
    def one_of(cls, strings: Iterable[bytes], digit: bool = False, solid: bool = False) -> _Asked:
        strings = frozenset(strings)
        plain = {string for string in strings if string[0] in PLAIN}
        return cls(digit, solid, frozenset(string[0] for string in strings - plain), tuple(sorted(plain)))

    def holds(self, places: Places) -> bool:
        if (self.digit and places.figures) or not self.signs.isdisjoint(places.signs):
            return True
        for string in self.strings:
            if string in places.data:
                return True
        return self.solid and bool(places.solids())


def asked(patterns: Iterable[str]) -> _Asked | None:
    """By the characters of the patterns. None where nobody knows, or where they are many."""
    digit, marks = False, set[str]()
    for pattern in patterns:
        if least_digits(pattern):
            digit = True
            continue
        found = _rare(parsed(pattern).nodes)
        if found is None:
            return None
        marks |= found
    first = {char.encode()[:1] for char in marks}
    return _Asked.one_of(first, digit) if len(first) <= _MOST_BYTES else None


def _by_gates(gates: Iterable[Gate]) -> _Asked | None:
    """None where of one of them nothing is known. Where digits must stand is not asked: mostly there are enough."""
    digit = solid = False
    signs: set[bytes] = set()
    for gate in gates:
        if gate == Gate():
            return None
        digit = digit or gate.gap is not None or gate.mixed
        solid = solid or gate.solid
        signs.update(gate.signs)
    return _Asked.one_of(signs, digit, solid)


def _rare(nodes: Sequence[Node]) -> Strings | None:
    """The smallest set of characters of which every match holds one: digits, marks; None for many or letters."""
    sets = [found for node in nodes if (found := _rare_of(node)) is not None]
    return min(sets, key=len, default=None)


def _rare_of(node: Node) -> Strings | None:
    kind, arg = node
    if kind is op.LITERAL:
        return None if chr(arg).isalpha() or chr(arg) in " .,-'" else frozenset({chr(arg)})
    if kind is op.IN:
        found = characters(arg, _MOST_RARE)
        return None if found is None or any(char.isalpha() or char in " .,-'" for char in found) else found
    if kind is op.SUBPATTERN:
        return _rare(arg[3])
    if kind is op.BRANCH:
        options = [_rare(branch) for branch in arg[1]]
        return None if None in options else frozenset().union(*(o for o in options if o is not None))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _rare(arg[2])
    return None
