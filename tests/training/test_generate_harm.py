"""Generated requests: same seed, same rows; both sides of every kind; nothing twice."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import HARMS, Example
from training.generate.harm import GRAMMARS, harm


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(harm(Random(3), 10_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(harm(Random(1), 300)) == list(harm(Random(1), 300))
    assert list(harm(Random(1), 300)) != list(harm(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 9_700


def test_more_than_half_is_harmless(rows: list[Example]) -> None:
    assert 0.5 < sum(row.labels["harm/any"] == 0 for row in rows) / len(rows) < 0.56


def test_every_kind_has_both_sides(rows: list[Example]) -> None:
    sides = Counter((row.group.split("/")[1], row.labels["harm/any"]) for row in rows)
    assert set(sides) == {(head.removeprefix("harm/"), label) for head in HARMS for label in (0, 1)}
    assert min(sides.values()) > 300


def test_harmless_rows_deny_every_kind_and_harmful_ones_have_theirs(rows: list[Example]) -> None:
    for row in rows:
        kinds = {head for head in HARMS if row.labels.get(head) == 1}
        kind = "harm/" + row.group.split("/")[1]
        assert kinds == ({kind} if row.labels["harm/any"] else set())
        assert row.labels["harm/any"] or all(row.labels[head] == 0 for head in HARMS)


def test_no_hole_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}[]|") & set(row.text)]


@pytest.mark.parametrize("kind", GRAMMARS)
def test_each_side_has_its_grammars(kind: str) -> None:
    lines = GRAMMARS[kind].lines
    for side in ("harm", "safe"):
        assert len(lines[f"{side}_do"]) + len(lines[f"{side}_say"]) >= 25


def test_sexual_rows_speak_of_adults_only() -> None:
    """The common frames and slots name pupils, classmates and children: the file must not use them."""
    lines = GRAMMARS["sexual"].lines
    for template in (*lines["harm_do"], *lines["harm_say"]):
        assert "{someone}" not in template
    words = {"school", "student", "classmate", "kid", "teen", "teenager", "child", "pupil", "young", "girl", "boy"}
    rows = [row for row in harm(Random(8), 20_000) if row.labels.get("harm/sexual") == 1]
    assert rows
    assert not [row.text for row in rows if words & set(row.text.lower().replace(",", " ").split())]
