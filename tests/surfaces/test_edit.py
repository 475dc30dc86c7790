from __future__ import annotations

import copy
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, RequestError
from gateway.surfaces.edit import Emptied, Encoded, KeyName, apply
from gateway.surfaces.walk import leaves
from gateway.types import Path

SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(SIMPLE, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=3), v, max_size=4))
BODIES = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


def test_values_keys_and_numbers() -> None:
    body = {"a": {"x": "1", "y": 2, "z": "3"}, "b": ["4", {"c": "5"}]}
    edits: dict[Path, str] = {
        ("a", "y"): "two",
        ("a", KeyName("x")): "X",
        ("a", "x"): "one",
        ("b", 1, "c"): "five",
        ("b", 1, KeyName("c")): "C",
        (KeyName("b"),): "B",
    }
    out = apply(body, edits)
    assert out == {"a": {"X": "one", "y": "two", "z": "3"}, "B": ["4", {"C": "five"}]}
    assert list(out) == ["a", "B"]
    assert list(out["a"]) == ["X", "y", "z"]
    assert all(type(key) is str for key in (*out, *out["a"]))


def test_a_plain_key_step_works_too() -> None:
    assert apply({"a": 1}, {(KeyName("a"),): "b"}) == {"b": 1}


def test_key_and_value_edits_of_one_name_are_two_edits() -> None:
    assert len({("a",): "1", (KeyName("a"),): "2"}) == 2
    assert apply({"a": "x"}, {("a",): "1", (KeyName("a"),): "2"}) == {"2": "1"}


def test_keys_can_change_places() -> None:
    assert apply({"a": 1, "b": 2}, {(KeyName("a"),): "b", (KeyName("b"),): "a"}) == {"b": 1, "a": 2}


@pytest.mark.parametrize("names", [{"a": "b"}, {"a": "x", "b": "x"}, {"a": "c", "b": "c"}])
def test_keys_must_not_collide(names: dict[str, str]) -> None:
    with pytest.raises(RequestError) as caught:
        apply({"m": {"a": 1, "b": 2, "c": 3}}, {("m", KeyName(k)): v for k, v in names.items()})
    assert caught.value.code == "unsafe_edit"


def test_base64_and_emptied_places() -> None:
    body = {"url": "data:text/plain;base64,eA==", "logprobs": {"content": [{"token": "x"}]}}
    out = apply(
        body,
        {
            ("url", Encoded("data:text/plain;base64,")): "neu\u00e9",
            ("logprobs", Emptied("content")): "anything",
        },
    )
    assert b64decode(out["url"].removeprefix("data:text/plain;base64,")).decode() == "neu\u00e9"
    assert out["logprobs"] == {"content": []}


def test_only_the_way_to_an_edit_is_copied() -> None:
    body = {"a": {"x": ["1"]}, "b": {"y": ["2"]}}
    out = apply(body, {("a", "x", 0): "one"})
    assert out["b"] is body["b"]
    assert out["a"] is not body["a"]
    assert body == {"a": {"x": ["1"]}, "b": {"y": ["2"]}}
    assert apply(body, {}) is body


@pytest.mark.parametrize(
    "path", [("z",), ("a", "z"), ("a", 0), ("b", 9), ("b", "x"), ("c", 0), (KeyName("z"),), ("b", KeyName("z"))]
)
def test_a_path_that_is_not_there_is_our_error(path: Path) -> None:
    body: dict[str, Any] = {"a": {"x": "1"}, "b": ["2"], "c": "text"}
    with pytest.raises(GatewayError) as caught:
        apply(body, {path: "new"})
    assert caught.value.status == 500


@given(BODIES, st.data())
def test_one_edit_changes_one_place(body: dict[str, Any], data: st.DataObject) -> None:
    places = [path for path, _ in leaves(body)]
    if not places:
        return
    path = data.draw(st.sampled_from(places))
    before = copy.deepcopy(body)
    new = "canary-text"
    out = apply(body, {path: new})
    assert body == before
    expected = [(_moved(at, path, new), new if at == path else text) for at, text in leaves(body)]
    assert list(leaves(out)) == expected


@given(BODIES)
def test_all_edits_at_once(body: dict[str, Any]) -> None:
    places = list(leaves(body))
    out = apply(body, {path: f"new {n}" for n, (path, _) in enumerate(places)})
    assert [text for _, text in leaves(out)] == [f"new {n}" for n in range(len(places))]


def _moved(at: Path, edited: Path, new: str) -> Path:
    """Where a text stands after a key on the way to it was renamed."""
    last = edited[-1]
    if not isinstance(last, KeyName) or at[: len(edited) - 1] != edited[:-1]:
        return at
    here = at[len(edited) - 1]
    if here == last:
        return (*edited[:-1], KeyName(new))
    return (*edited[:-1], new, *at[len(edited) :]) if here == str(last) else at
