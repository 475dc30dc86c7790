"""Edits of a text that is JSON leave JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.text.json_text import Replacement, begins_json, ends_inside_string, fit, open_token, safe_cut
from gateway.types import Span

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\\n:,{}[]é😀 1', max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('abk"', max_size=4), inner, max_size=3),
    max_leaves=8,
)


def edit(text: str, replacements: list[Replacement], inside: bool = False) -> str:
    out, at = [], 0
    for r in fit(text, replacements, inside):
        out += [text[at : r.span.start], r.text]
        at = r.span.end
    return "".join(out) + text[at:]


@given(VALUES, st.booleans(), st.data())
def test_any_edit_leaves_json(value: Any, ascii_only: bool, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    start, end = safe_cut(text, start), safe_cut(text, end)
    if start < end:
        edited = json.loads(edit(text, [Replacement(Span(start, end), 'new "value"\n')]))
        assert isinstance(edited, dict | list) == isinstance(value, dict | list)


def test_a_string_keeps_its_quotes_and_the_value_is_escaped() -> None:
    assert edit('{"a": "secret"}', [Replacement(Span(7, 13), 'x"y')]) == '{"a": "x\\"y"}'


def test_a_number_becomes_a_string() -> None:
    assert (
        edit('{"card": 4111111111111111, "b": 1}', [Replacement(Span(9, 25), "[CARD]")]) == '{"card": "[CARD]", "b": 1}'
    )


def test_part_of_a_number_takes_all_of_it() -> None:
    assert edit("[1234567]", [Replacement(Span(3, 5), "X")]) == '["X"]'


def test_a_span_over_two_strings_leaves_the_structure() -> None:
    assert json.loads(edit('["ab", "cd"]', [Replacement(Span(3, 9), "X")])) == ["aX", "d"]


def test_a_piece_that_begins_inside_a_string() -> None:
    assert edit('cret", "n": 12}', [Replacement(Span(0, 4), "X")], inside=True) == 'X", "n": 12}'


def test_where_a_number_is_open() -> None:
    assert open_token('{"a": 41') == 6
    assert open_token('{"a": 41 ') == 9
    assert open_token('{"a": "41') == 9
    assert open_token("41", inside_string=True) == 2


@given(VALUES, st.data())
def test_the_lexer_may_be_stopped_and_resumed_anywhere_outside_escapes(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = safe_cut(text, data.draw(st.integers(0, len(text))))
    inside = ends_inside_string(text[:cut])
    assert ends_inside_string(text) == ends_inside_string(text[cut:], inside) or cut == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ('{"a": 1}', ' \n{\n  "a"', '[{"a"', '[\n { "', '{"')),
        *((text, None) for text in ("", "  \n", "{", "[", "[ {\t", " {\n")),
        *(
            (text, False)
            for text in ("Sure: {", "{}", "{ key: 1}", "[EMAIL_d0a40df4] is", '["a"', "[[1", "[1]", "```json")
        ),
        (" " * 400 + '{"a": 1}', False),
    ],
)
def test_how_json_begins(text: str, expected: bool | None) -> None:
    assert begins_json(text) is expected


@given(st.text('[{" a\n:', max_size=10), st.text('[{" a\n:', max_size=6))
def test_what_is_said_of_a_beginning_holds(beginning: str, rest: str) -> None:
    said = begins_json(beginning)
    assert said is None or begins_json(beginning + rest) is said
