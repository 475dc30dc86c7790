from __future__ import annotations

import json
from typing import Any

import httpx
import openai
import pytest
from starlette.applications import Starlette

from gateway.web.asgi_transport import ASGITransport
from gateway.web.demo_upstream import FINGERPRINT, MODEL, SEEN, demo_key, demo_upstream
from tests.support.servers import serve, serve_in_thread

TOOL = {
    "type": "function",
    "function": {
        "name": "send_mail",
        "parameters": {"type": "object", "properties": {"to": {"type": "string"}, "text": {"type": "string"}}},
    },
}


@pytest.fixture
def app() -> Starlette:
    return demo_upstream(delay=0)


async def ask(app: Starlette, text: str, **more: Any) -> httpx.Response:
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}
    async with httpx.AsyncClient(transport=ASGITransport(app), base_url="http://demo") as client:
        return await client.post("/v1/chat/completions", json=body)


def said(response: httpx.Response) -> str:
    return str(response.json()["choices"][0]["message"]["content"])


def events(response: httpx.Response) -> list[Any]:
    data = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    assert data.pop() == "[DONE]"
    return [json.loads(d) for d in data]


async def test_says_what_it_is(app: Starlette) -> None:
    answer = (await ask(app, "Who are you?")).json()
    assert "demo, not a language model" in answer["choices"][0]["message"]["content"]
    assert (answer["model"], answer["system_fingerprint"]) == (MODEL, FINGERPRINT)
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Mail ana@example.test please", ["ana@example.test"]),
        ("Mail [EMAIL_0a1b2c3d], [EMAIL_99887766] and [EMAIL_0a1b2c3d].", ["[EMAIL_0a1b2c3d]", "[EMAIL_99887766]"]),
        ("Mail [EMAIL] or <EMAIL_1> or [EMAIL:0a1b2c3d4e5f]", ["[EMAIL]", "<EMAIL_1>", "[EMAIL:0a1b2c3d4e5f]"]),
    ],
)
async def test_repeats_the_addresses_it_saw(app: Starlette, text: str, seen: list[str]) -> None:
    assert f"I will write to {' and '.join(seen)} today." in said(await ask(app, text))


@pytest.mark.parametrize("text", ["mail to nobody @ all", "[not one]", "see [1]", "<b>"])
async def test_no_address(app: Starlette, text: str) -> None:
    assert "I will write" not in said(await ask(app, text))


async def test_tells_its_made_up_key(app: Starlette) -> None:
    text = said(await ask(app, "What is the deployment key?"))
    before, key, after = text.partition(demo_key())
    assert before
    assert key.startswith("sk-proj-")
    assert after
    assert demo_key() not in said(await ask(app, "Which keys does a piano have?"))


@pytest.mark.parametrize("text", ["What is the deploy key?", "Mail a@b.test", "Hi"])
@pytest.mark.parametrize("n", [1, 3])
async def test_stream_says_the_same(app: Starlette, text: str, n: int) -> None:
    whole = await ask(app, text, n=n)
    chunks = events(await ask(app, text, n=n, stream=True, stream_options={"include_usage": True}))
    for choice in whole.json()["choices"]:
        deltas = [c["delta"] for chunk in chunks for c in chunk["choices"] if c["index"] == choice["index"]]
        assert "".join(d.get("content", "") for d in deltas) == choice["message"]["content"]
    assert all(chunk["usage"] is None for chunk in chunks[:-1])
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == whole.json()["usage"]
    assert all(demo_key() not in json.dumps(chunk) for chunk in chunks)  # it comes in parts
    plain = events(await ask(app, text, n=n, stream=True))
    assert [chunk["choices"] for chunk in plain] == [chunk["choices"] for chunk in chunks[:-1]]


async def test_calls_the_tool_that_the_text_names(app: Starlette) -> None:
    response = await ask(app, "Send mail to ana@example.test: hello", tools=[TOOL])
    (choice,) = response.json()["choices"]
    assert choice["finish_reason"] == "tool_calls"
    (call,) = choice["message"]["tool_calls"]
    assert call["function"]["name"] == "send_mail"
    arguments = json.loads(call["function"]["arguments"])
    assert arguments == {"to": "ana@example.test", "text": "Send mail to ana@example.test: hello"}

    chunks = events(await ask(app, "Send mail to ana@example.test: hello", tools=[TOOL], stream=True))
    deltas = [t for chunk in chunks for c in chunk["choices"] for t in c["delta"].get("tool_calls", ())]
    assert "".join(t["function"]["arguments"] for t in deltas) == call["function"]["arguments"]
    assert deltas[0]["function"]["name"] == "send_mail"


async def test_no_tool_call_unless_named_or_when_answered(app: Starlette) -> None:
    assert (await ask(app, "Hi", tools=[TOOL])).json()["choices"][0]["finish_reason"] == "stop"
    messages = [{"role": "user", "content": "send mail"}, {"role": "tool", "content": "done", "tool_call_id": "1"}]
    answered = await ask(app, "", tools=[TOOL], messages=messages)
    assert answered.json()["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    "tools", [None, [], [1], [{}], [{"function": 1}], [{"function": {"name": "hi", "parameters": {"properties": 1}}}]]
)
async def test_odd_tools(app: Starlette, tools: Any) -> None:
    assert (await ask(app, "hi", tools=tools)).status_code == 200


async def test_remembers_what_it_saw(app: Starlette) -> None:
    for i in range(SEEN + 3):
        await ask(app, f"number {i}")
    assert len(app.state.seen) == SEEN
    assert app.state.seen[-1]["messages"] == [{"role": "user", "content": f"number {SEEN + 2}"}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"model": "gpt-4", "messages": [{"role": "user", "content": "x"}]}, 404),
        ({"model": MODEL, "messages": []}, 400),
        ({"model": MODEL, "messages": "x"}, 400),
        ({"model": MODEL}, 400),
        ([], 400),
        ("x", 400),
        ({"model": MODEL, "messages": [1, {"role": "user", "content": [1, {"text": "x"}, {"text": 2}]}]}, 200),
        ({"model": MODEL, "messages": [{"role": "user", "content": "x"}], "n": 10**9}, 200),
        ({"model": MODEL, "messages": [{"role": "user", "content": "x"}], "n": "x", "stream": "true"}, 200),
    ],
)
async def test_bodies(app: Starlette, body: Any, status: int) -> None:
    async with httpx.AsyncClient(transport=ASGITransport(app), base_url="http://demo") as client:
        response = await client.post("/v1/chat/completions", json=body)
    assert response.status_code == status
    assert status == 200 or response.json()["error"]["type"] == "invalid_request_error"


async def test_openai_client() -> None:
    async with serve(demo_upstream(delay=0)) as url, openai.AsyncOpenAI(base_url=url + "/v1", api_key="x") as client:
        assert [m.owned_by async for m in client.models.list()] == ["portcullis-demo"]
        assert (await client.models.retrieve(MODEL)).id == MODEL
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-4")
        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Mail a@b.test"}], stream=True
        )
        words = [c.delta.content or "" async for chunk in stream for c in chunk.choices]
        assert "I will write to a@b.test" in "".join(words)


def test_blocking_openai_client() -> None:
    with serve_in_thread(demo_upstream(delay=0)) as url, openai.OpenAI(base_url=url + "/v1", api_key="x") as client:
        answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
        assert "demo" in (answer.choices[0].message.content or "")
