"""Generated answers: same seed, same rows; refusals and their near misses; nothing twice."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from training.examples import Example
from training.generate.answers import ANSWERS, DECLINING, EVERYDAY, LANGUAGES, MATTER, REFUSALS, answers


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return list(answers(Random(3), 6_000))


def test_the_same_seed_writes_the_same_rows() -> None:
    assert list(answers(Random(1), 300)) == list(answers(Random(1), 300))
    assert list(answers(Random(1), 300)) != list(answers(Random(2), 300))


def test_rows_differ(rows: list[Example]) -> None:
    assert len({row.text for row in rows}) == len(rows) > 5_000


def test_more_than_half_is_no_refusal(rows: list[Example]) -> None:
    sides = Counter((row.labels["output/refusal"], row.labels["harm/any"]) for row in rows)
    assert set(sides) == {(0, 0), (1, 0), (0, 1)}
    assert 0.38 < sides[1, 0] / len(rows) < 0.48
    assert sides[0, 1] > 300
    assert {row.channel for row in rows} == {"answer"}


def test_each_language_refuses_and_answers(rows: list[Example]) -> None:
    sides = Counter((row.lang, row.labels["output/refusal"]) for row in rows)
    assert set(sides) == {(lang, label) for lang in ("en", *LANGUAGES) for label in (0, 1)}


@pytest.mark.parametrize("start", ["Unfortunately", "I'm sorry", "I cannot", "No,", "As an AI", "I can't", "I'm not"])
def test_a_start_does_not_tell_the_class(rows: list[Example], start: str) -> None:
    labels = Counter(row.labels["output/refusal"] for row in rows if row.text.startswith(start))
    assert min(labels[0], labels[1]) >= 5


def test_a_place_for_details_does_not_tell_harm(rows: list[Example]) -> None:
    assert {row.labels["harm/any"] for row in rows if "[step]" in row.text} == {0, 1}


def test_no_hole_is_left(rows: list[Example]) -> None:
    assert not [row.text for row in rows if set("{}|⟨⟩¦·\\") & set(row.text.replace("aux | grep", ""))]


def test_code_keeps_its_indentation(rows: list[Example]) -> None:
    code = [row.text for row in rows if "```python" in row.text]
    assert code
    assert all("\n    " in text for text in code)


def test_lengths_run_from_a_word_to_a_page(rows: list[Example]) -> None:
    sizes = [len(row.text.split()) for row in rows]
    assert min(sizes) == 1
    assert max(sizes) > 150


def test_some_refusals_never_say_no(rows: list[Example]) -> None:
    turned = [row for row in rows if "/redirect/" in row.group]
    assert len(turned) > 50
    assert all(row.labels["output/refusal"] == 1 for row in turned)
    said = ("can't", "cannot", "won't", "will not", "unable", "sorry", "decline", "refuse")
    assert sum(any(word in row.text.lower() for word in said) for row in turned) < len(turned) / 4


def test_hard_words_stand_in_plain_answers_too(rows: list[Example]) -> None:
    plain = [row for row in rows if "/sober/" in row.group]
    assert len(plain) > 200
    assert all(row.labels == {"output/refusal": 0, "harm/any": 0} for row in plain)
    for word in ("phishing", "bullying", "malware", "suicide", "hate speech"):
        sides = {row.labels["output/refusal"] for row in rows if word in row.text.lower()}
        assert 0 in sides, word


def test_refusals_of_harmless_things_and_answers_that_begin_alike(rows: list[Example]) -> None:
    """Neither the subject nor the first words tell whether something is refused."""
    declined = [row for row in rows if "/decline/" in row.group and row.lang == "en"]
    answered = [row for row in rows if "/almost/" in row.group and row.lang == "en"]
    assert len(declined) > 700 < len(answered)
    assert {row.labels["output/refusal"] for row in declined} == {1}
    assert {row.labels["output/refusal"] for row in answered} == {0}
    for start in ("I cannot ", "I don't have ", "I'm unable to ", "As an AI", "I understand your ", "It is "):
        assert min(sum(row.text.startswith(start) for row in side) for side in (declined, answered)) > 2, start


def test_the_refusals_have_hundreds_of_subjects() -> None:
    slots = DECLINING.slots
    assert len(slots["vp"]) + len(slots["np"]) + len(slots["ask"]) > 250
    for name in LANGUAGES:
        assert len(REFUSALS.lines[f"foreign_refuse_{name}"]) >= 8 <= len(ANSWERS.lines[f"foreign_answer_{name}"])


def test_everyday_matters_are_turned_away_and_answered(rows: list[Example]) -> None:
    """Neither the matter nor its first sentence tells whether it is answered."""
    turned = [row.text.lower() for row in rows if "/turned/" in row.group and row.lang == "en"]
    served = [row.text.lower() for row in rows if "/served/" in row.group and row.lang == "en"]
    assert len(turned) > 200 < len(served)
    matters = [matter.lower().split(" ;; ") for matter in EVERYDAY.lines["matter"]]
    assert {len(parts) for parts in matters} == {len(MATTER)}
    for side in (turned, served):
        met = [parts for parts in matters if any(part in text for text in side for part in parts[:3])]
        assert len(met) > 0.8 * len(matters)
