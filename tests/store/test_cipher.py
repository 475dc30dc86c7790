"""Texts at rest."""

from __future__ import annotations

import pytest

from gateway.errors import StoreError
from gateway.store import Cipher

TEXT = "a text \u00e4 \U0001f600".encode()


def test_what_is_sealed_opens_again() -> None:
    cipher = Cipher(["one"])
    sealed = cipher.seal(TEXT, "evt_1")
    assert TEXT not in sealed
    assert sealed != cipher.seal(TEXT, "evt_1")
    assert cipher.open(sealed, "evt_1") == TEXT


def test_keys_can_be_replaced() -> None:
    sealed = Cipher(["old"]).seal(TEXT, "evt_1")
    assert Cipher(["new", "old"]).open(sealed, "evt_1") == TEXT
    assert Cipher(["old"]).open(Cipher(["old", "new"]).seal(TEXT, "e"), "e") == TEXT
    for others in (["new"], []):
        with pytest.raises(StoreError):
            Cipher(others).open(sealed, "evt_1")


def test_a_text_belongs_to_its_event() -> None:
    cipher = Cipher(["one"])
    with pytest.raises(StoreError):
        cipher.open(cipher.seal(TEXT, "evt_1"), "evt_2")


def test_no_bit_can_be_changed() -> None:
    cipher = Cipher(["one"])
    sealed = cipher.seal(TEXT, "evt_1")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 4
        with pytest.raises(StoreError):
            cipher.open(bytes(changed), "evt_1")
    for length in range(1, len(sealed)):
        with pytest.raises(StoreError):
            cipher.open(sealed[:length], "evt_1")


def test_without_keys_texts_are_in_the_clear() -> None:
    assert not Cipher().seals
    assert Cipher().open(Cipher().seal(TEXT, "evt_1"), "evt_1") == TEXT
    assert Cipher(["one"]).open(Cipher().seal(TEXT, "evt_1"), "evt_1") == TEXT
