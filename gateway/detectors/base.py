"""
Bases that make most detectors a table.

A pattern detector is a tuple of rows. A sieve says in a single pass which rows can match at all; only
those run for their spans and check digits. RE2 is linear in the text for any pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from gateway.detectors.needles import Look, Needing, Stretches
from gateway.detectors.prefix import VALUE, Shape, marked, shape
from gateway.detectors.sieve import Sieve
from gateway.errors import ScanError
from gateway.text.patterns import Search, compile_re2, searcher
from gateway.types import OF_ONE_TEXT, Finding, Kind, Part, Reading, Span

__all__ = [
    "Match",
    "RegexDetector",
    "Row",
    "Table",
    "begun",
    "code_points",
    "compile_beginning",
    "compile_re2",
    "matches",
    "outermost",
    "value_group",
]


_NO_ANCHORS = re.compile(r"\\[^b]|\[\^?\]?(?:\\.|[^\]\\])*\]")

# One row may try so many starts in one text. More is not prose but an attack on our CPU: fail closed.
MAX_CANDIDATES = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """
    One pattern, in the common subset of RE2 and Python syntax, ASCII classes.

    The group `v`, at the top level, is the finding; what stands before it is context, what stands
    after it look-ahead; without it the whole match is the finding. State where a value may begin
    (`(?:^|[^\\w])`), or every suffix of it is tried as well. `valid` gets the value (check digits).
    """

    category: str
    pattern: str
    valid: Callable[[str], bool] | None = None
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """Byte offsets in the encoded text."""

    start: int
    value_start: int
    value_end: int


def value_group(pattern: Any) -> int:
    """The number of the group `v`; 0, the whole match, where there is none."""
    return int(pattern.groupindex.get(VALUE.encode(), 0))


def matches(search: Search, group: int, data: bytes, stretches: Stretches | None = None) -> Iterator[Match]:
    """
    Every start at which the pattern matches, also inside an earlier match. A match then depends only
    on the characters around it, not on where the search began: streams and whole texts agree.

    `stretches`: where matches can be, each wide enough for the longest that begins up to its second offset.
    """
    tried = 0
    size = len(data)
    for begin, last, end in stretches or ((0, size, size),):
        at = begin
        while at <= end and 0 <= (start := (found := search(data, at, end))[0][0]) <= last:
            yield Match(start, *found[group])
            at = start + 1
            tried += 1
            if tried > MAX_CANDIDATES:
                raise ScanError(f"more than {MAX_CANDIDATES} candidates for one pattern")


class Table:
    """
    A detector whose texts may be looked at for it and for others at once.

    A plain class: every scan asks whether a detector is one, and of an abstract class that is slow.
    """

    @property
    def sieves(self) -> tuple[Needing, ...]:
        """What a `Joint` must look for, to give `scan_seen` its looks."""
        raise NotImplementedError

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        """
        As `scan`, with a look at each of the parts. Of a part that was looked at in places: all that `scan`
        finds and that touches one of those it was looked at for, or nothing that the text around does not hold too.
        """
        raise NotImplementedError


class RegexDetector(Table):
    """
    A detector that is a table. Immutable; safe to share between threads.

    `group` sorts the rows into several automata instead of one. The states of one automaton are
    products of what all its rows can be in the middle of: rows that begin alike belong together, rows
    that count words and rows that count digits do not. `counted`: as for `shape`.
    """

    def __init__(
        self,
        name: str,
        rows: Iterable[Row],
        kinds: Iterable[Kind] | None = None,
        group: Callable[[Row], str] | None = None,
        readings: frozenset[Reading] = OF_ONE_TEXT,
        counted: bool = False,
    ) -> None:
        self.name = name
        self.readings = readings
        self.kinds = None if kinds is None else frozenset(kinds)
        self.rows = tuple(rows)
        self.categories = frozenset(row.category for row in self.rows)
        self._group = group
        self._counted = counted

    @cached_property
    def sieve(self) -> Sieve:
        """
        Built for the first scan, as all that follows: a table of some hundred rows takes a second, and who only
        checks settings needs none. A server builds it in its self-test.
        """
        group = self._group or (lambda row: "")
        return Sieve((row.pattern, group(row)) for row in self.rows)

    @property
    def reach(self) -> int | None:
        return self.sieve.reach

    @property
    def behind(self) -> int:
        return self.sieve.behind

    @cached_property
    def _patterns(self) -> list[tuple[Search, int]]:
        patterns = [compile_re2(row.pattern) for row in self.rows]
        return [(searcher(pattern), value_group(pattern)) for pattern in patterns]

    @cached_property
    def _asking(self) -> frozenset[Row]:
        return frozenset(row for row in self.rows if _asks_before(row.pattern))

    @cached_property
    def _beginnings(self) -> list[Search]:
        """Only streams need them. For texts that are `marked`."""
        shapes: dict[str, list[Shape]] = {}
        for row, group in zip(self.rows, self.sieve.groups, strict=True):
            shapes.setdefault(group, []).append(shape(row.pattern, counted=self._counted, marks=True))
        return [compile_beginning(mine) for mine in shapes.values()]

    @property
    def sieves(self) -> tuple[Needing, ...]:
        return (self.sieve,)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text, self.sieve.look(part.text.encode())) for part in parts]

    def scan_seen(self, parts: Sequence[Part], looks: Sequence[Look]) -> list[list[Finding]]:
        return [self._scan(part.text, look) for part, look in zip(parts, looks, strict=True)]

    def pending(self, text: str) -> int:
        data = marked(text[-self.sieve.reach :]).encode()
        return len(text) - max(begun(beginning, data) for beginning in self._beginnings)

    def _scan(self, text: str, look: Look) -> list[Finding]:
        candidates = self.sieve.candidates(look)
        if not candidates:
            return []
        data = look.data
        found = [
            (row, match)
            for index, stretches in sorted(candidates.items())
            for row in (self.rows[index],)
            for match in matches(*self._patterns[index], data, stretches)
            if row.valid is None or row.valid(data[match.value_start : match.value_end].decode())
        ]
        if not found:
            return []
        spans = code_points(text, data, [(m.value_start, m.value_end) for _, m in found])
        findings = [Finding(row.category, row.score, s, self.name) for (row, _), s in zip(found, spans, strict=True)]
        first = {f for (row, m), f in zip(found, findings, strict=True) if not m.start and row in self._asking}
        return outermost(findings, first, self.behind)


def compile_beginning(shapes: Iterable[Shape]) -> Search:
    """One pattern for what may begin a match of any of them."""
    shapes = list(shapes)
    pattern = "(?:" + "|".join(s.beginning for s in shapes) + r")\z"
    return searcher(compile_re2(pattern, utf8=any(s.utf8 for s in shapes)))


def begun(beginning: Search, data: bytes) -> int:
    """How many characters at the end of UTF-8 text may begin a match."""
    at = beginning(data, 0, len(data))[0][0]
    if at < 0:
        return 0
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:  # inside a character
        at -= 1
    return len(data[at:].decode("utf-8", "replace"))


def code_points(text: str, data: bytes, spans: Sequence[tuple[int, int]]) -> list[Span]:
    """Byte offsets to code points, in one pass over the text."""
    if len(text) == len(data):
        return [Span(*span) for span in spans]
    ends = sorted({offset for span in spans for offset in span})
    pieces = (len(data[a:b].decode()) for a, b in zip([0, *ends], ends, strict=False))
    at = dict(zip(ends, accumulate(pieces), strict=True))
    return [Span(at[a], at[b]) for a, b in spans]


def outermost(findings: Iterable[Finding], unsure: Container[Finding] = (), behind: int = 0) -> list[Finding]:
    """
    Drop what lies inside a longer, at least as certain finding of the same category.

    `unsure`: what counts only because a text begins there. Where that is a window of a longer text it may be nothing,
    so it drops nothing that begins more than `behind` characters after the beginning.
    """
    kept: list[Finding] = []
    last: dict[str, Finding] = {}
    sure: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: (f.span.start, -f.span.end, -f.score)):
        outer = (last if finding.span.start <= behind else sure).get(finding.category)
        if outer and finding.span.end <= outer.span.end and finding.score <= outer.score:
            continue
        kept.append(finding)
        last[finding.category] = finding
        if finding not in unsure:
            sure[finding.category] = finding
    return kept


def _asks_before(pattern: str) -> bool:
    """Does a match depend on whether a text begins, or a word?"""
    return re.search(r"\^|\\b", _NO_ANCHORS.sub("", pattern)) is not None
