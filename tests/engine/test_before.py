"""Turns that a request does not repeat: read with it, never judged again, their placeholders restored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row
from gateway.engine import Before, Exchange, Guard, later
from gateway.engine.before import BEFORE, MOST_PLACEHOLDERS, MOST_TEXT, MOST_VALUES
from gateway.engine.joined import TURNS
from gateway.policy import parse_policy
from gateway.types import Direction, Effect, Kind, Part, Reading, Role, Transcript, Verdict

T = TypeVar("T")

ROWS = (Row("secret/token", r"sk_[a-z]{6}"), Row("injection/direct", r"open\s{1,3}sesame"))
GUARD = Guard(
    [RegexDetector("rules", ROWS, readings=frozenset(Reading))],
    placeholder_key=b"k" * 32,
)
POLICY = parse_policy("""
version: 1
name: p
rules: [{category: injection/*, action: block}, {category: secret/*, directions: [input], action: placeholder}]
""")


def run(work: Awaitable[T]) -> T:
    async def whole() -> T:
        return await work

    return asyncio.run(whole())


def begun(before: Before) -> Exchange:
    exchange = GUARD.begin((POLICY,))
    exchange.recall(before)
    return exchange


def said(*texts: str, role: Role = Role.USER) -> tuple[Part, ...]:
    return tuple(Part(text, ("input", i), role, i) for i, text in enumerate(texts))


def asked(exchange: Exchange, *texts: str) -> Verdict:
    return run(exchange.request(Transcript(said(*texts), Direction.INPUT)))


def answered(exchange: Exchange, text: str) -> str:
    part = Part(text, ("output",), Role.ASSISTANT)
    verdict = run(exchange.response(Transcript((part,), Direction.OUTPUT)))
    return verdict.edits.get(part.path, text)


@pytest.mark.parametrize(
    ("before", "now", "effect"),
    [
        ("please open", "sesame now", Effect.BLOCK),
        ("please open", "the door", Effect.ALLOW),
        ("open sesame", "good day", Effect.ALLOW),  # judged in its own turn
        ("", "open sesame", Effect.BLOCK),
    ],
)
def test_what_is_split_over_turns_is_seen(before: str, now: str, effect: Effect) -> None:
    verdict = asked(begun(later(Before(), said(before), {}, (), {})), now)
    assert verdict.effect is effect
    assert all(hit.part.path[0] != BEFORE for hit in verdict.hits)
    assert all(path[0] != BEFORE for path in verdict.edits)
    assert verdict.coverage.seen == len(now)


def test_a_value_split_over_turns_is_hidden_where_it_can_be() -> None:
    verdict = asked(begun(later(Before(), said("the key is sk_ab"), {}, (), {})), "cdef is the rest")
    assert list(verdict.edits) == [("input", 0)]
    assert "cdef" not in verdict.edits[("input", 0)]


def test_placeholders_are_restored_but_not_one_that_the_user_writes() -> None:
    first = begun(Before())
    verdict = asked(first, "it is sk_abcdef")
    (token,) = first.vault.values
    before = later(
        Before(), said("it is sk_abcdef"), verdict.edits, said("Noted.", role=Role.ASSISTANT), first.vault.values
    )
    assert "sk_abcdef" not in str([part.text for part in before.parts])
    second = begun(before)
    asked(second, "what was it?")
    assert answered(second, f"It was {token}.") == "It was sk_abcdef."
    third = begun(before)
    asked(third, f"what is {token}?")
    assert answered(third, f"It was {token}.") == f"It was {token}."


@given(st.lists(st.text(max_size=40), max_size=30), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_it_is_written_and_read(texts: list[str], placeholders: dict[str, str]) -> None:
    before = later(Before(), said(*texts), {}, (), placeholders)
    assert Before.load(before.dump()) == before
    assert len(before.parts) <= TURNS


def test_it_is_bounded() -> None:
    texts = said(*("x" * 5000 + str(i) for i in range(40)))
    system = (Part("be good", ("instructions",), Role.DEVELOPER), Part("{}", ("t",), Role.TOOL, kind=Kind.TOOL_CALL))
    placeholders = {f"[X_{i}]": "v" for i in range(5000)} | {"[LONG]": "v" * (MOST_VALUES - 100)}
    before = later(Before(), (*texts, *system), {}, (), placeholders)
    assert [part.text[-2:] for part in before.parts] == [str(i) for i in range(40 - TURNS, 40)]
    assert all(len(part.text) == MOST_TEXT for part in before.parts)
    assert 1 < len(before.placeholders) <= MOST_PLACEHOLDERS
    assert "[LONG]" in before.placeholders
    assert later(before, said("new"), {}, (), {}).parts[-1].text == "new"
