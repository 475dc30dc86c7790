"""An MCP server behind the gateway, as bytes on the wire: sessions, streams, refusals, headers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.surfaces.mcp import BLOCKED
from gateway.types import Json
from gateway.web.auth import hash_key
from gateway.web.mcp_headers import mirrored
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN, Gatewayed, gatewayed
from tests.support.scripted import Script, answer, chunk, end, event, head, wait_gone

PATH = "/mcp/files"
SSE = {"content-type": "text/event-stream"}
PARTS = [TOKEN[at : at + 12] for at in range(4, len(TOKEN) - 12)]
STRICT = """
version: 1
name: no-danger
tools: {deny: [danger*]}
rules:
  - {category: tool/denied, action: block}
  - {category: pii/email, directions: [output], action: block}
"""


def call(name: str = "look", arguments: Json | None = None, id: Any = 1) -> Json:
    return {
        "jsonrpc": "2.0",
        "id": id,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments or {"at": "x"}},
    }


def result(text: str, id: Any = 1) -> Json:
    return {"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": text}]}}


@asynccontextmanager
async def gate_of(*scripts: Any, **options: Any) -> AsyncIterator[Gatewayed]:
    options["upstream"] = {"kind": "mcp", "name": "files"} | options.get("upstream", {})
    async with gatewayed(*scripts, **options) as gate:
        yield gate


async def post(gate: Gatewayed, message: Any, **headers: str) -> httpx.Response:
    accept = {"accept": "application/json, text/event-stream"}
    return await gate.http.post(
        PATH, json=message, headers=accept | {k.replace("_", "-"): v for k, v in headers.items()}
    )


async def test_a_call_and_its_session() -> None:
    async with gate_of([answer(json=result("Fine."), headers={"mcp-session-id": "s-1", "set-cookie": "x"})]) as gate:
        response = await post(gate, call(), mcp_session_id="s-0", mcp_protocol_version="2025-06-18", cookie="y")
        assert (response.status_code, response.json()) == (200, result("Fine."))
        assert response.headers["mcp-session-id"] == "s-1"
        assert "set-cookie" not in response.headers
        (sent,) = gate.up.requests
        assert (sent.method, sent.target, sent.json()) == ("POST", "/v1", call())
        assert (sent.header("mcp-session-id"), sent.header("mcp-protocol-version")) == ("s-0", "2025-06-18")
        assert sent.header("accept") == "application/json, text/event-stream"
        assert sent.header("cookie") is None
        note = await gate.event()
        assert (note.route, note.model, note.decision) == ("mcp", "mcp/files", "allow")
        assert (note.answer.decision, note.request.decision) == ("allow", "allow")


async def test_results_are_masked() -> None:
    said = {"content": [{"type": "text", "text": f"k {TOKEN}"}], "structuredContent": {"deep": [TOKEN], "n": 1}}
    async with gate_of([answer(json={"jsonrpc": "2.0", "id": 1, "result": said})]) as gate:
        response = await post(gate, call())
        assert not [part for part in PARTS if part in response.text]
        assert response.json()["result"]["structuredContent"]["n"] == 1
        assert (await gate.event()).decision == "redact"


@pytest.mark.parametrize("id", [1, "a-1", 0])
async def test_a_result_with_an_attack_is_an_error(id: Any) -> None:
    async with gate_of([answer(json=result(ATTACK, id))]) as gate:
        response = await post(gate, call(id=id))
        body = response.json()
        assert (response.status_code, body["id"]) == (200, id)
        assert body["error"]["code"] == BLOCKED
        assert body["error"]["data"]["code"] == "content_filter"
        assert ATTACK not in response.text
        assert (await gate.event()).decision == "block"


async def test_a_blocked_call_is_answered_by_us() -> None:
    async with gate_of([answer(json=result("x"))], policies=[STRICT], policy="no-danger") as gate:
        for message in (call("danger"), call("ＤＡＮＧＥＲ"), call(arguments={"to": EMAIL})):
            response = await post(gate, message)
            assert (response.status_code, response.json()["id"]) == (200, 1)
            assert response.json()["error"]["code"] == BLOCKED
            assert EMAIL not in response.text
        notification = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"message": EMAIL}}
        assert (await post(gate, notification)).status_code == 400
        assert gate.up.requests == []


async def test_denied_tools_are_left_out_of_the_list() -> None:
    tools = [
        {"name": n, "description": "d", "inputSchema": {"type": "object"}} for n in ("a", "danger1", "b", "DANGER")
    ]
    listed = {"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}}
    async with gate_of([answer(json=listed)], policies=[STRICT], policy="no-danger") as gate:
        response = await post(gate, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert [tool["name"] for tool in response.json()["result"]["tools"]] == ["a", "b"]
        note = await gate.event()
        assert (note.decision, note.request.findings) == ("redact", {"tool/denied": 2})


async def test_a_poisoned_description_blocks_the_list() -> None:
    tool = {"name": "a", "description": f"Adds. {ATTACK}", "inputSchema": {"type": "object"}}
    async with gate_of([answer(json={"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool]}})]) as gate:
        response = await post(gate, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert response.json()["error"]["code"] == BLOCKED


def streaming(*payloads: bytes | Json, cut: int | None = None) -> Script:
    data = b"".join(p if isinstance(p, bytes) else f"data: {json.dumps(p)}\n\n".encode() for p in payloads)
    return [head(200, SSE, chunked=True), chunk(data, cut=cut), end()]


def payloads(response: httpx.Response) -> list[Json]:
    return [json.loads(line[6:]) for line in response.text.split("\n") if line.startswith("data: {")]


@pytest.mark.parametrize("cut", [None, 1])
async def test_a_stream_of_messages(cut: int | None) -> None:
    told = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": f"k {TOKEN}"}}
    asks = {
        "jsonrpc": "2.0",
        "id": "srv-1",
        "method": "sampling/createMessage",
        "params": {"messages": [{"role": "user", "content": {"type": "text", "text": ATTACK}}], "maxTokens": 5},
    }
    script = streaming(
        b"id: 7\nretry: 500\ndata: \n\n",
        f"id: 8\nevent: message\ndata: {json.dumps(told)}\n\n".encode(),
        asks,
        result(f"at {TOKEN}."),
        cut=cut,
    )
    async with gate_of(script) as gate:
        response = await post(gate, call())
        first, last = payloads(response)
        assert first["method"] == "notifications/message"
        assert last["result"]["content"][0]["text"].startswith("at [")
        assert not [part for part in PARTS if part in response.text]
        assert "id: 7\ndata: \n\nid: 8\ndata: " in response.text
        assert ATTACK not in response.text
        note = await gate.event()
        assert (note.stream, note.status, note.decision) == (True, 200, "block")


async def test_a_blocked_answer_in_a_stream() -> None:
    async with gate_of(streaming(result(ATTACK, 5))) as gate:
        (last,) = payloads(await post(gate, call(id=5)))
        assert (last["id"], last["error"]["code"]) == (5, BLOCKED)


@pytest.mark.parametrize(
    "bad", [b"data: {]\n\n", b'data: {"no": 1}\n\n', b"data: [1]\n\n", b"event: endpoint\ndata: /x\n\n"]
)
async def test_what_is_no_message_ends_the_stream(bad: bytes) -> None:
    async with gate_of(streaming(bad, result(TOKEN))) as gate:
        (last,) = payloads(await post(gate, call(id=3)))
        assert (last["id"], last["error"]["data"]["code"][:8]) == (3, "upstream")


async def test_a_servers_own_stream() -> None:
    changed = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
    script = [head(200, SSE, chunked=True), event(changed), wait_gone()]
    async with gate_of(script) as gate:
        async with gate.http.stream(
            "GET", PATH, headers={"last-event-id": "7", "accept": "text/event-stream"}
        ) as response:
            lines = response.aiter_lines()
            assert json.loads((await anext(lines))[6:]) == changed
        (sent,) = gate.up.requests
        assert (sent.method, sent.body, sent.header("last-event-id")) == ("GET", b"", "7")
        await gate.up.wait_for_gone()
        await gate.wait(lambda: bool(gate.events))
        assert gate.events[0].status == 499


async def test_the_end_of_a_session() -> None:
    async with gate_of([answer(204, body=b"")]) as gate:
        response = await gate.http.delete(PATH, headers={"mcp-session-id": "s-1"})
        assert (response.status_code, response.content) == (204, b"")
        assert gate.up.requests[0].method == "DELETE"


async def test_notifications() -> None:
    async with gate_of([answer(202, body=b"", headers={"content-type": "text/plain"})]) as gate:
        response = await post(gate, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_errors_of_a_server(status: int) -> None:
    told = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32020, "message": f"no {TOKEN}"}}
    async with gate_of([answer(status, json=told)], [answer(status, body=TOKEN.encode())]) as gate:
        for message in ("no [", "the upstream answered"):
            response = await post(gate, call())
            assert response.status_code == status
            assert response.json()["error"]["message"].startswith(message)
            assert not [part for part in PARTS if part in response.text]
        assert len(gate.up.requests) == 2  # a call may have had its effect, and is not made again


@pytest.mark.parametrize("message", [[call()], "x", {"id": 1}, {**call(), "jsonrpc": "1.0"}])
async def test_what_is_no_message_is_not_sent(message: Any) -> None:
    async with gate_of([answer(json=result("x"))]) as gate:
        response = await post(gate, message)
        assert (response.status_code, response.json()["error"]["code"]) == (400, -32600)
        assert gate.up.requests == []


async def test_who_may_call() -> None:
    clients = (
        {"name": "agent", "hash": hash_key("ours"), "models": ["mcp/files"]},
        {"name": "chat", "hash": hash_key("other"), "models": ["gpt-*"]},
    )
    async with gate_of([answer(json=result("x"))], clients=clients) as gate:
        assert (await post(gate, call())).status_code == 401
        assert (await post(gate, call(), authorization="Bearer other")).status_code == 403
        assert (await post(gate, call(), authorization="Bearer ours")).status_code == 200
        assert (await gate.http.post("/mcp/other", json=call(), headers={"x-guard-key": "ours"})).status_code == 404
        assert (await gate.chat(headers={"x-guard-key": "ours"})).status_code == 403


async def test_pages_of_other_sites_are_refused() -> None:
    async with gate_of([answer(json=result("x"))]) as gate:
        assert (await post(gate, call(), origin="http://evil.example")).status_code == 403
        assert (await post(gate, call(), origin=gate.url)).status_code == 200


async def test_requests_are_bounded() -> None:
    quota = ({"model": "mcp/*", "quota": {"requests_per_minute": 1}},)
    async with gate_of([answer(json=result("x"))], model_quotas=quota) as gate:
        assert (await post(gate, call())).status_code == 200
        response = await post(gate, call(id=9))
        assert (response.status_code, response.json()["id"]) == (429, 9)


async def test_headers_say_what_is_sent() -> None:
    async with gate_of([answer(json=result("x"))]) as gate:
        sent = call(arguments={"token": TOKEN, "deep": {"n": 5}})
        headers = {"mcp-method": "other", "mcp-name": "other", "mcp-param-token": TOKEN, "mcp-param-n": "5"}
        await post(gate, sent, **headers, **{"mcp-param-odd": "smuggled"})
        (got,) = gate.up.requests
        assert (got.header("mcp-method"), got.header("mcp-name")) == ("tools/call", "look")
        assert got.header("mcp-param-n") == "5"
        assert got.header("mcp-param-odd") is None
        assert got.header("mcp-param-token") == got.json()["params"]["arguments"]["token"] != TOKEN


def test_mirrored_headers_in_base64() -> None:
    asked = call("é", {"k": "ü"})
    out = dict(mirrored([(b"mcp-name", b"x"), (b"mcp-param-k", b"=?base64?w7w=?="), (b"other", b"1")], asked, asked))
    assert out == {b"other": b"1", b"mcp-name": b"=?base64?w6k=?=", b"mcp-param-k": b"=?base64?w7w=?="}
    assert mirrored([(b"mcp-param-k", b"=?base64?*?=")], asked, asked) == []
