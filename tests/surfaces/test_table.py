"""Rules that tables of endpoints are made of, each with what it must not let go."""

from __future__ import annotations

import struct
from base64 import b64encode
from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.surfaces.charset import text_of
from gateway.surfaces.fields import Collector, Each, Number, Obj, Text, Token
from gateway.surfaces.table import As, File, Form, TableSurface, Vector
from gateway.types import Json, Kind, Role


def read(rule: Any, value: Any) -> Collector:
    out = Collector(Role.USER)
    rule.read(value, (), "x", out)
    return out


def texts(rule: Any, value: Any) -> list[str]:
    return [part.text for part in read(rule, value).parts]


def floats(*numbers: float) -> str:
    return b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([0.5, -1, 3.25], []),
        ([], []),
        (None, []),
        (floats(1.0, 2.0, -0.03), []),
        (floats(1.0, float("inf")), None),
        (floats(1.0, 1e30), None),
        (b64encode(b"4111111111111111").decode(), ["4111111111111111"]),  # digits are small floats, too
        (b64encode(b"the key is abc12").decode(), ["the key is abc12"]),
        ("no base64!", ["no base64!"]),
        ([0.5, "a"], ["a"]),
        ([0.5, [4111111111111111]], ["4111111111111111"]),
        ({"a": "b"}, ["a", "b"]),
    ],
)
def test_vectors(value: Any, found: list[str] | None) -> None:
    out = read(Vector(), value)
    if found is None:  # no numbers and no text: listed
        assert [item.reason for item in out.unscanned] == ["binary"]
    else:
        assert [part.text for part in out.parts] == found
        assert out.unscanned == []


def test_files() -> None:
    file = {"filename": "a.txt", "content_type": "text/plain", "data": b"hello"}
    assert texts(File(), file) == ["a.txt", "text/plain", "hello"]
    sound = read(File(), {**file, "data": b"\xff\xfe\x00"})
    assert [part.text for part in sound.parts] == ["a.txt", "text/plain"]
    assert [(item.reason, item.size) for item in sound.unscanned] == [("binary", 3)]
    assert texts(File(), [file, {**file, "data": b"you"}])[2::3] == ["hello", "you"]
    assert texts(File(), "a field, not a file") == ["a field, not a file"]
    assert texts(File(), {"filename": "x"}) == ["filename", "x"]


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"a\tb\r\n", "a\tb\r\n"), ("é".encode(), "é"), (b"\xff", None), (b"a\0b", None), (b"a\x08", None), (b"", "")],
)
def test_text_of(data: bytes, text: str | None) -> None:
    assert (text_of(data) or (None,))[0] == text


def test_forms_write_lists_and_objects_in_names() -> None:
    form = Form({"a": Token("[a-z]{1,3}"), "b": Obj({"c": Token("[0-9]")})})
    out = Collector(Role.USER, strict=True)
    form.members({"a": "abc", "a[]": ["abc", "de"], "b[c]": "1"}, (), out)
    assert out.parts == []
    form.members({"a[]": ["abc", "Secret"], "b[c]": "x1", "b[d]": "y", "z": "w"}, (), out)
    assert [part.text for part in out.parts] == ["Secret", "x1", "b[d]", "y", "z", "w"]
    with pytest.raises(RequestError):
        form.members({"A": "x"}, (), out)


def test_as_says_whose_a_text_is() -> None:
    rule = Obj({"a": As(Role.TOOL, Each(Text()), Kind.TOOL_RESULT), "b": Text()})
    out = read(rule, {"a": ["x"], "b": "y"})
    assert [(part.role, part.kind) for part in out.parts] == [(Role.TOOL, Kind.TOOL_RESULT), (Role.USER, Kind.TEXT)]


BODY: Json = {"model": "m", "input": "x"}


@pytest.mark.parametrize(
    "change",
    [
        *({"model": model} for model in ("", None, 1, "a\n", "m" * 257)),
        *({"stream": stream} for stream in (1, "true")),
        *({"n": n} for n in (0, "2", 129, True)),
    ],
)
def test_what_two_readers_could_take_differently(change: Json) -> None:
    surface = TableSurface("t", Obj({"model": Token("m"), "input": Text(), "n": Number()}), model=True)
    surface.request({**BODY, "n": 2, "stream": True})
    with pytest.raises(RequestError) as caught:
        surface.request(BODY | change)
    assert caught.value.param == next(iter(change))


@pytest.mark.parametrize(("change", "fits"), [({"n": "2"}, True), ({"stream": "true"}, True), ({"n": "x"}, False)])
def test_forms_have_their_numbers_as_text(change: Json, fits: bool) -> None:
    surface = TableSurface("t", Form({"model": Token("m"), "input": Text()}), model=True)
    if fits:
        assert surface.request(BODY | change).model == "m"
    else:
        with pytest.raises(RequestError):
            surface.request(BODY | change)
