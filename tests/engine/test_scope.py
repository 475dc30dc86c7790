"""What an application is there for, as its system prompt says it, and requests that have nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.engine import Guard, load_models
from gateway.engine.scope import SUBJECTS, scopes_in
from gateway.policy import parse_policy
from gateway.settings import ModelSettings
from gateway.types import Direction, Effect, Kind, Part, Role, Transcript

SHIPPED = Path(__file__).parents[2] / "onnx_models"
SHOP = "You only help with questions about garden furniture of this shop. Decline anything else in one sentence."
BANK = "Only assist customers with accounts, cards and payments of our bank, and never answer any other questions."


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (SHOP, "You only help with questions about garden furniture of this shop"),
        (BANK, BANK.rstrip(".")),
        ("Hi!\nAnswer only questions about trains. Refuse all other topics.", "Answer only questions about trains"),
        ("We exclusively advise on roofs. Do not discuss anything unrelated.", "We exclusively advise on roofs"),
        ("Hilf nur bei Fragen zu Fahrrädern. Lehne alle anderen Themen ab.", "Hilf nur bei Fragen zu Fahrrädern"),
        ("You help guests with bikes and helmets. Decline anything else.", "You help guests with bikes and helmets"),
        ("You help guests with bikes only. Refuse all other topics.", "You help guests with bikes only"),
        ("Only answer questions about trains. Everything else you decline.", "Only answer questions about trains"),
        (
            "Only answer questions about trains. If asked about anything else, say you can't help.",
            "Only answer questions about trains",
        ),
        ("Du hilfst nur bei Fragen zu Rädern. Alles andere lehnst du ab.", "Du hilfst nur bei Fragen zu Rädern"),
        ("You help with cards. If anything else fails, say that somebody calls.", None),
        ("You help with cards. Be brief. Decline anything else.", None),  # else than what?
        ("You help people with letters. Nothing else matters.", None),
        ("Beantworte nur Fragen zu Tarifen. Alles andere findest du im Wiki.", None),
        ("You only help with questions about garden furniture of this shop.", None),  # and all else?
        ("Decline anything else.", None),
        ("You only answer in English. Decline all other requests.", None),
        ("Only answer with JSON. Refuse anything else.", None),
        ("You help with garden furniture. Be brief. Refuse unrelated work.", None),
        ("Only speak if spoken to. Reject all other invitations.", None),
        ("", None),
    ],
)
def test_scopes(text: str, scope: str | None) -> None:
    assert [part.text for part in scopes_in([Part(text, role=Role.SYSTEM)])] == ([scope] if scope else [])
    assert scopes_in([Part(text, role=Role.SYSTEM, kind=Kind.TOOL_DESCRIPTION)]) == ()


def test_a_scope_may_touch_a_subject() -> None:
    programs, medicine, homework, politics, poems = SUBJECTS
    assert programs.belongs_to("You only help with IT problems")
    assert not programs.belongs_to("You only help with it")
    assert medicine.belongs_to("Only answer questions about our pharmacy")
    assert homework.belongs_to("Only assist with courses of our university")
    assert politics.belongs_to("Only answer questions about the city council's news")
    assert poems.belongs_to("Only help with gift cards")
    assert not any(subject.belongs_to(SHOP.partition(".")[0]) for subject in SUBJECTS)
    assert not any(subject.belongs_to("You only help with parcels and bills.") for subject in SUBJECTS)


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    guard = Guard((), models=load_models(ModelSettings(folders=(SHIPPED,))))
    yield guard
    guard.close()


@pytest.mark.parametrize(
    ("system", "text", "blocked"),
    [
        (SHOP, "Please program a small calculator in JavaScript for me.", True),
        (SHOP, "How many milligrams of paracetamol may an adult take in a day?", True),
        (SHOP, "Write an essay about the reign of Queen Victoria for my history class.", True),
        (SHOP, "Which candidate should I vote for in the election?", True),
        (SHOP, "Compose a poem about the autumn wind.", True),
        (SHOP, "How do I oil a bench of oak?", False),
        (SHOP, "Hello there!", False),
        (SHOP, "Where is my parcel?", False),
        (SHOP, "Can I pay with PayPal?", False),
        (SHOP, "Which chair is best for my back pain?", False),
        (SHOP, "Is there a discount for a party of twenty?", False),
        (SHOP, "Yes, the second one.", False),
        (BANK, "My card was declined at the doctor's, why?", False),
        (BANK, "Can I pay school fees by standing order?", False),
        (SHOP.partition(". ")[0], "Compose a poem about the autumn wind.", False),  # nobody said to decline it
        ("You only help with IT problems. Decline anything else.", "How do I run a Python script?", False),
        ("", "Compose a poem about the autumn wind.", False),
    ],
)
async def test_requests(guard: Guard, system: str, text: str, blocked: bool) -> None:
    policy = parse_policy(
        "{version: 1, name: p, rules: [{category: topic/out_of_scope, roles: [user], threshold: 0.84, action: block}]}"
    )
    parts = (Part(system, ("s",), Role.SYSTEM), Part(text, ("u",), message=1))
    verdict = await guard.begin((policy,)).request(Transcript(parts, Direction.INPUT))
    assert (verdict.effect is Effect.BLOCK) is blocked
    assert [v.hit.part.path for v in verdict.violations] == [("u",)] * blocked


async def test_nothing_is_read_for_it_where_no_prompt_sets_a_scope(guard: Guard) -> None:
    policy = parse_policy("{version: 1, name: p, rules: [{category: topic/out_of_scope, action: block}]}")
    before = guard.models.stats()["misses"]
    parts = (Part("You are kind.", ("s",), Role.SYSTEM), Part("Compose a poem about spring.", ("u",), message=1))
    await guard.begin((policy,)).request(Transcript(parts, Direction.INPUT))
    assert guard.models.stats()["misses"] == before
