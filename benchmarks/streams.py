"""
Streamed answers, one after another: when did which text leave the upstream, when did it arrive.

Both ends run on one machine and read the same monotonic clock. A text is compared with itself: the
delay of a word is from the moment its upstream wrote it to the moment when all of it was delivered,
in milliseconds and in words that the upstream wrote meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import orjson

from benchmarks.texts import answer_words
from benchmarks.upstream import ANSWERS
from benchmarks.wire import Chunked, Framer, status

__all__ = ["Stream", "delays", "run_streams"]

PATIENCE = 60.0  # seconds without a byte
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\n"
    b"content-type: application/json\r\naccept: text/event-stream\r\ncontent-length: %d\r\n\r\n%b"
)


@dataclass(slots=True)
class Stream:
    """What arrived. Times in nanoseconds; `pieces` are (when, characters)."""

    began: int
    text: str = ""
    pieces: list[tuple[int, int]] = field(default_factory=list)
    done: bool = False

    def take(self, now: int, event: bytes) -> None:
        """One event of the answer; comments are skipped."""
        data = b"\n".join(line[5:].strip() for line in event.splitlines() if line.startswith(b"data:"))
        if data == b"[DONE]":
            self.done = True
        if not data or self.done:
            return
        for choice in orjson.loads(data)["choices"]:
            piece = choice.get("delta", {}).get("content")
            if piece:
                self.text += piece
                self.pieces.append((now, len(piece)))


async def run_streams(
    numbers: Iterator[int], port: int, upstream: int, count: int, chunks: int, model: str
) -> dict[str, Any]:
    """
    `count` streamed answers of `model` from `port`; `upstream` is where they come from and is asked for
    its times.

    Raises nothing for a wrong answer: it is counted in `errors`.
    """
    out: dict[str, Any] = {"errors": {}, "streams": []}
    for _ in range(count):
        number = next(numbers)
        words = answer_words(number % ANSWERS, chunks)
        try:
            async with asyncio.timeout(PATIENCE):
                stream = await _stream(port, number, model)
                sent = await _sent(upstream, number)
        except (OSError, ValueError, KeyError, TimeoutError) as e:
            out["errors"][f"{type(e).__name__}: {e}"] = out["errors"].get(f"{type(e).__name__}: {e}", 0) + 1
            continue
        if stream.text != "".join(words) or not stream.done or len(sent) != len(words):
            out["errors"]["another text"] = out["errors"].get("another text", 0) + 1
            continue
        out["streams"].append(delays(stream, sent, words))
    return out


def delays(stream: Stream, sent: Sequence[int], words: Sequence[str]) -> dict[str, Any]:
    """
    `first_ms`, `first_chunks`: of the first delivered text, after the first word left the upstream.
    `words_ms`, `words_chunks`: of each word. `gaps_ms`: between deliveries. `request_ms`: from the
    request to the first delivered text.
    """
    arrived = [when for when, _ in stream.pieces]
    delivered = list(accumulate(size for _, size in stream.pieces))
    ends = accumulate(map(len, words))
    times = [arrived[bisect_left(delivered, end)] for end in ends]
    return {
        "request_ms": (arrived[0] - stream.began) / 1e6,
        "first_ms": (arrived[0] - sent[0]) / 1e6,
        "first_chunks": bisect_right(sent, arrived[0]) - 1,
        "words_ms": [(when - left) / 1e6 for when, left in zip(times, sent, strict=True)],
        "words_chunks": [bisect_right(sent, when) - 1 - index for index, when in enumerate(times)],
        "gaps_ms": [(b - a) / 1e6 for a, b in pairwise(arrived)],
    }


async def _stream(port: int, number: int, model: str) -> Stream:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": f"Ticket {number}: please summarise the draft of chapter three."}],
        "seed": number,
        "stream": True,
    }
    data = orjson.dumps(body)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        stream = Stream(time.monotonic_ns())
        writer.write(HEAD % (len(data), data))
        head = await reader.readuntil(b"\r\n\r\n")
        if status(head) != 200:
            raise ValueError(f"status {status(head)}: {(await reader.read(300)).decode('utf-8', 'replace')}")
        if b"transfer-encoding: chunked" not in head.lower():
            raise ValueError("the answer does not come in chunks")
        await _read(reader, stream)
        return stream
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader, stream: Stream) -> None:
    chunked = Chunked()
    rest = b""
    while not chunked.done:
        data = await reader.read(1 << 16)
        now = time.monotonic_ns()
        if not data:
            raise ValueError("the answer broke off")
        *events, rest = (rest + chunked.feed(data)).split(b"\n\n")
        for event in events:
            stream.take(now, event)


async def _sent(port: int, number: int) -> list[int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /sent/%d HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n" % number)
        framer = Framer()
        while (message := framer.feed(data := await reader.read(1 << 16))) is None:
            if not data:
                raise ValueError("the upstream does not tell its times")
        times = orjson.loads(message.body)
        assert isinstance(times, list)
        return times
    finally:
        writer.close()
