"""Placeholders: the same for the same value, unguessable, restored only where they were made."""

from __future__ import annotations

from gateway.engine.vault import RESTORE, Vault
from gateway.types import Part

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


def test_a_digest_cannot_be_reversed_without_the_key() -> None:
    assert Vault(KEY).digest("pii/email", "joe@x.io") == Vault(KEY).digest("pii/email", "joe@x.io")
    assert Vault(KEY).digest("pii/email", "joe@x.io") != Vault(b"x" * 32).digest("pii/email", "joe@x.io")
