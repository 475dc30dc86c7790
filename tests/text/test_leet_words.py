"""Looking only at words with signs finds the tokens that a look at every character finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.text import leet

PIECES = (*"abZ019 \n\t._-@$|+!(<>=:#,/", "é", "ß", "\u20ac", "\x1c", "12345", "4ll", "@example.org", "x" * 17, "key=")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
def test_tokens(text: str) -> None:
    tokens, split = leet._tokens(text)
    assert split() == leet._TOKEN.split(text)
    assert tokens == list(dict.fromkeys(split()[1::2]))
