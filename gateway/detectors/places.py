"""
One text, and where its gates are open: a stretch that does not hold what a gate asks for has no match of its
patterns. In prose the stretches are short and mostly there are none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from string import ascii_letters, digits

from gateway.detectors.gates import DIGITS, SOLID, Gate
from gateway.text.patterns import compile_re2, searcher

__all__ = ["PLAIN", "Places", "Windows"]

# [first start, last start of a match, end], in order and apart
Windows = list[list[int]]

PLAIN = (ascii_letters + digits + " .,-'").encode()  # each may stand in any text
_MANY = 8  # one digit of so many bytes: stretches would be most of the text
_UTF8 = 4  # bytes of a character at most
_OFTEN = 32  # signs of one text
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))  # every digit becomes a zero, all else a space
_SOLID = searcher(compile_re2(rf"[^ \t\n\r\v\f]{{{SOLID},}}", utf8=False))
_KINDS = bytes(97 if chr(b).isalpha() and b < 128 else 48 if 48 <= b <= 57 else 32 for b in range(256))


class Places:
    """
    One text, and where its gates are open; each is looked for once. `wide`: bytes of a character at most. `figures`:
    does it hold a digit? `signs`: which bytes stand in it, but for letters, digits and those of every other sentence.
    """

    __slots__ = ("_clusters", "_found", "_runs", "_solid", "data", "digits", "figures", "signs", "wide")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.wide = 1 if data.isascii() else _UTF8
        self.digits = data.translate(_DIGITS)
        self.figures = b"0" in self.digits
        self.signs = frozenset(data.translate(None, PLAIN))
        self._runs: list[tuple[int, int]] | None = None
        self._solid: list[tuple[int, int]] | None = None
        self._clusters: dict[int, list[tuple[int, int]] | None] = {}
        self._found: dict[tuple[Gate, int], tuple[Windows | None, bytes]] = {}

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
            return self.solids()
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

    def solids(self) -> list[tuple[int, int]]:
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
