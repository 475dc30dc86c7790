"""Generated answers of some length: same seed, same rows; both sides from the same sentences; nothing twice."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import Example
from training.generate.answers.long import DANGERS, LANGUAGES, TOPICS, WORDS, long_answers


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(long_answers(Random(3), 5_000))


def english(rows: list[Example], refused: int) -> list[str]:
    return [row.text for row in rows if row.lang == "en" and row.labels["output/refusal"] == refused]


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(long_answers(Random(1), 300)) == list(long_answers(Random(1), 300))
    assert list(long_answers(Random(1), 300)) != list(long_answers(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 4_600


def test_no_hole_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}⟨⟩·\\\\") & set(row.text)]


def test_each_language_refuses_and_answers(rows: list[Example]) -> None:
    sides = Counter((row.lang, row.labels["output/refusal"]) for row in rows)
    assert set(sides) == {(lang, label) for lang in ("en", *LANGUAGES) for label in (0, 1)}
    assert len(LANGUAGES) == 8
    assert 0.42 < sum(row.labels["output/refusal"] for row in rows) / len(rows) < 0.5


def test_a_topic_does_not_tell_the_side(rows: list[Example]) -> None:
    for side in (0, 1):
        texts = " ".join(english(rows, side)).lower()
        for topic in (*TOPICS, *DANGERS):
            assert topic.name.lower() in texts, topic.name


@pytest.mark.parametrize("name", ["praise", "sensitive", "moral", "reflect", "pro"])
def test_shared_sentences_stand_on_both_sides(rows: list[Example], name: str) -> None:
    plain = [line for line in WORDS.lines[name] if not set("{[") & set(line)]
    for side in (0, 1):
        texts = " ".join(english(rows, side))
        assert all(line in texts for line in plain)


def test_most_refusals_never_say_no(rows: list[Example]) -> None:
    said = ("can't", "cannot", "won't", "unable", "sorry", "apolog", "afraid", "declin", "refus")
    refused = english(rows, 1)
    assert sum(any(word in text.lower() for word in said) for text in refused) < len(refused) / 3


def test_answers_often_begin_like_a_refusal(rows: list[Example]) -> None:
    starts = ("As an AI", "As a language model", "I'm sorry", "Sorry", "Unfortunately", "I can", "I'm not", "I won't")
    assert sum(text.startswith(starts) for text in english(rows, 0)) > 200


def test_lengths(rows: list[Example]) -> None:
    for side in (0, 1):
        sizes = sorted(len(text.split()) for text in english(rows, side))
        assert sizes[len(sizes) * 9 // 10] > 110
        assert sizes[-1] < 400
