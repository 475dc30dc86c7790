"""Requests in other languages: both sides of each, every kind of harm, nothing twice."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import HARMS, Example
from training.generate.harm.foreign import GRAMMAR, LANGUAGES, foreign_harm


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(foreign_harm(Random(3), 4_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(foreign_harm(Random(1), 300)) == list(foreign_harm(Random(1), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 3_900


def test_each_language_has_both_sides(rows: list[Example]) -> None:
    sides = Counter((row.lang, row.labels["harm/any"]) for row in rows)
    assert set(sides) == {(lang, label) for lang in LANGUAGES for label in (0, 1)}
    assert min(sides.values()) > 70


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_every_kind(lang: str) -> None:
    kinds = {"harm/" + line.partition(": ")[0] for line in GRAMMAR.lines[f"{lang}_harm"]}
    assert kinds == set(HARMS)
    assert len(GRAMMAR.lines[f"{lang}_harm"]) >= 25 <= len(GRAMMAR.lines[f"{lang}_safe"])


def test_labels_follow_the_kind(rows: list[Example]) -> None:
    for row in rows:
        kinds = {head for head in HARMS if row.labels.get(head) == 1}
        assert kinds == ({"harm/" + row.group.split("/")[1]} if row.labels["harm/any"] else set())


def test_no_hole_and_no_kind_is_left_in_a_text(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}[]|") & set(row.text)]
    assert not [row.text for row in rows if row.text.lower().startswith(tuple(f"{h[5:]}: " for h in HARMS))]
