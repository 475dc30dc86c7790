"""Small changes to words: near to the word, and each technique changes what it names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redteam.swaps import SWAPS, words

BY_NAME = {swap.name: swap for swap in SWAPS}


@pytest.mark.parametrize(
    ("name", "word", "following", "some"),
    [
        ("letters exchanged", "ignore", "", "ingore"),
        ("letter dropped", "ignore", "", "igore"),
        ("letter doubled", "ignore", "", "iggnore"),
        ("key beside", "ignore", "", "ihnore"),
        ("letter in front", "instructions", "", "finstructions"),
        ("word torn", "ignore", "", "ig nore"),
        ("hyphen inside", "ignore", "", "ig-nore"),
        ("words joined", "ignore", "all", "ignoreall"),
        ("other words", "Ignore", "", "Skip"),
    ],
)
def test_each_technique_does_what_it_names(name: str, word: str, following: str, some: str) -> None:
    assert some in list(BY_NAME[name].variants(word, following))


@pytest.mark.parametrize("name", ["letters exchanged", "letter dropped", "letter doubled", "key beside", "word torn"])
def test_short_words_stay_readable(name: str) -> None:
    assert list(BY_NAME[name].variants("the", "end")) == []


def test_a_last_word_joins_nothing() -> None:
    assert list(BY_NAME["words joined"].variants("end", "")) == []


@given(st.from_regex(r"\A[a-z]{1,14}\Z"), st.from_regex(r"\A[a-z]{0,6}\Z"))
def test_a_variant_is_another_word_of_about_the_same_length(word: str, following: str) -> None:
    for swap in SWAPS:
        if swap.name == "other words":
            continue
        for variant in swap.variants(word, following):
            assert variant != word
            assert abs(len(variant) - len(word)) <= max(1, len(following))


@given(st.text())
def test_words_are_in_order_and_apart(text: str) -> None:
    spans = words(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
