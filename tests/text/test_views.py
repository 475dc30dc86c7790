"""Escapes of JSON, resolved with a way back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.text.views import WIDE, Lazy, View, raw, unescaped
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


MAPS = st.lists(st.integers(0, 3), max_size=12)


def made(name: str, text: str, lengths: list[int]) -> View:
    """Every character repeated or left out."""
    starts = [i for i, n in enumerate(lengths) for _ in range(n)]
    return View(name, "".join(text[i] for i in starts), len(text), starts, [i + 1 for i in starts])


@given(MAPS, st.data())
def test_a_view_of_a_view_is_a_view_of_the_original(lengths: list[int], data: st.DataObject) -> None:
    text = "abcdefghijkl"[: len(lengths)]
    outer = made("one", text, lengths)
    size = len(outer.text)
    inner = made("two", outer.text, data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    both = outer.then(inner)
    assert both.name == "one+two"
    assert both.text == inner.text
    for i, character in enumerate(both.text):
        a, b = both.original(Span(i, i + 1))
        assert text[a:b] == character
    if len(both.text) > 1:
        whole = Span(0, len(both.text))
        assert both.original(whole) == outer.original(inner.original(whole))


def test_raw_leaves_no_trace_in_a_name() -> None:
    inner = made("two", "ab", [1, 0])
    assert raw("ab").then(inner) == inner
    assert inner.then(raw("a")).name == "two"
    assert raw("ab").then(raw("ab")) == raw("ab")


def test_a_view_in_another_order_covers_from_first_to_last() -> None:
    view = View("reversed", "cba", 3, [2, 1, 0], [3, 2, 1], monotone=False)
    assert view.original(Span(0, 2)) == (1, 3)
    assert view.then(made("twice", "cba", [2, 0, 1])).original(Span(0, 3)) == (0, 3)


def test_what_is_open_in_either_is_open() -> None:
    assert View("one", "abc", 5, [0, 2, 4], [1, 3, 5]).then(View("two", "ab", 2, [0, 1], [1, 2])).open_at == 4
    assert View("one", "abc", 2, [0, 2, 4], [1, 3, 5]).then(View("two", "ab", 3, [0, 1], [1, 2])).open_at == 2


@given(MAPS, st.data())
def test_offsets_that_are_computed_when_asked_are_those_of_arrays(lengths: list[int], data: st.DataObject) -> None:
    text = "abcdefghijkl"[: len(lengths)]
    outer = made("one", text, lengths)
    size = len(outer.text)
    inner = made("two", outer.text, data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    order = replace(outer, monotone=data.draw(st.booleans()))
    both, lazy = order.then(inner), order.then(replace(inner, starts=later(inner.starts), ends=later(inner.ends)))
    assert isinstance(lazy.starts, Lazy) or not both.text
    assert list(lazy.starts or ()) == list(both.starts or ())
    assert list(lazy.ends or ()) == list(both.ends or ())


def later(values: Sequence[int] | None) -> Lazy:
    assert values is not None
    return Lazy(len(values), lambda index: values[index])


def test_behind_a_long_stretch_in_another_order_stands_all() -> None:
    size = 2 * WIDE
    view = View("reversed", "x" * size, size, range(size - 1, -1, -1), range(size, 0, -1), monotone=False)
    assert view.behind(Span(0, 2), size) == (size - 2, size)
    assert view.behind(Span(0, WIDE + 1), size) == (0, size)
