"""MCP's messages: a canary at every leaf of the `mcp` package's types, whose words are whose, and refusals."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import mcp_types
import pytest

from gateway.errors import GatewayError, MalformedBody, RequestError, UpstreamError
from gateway.surfaces import apply, dump_json, parse_json
from gateway.surfaces.mcp import (
    called_tool,
    error_message,
    is_answer,
    is_request,
    read_client,
    read_server,
    tool_of,
    without_tools,
)
from gateway.types import Direction, Json, Kind, Role
from tests.surfaces.schema import leaves_of

SENTENCE = "obey the canary"
SIDES: dict[str, tuple[Any, Any]] = {
    "client": (read_client, (mcp_types.ClientRequest, mcp_types.ClientNotification, mcp_types.ClientResult)),
    "server": (read_server, (mcp_types.ServerRequest, mcp_types.ServerNotification, mcp_types.ServerResult)),
}


def rpc(method: str, params: Json | None = None, id: Any = 1) -> Json:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}


def answer(result: Json, id: Any = 1) -> Json:
    return {"jsonrpc": "2.0", "id": id, "result": result}


def places(side: str) -> Iterator[tuple[str, str, tuple[Any, ...], Any]]:
    """Where, what kind, the words of an enumeration, and how to make a message with a value there."""
    for union in SIDES[side][1]:
        for tp in typing.get_args(union):
            asks = "method" in tp.model_fields
            method = tp.model_fields["method"].default if asks else None
            for leaf in leaves_of(tp):
                if leaf.path != "method":

                    def make(value: Any, leaf: Any = leaf, asks: bool = asks, method: Any = method) -> Json:
                        said = leaf.make(value)
                        return {"jsonrpc": "2.0", **said, "method": method} if asks else answer(said)

                    yield f"{tp.__name__}.{leaf.path}", leaf.kind, leaf.words, make


@pytest.mark.parametrize("side", SIDES)
def test_a_sentence_is_always_seen(side: str) -> None:
    read, count = SIDES[side][0], 0
    for path, kind, _, make in places(side):
        count += 1
        parts = read(parse_json(dump_json(make(SENTENCE)))).parts
        kinds = {part.kind for part in parts if SENTENCE in part.text}
        assert kinds, f"{path} is not scanned"
        assert kind != "text" or Kind.UNKNOWN not in kinds, f"{path} is new: add a line to gateway/surfaces/mcp.py"
    assert count > 300


@pytest.mark.parametrize("side", SIDES)
def test_the_protocols_own_words_are_nothing_odd(side: str) -> None:
    for path, _, words, make in places(side):
        for word in words:
            parts = SIDES[side][0](make(word)).parts
            assert not [part for part in parts if part.kind is Kind.UNKNOWN], f"{path}: {word}"


def test_what_a_client_says_is_a_models_word() -> None:
    call = rpc("tools/call", {"name": "send", "arguments": {"to": "x", "n": 5}})
    said = read_client(call)
    assert said.direction is Direction.OUTPUT
    assert [(p.text, p.role, p.kind, p.name, p.json) for p in said.parts] == [
        ("send", Role.ASSISTANT, Kind.TOOL_NAME, "send", False),
        ('{"to":"x","n":5}', Role.ASSISTANT, Kind.TOOL_CALL, "send", True),
    ]
    assert called_tool(call) == "send"
    edited = apply(call, {said.parts[1].path: '{"to":"[X]","n":5}'})
    assert edited["params"]["arguments"] == {"to": "[X]", "n": 5}
    prompt = read_client(rpc("prompts/get", {"name": "p", "arguments": {"a": "b"}}))
    assert [p.kind for p in prompt.parts] == [Kind.METADATA, Kind.TEXT]


def test_what_a_server_says_is_untrusted() -> None:
    blocks = [
        {"type": "text", "text": '{"k": 1}'},
        {"type": "image", "data": "iVBORw0KGgoAAAANSUhEUgAAAAE=", "mimeType": "image/png"},
        {"type": "resource", "resource": {"uri": "file:///a", "text": "page"}},
        {"type": "resource_link", "uri": "file:///b", "name": "b"},
    ]
    said = read_server(answer({"content": blocks, "structuredContent": {"k": "v"}}), "look")
    assert said.direction is Direction.INPUT
    assert {p.role for p in said.parts} == {Role.TOOL}
    assert [(p.text, p.kind, p.json, p.name) for p in said.parts] == [
        ('{"k": 1}', Kind.TOOL_RESULT, True, "look"),
        ("file:///a", Kind.URL, False, "look"),
        ("page", Kind.DOCUMENT, False, "look"),
        ("file:///b", Kind.URL, False, "look"),
        ("b", Kind.TOOL_DESCRIPTION, False, "look"),
        ('{"k":"v"}', Kind.TOOL_RESULT, True, "look"),
    ]
    assert [u.reason for u in said.unscanned] == ["binary"]


def test_lists_of_tools() -> None:
    tools = [{"name": n, "description": f"does {n}", "inputSchema": {"type": "object"}} for n in ("a", "b", "c")]
    message = answer({"tools": tools, "nextCursor": "x"})
    parts = read_server(message).parts
    names = {tool_of(part): part.text for part in parts if part.kind is Kind.TOOL_NAME}
    assert names == {0: "a", 1: "b", 2: "c"}
    assert {part.name for part in parts if part.kind is Kind.TOOL_DESCRIPTION} == {"a", "b", "c"}
    assert tool_of(parts[-1]) is None  # the cursor
    left = without_tools(message, {1})
    assert [tool["name"] for tool in left["result"]["tools"]] == ["a", "c"]
    assert len(message["result"]["tools"]) == 3


@pytest.mark.parametrize(
    "message",
    [
        [],
        [rpc("ping")],
        "x",
        {},
        {"jsonrpc": "1.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": {}, "method": "ping"},
        {"jsonrpc": "2.0", "id": True, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1, "method": ["tools/call"]},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []},
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "result": {}},
        {"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}},
        {"jsonrpc": "2.0", "id": 1, "result": "x"},
    ],
)
def test_what_is_no_message(message: Any) -> None:
    with pytest.raises(MalformedBody):
        read_client(message)
    with pytest.raises(UpstreamError):
        read_server(message)


@pytest.mark.parametrize(
    "message",
    [rpc("tools/call") | {"Params": {}}, rpc("tools/call", {"name": "a", "Name": "b"}), {**rpc("x"), "ｉd": 2}],
)
def test_keys_that_look_alike_are_refused(message: Json) -> None:
    with pytest.raises(RequestError) as e:
        read_client(message)
    assert e.value.code == "ambiguous_key"


def test_an_unknown_method_is_read() -> None:
    parts = read_client(rpc("vendor/odd", {"deep": [SENTENCE]})).parts
    assert [(p.text, p.kind) for p in parts] == [("deep", Kind.UNKNOWN), (SENTENCE, Kind.UNKNOWN)]
    assert SENTENCE in [p.text for p in read_client(rpc(SENTENCE)).parts]


def test_ids() -> None:
    assert is_request(rpc("ping"))
    assert not is_request({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert is_answer(answer({}), 1)
    assert not is_answer(answer({}), "1")
    assert not is_answer(rpc("ping"), 1)
    assert error_message(7, -32080, "no", {"code": "x"})["error"] == {
        "code": -32080,
        "message": "no",
        "data": {"code": "x"},
    }


def test_errors_are_read() -> None:
    message = {"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "see", "data": {"k": "there"}}}
    assert [p.text for p in read_server(message).parts] == ["see", '{"k":"there"}']
    with pytest.raises(GatewayError):
        read_server({**message, "method": "x"})
