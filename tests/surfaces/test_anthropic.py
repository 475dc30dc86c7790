"""Where the texts of Anthropic's messages are, whose they are, and how edits and refusals are written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import RequestError, UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.anthropic_request import read_request
from gateway.surfaces.anthropic_response import carrier, ending, read_event, read_response, refuse_answer
from gateway.surfaces.edit import Dumped
from gateway.types import Json, Kind, Part, Role

HIT: Json = {"type": "text", "text": "hit"}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAE="


def ask(*content: Any, role: str = "user", **fields: Any) -> Json:
    return {"model": "m", "max_tokens": 5, "messages": [{"role": role, "content": list(content)}], **fields}


def texts(parts: Any) -> list[tuple[str, Role, Kind]]:
    return [(part.text, part.role, part.kind) for part in parts]


def one(parts: Any, text: str) -> Part:
    (part,) = [part for part in parts if part.text == text]
    return part  # type: ignore[no-any-return]


def test_roles_and_kinds() -> None:
    body: Json = {
        "model": "m",
        "system": [{"type": "text", "text": "be kind"}],
        "messages": [
            {"role": "user", "content": "hello"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": PNG},
                    {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "x"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"seen": "y"}'},
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "plain"}]},
                    {"type": "document", "title": "T", "source": {"type": "text", "data": "pages"}},
                    {
                        "type": "search_result",
                        "source": "https://x.org/1",
                        "title": "S",
                        "content": [{"type": "text", "text": "hit"}],
                    },
                ],
            },
            {"role": "system", "content": "now be brief"},
        ],
        "tools": [{"name": "look", "description": "looks", "input_schema": {"type": "object"}}],
    }
    request = read_request(body)
    assert texts(request.parts) == [
        ("hello", Role.USER, Kind.TEXT),
        ("hm", Role.ASSISTANT, Kind.REASONING),
        ("look", Role.ASSISTANT, Kind.TOOL_NAME),
        ('{"at":"x"}', Role.ASSISTANT, Kind.TOOL_CALL),
        ('{"seen": "y"}', Role.TOOL, Kind.TOOL_RESULT),
        ("plain", Role.TOOL, Kind.TOOL_RESULT),
        ("T", Role.USER, Kind.DOCUMENT),
        ("pages", Role.USER, Kind.DOCUMENT),
        ("https://x.org/1", Role.USER, Kind.URL),
        ("S", Role.USER, Kind.DOCUMENT),
        ("hit", Role.USER, Kind.DOCUMENT),
        ("now be brief", Role.SYSTEM, Kind.TEXT),
        ("be kind", Role.SYSTEM, Kind.TEXT),
        ("look", Role.DEVELOPER, Kind.TOOL_DESCRIPTION),
        ("looks", Role.DEVELOPER, Kind.TOOL_DESCRIPTION),
    ]
    assert [(u.path[-1], u.reason) for u in request.unscanned] == [("signature", "encrypted")]
    result = one(request.parts, '{"seen": "y"}')
    assert (result.json, result.name, result.message) == (True, "look", 2)
    assert one(request.parts, '{"at":"x"}').name == "look"


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ({"type": "base64", "media_type": "image/png", "data": PNG}, ["binary"]),
        ({"type": "url", "url": "https://x.org/a.png"}, ["reference"]),
        ({"type": "file", "file_id": "file_011CPMxVD3fHLUhvTqtsQA5w"}, ["reference"]),
        ({"type": "text", "media_type": "text/plain", "data": PNG}, []),
        ({"type": "content", "content": [{"type": "text", "text": "t"}]}, []),
    ],
)
def test_what_is_not_scanned_is_said(source: Json, reasons: list[str]) -> None:
    request = read_request(ask({"type": "document", "source": source}))
    assert [u.reason for u in request.unscanned] == reasons


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ([], None),
        ({"messages": [{"role": "user", "content": "x"}]}, "model"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": {"role": "user"}}, "messages"),
        ({"model": "m", "messages": ["x"]}, "messages[0]"),
        ({"model": "m", "messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"model": "m", "messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"model": "m", "messages": [{"role": "user", "content": 1}]}, "messages[0].content"),
        ({"model": "m", "messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"model": "m", "messages": [{"role": "user", "content": [{"type": 1}]}]}, "messages[0].content[0].type"),
        (ask("x") | {"messages": [{"role": "user", "content": "x"}], "stream": "true"}, "stream"),
        (ask() | {"max_tokens": "5"}, "max_tokens"),
        (ask() | {"max_tokens": True}, "max_tokens"),
        (ask() | {"system": {"text": "x"}}, "system"),
        (ask() | {"tools": {}}, "tools"),
        (ask() | {"metadata": "x"}, "metadata"),
        (ask() | {"Messages": []}, "messages"),
        (ask() | {"ｓystem": "x"}, "system"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(body: Any, param: str | None) -> None:
    with pytest.raises(RequestError) as e:
        read_request(body)
    assert e.value.param == param


def test_edits_of_what_a_tool_is_called_with() -> None:
    body: Json = {"content": [{"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"k": "v", "n": 10**9}}]}
    (name, call) = read_response(body).parts
    assert (name.text, call.text, call.json) == ("f", '{"k":"v","n":1000000000}', True)
    assert call.path == ("content", 0, Dumped("input"))
    edited = apply(body, {call.path: '{"k":"[X]","n":"[N]"}'})
    assert edited["content"][0]["input"] == {"k": "[X]", "n": "[N]"}
    assert body["content"][0]["input"]["k"] == "v"
    with pytest.raises(RequestError, match="same"):
        apply(body, {call.path: '{"k":"[X]","k":"[N]"}'})


def test_an_empty_input_is_no_text() -> None:
    assert read_response({"content": [{"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}]}).parts == (
        Part("f", ("content", 0, "name"), Role.ASSISTANT, 0, Kind.TOOL_NAME, "f"),
    )


@pytest.mark.parametrize("body", [{}, [], {"content": "x"}, {"content": ["x"]}, {"content": None}, {"choices": []}])
def test_what_is_no_answer(body: Any) -> None:
    with pytest.raises(UpstreamError):
        read_response(body)


def test_a_count_is_an_answer_without_texts() -> None:
    assert read_response({"input_tokens": 5}).parts == ()
    assert texts(read_response({"input_tokens": 5, "note": "odd"}).parts)[1][0] == "odd"


def test_channels() -> None:
    """A block's text goes on in its deltas; a citation and a signature stand alone."""
    start = {"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": "be"}}
    more = {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "gin"}}
    first, second = read_event(start)[0][0], read_event(more)[0][0]
    assert first.channel == second.channel == ("content", 2, "text")
    assert not first.whole
    citation = {"type": "char_location", "cited_text": "q", "document_title": "t"}
    cited = {"type": "content_block_delta", "index": 2, "delta": {"type": "citations_delta", "citation": citation}}
    assert all(delta.whole for delta in read_event(cited)[0])
    signed = {"type": "content_block_delta", "index": 2, "delta": {"type": "signature_delta", "signature": PNG}}
    assert [u.reason for u in read_event(signed)[1]] == ["encrypted"]
    called = {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{"}}
    (delta,) = read_event(called, "look")[0]
    assert (delta.part.kind, delta.part.json, delta.part.name) == (Kind.TOOL_CALL, True, "look")
    assert carrier(called, delta.part.path, "}") == {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": "}"},
    }
    assert carrier(start, first.part.path, "s")["delta"] == {"type": "text_delta", "text": "s"}


@pytest.mark.parametrize("kind", [None, 1, "", "a b", "x\nevent: y", "é"])
def test_an_event_needs_a_name(kind: Any) -> None:
    with pytest.raises(UpstreamError):
        read_event({"type": kind})


@pytest.mark.parametrize("key", ["delta", "message", "content_block"])
@pytest.mark.parametrize("value", ["x", ["x"], 5])
def test_an_event_holds_objects(key: str, value: Any) -> None:
    with pytest.raises(UpstreamError):
        read_event({"type": "content_block_delta", "index": 0, key: value})


def test_refusals() -> None:
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "secret"}],
        "stop_reason": "end_turn",
        "stop_sequence": "secret",
        "container": {"id": "secret"},
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    refused = refuse_answer(body, "No.")
    assert "secret" not in json.dumps(refused)
    assert refused["content"] == [{"type": "text", "text": "No."}]
    assert (refused["stop_reason"], refused["stop_details"]["explanation"]) == ("refusal", "No.")
    assert [e["type"] for e in ending("refusal", 3, "No.")] == ["message_delta", "message_stop"]
    assert "stop_details" not in ending("max_tokens", 3)[0]["delta"]
