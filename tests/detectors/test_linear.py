"""
No text makes a detector work more than in proportion to its length.

Work is counted, not timed: the characters that each pattern search runs over, from where it is asked to
begin to the end of what it finds, and the characters handed to validators. RE2 itself is linear in what it
runs over; what could grow faster is how often we ask.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pytest

from gateway.detectors import BUILTIN
from gateway.detectors.base import MAX_CANDIDATES, RegexDetector, matches
from gateway.detectors.sieve import literals
from gateway.errors import ScanError
from gateway.text.patterns import Search
from gateway.types import Kind, Part

SIZES = (10**3, 10**4, 10**5, 10**6)
STEEPEST = 1.2

# Beginnings, repeated: the texts on which a careless pattern goes back again and again.
SEEDS = {
    "letters": "a",
    "digits": "1",
    "spaced digits": "1 ",
    "dashed digits": "12-",
    "dots": "a.",
    "addresses": "a@a.",
    "colons": "a:b:",
    "quotes": "\"a'",
    "brackets": "[](",
    "angles": "<a href=",
    "keys": "key=",
    "labels": "passport no ",
    "secrets": "password: a1B2 ",
    "base64": "eyJ.",
    "pem": "-----BEGIN ",
    "hex": "0xAb",
    "escapes": "\x1b[1;",
    "commands": "rm -rf ",
    "instructions": "ignore all previous ",
    "invisible": "a\u200b",
    "accents": "é ",
    "capitals": "Ab1 Cd2 ",
    "streets": "12 Main Str ",
    "urls": "http://a/?q=",
}


class Counting:
    """A pattern's search that notes how far it ran."""

    def __init__(self, search: Search, work: list[int]) -> None:
        self._search = search
        self._work = work

    def __call__(self, data: bytes, at: int, end: int) -> Sequence[tuple[int, int]]:
        found = self._search(data, at, end)
        self._work[0] += (end if found[0][0] < 0 else found[0][1]) - at
        return found


def tables() -> Iterator[RegexDetector]:
    for build in BUILTIN:
        detector = build()
        inner = getattr(detector, "_table", detector)
        if isinstance(inner, RegexDetector):
            yield inner


DETECTORS = list(tables())


@pytest.fixture(params=DETECTORS, ids=lambda d: d.name)
def counted(request: pytest.FixtureRequest) -> Iterator[tuple[RegexDetector, list[int]]]:
    detector: RegexDetector = request.param
    work = [0]
    patterns = detector._patterns
    detector._patterns = [(Counting(pattern, work), group) for pattern, group in patterns]
    yield detector, work
    detector._patterns = patterns


def exponent(points: list[tuple[int, int]]) -> float:
    """The slope of work over size, both as logarithms."""
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(max(work, size)) for size, work in points]  # the sieve reads each text once in any case
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_work_grows_with_the_length_and_no_faster(counted: tuple[RegexDetector, list[int]], seed: str) -> None:
    detector, work = counted
    points = []
    for size in SIZES:
        work[0] = 0
        text = (seed * (size // len(seed) + 1))[:size]
        try:
            detector.scan([Part(text, kind=Kind.TOOL_CALL)])
        except ScanError:
            break  # it gave up, which fails closed: no more work than at the limit
        points.append((size, work[0]))
        if work[0] > 30 * 10**6:
            break  # three sizes tell the slope as well
    assert len(points) >= 2
    assert exponent(points) < STEEPEST, points


BY_NAME = {d.name: d for d in DETECTORS}


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_each_row_on_repetitions_of_what_it_looks_for(name: str) -> None:
    """Without the sieve before it: the literals of each row, again and again, with what may follow them."""
    detector = BY_NAME[name]
    steep = {}
    for row, (pattern, group) in zip(detector.rows, detector._patterns, strict=True):
        words = sorted(literals(row.pattern)) or ["1 "]
        for filler in ("", " ", " 1a"):
            points = []
            for size in (10**3, 10**4, MAX_CANDIDATES - 1):  # at the limit it gives up
                work = [0]
                seed = words[0] + filler
                text = (seed * (size // len(seed) + 1))[:size].encode()
                found = list(matches(Counting(pattern, work), group, text))
                work[0] += sum(m.value_end - m.value_start for m in found)  # what validators are handed
                points.append((size, work[0]))
            if exponent(points) >= STEEPEST:
                steep[row.category, row.pattern[:80]] = points
    assert not steep
