"""Generated generalisations: same seed, same rows; both sides speak of the same groups; nothing twice."""

from __future__ import annotations

from random import Random

import pytest

from training.examples import Example
from training.generate.harm import bias
from training.generate.harm.bias import GRAMMAR


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(bias(Random(3), 5_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(bias(Random(1), 300)) == list(bias(Random(1), 300))
    assert list(bias(Random(1), 300)) != list(bias(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 4_800


def test_more_than_half_is_fair(rows: list[Example]) -> None:
    assert {row.labels["bias/social"] for row in rows} == {0, 1}
    assert 0.5 < sum(row.labels["bias/social"] == 0 for row in rows) / len(rows) < 0.6


@pytest.mark.parametrize("group", GRAMMAR.slots["group"])
def test_a_group_does_not_tell_the_class(rows: list[Example], group: str) -> None:
    assert {row.labels["bias/social"] for row in rows if group.lower() in row.text.lower()} == {0, 1}


@pytest.mark.parametrize("words", ["all", "most", "why are", "joke", "stubborn", "nothing against", "trust me"])
def test_the_words_of_a_generalisation_do_not_tell_the_class(rows: list[Example], words: str) -> None:
    assert {row.labels["bias/social"] for row in rows if words in row.text.lower()} == {0, 1}


def test_no_hole_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}[]|") & set(row.text)]


def test_nobody_is_compared_with_themselves(rows: list[Example]) -> None:
    subjects = (*GRAMMAR.slots["group"], *GRAMMAR.slots["thing"])
    pairs = {f" {subject} and {subject} " for subject in subjects} | {
        f"{subject}, {subject} are" for subject in subjects
    }
    assert not [row.text for row in rows if any(pair.lower() in f" {row.text.lower()} " for pair in pairs)]
