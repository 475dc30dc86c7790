"""Keys as text and their hashes."""

from __future__ import annotations

import re

import pytest

from gateway.store.secrets import PREFIXES, Peppers, mint, new_id, public_part


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_key_holds_its_id_and_a_secret(prefix: str) -> None:
    made = {mint(new_id(), prefix) for _ in range(200)}
    assert len(made) == 200
    for key in made:
        assert re.fullmatch(prefix + r"[0-9a-f]{16}_[A-Za-z0-9_-]{32}", key)
        assert public_part(key) == key.removeprefix(prefix)[:16]


GOOD = "pc_0123456789abcdef_" + "aB3-" * 8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pc_",
        GOOD[:-1],
        GOOD + "x",
        GOOD.upper(),
        GOOD.replace("pc_", "sk_"),
        GOOD.replace("pc_", ""),
        GOOD[:-1] + "!",
        GOOD[:-1] + "\n",
        " " + GOOD,
        GOOD.replace("a", "\u0430"),
        "pc_0123456789abcdeg_" + "x" * 32,
    ],
)
def test_what_is_no_key_of_ours(text: str) -> None:
    assert public_part(text) is None


def test_hashes_are_keyed() -> None:
    one, two = Peppers(b"one"), Peppers(b"two")
    assert one.hash(GOOD) != two.hash(GOOD)
    assert one.fits(GOOD, one.first, one.hash(GOOD))
    assert not one.fits(GOOD + "x", one.first, one.hash(GOOD))
    assert not one.fits(GOOD, one.first, two.hash(GOOD))
    assert not two.fits(GOOD, one.first, one.hash(GOOD))  # made under a pepper that is not ours any more


def test_peppers_can_be_replaced() -> None:
    old = Peppers(b"old")
    both = Peppers(b"new", b"old")
    assert both.first != old.first
    assert both.fits(GOOD, old.first, old.hash(GOOD))
    assert both.fits(GOOD, both.first, both.hash(GOOD))


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_no_hash_fits_an_unknown_pepper(digest: str) -> None:
    assert not Peppers(b"one").fits(GOOD, "00000000", digest)
