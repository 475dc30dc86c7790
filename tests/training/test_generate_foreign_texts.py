"""Paragraphs, attacks and twins in other languages: every language has each, nothing twice, spans where they say."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import Example
from training.generate.foreign import LANGUAGES, SHORT, foreign, grammar


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(foreign(Random(3), 4_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(foreign(Random(1), 200)) == list(foreign(Random(1), 200))


def test_rows_differ_and_have_no_hole(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 3_900
    assert not [row.text for row in rows if set("{}|") & set(row.text)]


def test_each_language_has_each_kind(rows: list[Example]) -> None:
    kinds = Counter((row.lang, row.source) for row in rows)
    for lang in LANGUAGES:
        assert min(kinds[lang, f"gen:foreign:{kind}"] for kind in ("clean", "attacks", "twins")) > 10
    assert len(LANGUAGES) == 14
    assert len(SHORT.slots) == 24


def test_only_attacks_are_attacks_and_spans_hold_them(rows: list[Example]) -> None:
    for row in rows:
        attack = row.source == "gen:foreign:attacks"
        assert row.labels["injection/direct"] == int(attack)
        assert attack or not row.spans
        for start, end in row.spans:
            assert 0 <= start < end <= len(row.text)
            assert end - start < len(row.text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_expands(lang: str) -> None:
    """Or a slot's name is wrong."""
    for lines in grammar(lang).lines.values():
        for line in lines:
            assert grammar(lang).write(Random(1), line).strip()
    assert len(grammar(lang).lines["attack"]) == len(grammar(lang).lines["twin"])
