"""Streamed answers, as bytes that leave: hold-back, framing, ends of all kinds, limits."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import pytest
from openai import AsyncOpenAI

from gateway.types import Json
from tests.support.gatewayed import (
    CHAT,
    EMAIL,
    HEADER,
    TOKEN,
    ask,
    choice,
    completion,
    echo,
    error_of,
    gatewayed,
    piece,
    streamed,
    talked,
)
from tests.support.scripted import (
    Exchange,
    Request,
    Script,
    answer,
    chunk,
    end,
    event,
    head,
)

SSE = {"content-type": "text/event-stream"}
GONE = 1.0  # seconds until an upstream must be let go; 0.5 are promised, the rest is for slow machines


def wire(*payloads: Any, line: str = "\n", done: bool = True) -> bytes:
    """Events as bytes."""
    data = [p if isinstance(p, str) else json.dumps(p) for p in (*payloads, *(["[DONE]"] if done else []))]
    return "".join(f"data: {text}{line}{line}" for text in data).encode()


def sent(data: bytes, cut: int | None = None) -> Script:
    return [head(200, SSE, chunked=True), chunk(data, cut=cut), end()]


async def test_a_clean_stream_arrives_as_it_was_sent() -> None:
    events = [piece("", role="assistant"), piece("Hello"), piece(" you."), piece(finish="stop")]
    async with gatewayed(streamed(*events)) as gate:
        got = await gate.stream()
        assert got.status == 200
        assert got.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert got.headers["cache-control"] == "no-cache"
        assert got.text() == "Hello you."
        assert got.finish() == ["stop"]
        assert got.done
        assert got.events[0] == events[0]
        note = await gate.event()
        assert (note.stream, note.status, note.decision, note.scanned) == (True, 200, "allow", True)
        assert got.comments["x-guard-event-id"] == got.headers["x-guard-event-id"] == note.id
        assert got.comments["x-guard-decision"] == "allow"
        assert got.comments["x-guard-coverage"] == f"in={note.request.seen}/{note.request.seen} out=10/10"


async def test_a_value_split_at_every_byte_is_never_visible() -> None:
    """Every size of the upstream's pieces, from one byte on; each is another connection's answer."""
    data = wire(piece(f"Call é {TOKEN[:7]}"), piece(f"{TOKEN[7:]} now 😀."), piece(finish="stop"))
    sizes = [1, 2, 3, 5, 7, 11, 64, 150, 151, 152, 153, len(data)]
    async with gatewayed(*(sent(data, cut=size) for size in sizes)) as gate:
        for _ in sizes:
            got = await gate.stream()
            text = got.text()
            assert text.startswith("Call é [")
            assert text.endswith("] now 😀.")
            assert got.done
            for at in range(0, len(TOKEN) - 7):
                assert TOKEN[at : at + 8].encode() not in got.raw


async def test_a_value_split_at_every_character_is_never_visible() -> None:
    def script(at: int) -> Script:
        return talked("see ", TOKEN[:at], TOKEN[at:], " now")

    async with gatewayed(*(script(at) for at in range(1, len(TOKEN)))) as gate:
        texts = {(await gate.stream()).text() for _ in range(1, len(TOKEN))}
        assert len(texts) == 1
        assert TOKEN[4:12] not in texts.pop()


@pytest.mark.parametrize(
    "data",
    [
        wire(piece("Hello"), piece(" you."), piece(finish="stop"), line="\r\n"),
        wire(piece("Hello"), piece(" you."), piece(finish="stop"), line="\r"),
        b"\xef\xbb\xbf" + wire(piece("Hello"), piece(" you."), piece(finish="stop")),
        b": ping\n\n: ping\n" + wire(piece("Hello"), piece(" you."), piece(finish="stop")) + b": after",
        b"event: message\nid: 7\nretry: 100\n" + wire(piece("Hello"), piece(" you."), piece(finish="stop")),
        wire(piece("Hello"), piece(" you."), piece(finish="stop"), done=False) + b"data: [DONE]",
        wire(piece("Hello"), piece(" you."), piece(finish="stop"), done=False) + b"data:[DONE]\n",
        wire(json.dumps(piece("Hello"), indent=1).replace("\n", "\ndata: "), piece(" you."), piece(finish="stop")),
    ],
    ids=["crlf", "cr", "bom", "comments", "fields", "done-unended", "done-without-space", "lines"],
)
@pytest.mark.parametrize("cut", [None, 1])
async def test_framings(data: bytes, cut: int | None) -> None:
    async with gatewayed(sent(data, cut)) as gate:
        got = await gate.stream()
        assert (got.text(), got.finish(), got.done) == ("Hello you.", ["stop"], True)
        assert b"ping" not in got.raw


async def test_a_compressed_stream_is_read() -> None:
    data = zlib.compress(wire(piece(f"see {TOKEN}."), piece(finish="stop")))
    script = [head(200, {**SSE, "content-encoding": "deflate"}, chunked=True), chunk(data, cut=9), end()]
    async with gatewayed(script) as gate:
        got = await gate.stream()
        assert got.text().startswith("see [")
        assert "content-encoding" not in got.headers
        assert gate.up.requests[0].header("accept-encoding") == "identity"


async def test_an_answer_in_json_to_a_streamed_request_is_scanned() -> None:
    async with gatewayed([answer(json=completion(choice(f"see {TOKEN}")))]) as gate:
        response = await gate.chat(stream=True)
        assert response.json()["choices"][0]["message"]["content"].startswith("see [")
        assert TOKEN.encode() not in response.content


async def test_a_stream_of_another_type_is_not_relayed() -> None:
    script = [head(200, {"content-type": "text/plain"}, chunked=True), chunk(wire(piece(TOKEN))), end()]
    async with gatewayed(script) as gate:
        response = await gate.chat(stream=True)
        assert (response.status_code, error_of(response)["code"]) == (502, "upstream_invalid_json")


USAGE: Json = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


@pytest.mark.parametrize(
    ("asked", "kept"), [(None, False), ({"include_usage": False}, False), ({"include_usage": True}, True)]
)
async def test_usage_is_asked_for_and_shown_to_who_asked(asked: Json | None, kept: bool) -> None:
    extra: dict[str, Any] = {} if asked is None else {"stream_options": asked}
    last = {**HEADER, "choices": [], "usage": USAGE}
    async with gatewayed(streamed({**piece("Hi."), "usage": None}, piece(finish="stop"), last)) as gate:
        got = await gate.stream(**extra)
        assert gate.up.requests[0].json()["stream_options"]["include_usage"] is True
        assert [e["usage"] for e in got.events if e.get("usage")] == ([USAGE] if kept else [])
        assert any(not e["choices"] for e in got.events) == kept
        assert (await gate.event()).usage == USAGE


PADS = {**piece(f"Hi, {TOKEN} "), "obfuscation": "xYz"}


@pytest.mark.parametrize(
    ("mode", "event", "options", "padded"),
    [
        ("follow", PADS, {}, True),
        ("follow", piece("Hi."), {}, False),
        ("follow", PADS, {"include_obfuscation": False}, False),
        ("always", piece("Hi."), {}, True),
        ("always", piece("Hi."), {"include_obfuscation": False}, False),
        ("never", PADS, {}, False),
    ],
)
async def test_s18_padding_is_made_anew(mode: str, event: Json, options: Json, padded: bool) -> None:
    """All events of a text have one size, whatever they say and whatever was edited in them."""
    events = [piece("", role="assistant"), event, piece("A longer word than that one."), piece(finish="stop")]
    async with gatewayed(streamed(*events), server={"padding": mode}) as gate:
        got = await gate.stream(stream_options=options) if options else await gate.stream()
        assert b"xYz" not in got.raw
        assert TOKEN.encode() not in got.raw
        said = [line for line in got.raw.split(b"\n") if b'"content":"' in line and b'"content":""' not in line]
        assert len({len(line) for line in said}) == (1 if padded else len(said))
        assert (b"obfuscation" in got.raw) is padded
        assert got.text().endswith("A longer word than that one.")


async def test_choices_do_not_mix() -> None:
    text = f"a {TOKEN} b"
    pieces = [piece(text[at : at + 3], index=index) for at in range(0, len(text), 3) for index in (2, 0, 1)]
    async with gatewayed(streamed(*pieces, *(piece(finish="stop", index=i) for i in range(3)))) as gate:
        got = await gate.stream(n=3)
        texts = {got.text(index) for index in range(3)}
        assert len(texts) == 1
        assert texts.pop().startswith("a [")
        assert [got.finish(index) for index in range(3)] == [["stop"]] * 3


def calling(index: int, arguments: str, **opening: Any) -> Json:
    name = {"name": opening.pop("name")} if "name" in opening else {}
    return piece(tool_calls=[{"index": index, **opening, "function": {**name, "arguments": arguments}}])


async def test_arguments_of_parallel_calls_are_masked_and_stay_json() -> None:
    arguments = [json.dumps({"to": "x", "note": f'"q" {TOKEN}\n', "n": i}) for i in range(2)]
    steps = [calling(i, "", name=f"send_{i}", id=f"call_{i}", type="function") for i in range(2)]
    size = 4
    for at in range(0, max(map(len, arguments)), size):
        steps += [calling(i, arguments[i][at : at + size]) for i in range(2) if arguments[i][at : at + size]]
    async with gatewayed(streamed(*steps, piece(finish="tool_calls"))) as gate:
        got = await gate.stream()
        for i in range(2):
            calls = [c for e in got.events for ch in e["choices"] for c in ch["delta"].get("tool_calls", [])]
            joined = "".join(c["function"].get("arguments", "") for c in calls if c["index"] == i)
            masked = json.loads(joined)
            assert masked["note"].startswith('"q" [')
            assert masked["note"].endswith("]\n")
            assert masked["n"] == i
        assert TOKEN[4:12].encode() not in got.raw
        assert got.finish() == ["tool_calls"]


async def test_the_sdk_finds_each_call_whole_when_the_next_begins() -> None:
    arguments = json.dumps({"to": "x y", "note": "hello there"})
    steps = [piece("Let me see now.", role="assistant")]
    for i in range(3):
        steps.append(calling(i, "", name=f"send_{i}", id=f"call_{i}", type="function"))
        steps += [calling(i, arguments[at : at + 4]) for at in range(0, len(arguments), 4)]
    tools: Any = [
        {"type": "function", "function": {"name": f"send_{i}", "strict": True, "parameters": {"type": "object"}}}
        for i in range(3)
    ]
    async with (
        gatewayed(streamed(*steps, piece(finish="tool_calls"))) as gate,
        AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="x", max_retries=0) as sdk,
        sdk.chat.completions.stream(model="m", messages=[{"role": "user", "content": "Hi"}], tools=tools) as stream,
    ):
        done = [e.parsed_arguments async for e in stream if e.type == "tool_calls.function.arguments.done"]
        assert done == [json.loads(arguments)] * 3


async def test_placeholders_split_over_pieces_are_restored() -> None:
    async with gatewayed(echo) as gate:
        got = await gate.stream(f"Dear {EMAIL}, or {EMAIL}?")
        assert EMAIL not in gate.up.requests[0].body.decode()
        assert got.text() == f"Dear {EMAIL}, or {EMAIL}?"
        assert got.comments["x-guard-decision"] == "redact"


async def test_a_placeholder_becomes_a_value_inside_arguments() -> None:
    def script(request: Request) -> Script:
        token = request.json()["messages"][-1]["content"]
        arguments = json.dumps({"to": token, "quoted": f'"{token}"'})
        opening = calling(0, "", name="send", id="call_1", type="function")
        return streamed(opening, *(calling(0, c) for c in arguments), piece(finish="tool_calls"))

    async with gatewayed(script) as gate:
        got = await gate.stream(EMAIL)
        calls = [c for e in got.events for ch in e["choices"] for c in ch["delta"].get("tool_calls", [])]
        joined = json.loads("".join(c["function"].get("arguments", "") for c in calls))
        assert joined == {"to": EMAIL, "quoted": f'"{EMAIL}"'}


@pytest.mark.parametrize("together", [False, True])
async def test_the_finish_reason_comes_after_all_text(together: bool) -> None:
    """Clients stop reading a choice there; here an unfinished value is held until then."""
    last = [piece(" ann.lee@exam", finish="stop")] if together else [piece(" ann.lee@exam"), piece(finish="stop")]
    async with gatewayed(streamed(piece("I am"), *last)) as gate:
        got = await gate.stream()
        assert got.text() == "I am ann.lee@exam"
        assert got.finish() == ["stop"]
        ended = next(i for i, e in enumerate(got.events) if e["choices"][0]["finish_reason"])
        assert ended == len(got.events) - 1


async def test_text_that_looks_like_framing_stays_text() -> None:
    hostile = "\n\ndata: [DONE]\n\nevent: error\r\ndata: {}\r\r\u2028\u2029\u0085 end"
    async with gatewayed(talked(hostile, " here.")) as gate:
        got = await gate.stream()
        assert got.text() == hostile + " here."
        assert len(got.raw.splitlines()) == len(got.raw.decode().splitlines())  # no soft line breaks either


async def test_halves_of_a_character_are_joined() -> None:
    smile = json.dumps("\N{GRINNING FACE}")[1:-1]  # an escaped pair
    first, second = (json.dumps(piece("X")).replace("X", half) for half in (smile[:6], smile[6:]))
    async with gatewayed(streamed(piece("a"), first, second, piece("b"), piece(finish="stop"))) as gate:
        assert (await gate.stream()).text() == "a\N{GRINNING FACE}b"


async def test_connections_are_kept_after_a_stream() -> None:
    async with gatewayed(talked("Hello.")) as gate:
        for _ in range(3):
            assert (await gate.stream()).done
        assert gate.up.opened == 1


async def test_text_leaves_while_the_model_still_writes() -> None:
    go = asyncio.Event()

    async def wait(x: Exchange) -> None:
        await go.wait()

    first, last = event(piece("Once upon a time there was ")), event(piece("a gate.", finish="stop"))
    script = [head(200, SSE, chunked=True), first, wait, last, event("[DONE]"), end()]
    async with gatewayed(script) as gate, gate.http.stream("POST", CHAT, json=ask(stream=True)) as response:
        lines = response.aiter_lines()
        while "Once upon" not in await anext(lines):
            pass
        go.set()
        assert "data: [DONE]" in [line async for line in lines]
