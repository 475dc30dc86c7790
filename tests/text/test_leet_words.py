"""Looking only at words with signs finds the tokens and values that a look at every character finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.text import leet, leet_values

PIECES = (*"abZ019 \n\t._-@$|+!(<>=:#,/", "é", "ß", "\u20ac", "\x1c", "12345", "4ll", "@example.org", "x" * 17, "key=")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
def test_tokens(text: str) -> None:
    assert leet._split(text) == leet._TOKEN.split(text)


@given(TEXTS | TEXTS.map(lambda text: text.encode("ascii", "ignore").decode()))
def test_values(text: str) -> None:
    def worth(chunk: str) -> bool:
        return len(chunk) >= leet_values.LEAST_KEY or ("." in chunk and "@" in chunk)

    every = [match.span() for match in leet_values._CHUNK.finditer(text) if worth(match[0])]
    assert [match.span() for match in leet_values._chunks(text) if worth(match[0])] == every
