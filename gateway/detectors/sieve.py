"""
Which rows of a table can match a text at all.

An RE2 Set builds its automaton while it reads. For a few hundred rows that share word boundaries,
gaps and counted repetitions it meets new states in every new text, and each costs microseconds
[measured: 1000 us for 2 kB of fresh prose, 20 us for known prose]. A Set of the literals that matches
must contain has few states, all of them soon known. Rows that ask for no telling literal stay a Set
of patterns, in several groups where their states would multiply.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from re import A as ASCII
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from gateway.detectors.prefix import CATEGORY
from gateway.text.patterns import compile_set

__all__ = ["Sieve", "literals", "telling"]

_MAX_LITERALS = 160  # of one row
_MIN_LENGTH = 3
_GOOD_LENGTH = 4
_SHORT_WORD = 5
_MOST_RUNS = 3  # of one row
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

_EMPTY: Strings = frozenset({""})


class Sieve:
    """Immutable. Gives at least the rows that match, for a text or for several joined by line ends."""

    def __init__(self, patterns: Sequence[str], groups: Sequence[str]) -> None:
        by_literal: dict[str, set[tuple[int, int]]] = {}  # -> (row, which of its runs)
        self._needed: list[int] = []  # runs of each row
        rest: dict[str, list[int]] = {}
        for index, (pattern, group) in enumerate(zip(patterns, groups, strict=True)):
            runs = telling(pattern)
            self._needed.append(len(runs))
            for number, run in enumerate(runs):
                for literal in run:
                    by_literal.setdefault(literal, set()).add((index, number))
            if not runs:
                rest.setdefault(group, []).append(index)
        # (?m): a line's ends count as a text's
        self._sets = [(compile_set(f"(?m){patterns[i]}" for i in rows), rows) for rows in rest.values()]
        self._literals = compile_set(by_literal) if by_literal else None
        self._runs = [frozenset(runs) for runs in by_literal.values()]

    def rows(self, data: bytes) -> list[int]:
        hits = [members[hit] for found, members in self._sets for hit in found.Match(data) or ()]
        if self._literals is not None and (seen := self._literals.Match(data)):
            counts: dict[int, int] = {}
            for row, _ in frozenset().union(*[self._runs[literal] for literal in seen]):
                counts[row] = count = counts.get(row, 0) + 1
                if count == self._needed[row]:
                    hits.append(row)
        return sorted(hits)


@dataclass(frozen=True, slots=True)
class _Run:
    """Strings of which a match must hold one, and the edges that must stand around it, as patterns."""

    strings: Strings
    left: str = ""
    right: str = ""


def literals(pattern: str) -> Strings:
    """
    Strings of which every match of the pattern contains one, in any case of letters where a part of
    the pattern ignores it; empty where there are none long enough to be telling.
    """
    runs = _required(list(parser.parse(pattern, ASCII)))
    return runs[0].strings if runs else frozenset()


def telling(pattern: str) -> list[list[str]]:
    """
    Lists of patterns, the most telling first: every match needs one of each list. Short words come
    with the edges that the pattern asks for: `vin` is not in `moving`.
    """
    case = "(?i:" if "(?i" in pattern else "(?:"
    return [
        [
            f"(?m){run.left}{case}{_escape(text)}){run.right}" if _is_short_word(text) else f"{case}{_escape(text)})"
            for text in sorted(run.strings)
        ]
        for run in _required(list(parser.parse(pattern, ASCII)))
    ]


def _is_short_word(text: str) -> bool:
    """Short words stand inside others; for long ones and for codes the edges cost more than they save."""
    return text.isalpha() and len(text) <= _SHORT_WORD


def _required(nodes: Sequence[Node]) -> list[_Run]:
    """
    What every match must hold, the most telling first; of equals the first, because a pattern begins
    with what is particular to it: a prefix, a service's name.
    """
    candidates: list[_Run] = []
    joined, left = _EMPTY, ""
    for node in nodes:
        exact = _exact(node)
        if exact is not None and len(joined) * len(exact) <= _MAX_LITERALS:
            joined = frozenset(a + b for a, b in product(joined, exact))
            continue
        candidates += [_Run(joined, left, _edge(node)), *_inside(node)]
        joined, left = (exact, "") if exact is not None else (_EMPTY, _edge(node))
    candidates.append(_Run(joined, left))
    long = [run for run in candidates if _shortest(run.strings) >= _MIN_LENGTH]
    return sorted(long, key=_worth, reverse=True)[:_MOST_RUNS]


def _worth(run: _Run) -> float:
    """How telling: long enough, and no word that stands in every other sentence."""
    common = sum(text.strip().lower() in _COMMON for text in run.strings)
    return min(_shortest(run.strings), _GOOD_LENGTH) - (1.5 if common else 0)


def _edge(node: Node) -> str:
    """
    A pattern for the end of a word next to a literal: the text's end, or a character of a class that
    leaves some out. A class of what may follow tells little and costs states.
    """
    kind, arg = node
    if kind is op.SUBPATTERN and not (arg[1] or arg[2]) and len(arg[3]) == 1:
        return _edge(arg[3][0])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0] and len(arg[2]) == 1:
        return _edge(arg[2][0])
    if kind is op.BRANCH:
        options = [_end(branch[0]) if len(branch) == 1 else "" for branch in map(list, arg[1])]
        return f"(?:{'|'.join(options)})" if all(options) else ""
    return _end(node)


def _end(node: Node) -> str:
    kind, arg = node
    if kind is op.AT:
        return {op.AT_BEGINNING: "^", op.AT_END: "$"}.get(arg, "")
    if kind is op.IN and (arg[0][0] is op.NEGATE or all(item[1] is op.CATEGORY_NOT_WORD for item in arg)):
        return "[" + "".join(map(_item, arg)) + "]"
    return ""


def _item(item: Node) -> str:
    kind, arg = item
    if kind is op.NEGATE:
        return "^"
    if kind is op.RANGE:
        return f"\\x{{{arg[0]:x}}}-\\x{{{arg[1]:x}}}"
    return CATEGORY[arg] if kind is op.CATEGORY else f"\\x{{{arg:x}}}"


def _shortest(strings: Strings) -> int:
    """In UTF-8 bytes: two ideographs tell as much as six letters."""
    return min((len(text.encode()) for text in strings), default=0)


def _escape(text: str) -> str:
    return "".join(f"\\x{{{ord(c):x}}}" for c in text)


def _inside(node: Node) -> list[_Run]:
    """What a node without a short list of texts still asks for."""
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _required(list(arg[3]))
    if kind is op.BRANCH:
        branches = [_required(list(branch)) for branch in arg[1]]
        return [_Run(frozenset().union(*(runs[0].strings for runs in branches)))] if all(branches) else []
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


def _characters(items: Sequence[Node]) -> Strings | None:
    if any(kind is not op.LITERAL for kind, _ in items) or len(items) > 8:
        return None
    return frozenset(chr(code) for _, code in items)


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
