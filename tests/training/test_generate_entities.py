"""Generated names: offsets are exact in every case, each kind of name occurs, look-alikes stay untagged."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from training.examples import TAGS, Example
from training.generate.entities import NAMES, SENTENCES, Writer, entities


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(entities(Random(3), 6_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(entities(Random(1), 300)) == list(entities(Random(1), 300))
    assert list(entities(Random(1), 300)) != list(entities(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 5_800


def test_tags_are_in_order_apart_and_trimmed(rows: list[Example]) -> None:
    for row in rows:
        end = 0
        for tag in row.tags or ():
            assert end <= tag.start < tag.end <= len(row.text)
            text = row.text[tag.start : tag.end]
            assert text == text.strip()
            assert row.text[tag.start - 1 : tag.start] in ("", " ", "\n", ",", '"', "(") or tag.start == 0
            assert not row.text[tag.end : tag.end + 1].isalnum()
            end = tag.end


def test_each_kind_occurs_in_each_case(rows: list[Example]) -> None:
    cases = Counter(
        (tag.label, row.text.islower() - row.text.isupper())
        for row in rows
        for tag in row.tags or ()
        if row.lang == "en"
    )
    assert set(cases) == {(label, case) for label in TAGS for case in (-1, 0, 1)}
    assert min(cases.values()) > 10


@pytest.mark.parametrize("case", ["as is", "capital", "lower", "upper"])
@pytest.mark.parametrize("text", ["İzzet Weiß", "Anna"])
def test_a_change_of_case_keeps_the_offsets(case: str, text: str) -> None:
    writer = Writer(Random(0), parts=[("Große ", ""), (text, "person"), (" in İzmir, ", ""), ("Straße 5", "address")])
    whole, tags = writer.result(case)
    change = {"lower": str.lower, "upper": str.upper}.get(case, str)
    assert [whole[tag.start : tag.end] for tag in tags] == [change(text), change("Straße 5")]


def test_many_texts_have_no_name(rows: list[Example]) -> None:
    assert all(row.tags is not None for row in rows)
    assert 0.1 < sum(row.tags == () for row in rows) / len(rows) < 0.25


@pytest.mark.parametrize("word", ["Rose", "Will", "Grace", "May", "Nice", "Reading"])
def test_words_that_are_names_occur_as_both(rows: list[Example], word: str) -> None:
    sides = set()
    for row in rows:
        for found in re.finditer(rf"\b{word}\b", row.text, re.IGNORECASE):
            sides.add(any(tag.start <= found.start() < tag.end for tag in row.tags or ()))
    assert sides == {True, False}


def test_other_dates_handles_and_hashtags_stay_untagged(rows: list[Example]) -> None:
    tagged = [row.text[tag.start : tag.end] for row in rows for tag in row.tags or ()]
    assert not [text for text in tagged if text.startswith(("@", "#"))]
    invoices = [row for row in rows if row.group in ("entities/none/7", "entities/lang_fr/3")]
    assert invoices
    assert not [row for row in invoices if row.tags]


def test_no_mark_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("<>~°[]\\") & set(row.text)]


def test_lists_are_long() -> None:
    counts = {kind: sum(len(v) for k, v in NAMES.slots.items() if k.startswith(kind)) for kind in ("given_", "family_")}
    assert min(counts.values()) > 400
    assert len(NAMES.slots["city"]) + len(NAMES.slots["country"]) + len(NAMES.slots["region"]) > 350
    assert sum(map(len, SENTENCES.lines.values())) > 120
