"""Ciphers are told by the steps between letters, account numbers by check digits, keys by how they begin."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.text.decode import decoded, disguised
from gateway.text.words import ENGLISH, LABELS, TELLING
from gateway.types import Span

ATBASH = str.maketrans("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")
LINE = "the payroll form of carmen names the account 48112 at the bank"


def shifted(text: str, by: int) -> str:
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if c.isalpha() else c for c in text)


@pytest.mark.parametrize("by", range(1, 26))
def test_a_line_in_any_shift_is_told(by: int) -> None:
    written = f"an ordinary first line\n{shifted(LINE, by)}\n"
    assert (26 - by, 23, 23 + len(LINE)) in list(disguised.lines(written.encode()))


def test_atbash_and_backwards_are_told() -> None:
    assert [key for key, *_ in disguised.lines(LINE.translate(ATBASH).encode())] == ["atbash"]
    assert [key for key, *_ in disguised.lines(LINE[::-1].encode())] == ["reversed"]


@pytest.mark.parametrize("text", [LINE, "xk 1234 qz 99", "", "order 4711 ships on 3 may from rotterdam\n"])
def test_a_plain_line_is_not(text: str) -> None:
    assert list(disguised.lines(text.encode())) == []


@pytest.mark.parametrize("by", [1, 13, 25])
def test_an_account_number_is_told_by_its_check_digits(by: int) -> None:
    assert disguised.account(shifted("es91 2100 0418 4502 0005 1332", by)) == 26 - by
    assert disguised.account("es91 2100 0418 4502 0005 1332"[::-1]) == "reversed"
    assert disguised.account("es91 2100 0418 4502 0005 1332") is None
    assert disguised.account("es92 2100 0418 4502 0005 1332") is None


def test_an_address_keeps_to_hexadecimal_letters() -> None:
    assert disguised.address("2001:qo8:85n3::8n2r:370:7334") is not None
    assert disguised.address("2001:db8:85a3::8a2e:370:7334") is None
    assert disguised.address("2001:qo8:85n3::8a2z:370:7334") is None


def test_a_key_is_told_by_how_it_begins() -> None:
    token = "ghp_" + "a1b2c3d4e5f6" * 3
    assert list(disguised.keys(f"so {shifted(token, 5)} then".encode(), 10)) == [(21, 3, 43)]
    assert list(disguised.keys(token[::-1].encode(), 10)) == [("reversed", 0, 40)]
    assert list(disguised.keys(token.encode(), 10)) == []


@pytest.mark.parametrize("value", ["", "on 2024-05-17 we sold 1200 chairs. "])
@pytest.mark.parametrize("end", [" ", "\n"])
def test_in_a_long_text_it_is_told_near_its_value(value: str, end: str) -> None:
    """Only what stands near values is looked at, wherever that is."""
    prose = ("the harvest in the north was good this year and the barns are full. " + value) * 200
    written = prose + end + shifted(LINE, 13) + end + prose
    read = [view for view in decoded(written).views if LINE in view.text]
    assert [view.name for view in read] == ["caesar"]
    at = read[0].text.index(LINE)
    assert read[0].original(Span(at, at + len(LINE))) == Span(len(prose) + 1, len(prose) + 1 + len(LINE))


# Plain words, those that say what a value is, and none at all; by shifts, mirrored, backwards.
WORDS = st.one_of(
    st.sampled_from(sorted(word for word in ENGLISH if word.isascii())),
    st.sampled_from(sorted(TELLING | LABELS)),
    st.text("aeinorst", min_size=1, max_size=18),
    st.sampled_from(("4711", "on 2024-05-17", "es91 2100 0418", "the harvest was good and their barns are full")),
)
WRITTEN = st.one_of(
    st.just(lambda text: text),
    st.builds(lambda by: lambda text: shifted(text, by), st.integers(1, 25)),
    st.just(lambda text: text.translate(ATBASH)),
    st.just(lambda text: text[::-1]),
)
RUNS = st.builds(
    lambda words, sign, write: write(sign.join(words)),
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from((" ", ": ", " = ", ", ", "-")),
    WRITTEN,
)


@settings(max_examples=400)
@given(st.lists(st.one_of(RUNS, st.sampled_from(("\n", ". ", ": ", "=", "_", "?"))), max_size=10).map("".join))
def test_where_plain_words_outvote_all_others_no_line_is_told(text: str) -> None:
    data = text.lower().encode("ascii", "replace")
    quick = list(disguised.lines(data))
    with patch.object(disguised, "_is_outvoted", return_value=False):
        assert list(disguised.lines(data)) == quick


def test_ordinary_lines_are_outvoted_and_disguised_ones_not() -> None:
    assert disguised._is_outvoted(LINE.encode() + b"\n\n" + LINE.encode())
    assert not disguised._is_outvoted(shifted(LINE, 3).encode())


@pytest.mark.parametrize("word", [word for word in sorted(TELLING) if len(word) > 4][::40])
def test_a_known_word_may_be_known_in_every_cipher(word: str) -> None:
    """What is remembered of them is a bit each: it may say too much, never too little."""
    for by in range(26):
        shifted = "".join(chr((ord(c) - 97 + by) % 26 + 97) for c in word)
        assert disguised._may_be_known(shifted.encode())
        assert disguised._may_be_known(shifted[::-1].encode())


def test_few_words_that_are_none_look_like_known_ones() -> None:
    strange = [f"{a}{b}{c}xqzj".encode() for a in "bcdfghjk" for b in "qxzvw" for c in "jkqxz"]
    assert sum(map(disguised._may_be_known, strange)) < len(strange) / 10
