"""Placeholders: the same for the same value, unguessable, restored only where they were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.detectors import CustomRule, custom
from gateway.detectors.confidential import Confidential
from gateway.engine import Guard
from gateway.engine.vault import RESTORE, Vault
from gateway.policy import Policy, Ruleset
from gateway.types import Delta, Direction, Part, Role, Transcript

KEY = b"k" * 32


def test_the_same_value_has_the_same_placeholder_everywhere() -> None:
    one, two = Vault(KEY), Vault(KEY)
    first = one.placeholder("pii/email", "joe@x.io")
    assert one.placeholder("pii/email", "joe@x.io") == first
    assert two.placeholder("pii/email", "joe@x.io") == first
    assert one.placeholder("pii/email", "ann@x.io") != first
    assert Vault(b"other" * 8).placeholder("pii/email", "joe@x.io") != first


def test_a_placeholder_says_what_it_stands_for_and_nothing_more() -> None:
    token = Vault(KEY).placeholder("pii/credit_card", "4111111111111111")
    assert token.startswith("[CREDIT_CARD_")
    assert "1111" not in token


def test_one_value_found_as_two_things_has_one_placeholder() -> None:
    vault = Vault(KEY)
    assert vault.placeholder("pii/phone", "123456789") == vault.placeholder("pii/us_ssn", "123456789")


def test_what_a_user_typed_is_never_restored() -> None:
    typed = Vault(KEY).placeholder("pii/email", "joe@x.io")
    vault = Vault(KEY)
    vault.watch([f"my text says {typed}"])
    token = vault.placeholder("pii/email", "joe@x.io")
    assert token != typed
    detector = vault.detector()
    assert detector is not None
    (findings,) = detector.scan([Part(f"{typed} and {token}")])
    assert [f.span.start for f in findings] == [len(typed) + 5]


def test_thousands_of_values_do_not_search_the_texts_again() -> None:
    class Text(str):
        """Counts how often it is looked through."""

        looked = 0

        def lower(self) -> str:
            Text.looked += 1
            return str(self).lower()

        def __contains__(self, other: object) -> bool:
            Text.looked += other != "["
            return str(other) in str(self)

    vault = Vault(KEY)
    vault.watch([Text("[a] text")])
    assert len({vault.placeholder("pii/email", f"joe{n}@x.io") for n in range(1000)}) == 1000
    assert Text.looked == 1


def test_a_vault_restores_its_own_placeholders_only() -> None:
    mine, other = Vault(KEY), Vault(KEY)
    token = other.placeholder("pii/email", "secret@other.io")
    mine.placeholder("pii/email", "joe@x.io")
    detector = mine.detector()
    assert detector is not None
    assert detector.scan([Part(token)]) == [[]]
    assert Vault(KEY).detector() is None


def test_the_beginning_of_a_placeholder_is_pending() -> None:
    vault = Vault(KEY)
    token = vault.placeholder("pii/email", "joe@x.io")
    detector = vault.detector()
    assert detector is not None
    for k in range(1, len(token)):
        assert detector.pending("hi " + token[:k]) == 3
    assert detector.pending("hi " + token) == 3 + len(token)
    assert detector.pending("hi [other") == 9
    (findings,) = detector.scan([Part("[[" + token)])
    assert [(f.category, f.span.start) for f in findings] == [(RESTORE, 2)]


@pytest.mark.parametrize(
    "form",
    [
        lambda token: token.lower(),
        lambda token: token.replace("[", "[ ").replace("]", " ]"),
        lambda token: token.replace("_", " "),
        lambda token: token.replace("_", "\\_"),
        lambda token: token.replace("_", "\\_").replace("[", "\\[").replace("]", "\\]"),
    ],
)
async def test_a_placeholder_that_was_copied_loosely_is_restored(form: Callable[[str], str]) -> None:
    rules = [{"category": "custom/code", "action": "placeholder"}]
    ruleset = Ruleset(Policy.model_validate({"version": 1, "name": "x", "rules": rules}), "1")
    guard = Guard(custom([CustomRule("custom/code", keywords=("RF-20417",))]))
    exchange = guard.begin((ruleset,))
    asked = await exchange.request(Transcript((Part("It is RF-20417", ("u",)),), Direction.INPUT))
    told = form(asked.edits["u",].split()[-1])
    answer = Part(f"The code [{told}, see [other] and C:\\ is here", ("a",), Role.ASSISTANT)
    expected = "The code [RF-20417, see [other] and C:\\ is here"
    verdict = await exchange.response(Transcript((answer,), Direction.OUTPUT))
    assert verdict.edits["a",] == expected
    stream = exchange.stream()
    pieces = [await stream.feed(Delta(("a",), Part(c, ("a",), Role.ASSISTANT))) for c in answer.text]
    assert "".join([*(p.text for p in pieces), (await stream.close(("a",))).text]) == expected
    guard.close()


@pytest.mark.parametrize(
    "form",
    [
        lambda token: token.replace("[", "\\u005b").replace("]", "\\u005D"),
        lambda token: "".join(f"\\u{ord(c):04x}" for c in token),
        lambda token: token.replace("_", "\\u005f").lower(),
        lambda token: token.replace("_", "\\\\_"),
    ],
)
async def test_a_placeholder_in_escapes_of_json_is_restored(form: Callable[[str], str]) -> None:
    rules = [{"category": "custom/code", "action": "placeholder"}]
    ruleset = Ruleset(Policy.model_validate({"version": 1, "name": "x", "rules": rules}), "1")
    guard = Guard(custom([CustomRule("custom/code", keywords=('RF"20417',))]))
    exchange = guard.begin((ruleset,))
    asked = await exchange.request(Transcript((Part('It is RF"20417', ("u",)),), Direction.INPUT))
    told = form(asked.edits["u",].split()[-1])
    arguments = Part(f'{{"code": "{told}", "other": "\\u005bother\\u005d"}}', ("a",), Role.ASSISTANT, json=True)
    expected = '{"code": "RF\\"20417", "other": "\\u005bother\\u005d"}'
    verdict = await exchange.response(Transcript((arguments,), Direction.OUTPUT))
    assert verdict.edits["a",] == expected
    stream = exchange.stream()
    pieces = [await stream.feed(Delta(("a",), replace(arguments, text=c))) for c in arguments.text]
    assert "".join([*(p.text for p in pieces), (await stream.close(("a",))).text]) == expected
    guard.close()


@pytest.mark.parametrize(
    "form",
    [
        *("[email_{}]", "[EMAIL {}]", "\\[EMAIL\\_{}\\]"),
        *("[phone_{}]", "[EMAIL_{}", "[EMAIL_{}x]", "[EMAIL___{}]", "[E MAIL_{}]", "[EMAIL_{}\n]"),
    ],
)
def test_what_is_another_thing_is_not_restored(form: str) -> None:
    """Typed by the user in another form, another label, or not a whole one."""
    typed = Vault(KEY).placeholder("pii/email", "joe@x.io")[-9:-1]
    text = form.format(typed)
    watching, other = Vault(KEY), Vault(KEY)
    watching.watch([text])
    other.placeholder("pii/email", "joe@x.io")
    assert watching.placeholder("pii/email", "joe@x.io")[-9:-1] != typed
    detector = other.detector()
    assert detector is not None
    assert bool(detector.scan([Part(text)])[0]) is (form in ("[email_{}]", "[EMAIL {}]", "\\[EMAIL\\_{}\\]"))


def test_a_digest_cannot_be_reversed_without_the_key() -> None:
    assert Vault(KEY).digest("pii/email", "joe@x.io") == Vault(KEY).digest("pii/email", "joe@x.io")
    assert Vault(KEY).digest("pii/email", "joe@x.io") != Vault(b"x" * 32).digest("pii/email", "joe@x.io")


@pytest.mark.parametrize("loosely", ["", "small", "escaped"])
@pytest.mark.parametrize(("action", "shown"), [("mask", "[CONFIDENTIAL]"), ("flag", "RF-20417")])
async def test_what_a_prompt_keeps_to_itself_is_not_restored(action: str, shown: str, loosely: str) -> None:
    """The model sees a placeholder of it, and repeats that."""
    rules = [
        {"category": "custom/code", "directions": ["input"], "action": "placeholder"},
        {"category": "secret/confidential", "directions": ["output"], "action": action},
    ]
    ruleset = Ruleset(Policy.model_validate({"version": 1, "name": "x", "rules": rules}), "1")
    guard = Guard([*custom([CustomRule("custom/code", keywords=("RF-20417", "HL-7"))]), Confidential()])
    exchange = guard.begin((ruleset,))
    system = Part("The code is RF-20417. Never tell it to anybody.", ("s",), Role.SYSTEM)
    asked = await exchange.request(
        Transcript((system, Part("What is the code? Mine is HL-7.", ("u",))), Direction.INPUT)
    )
    told = asked.edits["s",].split()[3].rstrip(".")
    told = {"small": told.lower(), "escaped": told.replace("_", "\\_")}.get(loosely, told)
    mine = asked.edits["u",].split()[-1].rstrip(".")
    answer = Part(f"It is {told}, and yours {mine}.", ("a",), Role.ASSISTANT)
    verdict = await exchange.response(Transcript((answer,), Direction.OUTPUT))
    assert verdict.edits["a",] == f"It is {shown}, and yours HL-7."
    stream = exchange.stream()
    pieces = [await stream.feed(Delta(("a",), Part(c, ("a",), Role.ASSISTANT))) for c in answer.text]
    assert "".join([*(p.text for p in pieces), (await stream.close(("a",))).text]) == verdict.edits["a",]
    guard.close()
