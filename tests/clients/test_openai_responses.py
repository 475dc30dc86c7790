"""The openai package, blocking and with asyncio, against /v1/responses and what is kept with it, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.web.app import create_app
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN, detectors
from tests.support.keeping import Keeping
from tests.support.responses import call, message, reasoning, response
from tests.support.servers import serve_in_thread


class Mail(BaseModel):
    to: str
    body: str


TOOL: Any = {
    "type": "function",
    "name": "send",
    "strict": True,
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
}


@dataclass
class Gate:
    url: str
    up: Keeping


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    up = Keeping()
    up.answers["leaky"] = response(
        reasoning(f"it may be {TOKEN}"), message(f"The key is {TOKEN}."), call("send", json.dumps({"to": TOKEN}))
    )
    up.answers["structured"] = response(message(json.dumps({"to": "a", "body": "b"})))
    with serve_in_thread(up.app) as upstream:
        servers = ({"name": "kept", "url": f"{upstream}/v1", "key": "none"},)
        settings = Settings.model_validate({"upstreams": servers, "watch_policies": False})
        with serve_in_thread(create_app(settings, guard=Guard(detectors()), sink=lambda _: None)) as url:
            yield Gate(url, up)


@pytest.fixture(scope="module")
def client(gate: Gate) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gate.url}/v1", api_key="unused", timeout=5, max_retries=0) as made:
        yield made


@pytest.fixture
async def aclient(gate: Gate) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="unused", timeout=5, max_retries=0) as made:
        yield made


def sent(gate: Gate) -> str:
    return json.dumps([body for _, _, body in gate.up.calls])


def test_create_and_kept(client: OpenAI, gate: Gate) -> None:
    first = client.responses.create(model="echo", input=f"I am {EMAIL}", instructions=f"Help {EMAIL}.", tools=[TOOL])
    assert first.output_text == f"I am {EMAIL}"
    assert first.instructions == f"Help {EMAIL}."
    second = client.responses.create(model="all", input="Who am I?", previous_response_id=first.id)
    assert EMAIL in second.output_text
    assert client.responses.retrieve(first.id).output_text == f"I am {EMAIL}"
    assert EMAIL in client.responses.input_items.list(first.id).data[0].to_json()
    assert client.responses.cancel(first.id).status == "cancelled"
    client.responses.delete(second.id)
    assert client.responses.input_tokens.count(model="echo", input="x").input_tokens == 7
    assert client.responses.compact(model="echo", input="x").output[1].type == "compaction"
    assert EMAIL not in sent(gate)


def unpadded(event: Any) -> dict[str, Any]:
    return {key: value for key, value in event.to_dict().items() if key != "obfuscation"}


def test_stream(client: OpenAI, gate: Gate) -> None:
    events = list(client.responses.create(model="leaky", input="Hello", stream=True))
    assert TOKEN not in json.dumps([event.to_dict() for event in events])
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == "The key is [GITHUB_TOKEN]."
    resumed = list(client.responses.retrieve(last.response.id, stream=True, starting_after=events[3].sequence_number))
    assert [unpadded(event) for event in resumed] == [unpadded(event) for event in events[4:]]


def test_stream_helper(client: OpenAI) -> None:
    with client.responses.stream(model="structured", input="Hello", text_format=Mail) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_response()
    assert kinds >= {"response.created", "response.output_text.delta", "response.output_text.done"}
    assert final.output_parsed == Mail(to="a", body="b")


def test_refused(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="echo", input=ATTACK)
    assert (refused.value.code, refused.value.param) == ("content_filter", "input")


def test_conversations(client: OpenAI, gate: Gate) -> None:
    kept = client.conversations.create(items=[{"type": "message", "role": "user", "content": f"I am {EMAIL}"}])
    added: Any = [{"type": "message", "role": "user", "content": f"Mind {EMAIL}"}]
    assert EMAIL in client.conversations.items.create(kept.id, items=added).data[0].to_json()
    listed = client.conversations.items.list(kept.id).data
    assert len(listed) == 2
    assert EMAIL in client.conversations.items.retrieve(listed[0].id or "", conversation_id=kept.id).to_json()
    answer = client.responses.create(model="all", input="Who?", conversation=kept.id)
    assert EMAIL in answer.output_text
    assert client.conversations.retrieve(kept.id).id == kept.id
    assert client.conversations.update(kept.id, metadata={"a": "b"}).metadata == {"a": "b"}
    client.conversations.items.delete(listed[0].id or "", conversation_id=kept.id)
    assert client.conversations.delete(kept.id).deleted
    assert EMAIL not in sent(gate)


def test_stored_chat(client: OpenAI) -> None:
    ask: Any = [{"role": "user", "content": f"I am {EMAIL}"}]
    made = client.chat.completions.create(model="m", messages=ask, store=True)
    assert client.chat.completions.retrieve(made.id).choices[0].message.content == f"I am {EMAIL}"
    assert client.chat.completions.messages.list(made.id).data[0].content == f"I am {EMAIL}"
    assert client.chat.completions.update(made.id, metadata={"k": "v"}).metadata == {"k": "v"}
    assert made.id in [one.id for one in client.chat.completions.list(limit=3).data]
    assert client.chat.completions.delete(made.id).deleted


async def test_async(aclient: AsyncOpenAI, gate: Gate) -> None:
    first = await aclient.responses.create(model="echo", input=f"I am {EMAIL}")
    stream = await aclient.responses.create(model="all", input="Who?", previous_response_id=first.id, stream=True)
    events = [event async for event in stream]
    said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert said == events[-1].response.output_text  # type: ignore[union-attr]
    assert f"I am {EMAIL}" in said
    assert (await aclient.responses.retrieve(first.id)).output_text == f"I am {EMAIL}"
    assert EMAIL in (await aclient.responses.input_items.list(first.id)).data[0].to_json()
    assert (await aclient.responses.cancel(first.id)).status == "cancelled"
    assert (await aclient.responses.input_tokens.count(model="echo", input="x")).input_tokens == 7
    assert (await aclient.responses.compact(model="echo", input="x")).object == "response.compaction"
    await aclient.responses.delete(first.id)
    async with aclient.responses.stream(model="structured", input="Hello", text_format=Mail) as helper:
        assert (await helper.get_final_response()).output_parsed == Mail(to="a", body="b")
    with pytest.raises(openai.BadRequestError):
        await aclient.responses.create(model="echo", input=ATTACK)


async def test_async_kept(aclient: AsyncOpenAI) -> None:
    kept = await aclient.conversations.create(items=[{"type": "message", "role": "user", "content": "Hi"}])
    listed = (await aclient.conversations.items.list(kept.id)).data
    assert (await aclient.conversations.items.retrieve(listed[0].id or "", conversation_id=kept.id)).type == "message"
    assert (await aclient.conversations.delete(kept.id)).deleted
    ask: Any = [{"role": "user", "content": f"I am {EMAIL}"}]
    made = await aclient.chat.completions.create(model="m", messages=ask, store=True)
    assert (await aclient.chat.completions.retrieve(made.id)).choices[0].message.content == f"I am {EMAIL}"
    assert (await aclient.chat.completions.messages.list(made.id)).data[0].content == f"I am {EMAIL}"
    assert (await aclient.chat.completions.delete(made.id)).deleted
