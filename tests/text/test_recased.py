"""Case is restored where Python's pattern finds a key, though RE2 looks for it first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.text import recased as module
from gateway.text.prefixes import KEYS
from gateway.text.recased import recased

_BETWEEN = st.text(alphabet="ab kKsS-_./= 0\n\u017f\u212aé\U0001f600", max_size=6)
_KEYS = st.sampled_from([prefix for prefix, _ in KEYS]).flatmap(
    lambda prefix: st.builds(
        lambda written, rest: written + rest,
        st.sampled_from([prefix, prefix.lower(), prefix.upper(), prefix.replace("s", "\u017f").replace("k", "\u212a")]),
        st.text(alphabet="0123456789abcdef", min_size=0, max_size=70),
    )
)


@given(st.lists(st.one_of(_BETWEEN, _KEYS), max_size=6).map("".join))
def test_as_python_finds_them(text: str) -> None:
    assert module._with_keys(text) == module._KEY.sub(module._restored, text)


@given(st.text(alphabet="ab7 .:/_-@Aé\u017f", max_size=40))
def test_numbers_too(text: str) -> None:
    assert module._with_numbers(text, text.encode("ascii", "replace")) == module._NUMBER.sub(module._upper, text)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("key akia1234567890abcdef", "key AKIA1234567890ABCDEF"),
        ("GHP_" + "A1B2C3" * 5, "ghp_" + "a1b2c3" * 5),
        ("The xakia1234567890abcdef", None),  # the end of a word
        ("a sk-ilful word", None),
        ("number ab123456c is hers", "number AB123456C is hers"),
        ("by 12 old mill lane", "by 12 Old Mill Lane"),
        ("it is 12 o'clock in springfield, il 62704", "it is 12 o'clock in springfield, IL 62704"),
    ],
)
def test_keys(text: str, reads: str | None) -> None:
    view = recased(text)
    assert (view and view.text) == reads
