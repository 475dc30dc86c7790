"""
Where rows without a telling literal can match: around digits that stand close together, around long
runs without a blank, around a rare sign.

A gate is told from the pattern: what every match of it holds at least. So a text, or a stretch, that
does not hold it has no match. In prose the stretches are short and mostly there are none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]
from string import ascii_letters, digits
from typing import Any, NamedTuple

from gateway.detectors.prefix import parsed
from gateway.text.patterns import compile_re2, searcher

__all__ = ["PLAIN", "Gate", "Places", "Windows", "gate_of", "least_digits", "least_solid"]

Node = tuple[Any, Any]
# [first start, last start of a match, end], in order and apart
Windows = list[list[int]]

SOLID = 14  # characters without a blank: longer than nearly all words
DIGITS = 4  # digits near each other: more than most numbers of a text have
GAPS = (3, 25)  # characters between two of them; a row is with the first that is wide enough
_MANY = 8  # one digit of so many bytes: stretches would be most of the text
_UTF8 = 4  # bytes of a character at most
_OFTEN = 32  # signs of one text
_RARE = frozenset(":+@<>~{}[](|\\%*`^#;\u00b0") | {chr(c) for c in (*range(9), 11, 12, *range(14, 32), 127)}

PLAIN = (ascii_letters + digits + " .,-'").encode()  # each may stand in any text
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))  # every digit becomes a zero, all else a space
_SOLID = searcher(compile_re2(rf"[^ \t\n\r\v\f]{{{SOLID},}}", utf8=False))
_KINDS = bytes(97 if chr(b).isalpha() and b < 128 else 48 if 48 <= b <= 57 else 32 for b in range(256))
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


class Places:
    """
    One text, and where its gates are open; each is looked for once. `wide`: bytes of a character at most. `signs`:
    which bytes stand in it, but for letters, digits and those that stand in every other sentence.
    """

    __slots__ = ("_clusters", "_found", "_runs", "_solid", "data", "digits", "signs", "wide")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.wide = 1 if data.isascii() else _UTF8
        self.digits = data.translate(_DIGITS)
        self.signs = frozenset(data.translate(None, PLAIN))
        self._runs: list[tuple[int, int]] | None = None
        self._solid: list[tuple[int, int]] | None = None
        self._clusters: dict[int, list[tuple[int, int]] | None] = {}
        self._found: dict[tuple[Gate, int], tuple[Windows | None, bytes]] = {}

    @property
    def has_solid(self) -> bool:
        return bool(self._solids())

    def near(self, gate: Gate, begin: int, end: int) -> bool:
        """May a match between these bytes hold what it must?"""
        if gate.signs:
            return any(self.data.find(sign, begin, end) >= 0 for sign in gate.signs)
        spans = self._spans(gate)
        if spans is None:
            return True
        # They are apart: of those that begin before `end`, the last one ends last.
        at = bisect_left(spans, (end, 0))
        return at > 0 and begin < spans[at - 1][1]

    def at(self, gate: Gate, reach: int) -> tuple[Windows | None, bytes]:
        """
        Windows in which all matches are that are at most `reach` characters long, with what stands in them, in
        lines. None: anywhere.
        """
        found = self._found.get((gate, reach))
        if found is None:
            found = self._found[gate, reach] = self._at(gate, self.wide * (reach + 1))
        return found

    def _at(self, gate: Gate, reach: int) -> tuple[Windows | None, bytes]:
        data = self.data
        spans = self._spans(gate)
        if spans is None:
            return None, data
        if not spans:
            return [], b""
        windows = _windows(spans, reach, len(data))
        if 2 * sum(end - begin for begin, _, end in windows) > len(data):
            return None, data
        return windows, b"\n".join([data[begin:end] for begin, _, end in windows])

    def _spans(self, gate: Gate) -> Sequence[tuple[int, int]] | None:
        """In order; every match holds a character of one. None: they are many."""
        if gate.solid:
            return self._solids()
        if gate.gap is not None:
            gap = self.wide * gate.gap
            if gap not in self._clusters:
                self._clusters[gap] = self._near(gap)
            return self._clusters[gap]
        if gate.signs:
            signs = [sign for sign in gate.signs if sign in self.data]
            return _places(self.data, signs) if signs else ()
        return _places(self.data.translate(_KINDS), [b"a0"]) if gate.mixed else None

    def _near(self, gap: int) -> list[tuple[int, int]] | None:
        """Stretches with enough digits, none of them farther from the next; None: there are many."""
        if self._runs is None:
            count = self.digits.count(b"0")
            if _MANY * count > len(self.digits):
                return None
            self._runs = list(_digit_runs(self.digits)) if count >= DIGITS else []
        out: list[tuple[int, int]] = []
        total = begin = done = 0
        for start, end in self._runs:
            if start - done > gap:
                if total >= DIGITS:
                    out.append((begin, done))
                begin, total = start, 0
            total += end - start
            done = end
        if total >= DIGITS:
            out.append((begin, done))
        return out

    def _solids(self) -> list[tuple[int, int]]:
        if self._solid is None:
            self._solid = []
            size = len(self.data)
            end = 0
            while (span := _SOLID(self.data, end, size)[0])[0] >= 0:
                self._solid.append(span)
                end = span[1]
        return self._solid


def _digit_runs(digits: bytes) -> Iterator[tuple[int, int]]:
    at = digits.find(b"0")
    while at >= 0:
        end = digits.find(b" ", at)
        if end < 0:
            yield at, len(digits)
            return
        yield at, end
        at = digits.find(b"0", end)


def _places(data: bytes, strings: Sequence[bytes]) -> list[tuple[int, int]] | None:
    if sum(map(data.count, strings)) > _OFTEN + len(data) // _MANY**2:
        return None
    out = []
    for string in strings:
        at = data.find(string)
        while at >= 0:
            out.append((at, at + len(string)))
            at = data.find(string, at + 1)
    return sorted(out)


def _windows(spans: Sequence[tuple[int, int]], reach: int, size: int) -> Windows:
    """Wide enough for every match that holds a character of one of these spans."""
    out: Windows = []
    for start, end in spans:
        begin, last = max(0, start - reach), min(size, end + reach)
        if out and begin <= out[-1][2]:
            out[-1][1:] = max(out[-1][1], end), max(out[-1][2], last)
        else:
            out.append([begin, end, last])
    return out


def gate_of(pattern: str) -> Gate:
    """The rarest thing that every match of the pattern holds."""
    nodes = list(parsed(pattern))
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
    return _solid(list(parsed(pattern))).most


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
    return _digits(list(parsed(pattern)))


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
        return _digits(list(arg[3]))
    if kind is op.BRANCH:
        each = [_digits(list(branch)) for branch in arg[1]]
        if not all(digits.least for digits in each):
            return _none(max(digits.others for digits in each))
        return _Digits(min(d.least for d in each), *(max(d[i] for d in each) for i in range(1, 5)))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, once = int(arg[0]), int(arg[1]), _digits(list(arg[2]))
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
        return _solid(list(arg[3]))
    if kind is op.BRANCH:
        each = [_solid(list(branch)) for branch in arg[1]]
        first, most, last = (min(runs[i] for runs in each) for i in range(3))
        return _Runs(first, most, last, all(runs.whole for runs in each))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        once = _solid(list(arg[2]))
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
        return _signs(list(arg[3]))
    if kind is op.BRANCH:
        each = [_signs(list(branch)) for branch in arg[1]]
        return None if None in each else frozenset().union(*(signs for signs in each if signs is not None))
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and arg[0]:
        return _signs(list(arg[2]))
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
        return _is_mixed(list(arg[3]))
    return kind is op.BRANCH and all(_is_mixed(list(branch)) for branch in arg[1])


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
