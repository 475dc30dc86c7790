"""
Where rows without a telling literal can match: around digits that stand close together, around long
runs without a blank, around a rare sign.

A gate is told from the pattern: what every match of it holds at least. `places` says where a text holds it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]
from typing import NamedTuple

from gateway.detectors.tree import Node, parsed

__all__ = ["DIGITS", "GAPS", "SOLID", "Gate", "gate_of", "least_digits", "least_solid"]

SOLID = 14  # characters without a blank: longer than nearly all words
DIGITS = 4  # digits near each other: more than most numbers of a text have
GAPS = (3, 25)  # characters between two of them; a row is with the first that is wide enough
_RARE = frozenset(":+@<>~{}[](|\\%*`^#;\u00b0") | {chr(c) for c in (*range(9), 11, 12, *range(14, 32), 127)}

_COUNTS = re.compile(r"(?<!\\)\{\d*(?:,\d*)?\}")
_MAY_ASK = re.compile(r"[0-9]|\\d")
_BLANKS = frozenset(b" \t\n\r\v\f")
_LETTER_CODES = frozenset((*range(65, 91), *range(97, 123)))
_DIGIT_CODES = frozenset(range(48, 58))


class Gate(NamedTuple):
    """
    What each match holds. `gap`: DIGITS digits or more, with at most so many other characters between two of
    them; `solid`: a run of SOLID characters without a blank; `signs`: one of these; `mixed`: a letter
    and a digit after it. Else nobody knows.
    """

    gap: int | None = None
    solid: bool = False
    signs: tuple[bytes, ...] = ()
    mixed: bool = False


def gate_of(pattern: str) -> Gate:
    """The rarest thing that every match of the pattern holds."""
    nodes = parsed(pattern).nodes
    if _solid(nodes).most >= SOLID:
        return Gate(solid=True)
    digits = _digits_in(pattern)
    gap = next((gap for gap in GAPS if digits.gap <= gap), None) if digits.least >= DIGITS else None
    if gap == GAPS[0]:
        return Gate(gap=gap)
    signs = _signs(nodes)
    if signs is not None and all(_is_rare(sign) for sign in signs):
        return Gate(signs=tuple(sorted(sign.encode() for sign in signs)))
    return Gate(gap=gap, mixed=gap is None and _is_mixed(nodes))


def least_digits(pattern: str) -> int:
    """So many ASCII digits are in every match."""
    return _digits_in(pattern).least


def least_solid(pattern: str) -> int:
    """Every match has so many characters side by side of which none is a blank."""
    return _solid(parsed(pattern).nodes).most


class _Digits(NamedTuple):
    """
    `least` digits that every match holds, with at most `gap` other characters between two of them, `lead` before
    the first and `trail` after the last; `others` of them in all.
    """

    least: int = 0
    others: int = 0
    lead: int = 0
    gap: int = 0
    trail: int = 0


@lru_cache(maxsize=1024)
def _digits_in(pattern: str) -> _Digits:
    if not _MAY_ASK.search(_COUNTS.sub("", pattern)):  # most phrases: to add up what else they hold takes long
        return _Digits()
    return _digits(parsed(pattern).nodes)


def _none(others: int) -> _Digits:
    return _Digits(0, others, others, 0, others)


def _digits(nodes: Sequence[Node]) -> _Digits:
    out = _Digits()
    for node in nodes:
        out = _then(out, _digits_of(node))
    return out


def _then(a: _Digits, b: _Digits) -> _Digits:
    others = a.others + b.others
    if not a.least and not b.least:
        return _none(others)
    return _Digits(
        a.least + b.least,
        others,
        a.lead if a.least else a.others + b.lead,
        max(a.gap, b.gap, a.trail + b.lead if a.least and b.least else 0),
        b.trail if b.least else a.trail + b.others,
    )


def _digits_of(node: Node) -> _Digits:
    kind, arg = node
    if kind is op.AT:
        return _Digits()
    if kind is op.SUBPATTERN:
        return _digits(arg[3])
    if kind is op.BRANCH:
        each = [_digits(branch) for branch in arg[1]]
        if not all(digits.least for digits in each):
            return _none(max(digits.others for digits in each))
        return _Digits(min(d.least for d in each), *(max(d[i] for d in each) for i in range(1, 5)))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, once = int(arg[0]), int(arg[1]), _digits(arg[2])
        if not (once.least and low):
            return _none(high * once.others)
        gap = max(once.gap, once.trail + once.lead) if high > 1 else once.gap
        return _Digits(low * once.least, high * once.others, once.lead, gap, once.trail)
    return _Digits(1) if _is_digit(node) else _none(1)


def _is_digit(node: Node) -> bool:
    kind, arg = node
    if kind is op.LITERAL:
        return arg in _DIGIT_CODES
    return kind is op.IN and all(
        (what is op.LITERAL and item in _DIGIT_CODES)
        or (what is op.RANGE and item[0] >= 48 and item[1] <= 57)
        or (what is op.CATEGORY and item is op.CATEGORY_DIGIT)
        for what, item in arg
    )


class _Runs(NamedTuple):
    """Without a blank: at the beginning, the longest, at the end; `whole`: there is nothing else."""

    first: int
    most: int
    last: int
    whole: bool


def _solid(nodes: Sequence[Node]) -> _Runs:
    out = _Runs(0, 0, 0, True)
    for node in nodes:
        then = _solid_of(node)
        out = _Runs(
            out.first + then.first if out.whole else out.first,
            max(out.most, then.most, out.last + then.first),
            then.last + out.last if then.whole else then.last,
            out.whole and then.whole,
        )
    return out


def _solid_of(node: Node) -> _Runs:
    kind, arg = node
    if kind is op.AT:
        return _Runs(0, 0, 0, True)
    if kind is op.SUBPATTERN:
        return _solid(arg[3])
    if kind is op.BRANCH:
        each = [_solid(branch) for branch in arg[1]]
        first, most, last = (min(runs[i] for runs in each) for i in range(3))
        return _Runs(first, most, last, all(runs.whole for runs in each))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        once = _solid(arg[2])
        if once.whole:
            size = int(arg[0]) * once.most
            return _Runs(size, size, size, True)
        return once if arg[0] else _Runs(0, 0, 0, False)
    return _Runs(1, 1, 1, True) if _is_solid(node) else _Runs(0, 0, 0, False)


def _is_solid(node: Node) -> bool:
    """One character, and surely no blank."""
    kind, arg = node
    if kind is op.LITERAL:
        return arg not in _BLANKS
    return kind is op.IN and all(
        (what is op.LITERAL and item not in _BLANKS)
        or (what is op.RANGE and not any(item[0] <= blank <= item[1] for blank in _BLANKS))
        or (what is op.CATEGORY and item in (op.CATEGORY_DIGIT, op.CATEGORY_WORD))
        for what, item in arg
    )


def _signs(nodes: Sequence[Node]) -> frozenset[str] | None:
    """The fewest strings of which every match holds one: marks, or several of them; None where they are many."""
    found = [signs for node in nodes if (signs := _signs_of(node)) is not None]
    text = "".join(chr(arg) if kind is op.LITERAL else " " for kind, arg in nodes)
    if len(text) > 1 and _is_rare(text):
        found.append(frozenset({text}))
    return min(found, key=len, default=None)


def _signs_of(node: Node) -> frozenset[str] | None:
    kind, arg = node
    if kind is op.LITERAL:
        return frozenset({chr(arg)}) if chr(arg) in _RARE else None
    if kind is op.IN:
        if not all(what is op.LITERAL and chr(item) in _RARE for what, item in arg):
            return None
        return frozenset(chr(item) for _, item in arg)
    if kind is op.SUBPATTERN:
        return _signs(arg[3])
    if kind is op.BRANCH:
        each = [_signs(branch) for branch in arg[1]]
        return None if None in each else frozenset().union(*(signs for signs in each if signs is not None))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _signs(arg[2])
    return None


def _is_rare(text: str) -> bool:
    """A rare sign, or several signs side by side that are rare so."""
    return text in _RARE or (len(text) > 1 and all(char in "-/<!*#" or char in _RARE for char in text))


def _is_mixed(nodes: Sequence[Node]) -> bool:
    """Is there a letter, and a digit right after it?"""
    return any(map(_is_mixed_of, nodes)) or any(
        _ends_with_letter(before) and _begins_with_digit(after) for before, after in pairwise(nodes)
    )


def _is_mixed_of(node: Node) -> bool:
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _is_mixed(arg[3])
    return kind is op.BRANCH and all(_is_mixed(branch) for branch in arg[1])


def _ends_with_letter(node: Node) -> bool:
    kind, arg = node
    if kind is op.SUBPATTERN:
        return len(arg[3]) > 0 and _ends_with_letter(arg[3][-1])
    if kind is op.BRANCH:
        return all(len(branch) > 0 and _ends_with_letter(branch[-1]) for branch in arg[1])
    if kind is op.IN:
        return all(what is op.LITERAL and item in _LETTER_CODES for what, item in arg)
    return kind is op.LITERAL and arg in _LETTER_CODES


def _begins_with_digit(node: Node) -> bool:
    kind, arg = node
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return bool(arg[0]) and _begins_with_digit(arg[2][0])
    return _is_digit(node)
