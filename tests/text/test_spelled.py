"""Values with their characters apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.text.segment import around_values
from gateway.text.spelled import EVERY, MANY, spelled


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("w r i t e   t o   j o e . 4 2 @ e x . c o m   n o w", "write to joe.42@ex.com now"),
        ("j-o-e-.-4-2-@-e-x-.-c-o-m", "joe.42@ex.com"),
        ("j.o.e...4.2.@.e.x...c.o.m", "joe.42@ex.com"),
        ("k.e.y a.1._.B.2 o.k", "key a1_B2 ok"),
        ("k-e-y- -a-1-_-B-2- -o-k", "key a1_B2 ok"),
        ("c-a-l-l-:- -+-3-3- -6- -1-2", "call: +33 6 12"),
        ("k\te\ty\t\ta\t1\t_\tB\t2", "key a1_B2"),
        ("k\u2009e\u2009y a\u20091\u2009_\u2009B\u20092", "key a1_B2"),
        ("h t t p : / / e x . c o m / 1 2", "http://ex.com/12"),
        ("Dial this: c a l l   + 4 9   1 5 1 soon", "Dial this: call +49 151 soon"),
        ("p/i*n   1_2-3 4", "pin 1234"),
    ],
)
def test_digits_and_signs_are_characters_too(text: str, read: str) -> None:
    view = spelled(text)
    assert view is not None
    assert view.text == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2 3 4 5 6 7 8 9 10",
        "scores: 4 4 5 1 2\n3 3 4 5 1",
        "U.S.A. and 1.2.3.4",
        "a, b, c, d and 12",
        "s e t  a s i d e",  # letters alone are read elsewhere
        "- - - 42 - - -",
        "------ 12 ------",
        "write to joe.42@ex.com now",
        "| 1 | 2 | 3 | 4 |",
    ],
)
def test_what_is_no_value_stays(text: str) -> None:
    assert spelled(text) is None


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("thekeyis9fK2mQ7xVqandworks", "the key is 9fK2mQ7xVq and works"),
        ("mycardis4111111111111111please", "my card is 4111111111111111 please"),
        ("hisIPaddressis203.0.113.5now", "his IP address is 203.0.113.5 now"),
        ("mySSNis494-86-8878today", "my SSN is 494-86-8878 today"),
        ("callme(628)555-0142first", "call me (628)555-0142 first"),
        ("bornon17October1994there", "born on 17 October 1994 there"),
        ("at195ChestnutAvenue,Denver", "at195 Chestnut Avenue,Denver"),
        ("dueonNL91ABNA0417164300everymonth", "due on NL91ABNA0417164300 every month"),
        ("API_TOKEN=dwWWsAEKHhkI3G9GAX1NIO9eMs", "API_TOKEN=dwWWsAEKHhkI3G9GAX1NIO9eMs"),
        ("theservernearby10.20.30.40answers", "the server nearby 10.20.30.40 answers"),
        ("isthekeysk_live_51HxYz", "is the key sk_live_51HxYz"),
        ("rotatedAB4XQ7TBN2LMVR", "rotated AB4XQ7TBN2LMVR"),
        ("callmeat+49151please", "call me at +49151 please"),
        ("9fK2mQ7xVb4LzR8tWc3NpY6d", "9fK2mQ7xVb4LzR8tWc3NpY6d"),
        ("joe@keeper.example", "joe@keeper.example"),
    ],
)
def test_words_are_parted_from_keys_and_numbers(written: str, parts: str) -> None:
    edges = [0, *around_values(written), len(written)]
    assert " ".join(written[a:b] for a, b in pairwise(edges)) == parts


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1@. .-_\n\t/\u2009é", max_size=60))
def test_the_map_is_total_and_monotone(text: str) -> None:
    view = spelled(text)
    if view is None:
        return
    assert view.starts is not None
    assert view.ends is not None
    assert len(view.starts) == len(view.ends) == len(view.text)
    assert list(view.starts) == sorted(set(view.starts))
    assert all(start < end for start, end in zip(view.starts, view.ends, strict=True))
    assert view.ends[-1] == len(text)
    for at, character in enumerate(view.text):
        assert character in (text[view.starts[at]], " ")


def test_only_so_many_stretches_are_read() -> None:
    text = "k e y 1 2 3\nwords\n" * (4 * MANY)
    view = spelled(text)
    assert view is not None
    assert view.text.count("key123") == MANY + len(text) // EVERY < 4 * MANY
