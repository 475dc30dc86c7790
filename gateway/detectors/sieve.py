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
from dataclasses import dataclass
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

from gateway.detectors.edges import edge
from gateway.detectors.gates import Gate, Places, gate_of, least_digits
from gateway.detectors.needles import Edged, Joint, Look, Stretches, needles
from gateway.detectors.prefix import extent, parsed
from gateway.text.patterns import compile_set

__all__ = ["Sieve", "anchor", "literals"]

_MAX_LITERALS = 160  # of one row
_MIN_LENGTH = 3
_GOOD_LENGTH = 4
_MOST_BYTES = 12  # that are looked for one by one
_BEGUN = 5  # bytes of those strings, where they are more
_MOST_ALSO = 8  # strings of a second list that are looked for one by one around a literal of the first
_LONGEST_NEEDLE = 8  # bytes; what follows tells little more, and makes the automaton large
_MOST_RARE = 64  # characters of a class that may be one of them
_WORDS = """
    about above after again all also and answer any are ask because been before being below both but can could did
    does down each even every first for forget from full get give given has have her here him his how into its just
    keep know last like line list look made make many may more most much must name need new not note now number one
    only open other our out over own part people place print provide put read repeat respond return said same say see
    send set should show some start still such take tell text than that the their them then there these they thing this
    those three through time two under use user very want was way well were what when where which while who why will
    with word work would write you your yes output display share type without never always don't dont please
"""
_COMMON = frozenset(_WORDS.split())

Node = tuple[Any, Any]
Strings = frozenset[str]

_UTF8 = 4  # bytes of a character at most

# A Set, its rows, and what every match holds
_Set = tuple[Any, list[int], "_Asked | None"]

LONG = 8 << 10  # bytes of a text in which windows around what rows need pay

_EMPTY: Strings = frozenset({""})
_NOWHERE: Mapping[int, Stretches | None] = {}


class Sieve:
    """Immutable. Gives at least the rows that match, for a text or for several joined by line ends."""

    def __init__(self, patterns: Sequence[str], groups: Sequence[str], reach: Sequence[int] | None = None) -> None:
        self.needles: list[tuple[bytes, Edged]] = []
        self.reach = 0
        rest: dict[tuple[Gate, str], list[int]] = {}
        self._reaches: dict[Gate, int] = {}
        self._gates: dict[int, Gate] = {}
        for index, (pattern, group) in enumerate(zip(patterns, groups, strict=True)):
            run, also = _anchored(pattern)
            width = extent(pattern)[0] if reach is None else reach[index]
            gate = gate_of(pattern)
            self.reach = max(self.reach, width)
            if run is None:
                rest.setdefault((gate, group), []).append(index)
                self._gates[index] = gate
                self._reaches[gate] = max(self._reaches.get(gate, 0), width)
                continue
            digit = least_digits(pattern) > 0
            for literal in run.strings:
                for needle, first, last in needles(literal):
                    left, right = run.left if first else None, run.right if last else None
                    if len(needle) > _LONGEST_NEEDLE:
                        keep_end = left is None and right is not None
                        needle = needle[-_LONGEST_NEEDLE:] if keep_end else needle[:_LONGEST_NEEDLE]
                        left, right = (None, right) if keep_end else (left, None)
                    self.needles.append(
                        (
                            needle,
                            Edged(index, width, left, right, digit, gate if gate.solid or gate.gap else None, also),
                        )
                    )
        # (?m): a line's ends count as a text's
        self._near: dict[Gate, list[_Set]] = {}
        for (gate, _), rows in rest.items():
            self._near.setdefault(gate, []).append(_set(patterns, rows))
        together: dict[str, list[int]] = {}
        for (_, group), rows in rest.items():
            together.setdefault(group, []).extend(rows)
        self._whole = [_set(patterns, sorted(rows)) for rows in together.values()]
        self._alone: Joint | None = None

    def rows(self, data: bytes) -> list[int]:
        """The rows that may match."""
        return sorted(self.candidates(self.look(data)))

    def look(self, data: bytes) -> Look:
        """A look for this sieve alone, where no `Joint` has looked for it and others."""
        if self._alone is None:
            self._alone = Joint((self,), small=True)
        return self._alone.look(data)

    def candidates(self, look: Look) -> dict[int, Stretches | None]:
        """The rows that may match, and between which bytes; None: anywhere."""
        found: dict[int, Stretches | None] = {**look.found.get(self, _NOWHERE)}
        if look.near == []:
            return found
        places = look.places
        if look.near is not None or len(places.data) < LONG:
            data, windows = look.sight(), None if look.near is None else self._within(look)
            for patterns, rows, asked in self._whole:
                if asked is None or asked.holds(places):
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


