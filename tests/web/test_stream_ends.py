"""How streamed answers end that do not end well: failures, blocks, and clients that do not read."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from gateway.surfaces import encode_event
from tests.support.gatewayed import (
    ATTACK,
    CHAT,
    LAUNCH,
    LAUNCH_ERROR,
    TOKEN,
    ask,
    error_of,
    gatewayed,
    piece,
    streamed,
    talked,
)
from tests.support.scripted import (
    Exchange,
    Script,
    answer,
    chunk,
    end,
    event,
    half_close,
    head,
    reset,
    wait_gone,
)

SSE = {"content-type": "text/event-stream"}
GONE = 1.0  # seconds until an upstream must be let go; 0.5 are promised, the rest is for slow machines
FIRST = [head(200, SSE, chunked=True), event(piece("Once upon a time there was "))]


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ([end()], "upstream_truncated"),  # no [DONE]
        ([event(piece(finish="stop")), end()], "upstream_truncated"),
        ([half_close()], "upstream_truncated"),
        ([reset()], "upstream_truncated"),
        ([event({"error": {"message": f"overloaded, {TOKEN}", "type": "server_error"}}), end()], "upstream_error"),
        ([event("not json"), end()], "upstream_invalid_json"),
        ([event('{"a":1,"a":2}'), end()], "upstream_invalid_json"),
        ([event("[1]"), end()], "upstream_invalid_answer"),
        ([event({"choices": "x"}), end()], "upstream_invalid_event"),
        ([event({"choices": [{"delta": "x"}]}), end()], "upstream_invalid_event"),
        ([event({"no": "choices", "text": TOKEN}), end()], "upstream_invalid_event"),
        ([chunk(b"data: \xff\xfe\n\n"), end()], "upstream_invalid_stream"),
        ([chunk(b"data: " + b"x" * 5000), wait_gone()], "upstream_invalid_stream"),  # an event without end
        ([wait_gone()], "upstream_idle_timeout"),
        ([chunk(b": ping\n\n" * 9, cut=8, pause=0.1), wait_gone()], "upstream_total_timeout"),
    ],
)
async def test_a_stream_that_fails_ends_with_an_error_and_without_done(rest: Script, code: str) -> None:
    limits = {"timeouts": {"idle": 0.2, "total": 0.6}, "max_event": 2000}
    async with gatewayed([*FIRST, *rest], upstream=limits) as gate:
        got = await gate.stream()
        assert got.status == 200
        assert got.text().startswith("Once upon a")
        assert got.events[-1]["error"]["code"] == code
        assert got.events[-1]["error"]["guard"] == {"event_id": got.headers["x-guard-event-id"]}
        assert b"[DONE]" not in got.raw
        assert TOKEN.encode() not in got.raw
        note = await gate.event()
        assert (note.status, note.error) == (200, code)


async def test_an_upstream_that_went_wrong_and_goes_on_is_let_go() -> None:
    async with gatewayed([*FIRST, event("not json"), wait_gone()]) as gate:
        got = await gate.stream()
        assert got.events[-1]["error"]["code"] == "upstream_invalid_json"
        await gate.up.wait_for_gone(timeout=GONE)


async def test_an_error_before_the_first_event_is_an_http_error() -> None:
    async with gatewayed(streamed({"error": {"message": "no"}})) as gate:
        got = await gate.stream()
        assert (got.status, got.headers["content-type"]) == (502, "application/json")
        assert json.loads(got.raw)["error"]["code"] == "upstream_error"


async def test_a_refusal_in_json_to_a_streamed_request() -> None:
    refusal = {"error": {"message": "quota", "type": "insufficient_quota", "param": None, "code": "insufficient_quota"}}
    async with gatewayed([answer(200, refusal)], [answer(429, refusal)], upstream={"retries": {"attempts": 1}}) as gate:
        first = await gate.chat(stream=True)
        assert (first.status_code, error_of(first)["code"]) == (502, "upstream_invalid_answer")
        second = await gate.chat(stream=True)
        assert (second.status_code, error_of(second)["code"]) == (429, "insufficient_quota")


@pytest.mark.parametrize("cut", [1, 4, 10])
async def test_a_block_in_the_middle(cut: int) -> None:
    text = "The code is zulu seven, yes."
    pieces = [piece(text[at : at + cut]) for at in range(0, len(text), cut)]
    script = [head(200, SSE, chunked=True), *map(event, pieces), wait_gone()]
    async with gatewayed(script, policies=[LAUNCH], policy="launch") as gate:
        got = await gate.stream()
        ended = asyncio.get_running_loop().time()
        assert await gate.up.wait_for_gone() - ended < GONE
        assert "The code is ".startswith(got.text())
        assert got.finish() == ["content_filter"]
        assert got.done
        assert b"zulu" not in got.raw
        assert got.comments["x-guard-decision"] == "block"
        note = await gate.event()
        assert (note.status, note.answer.decision, note.answer.findings) == (200, "block", {"custom/launch": 1})


async def test_a_block_before_the_first_word() -> None:
    async with gatewayed(talked("zulu seven"), policies=[LAUNCH], policy="launch") as gate:
        got = await gate.stream()
        assert (got.status, got.text(), got.finish()) == (200, "", ["content_filter"])
        assert got.text(field="refusal") == "Not this answer."
        assert got.done


async def test_a_block_as_an_error() -> None:
    start, bad = talked("Well. ", "zulu seven"), talked("zulu seven")
    async with gatewayed(start, bad, policies=[LAUNCH_ERROR], policy="launch-error") as gate:
        got = await gate.stream()
        assert (got.status, got.text()) == (200, "Well. ")
        error = got.events[-1]["error"]
        assert (error["code"], error["guard"]["categories"]) == ("content_filter", ["custom/launch"])
        assert b"[DONE]" not in got.raw
        assert b"zulu" not in got.raw
        early = await gate.stream()  # nothing has left yet: a plain error
        assert (early.status, early.headers["x-should-retry"]) == (400, "false")
        assert json.loads(early.raw)["error"]["code"] == "content_filter"


async def test_a_blocked_prompt_is_refused_before_any_stream() -> None:
    async with gatewayed(talked("never")) as gate:
        response = await gate.chat(ATTACK, stream=True)
        assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
        assert gate.up.opened == 0


async def test_a_block_ends_the_choices_that_were_open() -> None:
    events = [piece("fine", index=1), piece(finish="stop", index=1), piece("Well, ", index=0), piece("zulu seven")]
    async with gatewayed(streamed(*events), policies=[LAUNCH], policy="launch") as gate:
        got = await gate.stream(n=2)
        assert (got.finish(0), got.finish(1)) == (["content_filter"], ["stop"])
        assert (got.text(0), got.text(1)) == ("Well, ", "fine")


async def test_a_slow_reader_stops_the_upstream() -> None:
    """
    50 MB from a model whose client does not read: we read no more of it than the system takes from us
    (some 4 MB), and the write deadline ends it.
    """
    filler = encode_event(piece("lorem ipsum dolor " * 1500))

    async def pour(x: Exchange) -> None:
        for _ in range(50_000_000 // len(filler)):
            if x.gone.is_set() or x.writer.transport.is_closing():
                break
            await x.write(b"%x\r\n%s\r\n" % (len(filler), filler))

    script = [head(200, SSE, chunked=True), pour, event("[DONE]"), end()]
    body = json.dumps(ask(stream=True)).encode()
    top = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    request = f"{top}content-length: {len(body)}\r\n\r\n".encode() + body
    async with gatewayed(script, server={"write_timeout": 0.5}) as gate:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            client.connect(("127.0.0.1", gate.port))
            client.sendall(request)
            note = await gate.event()
            await gate.up.wait_for_gone()
        assert (note.status, note.error) == (499, "client_too_slow")
        assert note.answer.seen < 12_000_000
