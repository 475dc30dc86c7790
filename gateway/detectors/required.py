"""What every match of a pattern must hold: lists of strings, and how far from them a match may go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]

from gateway.detectors.edges import apart, beside, either
from gateway.detectors.tree import Node, width

__all__ = ["Run", "Strings", "characters", "required"]

_MAX_LITERALS = 160  # of one row
_MIN_LENGTH = 3
_MIN_WORD = 2  # letters of what stands alone, as a word
_GOOD_LENGTH = 4
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

Strings = frozenset[str]

_EMPTY: Strings = frozenset({""})


@dataclass(frozen=True, slots=True)
class Run:
    """
    Strings of which a match must hold one, and the bytes that may stand around it if it is ASCII; None: any. `before`,
    `after`: so many characters of the match at most.
    """

    strings: Strings
    left: bytes | None = None
    right: bytes | None = None
    before: int = 0
    after: int = 0

    @property
    def short(self) -> bool:
        """May it be a word that stands in any text?"""
        return _shortest(self.strings) < _MIN_LENGTH

    def within(self, before: int, after: int, left: bytes | None = None, right: bytes | None = None) -> Run:
        """As a part of more: so many characters around it, and what stands next to it."""
        return Run(
            self.strings,
            left if self.left is None and self.before == 0 else self.left,
            right if self.right is None and self.after == 0 else self.right,
            self.before + before,
            self.after + after,
        )


def required(nodes: Sequence[Node]) -> list[Run]:
    """
    What every match must hold, the most telling first; of equals the first, because a pattern begins
    with what is particular to it: a prefix, a service's name.
    """
    return [run for run in _runs(nodes) if _tells(run)]


def _runs(nodes: Sequence[Node]) -> list[Run]:
    """As `required`, with what is short: perhaps it stands alone in a longer pattern."""
    candidates: list[Run] = []
    flat = list(_flat(nodes))
    widths = [width((node,)) for node in flat]
    joined, first = _EMPTY, 0  # and which node it begins with
    begin, done, rest = 0, 0, sum(widths)  # characters before `joined`, before the node, from it on
    for at, (node, size) in enumerate(zip(flat, widths, strict=True)):
        exact = _exact(node)
        if exact is not None and len(joined) * len(exact) <= _MAX_LITERALS:
            joined = frozenset(a + b for a, b in product(joined, exact))
        else:
            if _shortest(joined) >= _MIN_WORD:
                candidates.append(Run(joined, beside(flat[:first], -1), beside(flat[at:], 0), begin, rest))
            inside = _inside(node)
            if inside:
                sides = beside(flat[:at], -1), beside(flat[at + 1 :], 0)
                candidates += [run.within(done, rest - size, *sides) for run in inside]
            if exact is not None:
                joined, first, begin = exact, at, done
            else:
                joined, first, begin = _EMPTY, at + 1, done + size
        done, rest = done + size, rest - size
    candidates.append(Run(joined, beside(flat[:first], -1), None, begin))
    long = [run for run in candidates if _shortest(run.strings) >= _MIN_WORD]
    return sorted(long, key=_worth, reverse=True)


def _tells(run: Run) -> bool:
    """Is there anything to look for? Signs alone are not looked for, and two letters only if they are a word."""
    letters = min(sum(char.isalnum() or not char.isascii() for char in text) for text in run.strings)
    if run.short:
        return letters >= _MIN_WORD and apart(run.left) and apart(run.right)
    return letters > 0


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """Without the groups: a literal's edge may stand outside its own."""
    for node in nodes:
        if node[0] is op.SUBPATTERN:
            yield from _flat(node[1][3])
        else:
            yield node


def _worth(run: Run) -> float:
    """How telling: long enough, and no word that stands in every other sentence."""
    common = sum(text.strip().lower() in _COMMON for text in run.strings)
    return min(_shortest(run.strings), _GOOD_LENGTH) - (1.5 if common else 0)


def _shortest(strings: Strings) -> int:
    """In UTF-8 bytes: two ideographs tell as much as six letters."""
    return min((len(text.encode()) for text in strings), default=0)


def _inside(node: Node) -> list[Run]:
    """What a node without a short list of texts still asks for."""
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _runs(arg[3])
    if kind is op.BRANCH:
        branches = [_runs(branch) for branch in arg[1]]
        if not all(branches):
            return []
        first = [runs[0] for runs in branches]
        plain = [run for run in first if any(map(str.isascii, run.strings))]
        sides = either([run.left for run in plain]), either([run.right for run in plain])
        strings = frozenset().union(*(run.strings for run in first))
        around = max(run.before for run in first), max(run.after for run in first)
        return [Run(strings, *sides, *around)]
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        again = (arg[1] - 1) * width((node,)) // arg[1]  # the first time is followed by all others
        return [run.within(0, again) for run in _runs(arg[2])]
    return []


def _exact(node: Node) -> Strings | None:
    """All texts that the node matches; None where they are many."""
    kind, arg = node
    if kind is op.LITERAL:
        return frozenset({chr(arg)})
    if kind is op.AT:
        return _EMPTY
    if kind is op.IN:
        return characters(arg)
    if kind is op.SUBPATTERN:
        return _sequence(arg[3])
    if kind is op.BRANCH:
        return _union(_sequence(branch) for branch in arg[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[1] == 1:
        inner = _sequence(arg[2])
        return inner if inner is None or arg[0] else inner | _EMPTY
    return None


def characters(items: Sequence[Node], most: int = 8) -> Strings | None:
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
