"""The openai package with asyncio: the paths that differ from the blocking ones, and many calls at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.clients.conftest import Gate
from tests.clients.test_openai_sync import ASK, ATTACK, EMAIL, TOOL, Mail
from tests.clients.upstream import LAUNCH, MODELS, secret


async def read(stream: Any) -> list[Any]:
    return [chunk async for chunk in stream]


def joined(chunks: list[Any], index: int = 0) -> str:
    return "".join(c.delta.content or "" for chunk in chunks for c in chunk.choices if c.index == index)


async def test_plain_and_stream(aclient: AsyncOpenAI, gate: Gate) -> None:
    answer = await aclient.chat.completions.create(model="plain", messages=ASK)
    assert answer.choices[0].message.content == f"I will write to {EMAIL} today."
    chunks = await read(await aclient.chat.completions.create(model="plain", messages=ASK, stream=True))
    assert joined(chunks) == f"I will write to {EMAIL} today."
    assert EMAIL not in json.dumps(gate.seen)


async def test_parsed(aclient: AsyncOpenAI) -> None:
    answer = await aclient.chat.completions.parse(model="structured", messages=ASK, response_format=Mail)
    assert answer.choices[0].message.parsed == Mail(to=EMAIL, body='Hi\n"you"')
    called = await aclient.chat.completions.parse(model="tools", messages=ASK, tools=[TOOL])
    calls = called.choices[0].message.tool_calls or []
    assert calls[0].function.parsed_arguments == Mail(to=EMAIL, body="naïve “quotes”")


async def test_stream_helper(aclient: AsyncOpenAI) -> None:
    async with aclient.chat.completions.stream(model="structured", messages=ASK, response_format=Mail) as stream:
        kinds = {event.type async for event in stream}
        final = await stream.get_final_completion()
    assert kinds >= {"chunk", "content.delta", "content.done"}
    assert final.choices[0].message.parsed == Mail(to=EMAIL, body='Hi\n"you"')


async def test_parallel_tool_calls(aclient: AsyncOpenAI) -> None:
    chunks = await read(
        await aclient.chat.completions.create(model="parallel", messages=ASK, tools=[TOOL], n=2, stream=True)
    )
    said: dict[tuple[int, int], str] = {}
    for choice in (c for chunk in chunks for c in chunk.choices):
        for call in choice.delta.tool_calls or ():
            if call.function:
                key = (choice.index, call.index)
                said[key] = said.get(key, "") + (call.function.arguments or "")
    expected = {(c, i): {"to": EMAIL, "body": str(i)} for c in range(2) for i in range(2)}
    assert {key: json.loads(text) for key, text in said.items()} == expected


@pytest.mark.parametrize("model", ["leaky", "refusing", "reasoning", "speaking", "citing"])
async def test_masked_stream_with_logprobs(aclient: AsyncOpenAI, model: str) -> None:
    response = await aclient.chat.completions.with_raw_response.create(
        model=model, messages=ASK, stream=True, logprobs=True, top_logprobs=2
    )
    text = "".join(chunk.model_dump_json() for chunk in await read(response.parse()))
    assert secret()[4:12] not in text
    assert MODELS[model]("")  # the model did say it
    assert secret() in json.dumps(MODELS[model](""))


async def test_blocked_prompt(aclient: AsyncOpenAI, gate: Gate) -> None:
    with pytest.raises(openai.BadRequestError) as e:
        await aclient.chat.completions.create(model="plain", messages=[{"role": "user", "content": ATTACK}])
    assert e.value.code == "content_filter"
    assert e.value.response.headers["x-should-retry"] == "false"
    assert (gate.event().status, gate.seen) == (400, [])


async def test_blocked_stream(aclient: AsyncOpenAI) -> None:
    asked: Any = {"model": "launching", "messages": ASK, "stream": True}
    chunks = await read(await aclient.chat.completions.create(**asked, extra_headers={"x-guard-policy": "launch"}))
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert LAUNCH not in joined(chunks)
    stream = await aclient.chat.completions.create(**asked, extra_headers={"x-guard-policy": "launch-error"})
    with pytest.raises(openai.APIError) as e:
        await read(stream)
    assert e.value.code == "content_filter"


async def test_many_at_once_are_not_mixed(aclient: AsyncOpenAI, gate: Gate) -> None:
    async def one(number: int) -> str:
        messages: Any = [{"role": "user", "content": f"Please write to user{number}@example.org"}]
        if number % 2:
            answer = await aclient.chat.completions.create(model="plain", messages=messages)
            return answer.choices[0].message.content or ""
        return joined(await read(await aclient.chat.completions.create(model="plain", messages=messages, stream=True)))

    said = await asyncio.gather(*map(one, range(40)))
    assert said == [f"I will write to user{number}@example.org today." for number in range(40)]
    assert len({event.id for event in gate.wait_events(40)}) == 40
    assert "@example.org" not in json.dumps(gate.seen)


async def test_leaving_a_stream(aclient: AsyncOpenAI, gate: Gate) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await aclient.chat.completions.create(model="slow", messages=ASK, stream=True)
    assert (await asyncio.to_thread(gate.event)).error == "client_gone"


async def test_models(aclient: AsyncOpenAI) -> None:
    assert [model.id async for model in aclient.models.list()] == list(MODELS)
    assert (await aclient.models.retrieve("plain")).id == "plain"
