"""The anthropic package, blocking and with asyncio, through a gateway over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from tests.clients.upstream import secret
from tests.support.gatewayed import ATTACK, EMAIL, LAUNCH, detectors
from tests.support.servers import serve_in_thread

ASK: Any = [{"role": "user", "content": f"Write to {EMAIL}"}]
TOOL: Any = {"name": "send", "description": "Sends mail.", "input_schema": {"type": "object", "properties": {}}}
PIECE = 5


@dataclass
class Model:
    """Says what its name tells, whole or streamed."""

    seen: list[Json] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.seen.append(body)
        if body["model"] == "busy":
            error = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}
            return JSONResponse(error, 429, headers={"retry-after": "99", "request-id": "req_7"})
        said = self._said(body)
        return (
            StreamingResponse(events(said), media_type="text/event-stream")
            if body.get("stream")
            else JSONResponse(said)
        )

    async def count(self, request: Request) -> Response:
        self.seen.append(await request.json())
        return JSONResponse({"input_tokens": 7})

    @staticmethod
    def _said(body: Json) -> Json:
        address = str(body["messages"][-1]["content"]).removeprefix("Write to ")
        text: Json = {"type": "text", "text": f"I will write to {address} today."}
        call: Json = {"type": "tool_use", "id": "toolu_1", "name": "send", "input": {"to": address, "body": secret()}}
        thought: Json = {"type": "thinking", "thinking": f"The key is {secret()}.", "signature": "gIGCg4SF"}
        content = {"plain": [text], "tools": [text, call], "thinking": [thought, text]}.get(
            body["model"], [{"type": "text", "text": "The site is zulu seven, go."}]
        )
        usage = {"input_tokens": 3, "output_tokens": 4}
        head: Json = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"]}
        return {**head, "content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}


async def events(message: Json) -> AsyncIterator[str]:
    def event(kind: str, **fields: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"

    yield event("message_start", message={**message, "content": [], "stop_reason": None})
    for index, block in enumerate(message["content"]):
        kind, name, whole = {
            "text": ("text_delta", "text", block.get("text")),
            "thinking": ("thinking_delta", "thinking", block.get("thinking")),
            "tool_use": ("input_json_delta", "partial_json", json.dumps(block.get("input"))),
        }[block["type"]]
        empty = {**block, "input": {}} if name == "partial_json" else {**block, name: ""}
        yield event("content_block_start", index=index, content_block=empty)
        for at in range(0, len(whole), PIECE):
            yield event("content_block_delta", index=index, delta={"type": kind, name: whole[at : at + PIECE]})
        yield event("content_block_stop", index=index)
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": 4})
    yield event("message_stop")


@dataclass
class Running:
    url: str
    model: Model


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "launch.yaml").write_text(LAUNCH)
    model = Model()
    routes = [
        Route("/v1/messages", model.answer, methods=["POST"]),
        Route("/v1/messages/count_tokens", model.count, methods=["POST"]),
    ]
    with serve_in_thread(Starlette(routes=routes)) as up:
        upstream = {"name": "up", "kind": "anthropic", "url": f"{up}/v1", "retries": {"attempts": 1}}
        settings = Settings.model_validate({"upstreams": (upstream,), "policies": (folder,), "watch_policies": False})
        with serve_in_thread(create_app(settings, guard=Guard(detectors()), sink=lambda _: None)) as url:
            yield Running(url, model)


@pytest.fixture
def client(running: Running) -> Iterator[Anthropic]:
    running.model.seen.clear()
    with Anthropic(base_url=running.url, api_key="unused", timeout=5, max_retries=0) as made:
        yield made


@pytest.fixture
async def aclient(running: Running) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=running.url, auth_token="unused", timeout=5, max_retries=0) as made:
        yield made


def test_plain(client: Anthropic, running: Running) -> None:
    answer = client.messages.create(model="plain", max_tokens=9, messages=ASK)
    (block,) = answer.content
    assert block.type == "text"
    assert block.text == f"I will write to {EMAIL} today."
    assert (answer.stop_reason, answer.usage.output_tokens) == ("end_turn", 4)
    assert EMAIL not in json.dumps(running.model.seen)


def test_stream(client: Anthropic) -> None:
    with client.messages.stream(model="plain", max_tokens=9, messages=ASK) as stream:
        assert "".join(stream.text_stream) == f"I will write to {EMAIL} today."
        final = stream.get_final_message()
    assert (final.stop_reason, final.usage.input_tokens, final.usage.output_tokens) == ("end_turn", 3, 4)


def test_tools_in_a_stream(client: Anthropic) -> None:
    with client.messages.stream(model="tools", max_tokens=9, messages=ASK, tools=[TOOL]) as stream:
        final = stream.get_final_message()
    call = final.content[1]
    assert call.type == "tool_use"
    given: Any = call.input
    assert given["to"] == EMAIL
    assert secret()[4:12] not in final.model_dump_json()


def test_thinking(client: Anthropic) -> None:
    for _ in range(2):
        answer = client.messages.create(model="thinking", max_tokens=9, messages=ASK)
        assert secret()[4:12] not in answer.model_dump_json()
        with client.messages.stream(model="thinking", max_tokens=9, messages=ASK) as stream:
            final = stream.get_final_message()
        assert secret()[4:12] not in final.model_dump_json()
        assert final.content[0].type == answer.content[0].type == "thinking"
        assert final.content[0].thinking == answer.content[0].thinking
        assert final.content[0].signature == "gIGCg4SF"


def test_blocked_prompt(client: Anthropic, running: Running) -> None:
    with pytest.raises(anthropic.BadRequestError) as e:
        client.messages.create(model="plain", max_tokens=9, messages=[{"role": "user", "content": ATTACK}])
    body: Any = e.value.body
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["guard"]["code"] == "content_filter"
    assert running.model.seen == []


def test_blocked_answer(client: Anthropic) -> None:
    headers = {"x-guard-policy": "launch"}
    answer = client.messages.create(model="launching", max_tokens=9, messages=ASK, extra_headers=headers)
    assert (answer.stop_reason, answer.content[0].type) == ("refusal", "text")
    with client.messages.stream(model="launching", max_tokens=9, messages=ASK, extra_headers=headers) as stream:
        final = stream.get_final_message()
    assert final.stop_reason == "refusal"
    assert "zulu" not in final.model_dump_json() + answer.model_dump_json()


def test_an_upstreams_error(client: Anthropic) -> None:
    with pytest.raises(anthropic.RateLimitError) as e:
        client.messages.create(model="busy", max_tokens=9, messages=ASK)
    assert e.value.response.headers["retry-after"] == "99"
    assert e.value.request_id == "req_7"


def test_count(client: Anthropic) -> None:
    assert client.messages.count_tokens(model="plain", messages=ASK).input_tokens == 7


def test_beta(client: Anthropic, running: Running) -> None:
    answer = client.beta.messages.create(model="plain", max_tokens=9, messages=ASK, betas=["context-1m-2025-08-07"])
    assert answer.content[0].type == "text"
    assert "betas" not in running.model.seen[0]


async def test_asyncio(aclient: AsyncAnthropic) -> None:
    answer = await aclient.messages.create(model="plain", max_tokens=9, messages=ASK)
    assert answer.content[0].type == "text"
    async with aclient.messages.stream(model="tools", max_tokens=9, messages=ASK, tools=[TOOL]) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        final = await stream.get_final_message()
    assert text == f"I will write to {EMAIL} today."
    assert secret()[4:12] not in final.model_dump_json()
    with pytest.raises(anthropic.BadRequestError):
        await aclient.messages.create(model="plain", max_tokens=9, messages=[{"role": "user", "content": ATTACK}])
    assert (await aclient.messages.count_tokens(model="plain", messages=ASK)).input_tokens == 7
