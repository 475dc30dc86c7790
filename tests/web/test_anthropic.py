"""Anthropic's messages through the gateway: whole and streamed, keys, errors, blocks, limits. Real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import ATTACK, EMAIL, LAUNCH, LAUNCH_ERROR, TOKEN, Gatewayed, gatewayed
from tests.support.scripted import Request, Script, answer, chunk, end, head

PATH = "/v1/messages"
PARTS = [TOKEN[at : at + 12] for at in range(4, len(TOKEN) - 12)]
KIND = {"kind": "anthropic"}


def ask(content: Any = "Hello", **fields: Any) -> Json:
    return {"model": "claude-x", "max_tokens": 50, "messages": [{"role": "user", "content": content}], **fields}


def message(*content: Json, **fields: Any) -> Json:
    usage = {"input_tokens": 3, "output_tokens": 4}
    said: Json = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [*content]}
    return {**said, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage, **fields}


def text(said: str) -> Json:
    return {"type": "text", "text": said}


def pieces(*texts: str, index: int = 0, kind: str = "text") -> list[Json]:
    delta = {"text": "text_delta", "thinking": "thinking_delta"}[kind]
    return [
        {"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}},
        *({"type": "content_block_delta", "index": index, "delta": {"type": delta, kind: t}} for t in texts),
        {"type": "content_block_stop", "index": index},
    ]


def streamed(*events: Json, cut: int | None = None, ends: bool = True) -> Script:
    start: Json = {"type": "message_start", "message": message(stop_reason=None)}
    last: list[Json] = [
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    every: list[Json] = [start, *events, *(last if ends else [])]
    data = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in every).encode()
    return [head(200, {"content-type": "text/event-stream"}, chunked=True), chunk(data, cut=cut), end()]


@asynccontextmanager
async def gate_of(*scripts: Any, **options: Any) -> AsyncIterator[Gatewayed]:
    options["upstream"] = KIND | options.get("upstream", {})
    async with gatewayed(*scripts, **options) as gate:
        yield gate


async def post(
    gate: Gatewayed, body: Json, headers: Mapping[str, str] | None = None, path: str = PATH
) -> httpx.Response:
    return await gate.http.post(path, json=body, headers=headers)


async def events_of(gate: Gatewayed, body: Json, headers: Mapping[str, str] | None = None) -> tuple[str, list[Json]]:
    response = await post(gate, {**body, "stream": True}, headers)
    blocks = [block for block in response.text.split("\n\n") if "data: " in block]
    events = []
    for block in blocks:
        name, data = (line.partition(": ")[2] for line in block.split("\n") if line[:5] in ("event", "data:"))
        events.append(json.loads(data))
        assert events[-1]["type"] == name
    return response.text, events


def said_in(events: list[Json], kind: str = "text") -> str:
    return "".join(e["delta"].get(kind, "") for e in events if e["type"] == "content_block_delta")


async def test_a_clean_answer_arrives_as_it_was() -> None:
    clean = message(text("Hello there."), {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1, "b"]}})
    async with gate_of([answer(json=clean, headers={"request-id": "req_011", "set-cookie": "x"})]) as gate:
        response = await post(gate, ask(system="Be brief."), {"anthropic-beta": "b-1", "cookie": "y"})
        assert (response.status_code, response.json()) == (200, clean)
        assert response.headers["request-id"] == "req_011"
        assert "set-cookie" not in response.headers
        (sent,) = gate.up.requests
        assert (sent.target, sent.json()) == ("/v1/messages", ask(system="Be brief."))
        assert (sent.header("anthropic-version"), sent.header("anthropic-beta")) == ("2023-06-01", "b-1")
        assert sent.header("cookie") is None
        event = await gate.event()
        assert (event.route, event.decision, event.model) == ("anthropic.messages", "allow", "claude-x")
        assert event.usage == {"prompt_tokens": 3, "completion_tokens": 4}


async def test_values_are_hidden_and_restored() -> None:
    def repeat(request: Request) -> Script:
        content = request.json()["messages"][0]["content"]
        return [answer(json=message(text(f"To {content}: {TOKEN}"), {**CALL, "input": {"to": content}}))]

    async with gate_of(repeat) as gate:
        response = await post(gate, ask(EMAIL))
        assert EMAIL not in gate.up.requests[0].body.decode()
        first, second = response.json()["content"]
        assert first["text"].startswith(f"To {EMAIL}: [")
        assert second["input"] == {"to": EMAIL}
        assert not [part for part in PARTS if part in response.text]


CALL: Json = {"type": "tool_use", "id": "toolu_1", "name": "send"}


async def test_a_blocked_prompt() -> None:
    async with gate_of([answer(json=message(text("x")))]) as gate:
        response = await post(gate, ask(ATTACK))
        body = response.json()
        assert (response.status_code, gate.up.requests) == (400, [])
        assert response.headers["x-should-retry"] == "false"
        assert body["type"] == "error"
        assert body["error"]["type"] == "invalid_request_error"
        assert body["error"]["guard"]["code"] == "content_filter"
        assert body["request_id"] == body["error"]["guard"]["event_id"] == (await gate.event()).id


async def test_an_attack_in_a_tools_result() -> None:
    called = {"role": "assistant", "content": [{**CALL, "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": ATTACK}]}
    async with gate_of([answer(json=message(text("x")))]) as gate:
        response = await post(gate, {**ask(), "messages": [ask()["messages"][0], called, result]})
        assert (response.status_code, gate.up.requests) == (400, [])


async def test_a_blocked_answer() -> None:
    bad = message({"type": "thinking", "thinking": "zulu seven", "signature": "gIGC"}, text("at zulu seven"))
    async with gate_of([answer(json=bad)], policies=[LAUNCH, LAUNCH_ERROR]) as gate:
        response = await post(gate, ask(), {"x-guard-policy": "launch"})
        body = response.json()
        assert response.status_code == 200
        assert (body["content"], body["stop_reason"]) == ([text("Not this answer.")], "refusal")
        assert body["stop_details"]["explanation"] == "Not this answer."
        assert body["usage"] == bad["usage"]
        assert "zulu" not in response.text
        error = await post(gate, ask(), {"x-guard-policy": "launch-error"})
        assert (error.status_code, error.json()["error"]["message"]) == (400, "Not this answer.")


@pytest.mark.parametrize("cut", [None, 1, 7])
async def test_a_stream_is_masked_and_whole(cut: int | None) -> None:
    script = streamed(
        {"type": "ping"},
        *pieces("hm, ", TOKEN[:9], TOKEN[9:], "!", index=0, kind="thinking"),
        *pieces(f"It is {TOKEN[:20]}", f"{TOKEN[20:]} as you", " know.", index=1),
        {"type": "content_block_start", "index": 2, "content_block": {**CALL, "input": {}}},
        *(
            {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": p}}
            for p in ('{"key": "', TOKEN[:5], TOKEN[5:], '"}')
        ),
        {"type": "content_block_stop", "index": 2},
        cut=cut,
    )
    async with gate_of(script) as gate:
        raw, events = await events_of(gate, ask())
        for told in (raw, said_in(events), said_in(events, "thinking"), said_in(events, "partial_json")):
            assert not [part for part in PARTS if part in told]
        assert said_in(events).startswith("It is [")
        assert said_in(events).endswith("] as you know.")
        assert json.loads(said_in(events, "partial_json"))["key"].startswith("[")
        assert [e["type"] for e in events][-2:] == ["message_delta", "message_stop"]
        assert "[DONE]" not in raw
        assert f": x-guard-decision: {(await gate.event()).decision}" in raw
        assert (await gate.event()).usage == {"prompt_tokens": 3, "completion_tokens": 9}


@pytest.mark.parametrize("policy", ["launch", "launch-error"])
async def test_a_stream_is_blocked(policy: str) -> None:
    script = streamed(*pieces("We start. The site is zulu", " seven", ", go."))
    async with gate_of(script, policies=[LAUNCH, LAUNCH_ERROR]) as gate:
        raw, events = await events_of(gate, ask(), {"x-guard-policy": policy})
        assert "zulu" not in raw
        if policy == "launch-error":
            assert (events[-1]["type"], events[-1]["error"]["message"]) == ("error", "Not this answer.")
        else:
            assert events[-2]["delta"]["stop_reason"] == "refusal"
            assert [e["type"] for e in events if e["type"] == "content_block_stop"]
        assert (await gate.event()).decision == "block"


async def test_a_stream_that_breaks_off_ends_with_an_error() -> None:
    async with gate_of(streamed(*pieces("We start. ")[:2], ends=False)) as gate:
        _, events = await events_of(gate, ask())
        assert (events[-1]["type"], events[-1]["error"]["type"]) == ("error", "api_error")
        assert (await gate.event()).error == "upstream_truncated"


async def test_an_error_in_a_stream_is_not_repeated() -> None:
    bad = {"type": "error", "error": {"type": "overloaded_error", "message": f"see {TOKEN}"}}
    async with gate_of(streamed(*pieces("We start. "), bad, ends=False)) as gate:
        raw, events = await events_of(gate, ask())
        assert events[-1]["type"] == "error"
        assert not [part for part in PARTS if part in raw]


async def test_an_upstreams_error_is_cleaned() -> None:
    error = {"type": "error", "error": {"type": "not_found_error", "message": f"no {TOKEN}"}, "request_id": "req_1"}
    async with gate_of([answer(404, json=error)]) as gate:
        response = await post(gate, ask())
        assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")
        assert not [part for part in PARTS if part in response.text]


async def test_tokens_are_counted_after_a_scan() -> None:
    count = {key: value for key, value in ask(EMAIL).items() if key != "max_tokens"}
    async with gate_of([answer(json={"input_tokens": 12})]) as gate:
        response = await post(gate, count, path=f"{PATH}/count_tokens")
        assert (response.status_code, response.json()) == (200, {"input_tokens": 12})
        assert gate.up.requests[0].target == "/v1/messages/count_tokens"
        assert EMAIL not in gate.up.requests[0].body.decode()
        blocked = await post(
            gate, {**count, "system": ATTACK, "messages": ask(ATTACK)["messages"]}, path=f"{PATH}/count_tokens"
        )
        assert blocked.status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-api-key": "wrong"}, 401),
        ({"x-api-key": "ours"}, 200),
        ({"authorization": "Bearer ours"}, 200),
        ({"x-api-key": "ours", "authorization": "Bearer ours"}, 200),
        ({"x-api-key": "ours", "authorization": "Bearer other"}, 400),
        ({"x-guard-key": "ours"}, 200),
    ],
)
async def test_keys(headers: dict[str, str], status: int) -> None:

    clients = ({"name": "app", "hash": hash_key("ours")},)
    up = {"key": "env:UP_KEY"}
    async with gate_of(
        [answer(json=message(text("x")))], clients=clients, upstream=up, environ={"UP_KEY": "sk-up"}
    ) as gate:
        response = await post(gate, ask(), headers)
        assert response.status_code == status
        if status == 200:
            (sent,) = gate.up.requests
            assert (sent.header("x-api-key"), sent.header("authorization")) == ("sk-up", None)
        elif status == 401:
            assert response.json()["error"]["type"] == "authentication_error"


@pytest.mark.parametrize("name", ["x-api-key", "authorization"])
async def test_a_clients_own_key_goes_on_as_it_came(name: str) -> None:
    value = "theirs" if name == "x-api-key" else "Bearer theirs"
    async with gate_of([answer(json=message(text("x")))], upstream={"key": "client"}) as gate:
        assert (await post(gate, ask(), {name: value})).status_code == 200
        (sent,) = gate.up.requests
        assert [sent.header(n) for n in ("x-api-key", "authorization") if n == name] == [value]
        assert sent.header("authorization" if name == "x-api-key" else "x-api-key") is None


async def test_upstreams_get_only_what_they_speak() -> None:
    async with gate_of([answer(json=message(text("x")))]) as gate:
        assert (await gate.chat()).status_code == 404
        assert (await post(gate, ask())).status_code == 200
    async with gatewayed([answer(json=message(text("x")))]) as gate:
        response = await post(gate, ask())
        assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")
        assert gate.up.requests == []


async def test_tokens_are_bounded() -> None:
    quota = ({"model": "*", "quota": {"tokens_per_minute": 100}},)
    async with gate_of([answer(json=message(text("x")))], model_quotas=quota) as gate:
        assert (await post(gate, ask(max_tokens=20))).status_code == 200
        response = await post(gate, ask(max_tokens=5000))
        assert (response.status_code, response.json()["error"]["type"]) == (429, "rate_limit_error")


@pytest.mark.parametrize(
    "path", ["/v1/messages/", "/v1//messages", "/v1/Messages", "/v1/messages;x", "/v1/messages/batches"]
)
async def test_other_paths_are_not_served(path: str) -> None:
    async with gate_of([answer(json=message(text("x")))]) as gate:
        assert (await post(gate, ask(), path=path)).status_code == 404
        assert (await gate.http.get(PATH)).status_code == 405
        assert gate.up.requests == []
