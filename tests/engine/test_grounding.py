"""Sentences against documents: by facts, by words, by meaning, and what the two levels make of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.onnx import load_folder
from gateway.engine import Document, Guard, Level, Models
from gateway.engine.grounding import MOST_VECTORS, ground, texts_to_embed
from gateway.errors import Overloaded, TooLargeToScan
from gateway.policy import parse_policy
from gateway.settings import ModelSettings
from gateway.types import Direction, Effect, Part, Role, Transcript
from tests.support.tiny_models import make

MUSEUM = Document(
    "The Harbour Museum opened in 1987 in the old customs house. It shows 320 model ships and a collection of sea "
    "maps. Admission costs 9 euros for adults. The museum is closed on Mondays. Its director since 4 May 2015 is "
    "Helen Marsh. In 2019 it had 48,213 visitors.",
    "museum",
)
RETURNS = Document("Customers may return unused items within 30 days of delivery. Shipping fees are not refunded.")
BALANCED, STRICT = Level.BALANCED, Level.STRICT


@pytest.mark.parametrize(
    ("answer", "level", "grounded"),
    [
        ("The museum opened in 1987.", STRICT, True),
        ("The museum opened in 1990.", BALANCED, False),
        ("The museum opened in the old customs house, in 1987.", STRICT, True),
        ("Helen Marsh is the director of the museum.", BALANCED, True),
        ("Peter Blum is the director of the museum.", BALANCED, False),
        ("Its director since May 2015 is Helen Marsh.", STRICT, True),
        ("Its director since June 2015 is Helen Marsh.", BALANCED, False),
        ("In 2019 it had about 48,000 visitors.", BALANCED, True),
        ("In 2019 it had about 48,000 visitors.", STRICT, False),
        ("In 2019 it had about 58,000 visitors.", BALANCED, False),
        ("Unused items may be returned within 30 days.", STRICT, True),
        ("Unused items may be returned within 60 days.", BALANCED, False),
        ("Elephants sleep for few hours in open grassland.", BALANCED, False),
        ("Thank you for asking!", STRICT, True),
        ("Is there anything else?", STRICT, True),
        ("The document does not mention opening hours.", STRICT, True),
        ("The document does not mention Peter Blum.", BALANCED, False),
        ("", BALANCED, True),
    ],
)
def test_by_words_and_facts(answer: str, level: Level, grounded: bool) -> None:
    found = ground("", answer, [MUSEUM, RETURNS], level)
    assert found.grounded is grounded
    assert bool(found.findings()) is not grounded


def test_each_sentence_is_judged_by_itself() -> None:
    answer = "The museum opened in 1987. Admission costs 12 euros.\n- Unused items may be returned within 30 days."
    found = ground("", answer, [MUSEUM, RETURNS], BALANCED)
    assert [(s.supported, s.document, s.missing) for s in found.sentences] == [
        (True, 0, ()),
        (False, 0, ("12",)),
        (True, 1, ()),
    ]
    (finding,) = found.findings()
    assert finding.category == "grounding/unsupported"
    assert answer[finding.span.start : finding.span.end] == "Admission costs 12 euros."
    assert 0.5 <= finding.score <= 1


def test_what_the_prompt_says_is_known() -> None:
    answer = "Ann Lee may return the items within 30 days."
    assert not ground("", answer, [RETURNS], BALANCED).grounded
    assert ground("I am Ann Lee. May I return the items?", answer, [RETURNS], BALANCED).grounded


def test_an_incomplete_answer_passes_where_that_is_fine() -> None:
    prompt = "When did the museum open? How long may items be returned?"
    half = "The museum opened in 1987."
    assert ground(prompt, half, [MUSEUM, RETURNS], BALANCED).grounded
    found = ground(prompt, half, [MUSEUM, RETURNS], STRICT)
    assert [prompt[s.start : s.end] for s in found.unanswered] == ["How long may items be returned?"]
    assert not found.grounded
    assert not ground(prompt, "I don't know.", [MUSEUM, RETURNS], STRICT).grounded
    whole = f"{half} Unused items may be returned within 30 days."
    assert ground(prompt, whole, [MUSEUM, RETURNS], STRICT).grounded


def test_meaning_supports_what_words_do_not() -> None:
    answer = "Postage stays with whoever ordered."
    texts = texts_to_embed("", answer, [RETURNS])
    assert not ground("", answer, [RETURNS], BALANCED).grounded
    near = {text: np.array([1.0, 0.0], np.float32) for text in texts}
    found = ground("", answer, [RETURNS], BALANCED, near)
    assert found.grounded
    assert found.by_meaning
    far = near | {answer: np.array([0.0, 1.0], np.float32)}
    assert not ground("", answer, [RETURNS], BALANCED, far).grounded


def test_where_every_noun_is_a_capital_names_are_not_told_by_them() -> None:
    document = Document(
        "Das Museum zeigt alte Schiffe und Karten. Der Eintritt kostet neun Euro für Erwachsene. Am Montag ist zu."
    )
    answer = (
        "Das Museum zeigt alte Schiffe und viele Karten im Saal. Der Eintritt kostet für die Erwachsene am Tag neun "
        "Euro und die Karten sind im Haus. Am Montag ist das Museum zu und die Kasse auch."
    )
    assert all(not sentence.missing for sentence in ground("", answer, [document], BALANCED).sentences)


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=3), st.sampled_from(Level))
def test_any_texts_can_be_compared(prompt: str, answer: str, documents: list[str], level: Level) -> None:
    found = ground(prompt, answer, [Document(text) for text in documents], level)
    for sentence in found.sentences:
        assert 0 <= sentence.span.start < sentence.span.end <= len(answer)
        assert 0 <= sentence.support <= 1
    assert len(texts_to_embed(prompt, answer, [Document(text) for text in documents])) <= MOST_VECTORS


@settings(deadline=None)
@given(st.lists(st.sampled_from(MUSEUM.text.split(". ")), min_size=1, max_size=6))
def test_what_a_document_says_is_supported(said: list[str]) -> None:
    answer = ". ".join(said).rstrip(".") + "."
    for level in Level:
        assert ground("", answer, [MUSEUM], level).grounded


async def test_a_model_gives_the_meaning_and_each_text_is_read_once(tmp_path: Path) -> None:
    models = Models([load_folder(make(tmp_path / "m", "heads"))])
    documents = [Document("The zebra is fine. Rain and weather.")]
    for _ in range(2):
        found = await models.ground("The zebra of Lisbon is fine.", documents, Level.BALANCED, tenant="ann")
        assert found.by_meaning
    assert models.stats()["hits"] == 3
    assert not (await Models().ground("The zebra.", documents, Level.BALANCED)).by_meaning


async def test_too_much_and_too_late_are_errors(tmp_path: Path) -> None:
    with pytest.raises(TooLargeToScan, match="1048576"):
        await Models().ground("word " * 300_000, [MUSEUM], Level.BALANCED)
    models = Models([load_folder(make(tmp_path / "m", "heads"))], ModelSettings(deadline=1e-9))
    with pytest.raises(Overloaded):
        await models.ground("The zebra.", [MUSEUM], Level.BALANCED)


async def test_a_rule_decides_what_becomes_of_it() -> None:
    rules = "rules: [{category: grounding/unsupported, action: block}]"
    ruleset = parse_policy(f"version: 1\nname: p\n{rules}")
    exchange = Guard(()).begin((ruleset,))
    for text, effect in (("The museum opened in 1990.", Effect.BLOCK), ("The museum opened in 1987.", Effect.ALLOW)):
        answer = Transcript((Part(text, ("a",), Role.ASSISTANT),), Direction.OUTPUT)
        assert (await exchange.response(answer, [MUSEUM])).effect is effect
        assert (await exchange.response(answer)).effect is Effect.ALLOW
