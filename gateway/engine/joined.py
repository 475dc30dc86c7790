"""
Several texts of a conversation read as one: what is split over messages, parts, or the strings of a
JSON text, and comes together in the model's head.

Only what lies across a joint is new; the rest was seen in the texts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from gateway.types import Finding, Hit, Kind, Part, Role, Span

__all__ = ["Joined", "joined"]

MOST = 8 << 10  # characters of a conversation that are read together, the last
NEAR = 512  # characters of a long text on each side of a joint
TURNS = 12  # the last texts of all roles

_READ = frozenset({Kind.TEXT, Kind.TOOL_RESULT, Kind.DOCUMENT, Kind.TRANSCRIPT, Kind.UNKNOWN})
_SYSTEM = (Role.SYSTEM, Role.DEVELOPER)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
_Piece = tuple[Part, int, int]  # a stretch of a part


@dataclass(frozen=True, slots=True)
class Joined:
    """One text made of pieces. `starts[i]` is where the i-th of them begins in it."""

    text: Part
    pieces: tuple[_Piece, ...]
    starts: tuple[int, ...]

    def hits(self, findings: Iterable[Finding], known: Sequence[Hit]) -> Iterator[Hit]:
        """
        A hit in each of the parts that a finding touches, for findings that touch several pieces, unless
        one of those holds such a value by itself: a token that ends a message is not longer for the next.
        """
        for finding in findings:
            touched = [
                (part, max(begin, begin + finding.span.start - start), min(end, begin + finding.span.end - start))
                for (part, begin, end), start in zip(self.pieces, self.starts, strict=True)
                if start < finding.span.end and finding.span.start < start + end - begin
            ]
            if len(touched) > 1 and not any(_overlaps(hit, finding, touched) for hit in known):
                for part, begin, end in touched:
                    yield Hit(part, replace(finding, span=Span(begin, end), via="joined"))


def _overlaps(hit: Hit, finding: Finding, touched: Sequence[_Piece]) -> bool:
    # Half a card may look like a telephone number; half a key is still a key.
    family = finding.category if finding.category.startswith("pii/") else finding.category.partition("/")[0]
    span = hit.finding.span
    return hit.finding.category.startswith(family) and any(
        hit.part is part and span.start < end and begin < span.end for part, begin, end in touched
    )


def joined(parts: Sequence[Part]) -> list[Joined]:
    """Nothing for a request of one text."""
    out: list[Joined] = []
    said = [part for part in parts if part.kind in _READ and part.role not in _SYSTEM]
    if len(said) > 1:
        for chosen in _chosen(said):
            for run in _runs(chosen):
                out += [_join(run, between) for between in ("\n", "")]
    for part in parts:
        if part.json and part.kind is Kind.TOOL_CALL:
            everything = _strings(part)
            values = [piece for piece, is_key in everything if not is_key]
            for pieces in dict.fromkeys((tuple(piece for piece, _ in everything), tuple(values))):
                out += [_join(pieces, between) for between in ("\n", "") if len(pieces) > 1]
    return out


def _chosen(said: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """The last texts of everybody, and of each role."""
    yield said[-TURNS:]
    ordered = sorted(said, key=lambda part: part.role)
    roles = [list(group) for _, group in groupby(ordered, key=lambda part: part.role)]
    if len(roles) > 1:
        yield from (group for group in roles if len(group) > 1)


def _runs(parts: Sequence[Part]) -> Iterator[list[_Piece]]:
    """Pieces around joints, from the last back. A long text ends one run and begins another."""
    run: list[_Piece] = []
    size = 0
    for part in reversed(parts):
        length = len(part.text)
        if length <= 2 * NEAR:
            run.insert(0, (part, 0, length))
        else:
            run.insert(0, (part, length - NEAR, length))
            if len(run) > 1:
                yield run
            run = [(part, 0, NEAR)]
        size += min(length, 2 * NEAR)
        if size > MOST:
            break
    if len(run) > 1:
        yield run


def _strings(part: Part) -> list[tuple[_Piece, bool]]:
    """What stands between the quotes of a JSON text, and whether it is a key."""
    tail = max(0, len(part.text) - MOST)
    found = _STRING.finditer(part.text, tail)
    return [((part, *match.span(1)), bool(match[2])) for match in found if match[1]]


def _join(pieces: Sequence[_Piece], between: str) -> Joined:
    starts: list[int] = []
    texts: list[str] = []
    size = 0
    for part, begin, end in pieces:
        starts.append(size)
        texts.append(part.text[begin:end])
        size += end - begin + len(between)
    return Joined(replace(pieces[-1][0], text=between.join(texts), json=False), tuple(pieces), tuple(starts))
