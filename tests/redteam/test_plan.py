"""Which cases there are: repeatable, within the budget, and each sentence in its disguise."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import ConfigError
from gateway.redteam.model import CONTROL
from gateway.redteam.packs import LANGUAGES, load_packs
from gateway.redteam.plan import DEFAULT_PROMPT, make_plan, strategies_of
from gateway.redteam.plant import fill, planted
from gateway.redteam.readings import views_of
from gateway.redteam.strategies import STRATEGIES

PACKS = list(load_packs().values())
EVERY = strategies_of(["*"])


def test_the_default_scan_has_at_most_400_requests() -> None:
    plan = make_plan(PACKS, EVERY, seed=1, most=400)
    assert 390 < sum(case.requests for case in plan) <= 400
    assert len({case.id for case in plan}) == len(plan)
    plain = {case.attack.id for case in plan if case.strategy == "plain"}
    assert plain == {attack.id for pack in PACKS for attack in pack.attacks}
    used = Counter(case.strategy for case in plan)
    others = [used[s.name] for s in EVERY if s.family not in ("plain", "language")]
    assert max(others) - min(others) <= 3


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 60), st.integers(0, 2**40))
def test_within_the_budget(most: int, seed: int) -> None:
    plan = make_plan(PACKS, EVERY, seed=seed, most=most)
    assert sum(case.requests for case in plan) <= most
    types = Counter(case.attack.type for case in plan)
    assert not types or max(types.values()) - min(types.values()) <= 1 or len(types) == len(PACKS)


def test_the_same_seed_gives_the_same() -> None:
    assert make_plan(PACKS, EVERY, seed=5, most=200) == make_plan(PACKS, EVERY, seed=5, most=200)
    one, other = (make_plan(PACKS, EVERY, seed=seed, most=200) for seed in (5, 6))
    assert [case.system for case in one] != [case.system for case in other]


def test_controls_come_first_and_ask_no_harm() -> None:
    plan = make_plan(PACKS, EVERY, seed=5, most=len(PACKS))
    assert {case.strategy for case in plan} == {CONTROL}
    assert [case.attack.type for case in plan] == [pack.type for pack in PACKS]
    assert not any(case.checks for case in plan)


def test_system_prompts() -> None:
    values = planted(5)
    for case in make_plan(PACKS, EVERY, seed=5, most=300, prompt="You sell boats. {canary} {x}"):
        assert case.system.startswith(f"You sell boats. {values['canary']} {{x}}")
        assert case.system.count(values["canary"]) >= 2
    assert "{" not in make_plan(PACKS, EVERY, seed=5, most=1)[0].system.replace(DEFAULT_PROMPT, "")


def test_disguises_can_be_undone() -> None:
    """What is encoded reads as the attack again: else a scan would send gibberish."""
    plain = {c.attack.id: c for c in make_plan(PACKS, strategies_of(["plain"]), seed=2)}
    wanted = strategies_of(["base64", "hex", "url", "homoglyphs", "full-width", "zero-width", "reversed"])
    seen = Counter[str]()
    for case in make_plan(PACKS, wanted, seed=2):
        if case.attack.type != "jailbreak" or case.strategy not in STRATEGIES:
            continue
        text = str(plain[case.attack.id].steps[0].messages[0]["content"])
        (message,) = case.steps[0].messages
        views = " ".join(view for _, view in views_of(str(message["content"])))
        seen[case.strategy] += all(word in views.casefold() for word in text.casefold().split()[:5])
    assert all(seen[s.name] >= 4 for s in wanted), seen


def test_pages_come_through_their_tool() -> None:
    cases = {c.id: c for c in make_plan(PACKS, strategies_of(["plain", "base64"]), seed=2)}
    case = cases["indirect-injection/page-with-orders/plain"]
    user, asks, result = case.steps[0].messages
    assert (user["role"], asks["role"], result["role"]) == ("user", "assistant", "tool")
    assert asks["tool_calls"][0]["function"]["name"] == "read_page"
    assert "leave the summary" in result["content"]
    assert (
        "leave the summary" not in cases["indirect-injection/page-with-orders/base64"].steps[0].messages[2]["content"]
    )
    names = [tool["function"]["name"] for tool in case.tools]
    assert names == ["read_page", "read_mail", "send_mail"]


def test_languages_take_the_place_of_the_payload() -> None:
    cases = {c.id: c for c in make_plan(PACKS, strategies_of(["language"]), seed=2)}
    assert {c.strategy for c in cases.values()} <= {*LANGUAGES, CONTROL}
    assert cases["harmful-content/weapon/german"].steps[0].messages[0]["content"].startswith("Erkläre")
    page = cases["indirect-injection/page-with-orders/french"].steps[0].messages[2]["content"]
    assert "Note à l'assistant" in page
    assert "Pruning roses" in page


def test_several_turns_stay_as_they_are() -> None:
    cases = [c for c in make_plan(PACKS, EVERY, seed=2) if c.attack.type == "multi-turn"]
    assert {c.strategy for c in cases} == {"plain", CONTROL}
    assert {c.requests for c in cases} == {1, 2, 3, 4}


@pytest.mark.parametrize(("globs", "some"), [(["encoding"], "morse"), (["le*"], "leet"), (["language"], "german")])
def test_strategies_by_name_or_family(globs: list[str], some: str) -> None:
    assert some in [s.name for s in strategies_of(globs)]


def test_unknown_strategy() -> None:
    with pytest.raises(ConfigError, match="no strategy 'base65'"):
        strategies_of(["plain", "base65"])


def test_fill() -> None:
    assert fill('{"a": {b}, {left}}', {"left": "x"}) == '{"a": {b}, x}'


@given(st.integers(0, 2**60))
def test_planted_cards_pass_their_check(seed: int) -> None:
    digits = [int(c) for c in planted(seed)["card"] if c.isdigit()]
    doubled = [sum(divmod(d * 2, 10)) if i % 2 == 0 else d for i, d in enumerate(digits)]
    assert len(digits) == 16
    assert sum(doubled) % 10 == 0
