"""What every match of a pattern holds is told from it, and a long text is searched only where that stands."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.texts import prompt, prose
from gateway.detectors.base import compile_re2
from gateway.detectors.gates import DIGITS, GAPS, SOLID, Gate, gate_of, least_digits, least_solid
from gateway.detectors.places import Places
from gateway.detectors.prefix import shape
from gateway.detectors.sieve import LONG, Sieve
from tests.detectors.test_windows_exact import PHRASES, PII, SECRETS, accented, check, disguised, joined


@pytest.mark.parametrize(
    ("pattern", "digits"),
    [
        (r"\d{3}-\d{2}-\d{4}", 9),
        (r"[A-F0-9]{4}\d?", 0),
        (r"(?:[1-9]|1\d)x(?:\d{2}|[0-3]\d{4})", 3),
        (r"(?:\d{2}|ab)7", 1),
        (r"(?:1[ -]?){0,3}2{2,5}", 2),
        (r"\d*", 0),
        ("7a", 1),
        (r"[^0-9]", 0),
    ],
)
def test_digits(pattern: str, digits: int) -> None:
    assert least_digits(pattern) == digits


@pytest.mark.parametrize(
    ("pattern", "solid"),
    [
        (r"(?:^|[^\w])(?P<v>pat[A-Za-z0-9]{14}\.[a-f0-9]{64})(?:$|[^\w])", 82),
        (r"[ab]{2} [ab]{5}", 5),
        (r"[ab]{2} ?[ab]{5}", 5),
        (r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", 17),
        (r"(?:ab ){3}", 2),
        (r"x(?:a|bc)(?:d e|fgh)y", 3),
        (r"[\w.]{3,9}", 3),
        (r"[^x]{9}", 0),
        (r"\s{4}", 0),
        ("[!-~]{5}", 5),
        ("[ -~]{5}", 0),
    ],
)
def test_solid(pattern: str, solid: int) -> None:
    assert least_solid(pattern) == solid


@pytest.mark.parametrize(
    ("pattern", "gate"),
    [
        (r"\d{2}[ .-]{0,3}\d{2}", Gate(gap=GAPS[0])),
        (r"\d{2}[ .-]{4}\d{2}", Gate(gap=GAPS[1])),
        (r"\d{2}[ .-]{40}\d{2}", Gate()),
        (r"\d{3}x", Gate()),
        (r"[a-z]{3}@[a-z]{2}", Gate(signs=(b"@",))),
        (r"[a-z]{3}[@<][a-z]{2}", Gate(signs=(b"<", b"@"))),
        (r"(?:#|//|--) ?ai", Gate(signs=(b"#", b"--", b"//"))),
        (r"(?:#|-) ?ai", Gate()),
        (r"[a-z]{14}", Gate(solid=True)),
        (r"[a-z]{7} [a-z]{7}", Gate()),
        (r"(?:NO|DE|[AB]T)\d{2}", Gate(mixed=True)),
        (r"(?:NO|DE) ?\d{2}", Gate()),
        (r"(?i)x.{0,9}y", Gate()),
    ],
)
def test_gates(pattern: str, gate: Gate) -> None:
    assert gate_of(pattern) == gate


PATTERNS = (
    r"(?:^|[^\d])(?P<v>\d{2}(?:[ .]{1,3}\d{1,2}){2})(?:$|[^\d])",
    r"(?P<v>[12]\d?(?: of |/)\d{1,3}(?:\.5)?7\d)",
    r"(?P<v>[a-c@.]{14,20})",
    r"(?P<v>[a-c]{2}@[a-c]{1,3})(?:$|[^a-c])",
    r"(?P<v>[ab]\d{1,2}[ab])",
    r"(?P<v>a(?:1|[bc]2 )c)",
)
COMPILED = [compile_re2(pattern) for pattern in PATTERNS]
PIECES = [
    "a",
    "b",
    "c",
    "1",
    "22",
    "7",
    "57",
    " ",
    ".",
    "/",
    " of ",
    "@",
    "é",
    "abcabcabcabcab",
    "\n",
    "x" * 30,
    " word" * 9,
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_a_match_is_where_its_gate_is_open(text: str) -> None:
    places = Places(text.encode())
    for pattern, compiled in zip(PATTERNS, COMPILED, strict=True):
        gate, reach = gate_of(pattern), shape(pattern).reach
        windows, data = places.at(gate, reach)
        for match in compiled.finditer(places.data):
            assert places.near(gate, *match.span()), (pattern, match)
            if windows is not None:
                assert any(begin <= match.start() <= last and match.end() <= end for begin, last, end in windows)
                assert compiled.search(data) is not None


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.integers(0, 3))
def test_a_long_text_is_searched_as_a_short_one(text: str, seed: int) -> None:
    sieve = Sieve(zip(PATTERNS, ["one", "two"] * 3, strict=True))
    long = f"{prose(seed, LONG)}\n{text}\n{prose(seed + 9, 500)}".encode()
    found = sieve.candidates(sieve.look(long))
    for index, compiled in enumerate(COMPILED):
        whole = [match.span() for match in compiled.finditer(long)]
        if whole:
            assert index in found
            stretches = found[index]
            assert stretches is None or all(
                any(a <= s <= last and e <= end for a, last, end in stretches) for s, e in whole
            )


@pytest.mark.parametrize("change", [str, accented, disguised], ids=lambda c: c.__name__)
def test_in_a_long_text_every_row_finds_what_it_finds_anywhere(change: object) -> None:
    assert callable(change)
    found = 0
    for number, text in enumerate(chain(joined(PII, 40), joined(SECRETS, 40), joined(PHRASES, 40))):
        found += check(f"{prompt(number, LONG)} {change(text)} {prompt(number + 99, 4000)}")
    assert found > (len(PII) if change is str else 0)


def test_digits_far_apart_open_nothing() -> None:
    assert Places(b"in 12 of the other 34 towns and villages, one by one, " * 9).at(Gate(gap=GAPS[0]), 20)[0] == []
    assert (
        Places(b"in 12 of the many towns " * 9 + b"1-2-34 " + b"and so on in 5 others " * 9).at(Gate(gap=GAPS[0]), 20)[
            0
        ]
        != []
    )
    assert len("1-2-34".replace("-", "")) == DIGITS


def test_words_open_nothing() -> None:
    assert Places(b"plain words " * 20).at(Gate(solid=True), 20)[0] == []
    assert Places(b"plain words " * 20 + b"a" * SOLID).at(Gate(solid=True), 20)[0] != []