@dataclass(frozen=True, slots=True)
class _Run:
    """Strings of which a match must hold one, and the bytes that may stand around it; None: any."""

    strings: Strings
    left: bytes | None = None
    right: bytes | None = None


def literals(pattern: str) -> Strings:
    """
    Strings of which every match of the pattern contains one, in any case of letters where a part of
    the pattern ignores it; empty where there are none long enough to be telling.
    """
    runs = _required(list(parsed(pattern)))
    return runs[0].strings if runs else frozenset()


def anchor(pattern: str) -> _Run | None:
    """The most telling of the lists of strings of which every match holds one."""
    runs = _required(list(parsed(pattern)))
    return runs[0] if runs else None


def _anchored(pattern: str) -> tuple[_Run | None, tuple[bytes, ...]]:
    """The anchor, and the shortest list of other strings that every match holds one of, in lower case."""
    runs = _required(list(parsed(pattern)))
    others = [_begun(run.strings) for run in runs[1:] if _is_plain(run)]
    also = min((strings for strings in others if len(strings) <= _MOST_ALSO), key=len, default=[])
    return (runs[0] if runs else None), tuple(also)


def _begun(strings: Strings) -> list[bytes]:
    """In lower case; where they are many, only as far as most of them begin alike."""
    plain = {text.lower().encode() for text in strings}
    if len(plain) > _MOST_ALSO:
        plain = {text[:_BEGUN] for text in plain}
    return sorted(plain)


def _is_plain(run: _Run) -> bool:
    """Without letters that have cases beyond ASCII, which `bytes.lower` does not know."""
    return all(text.isascii() for text in run.strings)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every match of some patterns holds one of: a digit, if `digit`, or one of these bytes."""

    digit: bool
    marks: tuple[bytes, ...]

    def holds(self, places: Places) -> bool:
        if self.digit and b"0" in places.digits:
            return True
        data = places.data
        for byte in self.marks:  # noqa: SIM110 (a generator costs more than these few looks)
            if byte in data:
                return True
        return False


def asked(patterns: Iterable[str]) -> _Asked | None:
    """None where nobody knows, or where they are many."""
    digit, marks = False, set[str]()
    for pattern in patterns:
        if least_digits(pattern):
            digit = True
            continue
        found = _rare(list(parsed(pattern)))
        if found is None:
            return None
        marks |= found
    first = {char.encode()[:1] for char in marks}
    return _Asked(digit, tuple(sorted(first))) if len(first) <= _MOST_BYTES else None


def _rare(nodes: Sequence[Node]) -> Strings | None:
    """The smallest set of characters of which every match holds one: digits, marks; None for many or letters."""
    sets = [found for node in nodes if (found := _rare_of(node)) is not None]
    return min(sets, key=len, default=None)


def _rare_of(node: Node) -> Strings | None:
    kind, arg = node
    if kind is op.LITERAL:
        return None if chr(arg).isalpha() or chr(arg) in " .,-'" else frozenset({chr(arg)})
    if kind is op.IN:
        found = _characters(arg, _MOST_RARE)
        return None if found is None or any(char.isalpha() or char in " .,-'" for char in found) else found
    if kind is op.SUBPATTERN:
        return _rare(list(arg[3]))
    if kind is op.BRANCH:
        options = [_rare(list(branch)) for branch in arg[1]]
        return None if None in options else frozenset().union(*(o for o in options if o is not None))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _rare(list(arg[2]))
    return None


def _required(nodes: Sequence[Node]) -> list[_Run]:
    """
    What every match must hold, the most telling first; of equals the first, because a pattern begins
    with what is particular to it: a prefix, a service's name.
    """
    candidates: list[_Run] = []
    joined, left = _EMPTY, None
    for node in _flat(nodes):
        exact = _exact(node)
        if exact is not None and len(joined) * len(exact) <= _MAX_LITERALS:
            joined = frozenset(a + b for a, b in product(joined, exact))
            continue
        candidates += [_Run(joined, left, edge(node, 0)), *_inside(node)]
        joined, left = (exact, None) if exact is not None else (_EMPTY, edge(node, -1))
    candidates.append(_Run(joined, left))
    long = [run for run in candidates if _shortest(run.strings) >= _MIN_LENGTH]
    return sorted(long, key=_worth, reverse=True)


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """Without the groups: a literal's edge may stand outside its own."""
    for node in nodes:
        if node[0] is op.SUBPATTERN:
            yield from _flat(node[1][3])
        else:
            yield node


