"""What sentences claim: numbers, dates and names in the forms that people write them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.text.claims import claims_of, sentences, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We stayed.", ["It rained.", "We stayed."]),
        ("Dr. Lund paid 3.50 euros. Why?", ["Dr. Lund paid 3.50 euros.", "Why?"]),
        ("Apples, pears, etc. were sold.", ["Apples, pears, etc. were sold."]),
        ("J. S. Bach wrote it.", ["J. S. Bach wrote it."]),
        ("- one\n- two\n\n* three", ["one", "two", "three"]),
        ("1. First\n2. Second", ["First", "Second"]),
        ('He said "Go!" Then he left.', ['He said "Go!"', "Then he left."]),
        ("今天下雨。我们在家。", ["今天下雨。", "我们在家。"]),
        ("... !!", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in sentences(text)] == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("ab.!? \n-1。\"')D")))
def test_no_letter_is_left_out_of_all_sentences(text: str) -> None:
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    covered = {i for s in spans for i in range(s.start, s.end)}
    assert {i for i, c in enumerate(text) if c.isalpha()} <= covered


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("320 ships", [320]),
        ("1,234 and 1,234.50", [1234, "1234.5"]),
        ("1.234,5 kg", ["1234.5"]),
        ("12 345 people", [12345]),
        ("12,5 percent", ["12.5"]),
        ("3.5 million", [3_500_000]),
        ("2 bn", [2_000_000_000]),
        ("-4 degrees", [-4]),
        ("twelve people and one dog", [12]),
        ("version a1b2", []),
        ("人口是1400", [1400]),
        ("no number", []),
    ],
)
def test_numbers(text: str, numbers: list[int | str]) -> None:
    assert claims_of(text).numbers == {Decimal(n) for n in numbers}


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("on 3 March 2024", [(2024, 3, 3)]),
        ("on March 3rd, 2024", [(2024, 3, 3)]),
        ("on 3. 3. 24", []),
        ("2024-03-05", [(2024, 3, 5)]),
        ("25.12.2023", [(2023, 12, 25)]),
        ("12/25/2023", [(2023, 12, 25)]),
        ("in May 2020", [(2020, 5, None)]),
        ("every 4 July", [(None, 7, 4)]),
        ("it may be 2020", []),
        ("99/99/2023", []),
    ],
)
def test_dates(text: str, dates: list[tuple[int | None, ...]]) -> None:
    assert claims_of(text).dates == set(dates)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Helen Marsh runs it.", ["helen", "marsh"]),
        ("The Harbour Museum is old.", ["harbour", "museum"]),
        ("Yesterday it rained.", []),
        ("NASA launched it.", ["nasa"]),
        ("We met Peter's brother in March.", ["peter"]),
        ("Dr. Lund left.", ["lund"]),
        ("nothing here", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert claims_of(text).names == set(names)


def test_words_agree_in_their_beginning() -> None:
    assert set(words_of("The refunds were refunded")) == {"refun"}
    assert set(words_of("open opens opened opening")) == {"open"}
    assert words_of("of the and") == []
    assert set(words_of("下雨天")) == {"下雨", "雨天"}


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    claims_of(text)
