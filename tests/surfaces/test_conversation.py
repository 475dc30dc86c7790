"""Messages in any form: every text is read, nothing is refused, nothing that nobody read goes unsaid."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.surfaces import Reader, leaves, role_of
from gateway.types import Json, Kind, Role

PICTURE = b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR").decode()


def read(*messages: Json) -> Reader:
    reader = Reader()
    reader.messages(messages)
    return reader


def told(reader: Reader) -> list[tuple[str, Kind, Role]]:
    return [(p.text, p.kind, p.role) for p in reader.parts]


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ({"role": "user", "content": "a"}, [("a", Kind.TEXT, Role.USER)]),
        ({"role": "user", "content": None}, []),
        ({"role": "user"}, []),
        ({"content": "a"}, [("a", Kind.TEXT, Role.USER)]),
        ({"role": "wizard", "content": "a"}, [("wizard", Kind.UNKNOWN, Role.USER), ("a", Kind.TEXT, Role.USER)]),
        ({"role": 7, "content": "a"}, [("a", Kind.TEXT, Role.USER)]),
        ({"role": "system", "content": ["a", "b"]}, [("a", Kind.TEXT, Role.SYSTEM), ("b", Kind.TEXT, Role.SYSTEM)]),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}]},
            [("a", Kind.TEXT, Role.USER), ("b", Kind.TEXT, Role.USER)],
        ),
        (
            {"role": "assistant", "content": [{"type": "tool_use", "name": "send", "input": {"to": "all"}}]},
            [
                ("send", Kind.TOOL_NAME, Role.ASSISTANT),
                ("to", Kind.TOOL_CALL, Role.ASSISTANT),
                ("all", Kind.TOOL_CALL, Role.ASSISTANT),
            ],
        ),
        (
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "done"}]},
            [("done", Kind.TOOL_RESULT, Role.USER)],
        ),
        (
            {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "done"}]}]},
            [("done", Kind.TEXT, Role.USER)],
        ),
        ({"role": "tool", "tool_call_id": "call_1", "content": "done"}, [("done", Kind.TOOL_RESULT, Role.TOOL)]),
        ({"role": "user", "content": {"odd": "a"}}, [("odd", Kind.UNKNOWN, Role.USER), ("a", Kind.UNKNOWN, Role.USER)]),
    ],
)  # fmt: skip
def test_messages(message: Json, texts: list[Any]) -> None:
    assert told(read(message)) == texts


def test_results_of_tools_know_their_tool() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    reader = read(
        {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_1", "content": '{"a": "b"}'}
    )
    result = reader.parts[-1]
    assert (result.name, result.json, result.message) == ("find", True, 1)


@pytest.mark.parametrize(
    ("block", "reasons"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}, ["reference"]),
        ({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}}, ["binary"]),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PICTURE}}, ["binary"]),
        ({"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}, ["reference"]),
        ({"type": "file", "file": {"file_id": "file-1"}}, ["reference"]),
        ({"type": "hologram", "data": "x"}, ["unknown_part"]),
        ({"type": "text", "text": "a"}, []),
    ],
)
def test_what_nobody_read(block: Json, reasons: list[str]) -> None:
    reader = read({"role": "user", "content": [block]})
    assert [u.reason for u in reader.unscanned] == reasons


def test_a_text_in_base64_is_read() -> None:
    data = b64encode(b"a text all the same").decode()
    reader = read({"role": "user", "content": [{"type": "document", "source": {"type": "base64", "data": data}}]})
    assert "a text all the same" in [p.text for p in reader.parts]


def test_beside_the_messages() -> None:
    reader = Reader()
    reader.tools(
        [{"type": "function", "function": {"name": "find", "description": "Finds."}}, {"inputSchema": {"a": "b"}}]
    )
    reader.images(["https://example.org/a.png", f"data:image/png;base64,{PICTURE}", {"url": None}], ("images",))
    reader.tree([{"content": "c", "source": "s"}], ("retrieved_context",), Role.TOOL, Kind.DOCUMENT)
    assert all(p.message == -1 for p in reader.parts)
    assert ("Finds.", Kind.TOOL_DESCRIPTION, Role.TOOL) in told(reader)
    assert {"a", "b", "c", "s"} <= {p.text for p in reader.parts}
    assert [u.reason for u in reader.unscanned] == ["reference", "binary", "reference"]


NAMES = st.sampled_from(["role", "content", "type", "text", "tool_calls", "name", "source", "data", "input", "id", "x"])
WORDS = st.text("abc é", min_size=1, max_size=8).map(lambda w: f"~{w}~")  # no form that is inert
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(NAMES | WORDS, VALUES, max_size=5), min_size=1, max_size=3))
def test_every_text_is_read(messages: list[Json]) -> None:
    reader = read(*messages)
    read_texts = [p.text for p in reader.parts]
    for path, text in leaves(list(messages)):
        if text.startswith("~") and path:
            assert text in read_texts
    assert all(0 <= p.message < len(messages) for p in reader.parts)


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function"])
def test_roles(role: str) -> None:
    assert role_of({"role": role}) == role


@pytest.mark.parametrize("role", ["", "System", "root", None, 1, ["system"]])
def test_an_unknown_role_is_a_user(role: Any) -> None:
    assert role_of({"role": role}) is Role.USER
