"""Which messages are prompts and which answers, and texts put back in place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.base import Sides
from gateway.dialects.conversation import offset, plain_text, read, redacted, said
from gateway.surfaces import Reader
from gateway.types import Direction, Json, Kind, Path, Role, Transcript

TALK: list[Json] = [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "u1"},
    {"role": "assistant", "content": "a1"},
    {"role": "user", "content": "u2"},
    {"role": "assistant", "content": "a2"},
]


def texts(transcript: Transcript | None) -> list[str] | None:
    return None if transcript is None else [p.text for p in transcript.parts]


@pytest.mark.parametrize(
    ("messages", "sides", "prompt", "answer", "context"),
    [
        (TALK, Sides.INPUT, ["s", "u1", "a1", "u2", "a2"], None, None),
        (TALK, Sides.OUTPUT, None, ["a1", "a2"], ["s", "u1", "u2"]),
        (TALK, Sides.LAST, ["s", "u1", "a1", "u2"], ["a2"], None),
        (TALK[:4], Sides.LAST, ["s", "u1", "a1", "u2"], None, None),
        (TALK, Sides.BOTH, ["s", "u1", "u2"], ["a1", "a2"], None),
        (TALK[:2], Sides.OUTPUT, None, ["u1"], ["s"]),
        (TALK[2:3], Sides.LAST, [], ["a1"], None),
    ],
)
def test_sides(
    messages: list[Json], sides: Sides, prompt: list[str] | None, answer: list[str] | None, context: list[str] | None
) -> None:
    talk = read(messages, sides)
    assert (texts(talk.prompt), texts(talk.answer), texts(talk.context)) == (prompt, answer, context)


@given(
    st.lists(st.sampled_from(["system", "user", "assistant", "tool", "odd"]), min_size=1, max_size=6),
    st.sampled_from(Sides),
)
def test_nothing_is_lost(roles: list[str], sides: Sides) -> None:
    messages: list[Json] = [{"role": role, "content": f"text {i}"} for i, role in enumerate(roles)]
    talk = read(messages, sides)
    both = [t for side in (talk.prompt, talk.answer, talk.context) for t in texts(side) or []]
    assert sorted(t for t in both if t.startswith("text")) == [f"text {i}" for i in range(len(roles))]


def test_beside_the_messages() -> None:
    """Calls that come with an answer are the answer's; documents are not."""
    reader = Reader()
    reader.tree({"name": "send"}, ("context", "tool_calls"), Role.ASSISTANT, Kind.TOOL_CALL)
    reader.tree(["d"], ("retrieved_context",), Role.TOOL, Kind.DOCUMENT)
    talk = read(TALK[1:3], Sides.OUTPUT, reader)
    assert texts(talk.answer) == ["name", "send", "a1"]
    assert texts(talk.context) == ["d", "u1"]


def test_texts_by_themselves() -> None:
    into, out = said(["a", "b"], Direction.INPUT), said(["a"], Direction.OUTPUT)
    assert into.prompt is not None
    assert [(p.path, p.role, p.message) for p in into.prompt.parts] == [
        (("texts", 0), Role.USER, 0),
        (("texts", 1), Role.USER, 1),
    ]
    assert out.answer is not None
    assert out.answer.parts[0].role is Role.ASSISTANT
    assert out.answer.direction is Direction.OUTPUT


MIXED: list[Json] = [
    {"role": "user", "content": ["one", {"type": "text", "text": "two"}, {"type": "image_url"}, {"text": "three"}]},
    {"role": "user", "content": "four", "name": "five"},
]


@pytest.mark.parametrize(
    ("path", "base"),
    [
        (("messages", 0, "content", 0), 0),
        (("messages", 0, "content", 1, "text"), 4),
        (("messages", 0, "content", 3, "text"), 8),
        (("messages", 1, "content"), 0),
        (("messages", 1, "name"), None),
        (("messages", 0, "content", 2, "image_url", "url"), None),
        (("messages", 0, "content", 1, "type"), None),
        (("tools", 0, "function"), None),
    ],
)
def test_offsets_count_in_the_plain_text(path: Path, base: int | None) -> None:
    assert offset(MIXED, path) == base


@given(st.lists(st.text("ab\n", max_size=4) | st.none(), max_size=5))
def test_offsets_point_to_their_text(parts: list[str | None]) -> None:
    message: Json = {"content": [{"type": "image"} if p is None else {"type": "text", "text": p} for p in parts]}
    whole = plain_text(message)
    for index, part in enumerate(parts):
        if part:
            base = offset([message], ("messages", 0, "content", index, "text"))
            assert base is not None
            assert whole[base : base + len(part)] == part


def test_redacted() -> None:
    edits: dict[Path, str] = {("messages", 0, "content", 1, "text"): "[2]", ("messages", 1, "content"): "[4]"}
    assert redacted(MIXED, edits) == (
        {"role": "user", "content": "one\n[2]\nthree"},
        {"role": "user", "content": "[4]"},
    )
    assert redacted(MIXED, {**edits, ("messages", 1, "name"): "[5]"}) is None
