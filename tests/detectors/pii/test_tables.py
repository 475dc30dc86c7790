"""Every kind against its table, and the tables against the detector."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from gateway.detectors.base import RegexDetector
from tests.detectors.pii import (
    table_contact,
    table_europe,
    table_far,
    table_money,
    table_network,
    table_person,
    table_world,
)
from tests.detectors.pii.cases import Case, detector, hits, misses, unmarked
from tests.support.tables import categories, found

CASES: tuple[Case, ...] = (
    *table_contact.CASES,
    *table_money.CASES,
    *table_network.CASES,
    *table_person.CASES,
    *table_europe.CASES,
    *table_world.CASES,
    *table_far.CASES,
    *table_far.MORE,
)
# In the names of our categories, ISO 3166 except for `uk`.
COUNTRIES = frozenset(
    (
        *("us", "uk", "ie", "de", "at", "ch", "fr", "be", "nl", "es", "pt", "it", "gr", "tr"),
        *("se", "fi", "dk", "no", "is", "ee", "lt", "pl", "cz", "hu", "ro", "bg", "hr", "si"),
        *("ua", "ru", "ca", "mx", "br", "ar", "cl", "co", "pe", "ec", "cn", "hk", "tw", "jp"),
        *("kr", "sg", "my", "th", "id", "in", "pk", "au", "nz", "za", "il", "ae", "sa", "vn"),
    )
)


@pytest.mark.parametrize(("category", "marked"), hits(CASES))
def test_finds(category: str, marked: str) -> None:
    text, value = unmarked(marked)
    assert (category, value) in found(detector(), text)


@pytest.mark.parametrize(("category", "text"), misses(CASES))
def test_leaves_near_misses(category: str, text: str) -> None:
    assert category not in categories(detector(), text)


@pytest.mark.parametrize(("category", "marked"), hits(CASES))
def test_value_inside_a_longer_word_is_another_value(category: str, marked: str) -> None:
    _, value = unmarked(marked)
    assert (category, value) not in found(detector(), marked.replace("«", "Z9").replace("»", "9Z"))


@pytest.mark.parametrize(("category", "marked"), hits(CASES))
def test_a_begun_value_is_held_back(category: str, marked: str) -> None:
    text, value = unmarked(marked)
    start = marked.index("«")
    for end in range(start + 1, start + len(value) + 1):
        assert detector().pending(text[:end]) <= start


def test_every_kind_has_two_hits_and_two_misses() -> None:
    assert {case.category for case in CASES} == detector().categories
    thin = [case.category for case in CASES if len(case.hits) < 2 or len(case.misses) < 2]
    assert thin == []


def test_every_row_finds_something_on_its_own() -> None:
    texts = {category: [unmarked(hit) for kind, hit in hits(CASES) if kind == category] for category, _ in hits(CASES)}
    idle = []
    for row in detector().rows:
        alone = RegexDetector("alone", [row])
        if sum((row.category, value) in found(alone, text) for text, value in texts[row.category]) < 2:
            idle.append((row.category, row.pattern))
    assert idle == []


def test_kinds_and_countries() -> None:
    kinds = detector().categories
    prefixes = Counter(m[1] for kind in kinds if (m := re.match(r"pii/([a-z]{2})_", kind)))
    assert len(kinds) >= 45
    assert COUNTRIES & prefixes.keys() == COUNTRIES
    assert len(COUNTRIES) >= 15
