"""
A model's server that costs almost nothing: canned answers over a bare asyncio protocol on uvloop.

`POST /v1/chat/completions` answers at once, or in server-sent events if the body asks for a stream:
the first word after one gap, then a word for each gap; without gaps for the model FAST. The `seed` of
a request chooses the text and comes back in the answer's `id`, so that a client can tell whether it got
its own. `GET /sent/SEED` tells when each word of a streamed answer was written, in nanoseconds of the
machine's monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, cast

import orjson
import uvloop

from benchmarks.machine import pin
from benchmarks.texts import answer_words
from benchmarks.wire import Framer, Message, chunk

__all__ = ["ANSWERS", "FAST", "MODEL", "Script", "Upstream", "answer_text"]

MODEL = "bench"
FAST = "bench-fast"
ANSWERS = 256  # texts, by seed
ANSWER_WORDS = 120  # of an answer that is not streamed
_CREATED = 1_700_000_000

_FAST = b'"%b"' % FAST.encode()
_SEED = re.compile(rb'"seed":(\d+)')
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req-bench\r\ncontent-length: %d\r\n\r\n%b"
_SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_BAD = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def answer_text(seed: int) -> str:
    """The text of an answer that is not streamed."""
    return "".join(answer_words(seed % ANSWERS, ANSWER_WORDS))


@dataclass(frozen=True, slots=True)
class Script:
    """What is answered. `gap` in seconds; `answers` are the bytes before and after the seed."""

    chunks: int
    gap: float
    answers: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, chunks: int, gap: float) -> Script:
        texts = (_answer(answer_text(seed)).split(b"SEED") for seed in range(ANSWERS))
        return cls(chunks, gap, tuple((before, after) for before, after in texts))


@dataclass(slots=True)
class Streamed:
    """An answer on its way: what is still to be said, and when what was said was written."""

    seed: int
    words: list[str]
    gap: float
    usage: bool
    due: float
    sent: list[int]

    def event(self, delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(self.seed, {"choices": [choice]})


class Upstream(asyncio.Protocol):
    """One connection."""

    def __init__(self, script: Script, sent: dict[int, list[int]]) -> None:
        self._script = script
        self._sent = sent
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        message = self._framer.feed(data)
        if message is None or self._transport is None:
            return
        if message.head.startswith(b"POST /v1/chat/completions "):
            self._complete(message, self._transport)
        elif message.head.startswith(b"GET /sent/"):
            times = self._sent.pop(int(message.head[10:].split(b" ", 1)[0]), [])
            self._transport.write(_json(orjson.dumps(times)))
        else:
            self._transport.write(_BAD)
            self._transport.close()

    def _complete(self, message: Message, transport: asyncio.Transport) -> None:
        body = message.body
        found = _SEED.search(body, max(0, len(body) - 256))  # the last fields are ours
        seed = int(found[1]) if found else 0
        if b'"stream":true' not in body[-256:]:
            before, after = self._script.answers[seed % ANSWERS]
            transport.write(_json(b"%b%d%b" % (before, seed, after)))
            return
        gap = 0.0 if _FAST in body[:64] else self._script.gap
        usage = b'"include_usage":true' in body[-256:]
        words = answer_words(seed % ANSWERS, self._script.chunks)
        stream = Streamed(seed, words, gap, usage, asyncio.get_running_loop().time() + gap, [])
        self._sent[seed] = stream.sent
        transport.write(_SSE_HEAD + chunk(stream.event({"role": "assistant", "content": ""})))
        self._timer = asyncio.get_running_loop().call_at(stream.due, self._word, stream)

    def _word(self, stream: Streamed) -> None:
        assert self._transport is not None
        if len(stream.sent) == len(stream.words):
            self._transport.write(_end(stream))
            return
        event = chunk(stream.event({"content": stream.words[len(stream.sent)]}))
        stream.sent.append(time.monotonic_ns())
        self._transport.write(event)
        stream.due += stream.gap
        self._timer = asyncio.get_running_loop().call_at(stream.due, self._word, stream)


def _answer(content: str) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None, "annotations": []}
    return orjson.dumps(
        {
            "id": "chatcmpl-SEED",
            "object": "chat.completion",
            "created": _CREATED,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 400, "completion_tokens": 160, "total_tokens": 560},
        }
    )


def _event(seed: int, fields: dict[str, object]) -> bytes:
    kind = {"id": f"chatcmpl-{seed}", "object": "chat.completion.chunk", "created": _CREATED, "model": MODEL}
    return b"data: " + orjson.dumps(kind | fields) + b"\n\n"


def _end(stream: Streamed) -> bytes:
    tokens = {"prompt_tokens": 400, "completion_tokens": 160, "total_tokens": 560}
    last = _event(stream.seed, {"choices": [], "usage": tokens}) if stream.usage else b""
    return chunk(stream.event({}, "stop") + last + b"data: [DONE]\n\n") + chunk(b"")


def _json(body: bytes) -> bytes:
    return _HEAD % (len(body), body)


async def _serve(port: int, script: Script) -> None:
    sent: dict[int, list[int]] = {}
    server = await asyncio.get_running_loop().create_server(
        lambda: Upstream(script, sent), "127.0.0.1", port, backlog=1024
    )
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cpu", type=int)
    parser.add_argument("--chunks", type=int, default=60)
    parser.add_argument("--gap-ms", type=float, default=20)
    args = parser.parse_args()
    pin(args.cpu)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(args.port, Script.of(args.chunks, args.gap_ms / 1000)))


if __name__ == "__main__":
    main()
