"""Forms are read in one way only, and written anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, RequestError, Unsupported
from gateway.types import Json
from gateway.web.forms import MAX_HEADER, MAX_PARTS, encode_form, parse_form

TYPE = "multipart/form-data; boundary=b"
NAME = b'Content-Disposition: form-data; name="a"'
FILE = b'Content-Disposition: form-data; name="f"; filename="x.txt"'


def form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


def test_fields_and_files() -> None:
    data = form(
        NAME + b"\r\n\r\none", FILE + b"\r\nContent-Type: Text/Plain; x=y\r\n\r\nhi\r\nyou", NAME + b"\r\n\r\ntwo"
    )
    file = {"filename": "x.txt", "content_type": "text/plain", "data": b"hi\r\nyou"}
    assert parse_form(TYPE, data) == {"a": ["one", "two"], "f": file}
    assert parse_form('multipart/form-data; boundary="b"', form(end=b"--b--\r\n")) == {}


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        (TYPE, form(NAME + b"\r\n\r\nx", end=b"")),  # broken off
        (TYPE, form(NAME + b"\r\n\r\nx", end=b"--b-")),
        (TYPE, b""),
        (TYPE, b"--c\r\n" + NAME + b"\r\n\r\nx\r\n--c--\r\n"),
        (TYPE, form(b"Content-Type: text/plain\r\n\r\nx")),  # no name
        (TYPE, form(b'Content-Disposition: attachment; name="a"\r\n\r\nx')),
        (TYPE, form(NAME + b"\r\n" + NAME + b"\r\n\r\nx")),  # a header twice
        (TYPE, form(NAME + b"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==")),
        (TYPE, form(NAME + b"\r\n\r\n\xff")),  # not UTF-8
        (TYPE, form(b'Content-Disposition: form-data; name="\xff"\r\n\r\nx')),
        (TYPE, form(NAME + b"\r\nX: " + b"x" * MAX_HEADER + b"\r\n\r\nx")),
        (TYPE, form(*[NAME + b"\r\n\r\nx"] * (MAX_PARTS + 1))),
        ("multipart/form-data", form(NAME + b"\r\n\r\nx")),
        ("multipart/form-data; boundary=" + "b" * 71, b""),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(content_type: str, data: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        parse_form(content_type, data)
    assert caught.value.code == "invalid_form"


@pytest.mark.parametrize("content_type", [None, "", "application/json", "multipart/mixed; boundary=b"])
def test_other_types(content_type: str | None) -> None:
    with pytest.raises(Unsupported):
        parse_form(content_type, form(NAME + b"\r\n\r\nx"))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\%'), min_size=1, max_size=10)
FILES = st.fixed_dictionaries(
    {"filename": PLAIN, "content_type": st.sampled_from(["text/plain", "audio/wav"]), "data": st.binary(max_size=40)}
)


@given(st.dictionaries(PLAIN, st.one_of(TEXT, FILES, st.lists(TEXT, min_size=2, max_size=3)), max_size=4))
def test_what_is_written_reads_the_same(given_form: Json) -> None:
    data, content_type = encode_form(given_form)
    assert parse_form(content_type, data) == given_form


def test_names_cannot_leave_their_line() -> None:
    file = {"filename": 'a"\r\nX: y', "content_type": "text/plain\r\nX: y", "data": b"x"}
    data, content_type = encode_form({'n"; filename="x\r\n\r\nevil': "v", "f": file})
    read = parse_form(content_type, data)
    assert [type(value) for value in read.values()] == [str, dict]
    assert read["f"]["content_type"] == "application/octet-stream"
    assert b"\r\nX: y" not in data


def test_records_become_lines() -> None:
    file = {"filename": "b.jsonl", "content_type": "application/jsonl", "records": [{"a": "é"}, {"b": 1}]}
    data, content_type = encode_form({"file": file})
    assert parse_form(content_type, data)["file"]["data"] == '{"a":"é"}\n{"b":1}\n'.encode()


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Read, or refused: nothing else."""
    try:
        read = parse_form(TYPE, data)
    except GatewayError:
        return
    assert isinstance(read, dict)
