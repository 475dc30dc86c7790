"""
Where rows without a telling literal can match: around digits that stand close together, around long
runs without a blank, around a rare sign.

A gate is told from the pattern: what every match of it holds at least. So a text, or a stretch, that
does not hold it has no match. In prose the stretches are short and mostly there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from re import A as ASCII
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

__all__ = ["Gate", "Places", "Windows", "gate_of", "least_digits", "least_solid"]

Node = tuple[Any, Any]
# [first start, last start of a match, end], in order and apart
Windows = list[list[int]]

SOLID = 14  # characters without a blank: longer than nearly all words
STEPS = (6, 4, 2)  # digits side by side or near; a row is with the greatest that it is sure to have
_MANY = 8  # one digit of so many bytes: stretches would be most of the text
_OFTEN = 32  # signs of one text
_RARE = frozenset("+@<>~{}[](|\\%*`^#;\u00b0") | {chr(c) for c in (*range(9), 11, 12, *range(14, 32), 127)}

_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))  # every digit becomes a zero, all else a space
_SOLID = bytes(32 if byte in b" \t\n\r\v\f" else 97 for byte in range(256))
_RUN = b"a" * SOLID
_BLANKS = frozenset(b" \t\n\r\v\f")
_DIGIT_CODES = frozenset(range(48, 58))


class Gate(NamedTuple):
    """
    What each match holds. `digits`: so many, `solid`: a run of SOLID characters without a blank, `signs`: one
    of these; nothing of all that: nobody knows.
    """

    digits: int = 0
    solid: bool = False
    signs: tuple[bytes, ...] = ()


class Places:
    """One text, and where its gates are open; each is looked for once. `reach` is in bytes."""

    __slots__ = ("_found", "_runs", "_solid", "data", "digits")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.digits = data.translate(_DIGITS)
        self._runs: list[tuple[int, int]] | None = None
        self._solid: list[tuple[int, int]] | None = None
        self._found: dict[tuple[Gate, int], tuple[Windows | None, bytes]] = {}

    def at(self, gate: Gate, reach: int) -> tuple[Windows | None, bytes]:
        """Windows in which all matches are, with what stands in them, in lines. None: anywhere."""
        found = self._found.get((gate, reach))
        if found is None:
            found = self._found[gate, reach] = self._at(gate, reach)
        return found

    def _at(self, gate: Gate, reach: int) -> tuple[Windows | None, bytes]:
        data = self.data
        if gate.solid:
            spans = self._solids()
        elif gate.digits:
            near = self._near(gate.digits, reach)
            if near is None:
                return None, data
            spans = near
        elif gate.signs:
            signs = [sign for sign in gate.signs if sign in data]
            if sum(map(data.count, signs)) > _OFTEN:
                return None, data
            spans = sorted(span for sign in signs for span in _places(data, sign))
        else:
            return None, data
        if not spans:
            return [], b""
        windows = _windows(spans, reach, len(data))
        if 2 * sum(end - begin for begin, _, end in windows) > len(data):
            return None, data
        return windows, b"\n".join([data[begin:end] for begin, _, end in windows])

    def _near(self, least: int, reach: int) -> list[tuple[int, int]] | None:
        """Runs of digits with which, or with the next ones, there are enough within reach; None: there are many."""
        digits = self.digits
        if self._runs is None:
            count = digits.count(b"0")
            if _MANY * count > len(digits):
                return None
            self._runs = list(_digit_runs(digits)) if count > 1 else []
        runs = self._runs
        out = []
        for i, (start, end) in enumerate(runs):
            total, j = end - start, i + 1
            while total < least and j < len(runs) and runs[j][0] - end < reach:
                total += runs[j][1] - runs[j][0]
                j += 1
            if total >= least:
                out.append((start, end))
        return out

    def _solids(self) -> list[tuple[int, int]]:
        if self._solid is None:
            mask = self.data.translate(_SOLID)
            self._solid = []
            at = mask.find(_RUN)
            while at >= 0:
                end = mask.find(b" ", at)
                end = len(mask) if end < 0 else end
                self._solid.append((at, end))
                at = mask.find(_RUN, end)
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


def _places(data: bytes, sign: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(sign)
    while at >= 0:
        yield at, at + len(sign)
        at = data.find(sign, at + 1)


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
    nodes = list(parser.parse(pattern, ASCII))
    if _solid(nodes).most >= SOLID:
        return Gate(solid=True)
    digits = _digits(nodes)
    if digits >= STEPS[0]:
        return Gate(digits=STEPS[0])
    signs = _signs(nodes)
    if signs is not None and all(_is_rare(sign) for sign in signs):
        return Gate(signs=tuple(sorted(sign.encode() for sign in signs)))
    for step in STEPS:
        if digits >= step:
            return Gate(digits=step)
    return Gate()


def least_digits(pattern: str) -> int:
    """So many ASCII digits are in every match."""
    return _digits(list(parser.parse(pattern, ASCII)))


def least_solid(pattern: str) -> int:
    """Every match has so many characters side by side of which none is a blank."""
    return _solid(list(parser.parse(pattern, ASCII))).most


def _digits(nodes: Sequence[Node]) -> int:
    return sum(map(_digits_of, nodes))


def _digits_of(node: Node) -> int:
    kind, arg = node
    if kind is op.SUBPATTERN:
        return _digits(list(arg[3]))
    if kind is op.BRANCH:
        return min(_digits(list(branch)) for branch in arg[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return int(arg[0]) * _digits(list(arg[2]))
    return int(_is_digit(node))


def _is_digit(node: Node) -> bool:
    kind, arg = node
    if kind is op.LITERAL:
        return arg in _DIGIT_CODES
    return kind is op.IN and all(
        (what is op.LITERAL and item in _DIGIT_CODES)
        or (what is op.RANGE and 48 <= item[0] and item[1] <= 57)
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
        return _Runs(*(min(runs[i] for runs in each) for i in range(3)), all(runs.whole for runs in each))
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
