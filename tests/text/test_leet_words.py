"""Looking only at words with signs finds the tokens that a look at every character finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.text import leet

SIGNS = r"0-9@$|+!(<\u20ac"
TOKEN = re.compile(rf"(?<![\w{SIGNS}])(?!\d{{5,}}+(?![A-Za-z@$|+!(<]))([A-Za-z]*+[{SIGNS}][A-Za-z{SIGNS}]*+)(?!\w)")
PIECES = (
    *"abZ019 \n\t._-@$|+!(<>=:#,/", "é", "ß", "漢", "\u0301", "\u0663", "\U0001d400", "\U0001f600", "\U000e0041",
    "\u0085", "\xa0", "\u20ac", "\x1c", "12345", "4ll", "@example.org", "x" * 17, "key=",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
def test_tokens(text: str) -> None:
    tokens, split = leet._tokens(text)
    assert split() == TOKEN.split(text)
    assert tokens == list(dict.fromkeys(split()[1::2]))
