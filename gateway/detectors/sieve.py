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
from itertools import product
from re import A as ASCII
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

from gateway.text.patterns import MAX_MEMORY

__all__ = ["Sieve", "literals"]

_MAX_LITERALS = 160  # of one row
_MIN_LENGTH = 3
_GOOD_LENGTH = 4

Node = tuple[Any, Any]
Strings = frozenset[str]

_EMPTY: Strings = frozenset({""})


class Sieve:
    """Immutable. Gives at least the rows that match, for a text or for several joined by line ends."""

    def __init__(self, patterns: Sequence[str], groups: Sequence[str]) -> None:
        by_literal: dict[str, list[int]] = {}
        rest: dict[str, list[int]] = {}
        for index, (pattern, group) in enumerate(zip(patterns, groups, strict=True)):
            found = literals(pattern)
            case = "(?i)" if "(?i" in pattern else ""
            for literal in found:
                by_literal.setdefault(case + _escape(literal), []).append(index)
            if not found:
                rest.setdefault(group, []).append(index)
        # (?m): a line's ends count as a text's
        self._sets: list[tuple[Any, list[tuple[int, ...]]]] = [
            (_compile(f"(?m){patterns[i]}" for i in rows), [(i,) for i in rows]) for rows in rest.values()
        ]
        if by_literal:
            self._sets.append((_compile(by_literal), [tuple(rows) for rows in by_literal.values()]))

    def rows(self, data: bytes) -> list[int]:
        hits = {row for found, members in self._sets for hit in found.Match(data) or () for row in members[hit]}
        return sorted(hits)


def literals(pattern: str) -> Strings:
    """
    Strings of which every match of the pattern contains one, in any case of letters where a part of
    the pattern ignores it; empty where there are none long enough to be telling.
    """
    best = _required(list(parser.parse(pattern, ASCII)))
    return best if _shortest(best) >= _MIN_LENGTH else frozenset()


def _required(nodes: Sequence[Node]) -> Strings:
    """
    The first strings of the sequence that are long enough, else those whose shortest is longest. The
    first, because a pattern begins with what is particular to it: a prefix, a service's name.
    """
    candidates: list[Strings] = []
    joined = _EMPTY
    for node in nodes:
        exact = _exact(node)
        if exact is not None and len(joined) * len(exact) <= _MAX_LITERALS:
            joined = frozenset(a + b for a, b in product(joined, exact))
            continue
        candidates += [joined, _inside(node)]
        joined = exact if exact is not None else _EMPTY
    return max([*candidates, joined], key=lambda strings: min(_shortest(strings), _GOOD_LENGTH))


def _shortest(strings: Strings) -> int:
    """In UTF-8 bytes: two ideographs tell as much as six letters."""
    return min((len(text.encode()) for text in strings), default=0)


def _escape(text: str) -> str:
    return "".join(f"\\x{{{ord(c):x}}}" for c in text)


def _inside(node: Node) -> Strings:
    """What a node without a short list of texts still asks for."""
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _required(list(arg[3]))
    if kind is op.BRANCH:
        branches = [_required(list(branch)) for branch in arg[1]]
        return frozenset().union(*branches) if all(branches) else frozenset()
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _required(list(arg[2]))
    return frozenset()


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


def _compile(patterns: Iterable[str]) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    rows = re2.Set.SearchSet(options)
    for pattern in patterns:
        rows.Add(pattern.encode())
    rows.Compile()
    return rows
