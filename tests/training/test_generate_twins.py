"""Harmful requests and their twins: same seed, same rows; both sides of each kind and form; nothing twice."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import HARMS, Example
from training.generate.harm.twins import FORMS, KINDS, harm_twins, kinds


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(harm_twins(Random(3), 8_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(harm_twins(Random(1), 300)) == list(harm_twins(Random(1), 300))
    assert list(harm_twins(Random(1), 300)) != list(harm_twins(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 7_900


def test_every_kind_has_both_sides(rows: list[Example]) -> None:
    assert {f"harm/{kind}" for kind in KINDS} == {*HARMS, "harm/deceit"}
    sides = Counter((row.group.split("/")[1], row.labels["harm/any"]) for row in rows)
    assert set(sides) == {(kind, label) for kind in KINDS for label in (0, 1)}
    assert 0.5 < sum(row.labels["harm/any"] == 0 for row in rows) / len(rows) < 0.58


def test_labels_follow_the_kind(rows: list[Example]) -> None:
    for row in rows:
        marked = {head for head in HARMS if row.labels.get(head) == 1}
        kind = "harm/" + row.group.split("/")[1]
        assert marked == ({kind} & {*HARMS} if row.labels["harm/any"] else set())
        assert row.labels["harm/any"] or all(row.labels[head] == 0 for head in HARMS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_has_both_sides_with_common_words(kind: str) -> None:
    """Half of the words of the harmful side stand on the other one, too, and no line stands on both."""
    found = kinds()[kind]
    assert set(found.rules) == {(side, form) for side in ("harm", "safe") for form in FORMS}
    random = Random(4)
    words: dict[str, Counter[str]] = {"harm": Counter(), "safe": Counter()}
    for (side, _), rule in found.rules.items():
        for _ in range(400):
            words[side].update(found.grammar.draw(random, rule.name)[0].lower().split())
    common = sum(count for word, count in words["harm"].items() if word in words["safe"])
    assert common > 0.5 * words["harm"].total()


def test_no_text_is_on_both_sides() -> None:
    sides: dict[str, set[int]] = {}
    for seed in range(3):
        for row in harm_twins(Random(seed), 6_000):
            sides.setdefault(row.text.lower().strip(" .?!"), set()).add(row.labels["harm/any"])
    assert not [text for text, labels in sides.items() if len(labels) > 1]


def test_no_hole_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}|$") & set(row.text)]


def test_sexual_rows_speak_of_adults_only() -> None:
    words = {
        "school",
        "student",
        "students",
        "classmate",
        "kid",
        "kids",
        "teen",
        "teenager",
        "child",
        "pupil",
        "girl",
        "boy",
    }
    rows = [row for row in harm_twins(Random(8), 20_000) if row.labels.get("harm/sexual") == 1]
    assert rows
    assert not [row.text for row in rows if words & set(row.text.lower().replace(",", " ").split())]
