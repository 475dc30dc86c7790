"""Estimates: high for prompts, plain for answers, learned for what nobody said."""

from __future__ import annotations

import pytest

from gateway.surfaces import OpenAIChat
from gateway.types import Direction, Json, Part, Transcript, Unscanned
from gateway.web.tokens import (
    FIRST,
    HIGHEST,
    LEAST,
    MOST_PAIRS,
    Learned,
    answer_tokens,
    prompt_tokens,
    spoken_tokens,
)


def transcript(*texts: str, media: int = 0) -> Transcript:
    unread = tuple(Unscanned(("x", n), "binary", 10**6) for n in range(media))
    return Transcript(tuple(Part(text) for text in texts), Direction.INPUT, "m", unread)


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        (transcript("a" * 300), 100 + 4),
        (transcript("a" * 301), 101 + 4),
        (transcript("", ""), 8),
        (transcript("漢字"), 2 + 4),
        (transcript("\ud83d"), 1 + 4),
        (transcript("a", media=2), 1 + 4 + 2000),  # whatever their size
    ],
)
def test_a_prompt_is_estimated_high(given: Transcript, tokens: int) -> None:
    assert prompt_tokens(given) == tokens


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ({}, None),
        ({"max_tokens": None, "max_completion_tokens": None}, None),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 6}, 6),
        ({"max_tokens": 5, "max_completion_tokens": 5}, 5),
    ],
)
def test_what_a_request_allows(body: Json, limit: int | None) -> None:
    assert OpenAIChat().limits(body)[0] == limit


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({}, (0, 0)),
        ({"choices": None}, (0, 0)),
        ({"choices": [{"delta": {"role": "assistant", "content": ""}}]}, (0, 0)),
        ({"choices": [{"delta": {"content": "four"}}, {"delta": {"reasoning_content": "12345"}}]}, (2, 9)),
        (
            {"choices": [{"delta": {"tool_calls": [{"id": "call_1", "function": {"name": "f", "arguments": "{}"}}]}}]},
            (1, 3),
        ),
        ({"choices": ["odd", {"delta": None}, {}]}, (0, 0)),
    ],
)
def test_what_an_event_says(event: Json, said: tuple[int, int]) -> None:
    assert spoken_tokens(event) == said


def test_an_answer_without_usage() -> None:
    assert answer_tokens(transcript("a" * 9, "b" * 8)) == 5


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_learned_is_what_most_answers_stayed_below() -> None:
    learned = Learned(Clock())
    assert learned.expect("k", "m") == FIRST
    for number in range(100):
        learned.note("k", "m", 500 + number)
    assert 590 <= learned.expect("k", "m") <= 599
    assert learned.expect("k", "other") == learned.expect("other", "m") == FIRST


def test_learned_is_clamped() -> None:
    learned = Learned(Clock())
    for _ in range(20):
        learned.note("small", "m", 3)
        learned.note("large", "m", 10**6)
    assert learned.expect("small", "m") == LEAST
    assert learned.expect("large", "m") == HIGHEST


def test_one_long_answer_is_learned_at_once() -> None:
    learned = Learned(Clock())
    learned.note("k", "m", 3_000)
    assert learned.expect("k", "m") == 3_000


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    clock = Clock()
    learned = Learned(clock)
    for _ in range(20):
        learned.note("k", "m", 3_000)
    clock.now = 3_601
    for _ in range(8):
        learned.note("k", "m", 300)
    assert learned.expect("k", "m") == 300


def test_m08_pairs_are_bounded() -> None:
    learned = Learned(Clock())
    for number in range(MOST_PAIRS + 100):
        learned.note("k", f"m{number}", 300)
    assert len(learned._pairs) == MOST_PAIRS
