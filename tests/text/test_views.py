"""Escapes of JSON, resolved with a way back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.text.views import unescaped
from gateway.types import Span

TEXTS = st.text(st.sampled_from('ab"\\/\n\té😀\u2028'), max_size=30)


def test_a_text_without_escapes_needs_no_view() -> None:
    assert unescaped('{"a": "plain"}') is None


@given(TEXTS)
def test_escapes_become_what_they_stand_for(text: str) -> None:
    escaped = json.dumps(text)[1:-1]
    view = unescaped(escaped)
    assert (view.text if view else escaped) == text


@given(TEXTS, st.data())
def test_spans_map_to_the_escapes_behind_them(text: str, data: st.DataObject) -> None:
    escaped = json.dumps(text)[1:-1]
    view = unescaped(escaped)
    if view is None:
        return
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    a, b = view.original(Span(start, end))
    if start < end:
        assert json.loads(f'"{escaped[a:b]}"') == text[start:end]


@pytest.mark.parametrize(
    ("text", "open_at"),
    [
        ("ab\\", 2),
        ("ab\\\\", 4),
        ("ab\\u12", 2),
        ("ab\\ud83d", 2),
        ("ab\\ud83d\\", 2),
        ("ab\\ud83d\\ude0", 2),
        ("ab\\ud83d\\ude00", 14),
        ("ab\\ud83dx", 9),
        ("ab\\\\u12", 7),
        ("ab\\n", 4),
    ],
)
def test_an_unfinished_escape_is_open(text: str, open_at: int) -> None:
    view = unescaped(text)
    assert view is not None
    assert view.open_at == open_at


@given(TEXTS, st.data())
def test_index_is_the_inverse_of_position(text: str, data: st.DataObject) -> None:
    view = unescaped(json.dumps(text)[1:-1])
    if view is None:
        return
    i = data.draw(st.integers(0, len(view.text)))
    assert view.index(view.position(i)) == i