def _worth(run: _Run) -> float:
    """How telling: long enough, and no word that stands in every other sentence."""
    common = sum(text.strip().lower() in _COMMON for text in run.strings)
    return min(_shortest(run.strings), _GOOD_LENGTH) - (1.5 if common else 0)


def _shortest(strings: Strings) -> int:
    """In UTF-8 bytes: two ideographs tell as much as six letters."""
    return min((len(text.encode()) for text in strings), default=0)


def _inside(node: Node) -> list[_Run]:
    """What a node without a short list of texts still asks for."""
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _required(list(arg[3]))
    if kind is op.BRANCH:
        branches = [_required(list(branch)) for branch in arg[1]]
        if not all(branches):
            return []
        sides = [(runs[0].left, runs[0].right) for runs in branches]
        strings = frozenset().union(*(runs[0].strings for runs in branches))
        return [_Run(strings, *sides[0])] if len(set(sides)) == 1 else [_Run(strings)]
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _required(list(arg[2]))
    return []


def _exact(node: Node) -> Strings | None:
    """All texts that the node matches; None where they are many."""
    kind, arg = node
    if kind is op.LITERAL:
        return frozenset({chr(arg)})
    if kind is op.AT:
        return _EMPTY
    if kind is op.IN:
        return _characters(arg)
    if kind is op.SUBPATTERN:
        return _sequence(list(arg[3]))
    if kind is op.BRANCH:
        return _union(_sequence(list(branch)) for branch in arg[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[1] == 1:
        inner = _sequence(list(arg[2]))
        return inner if inner is None or arg[0] else inner | _EMPTY
    return None


def _characters(items: Sequence[Node], most: int = 8) -> Strings | None:
    found: set[str] = set()
    for kind, arg in items:
        if kind is op.LITERAL:
            found.add(chr(arg))
        elif kind is op.RANGE and arg[1] - arg[0] < most:
            found.update(map(chr, range(arg[0], arg[1] + 1)))
        elif kind is op.CATEGORY and arg is op.CATEGORY_DIGIT:
            found.update("0123456789")
        else:
            return None
    return frozenset(found) if len(found) <= most else None


def _sequence(nodes: Sequence[Node]) -> Strings | None:
    joined = _EMPTY
    for node in nodes:
        exact = _exact(node)
        if exact is None or len(joined) * len(exact) > _MAX_LITERALS:
            return None
        joined = frozenset(a + b for a, b in product(joined, exact))
    return joined


def _union(options: Iterable[Strings | None]) -> Strings | None:
    found: set[str] = set()
    for option in options:
        if option is None:
            return None
        found |= option
    return frozenset(found) if len(found) <= _MAX_LITERALS else None
