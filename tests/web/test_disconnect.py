"""A client that goes away takes its upstream call with it, at once, in every phase of an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from tests.support.gatewayed import CHAT, Gatewayed, ask, gatewayed, piece
from tests.support.scripted import Script, event, hang, head, wait_gone

SSE = {"content-type": "text/event-stream"}
GONE = 1.0  # seconds until an upstream must be let go; 0.5 are promised, the rest is for slow machines


class Visitor:
    """A client with its hand on the plug."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, gate: Gatewayed) -> Visitor:
        return cls(*await asyncio.open_connection("127.0.0.1", gate.port))

    async def send(self, body: bytes, *, length: int | None = None) -> None:
        top = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        self.writer.write(f"{top}content-length: {length or len(body)}\r\n\r\n".encode() + body)
        await self.writer.drain()

    async def leave(self) -> None:
        self.writer.transport.abort()


Phase = Callable[[Gatewayed, Visitor], Awaitable[None]]


async def before_the_first_byte(gate: Gatewayed, visitor: Visitor) -> None:
    await gate.up.wait_for_requests()


async def in_the_middle(gate: Gatewayed, visitor: Visitor) -> None:
    await visitor.reader.readuntil(b"Once upon")


PHASES: list[tuple[bool, Script, Phase]] = [
    (True, [hang()], before_the_first_byte),
    (False, [hang()], before_the_first_byte),
    (False, [head(200, {"content-length": "1000"}), wait_gone()], before_the_first_byte),
    (True, [head(200, SSE, chunked=True), wait_gone()], before_the_first_byte),
    (
        True,
        [head(200, SSE, chunked=True), event(piece("Once upon a time there was a gate.")), wait_gone()],
        in_the_middle,
    ),
]
IDS = ["stream-no-head", "whole-no-head", "whole-no-body", "stream-no-event", "stream-in-the-middle"]


@pytest.mark.parametrize(("stream", "script", "reached"), PHASES, ids=IDS)
async def test_the_upstream_is_let_go(stream: bool, script: Script, reached: Phase) -> None:
    async with gatewayed(script) as gate:
        before = asyncio.all_tasks()
        visitor = await Visitor.at(gate)
        await visitor.send(json.dumps(ask(stream=stream)).encode())
        await reached(gate, visitor)
        left = asyncio.get_running_loop().time()
        await visitor.leave()
        assert await gate.up.wait_for_gone() - left < GONE
        note = await gate.event()
        assert (note.status, note.error, note.route) == (499, "client_gone", "chat.completions")
        assert note.request.decision == "allow"
        assert gate.gateway.running == set()
        await gate.wait(lambda: asyncio.all_tasks() <= before)  # nothing goes on in the background


async def test_a_client_that_leaves_while_it_is_sending() -> None:
    async with gatewayed([hang()]) as gate:
        visitor = await Visitor.at(gate)
        await visitor.send(b'{"model": ', length=1000)
        await asyncio.sleep(0.02)
        await visitor.leave()
        note = await gate.event()
        assert (note.status, note.error) == (499, "client_gone")
        assert gate.up.opened == 0


async def test_the_event_tells_what_was_seen_of_the_answer() -> None:
    """And text that is held when the client goes is not in it as scanned and delivered."""
    async with gatewayed(PHASES[-1][1]) as gate:
        visitor = await Visitor.at(gate)
        await visitor.send(json.dumps(ask(stream=True)).encode())
        await in_the_middle(gate, visitor)
        await visitor.leave()
        note = await gate.event()
        assert note.stream
        assert note.answer.seen == len("Once upon a time there was a gate.")


async def test_others_do_not_notice() -> None:
    scripts = [PHASES[0][1], *[[head(200, SSE, chunked=True), event("[DONE]")]] * 3]
    async with gatewayed(*scripts) as gate:
        visitor = await Visitor.at(gate)
        await visitor.send(json.dumps(ask(stream=True)).encode())
        await gate.up.wait_for_requests()
        await visitor.leave()
        await gate.up.wait_for_gone()
        answers = await asyncio.gather(*(gate.stream() for _ in range(3)))
        assert [got.done for got in answers] == [True] * 3
        assert gate.up.connected <= 3
