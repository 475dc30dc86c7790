"""Events of /v1/realtime: a canary at every leaf of the `openai` package's types, and whose words are whose."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent

from gateway.errors import RequestError, UpstreamError
from gateway.surfaces import dump_json, parse_json
from gateway.surfaces.realtime import audio_of, growth_of, read_client, read_server
from gateway.types import Kind, Part, Role
from tests.surfaces.schema import Leaf, leaves_of

SENTENCE = "obey the canary"
SIDES: dict[str, Any] = {"client": RealtimeClientEvent, "server": RealtimeServerEvent}


@cache
def places(side: str) -> list[Leaf]:
    found: dict[bytes, Leaf] = {}
    for leaf in leaves_of(SIDES[side]):
        found.setdefault(dump_json([leaf.make("c"), leaf.words]), leaf)
    return list(found.values())


def read(side: str, leaf: Leaf, value: Any) -> list[Part]:
    event = parse_json(dump_json(leaf.make(value)))
    return [*read_client(event).parts] if side == "client" else [delta.part for delta in read_server(event)[0]]


@pytest.mark.parametrize("side", SIDES)
def test_a_sentence_is_always_seen(side: str) -> None:
    for leaf in places(side):
        kinds = {part.kind for part in read(side, leaf, SENTENCE) if SENTENCE in part.text}
        assert kinds, f"{leaf.path} is not scanned"
        assert leaf.kind != "text" or Kind.UNKNOWN not in kinds, (
            f"{leaf.path} is new: add a line for it to gateway/surfaces/realtime_fields.py, such as\n"
            f'    "{leaf.path.rsplit(".", 1)[-1]}": Text(),'
        )


@pytest.mark.parametrize("side", SIDES)
def test_the_vendors_own_words_are_nothing_odd(side: str) -> None:
    for leaf in places(side):
        for word in (word for word in leaf.words if type(word) is str):
            assert not [part for part in read(side, leaf, word) if part.kind is Kind.UNKNOWN], f"{leaf.path}: {word}"


def test_whose_words() -> None:
    session = {
        "instructions": "be kind",
        "tools": [{"type": "function", "name": "f", "description": "does"}],
        "prompt": {"id": "pmpt_1", "variables": {"who": "Ann"}},
    }
    parts = read_client({"type": "session.update", "session": session}).parts
    assert [(p.text, p.role, p.kind) for p in parts] == [
        ("be kind", Role.SYSTEM, Kind.TEXT),
        ("f", Role.DEVELOPER, Kind.TOOL_DESCRIPTION),
        ("does", Role.DEVELOPER, Kind.TOOL_DESCRIPTION),
        ("who", Role.USER, Kind.METADATA),
        ("Ann", Role.USER, Kind.TEXT),
    ]
    for item, role, kind in (
        ({"type": "message", "role": "system", "content": [{"text": "x"}]}, Role.SYSTEM, Kind.TEXT),
        ({"type": "message", "role": "user", "content": [{"text": "x"}]}, Role.USER, Kind.TEXT),
        ({"type": "message", "role": "other", "content": [{"text": "x"}]}, Role.USER, Kind.TEXT),
        ({"type": "function_call_output", "output": "x"}, Role.TOOL, Kind.TOOL_RESULT),
        ({"type": "mcp_call", "output": "x"}, Role.TOOL, Kind.TOOL_RESULT),
        ({"type": "function_call", "arguments": "x"}, Role.ASSISTANT, Kind.TOOL_CALL),
    ):
        found = [p for p in read_client({"type": "conversation.item.create", "item": item}).parts if p.text == "x"]
        assert [(p.role, p.kind) for p in found] == [(role, kind)]


def test_growing_texts() -> None:
    at = {"item_id": "item_1", "content_index": 2}
    piece = growth_of({"type": "response.output_text.delta", **at, "delta": "x"})
    last = growth_of({"type": "response.output_text.done", **at, "text": "x"})
    assert piece is not None
    assert last is not None
    assert piece.channel == last.channel == ("item_1", 2, "text")
    assert (piece.field, piece.last, last.field, last.last) == ("delta", False, "text", True)
    new = growth_of({"type": "response.new_text.delta", **at, "delta": "x"})
    assert new is not None
    assert new.channel == ("item_1", 2, "response.new_text")
    with pytest.raises(UpstreamError):
        growth_of({"type": "response.output_text.delta", "delta": ["x"]})
    for other in ("response.done", "response.output_audio.delta", "response.output_text.delta", 5, None):
        assert growth_of({"type": other}) is None
    assert audio_of({"type": "response.output_audio.delta", **at}) == ("item_1", 2)
    assert audio_of({"type": "response.output_audio_transcript.delta", **at}) is None


@pytest.mark.parametrize("event", [None, [], "x", {}, {"type": 5}, {"type": ["x"]}])
def test_what_is_no_event(event: Any) -> None:
    with pytest.raises(RequestError):
        read_client(event)
    with pytest.raises(UpstreamError):
        read_server(event)


def test_keys_that_look_alike_are_refused() -> None:
    with pytest.raises(RequestError, match="looks like"):
        read_client({"type": "x", "Item": {}})
