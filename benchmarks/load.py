"""
The load generator: a process that takes commands as lines of JSON on stdin and answers in kind.

A cell is a closed loop: each connection sends its next request when the answer to the last one is
complete. Requests come from a pool that is made anew before each cell, and each has a number of its
own in the text and as `seed`, so that none equals another; the number must come back in the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from math import ceil
from time import perf_counter
from typing import Any, NamedTuple, cast

import orjson
import uvloop

from benchmarks.machine import pin
from benchmarks.streams import run_streams
from benchmarks.texts import prompt
from benchmarks.upstream import ANSWERS, MODEL, answer_text
from benchmarks.wire import Framer, Message, status

__all__ = ["Cell", "Load", "percentile", "run_cell"]

POOL_BYTES = 32 << 20  # of prompts for one cell: many seconds' worth
POOL_MOST = 40_000
PATIENCE = 30.0  # seconds for the last answers of a cell
FIRST = 1_000_000  # numbers of requests have the same length, so that the pool can be framed beforehand
SHOWN = 300  # characters of a wrong answer that are shown

_ANSWERS = [orjson.dumps(answer_text(seed)) for seed in range(ANSWERS)]


class Request(NamedTuple):
    """Bytes around the two places where the request's number goes."""

    before: bytes
    between: bytes
    after: bytes


def pool(size: int, seed: int) -> tuple[Request, ...]:
    """Requests whose prompts have `size` bytes, others for another seed."""
    most = max(8, min(POOL_MOST, POOL_BYTES // size))
    return tuple(_request(seed * POOL_MOST + index, size) for index in range(most))


@dataclass(slots=True)
class Cell:
    """One measurement, as the command gives it, and what came of it."""

    port: int
    connections: int
    size: int
    seed: int
    seconds: float
    warmup: float
    exact: bool = True
    requests: Iterator[Request] = field(init=False)
    latencies: array[float] = field(default_factory=lambda: array("d"))
    done: int = 0  # with the warm-up
    length: int = 0  # of a right answer's body, but for its text
    errors: Counter[str] = field(default_factory=Counter)
    measuring: bool = False
    open: bool = True

    def __post_init__(self) -> None:
        self.requests = cycle(pool(self.size, self.seed))

    def judge(self, message: Message, number: int) -> str | None:
        """What is wrong with an answer."""
        body = message.body
        if status(message.head) != 200:
            return f"status {status(message.head)}: {_shown(body)}"
        answer = _ANSWERS[number % ANSWERS]
        if answer not in body:
            return f"another text: {_shown(body)}"
        if not self.exact:
            return None
        if b'"chatcmpl-%d"' % number not in body:
            return f"the answer to another request: {_shown(body)}"
        length = len(body) - len(answer)
        self.length = self.length or length
        if length != self.length:
            return f"{length} bytes around the text instead of {self.length}"
        return None


class Load(asyncio.Protocol):
    """One connection of a cell."""

    def __init__(self, cell: Cell, numbers: Iterator[int]) -> None:
        self._cell = cell
        self._numbers = numbers
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._number = 0
        self._sent = 0.0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._send(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            message = self._framer.feed(data)
        except ValueError as e:
            self._fail(f"not framed as expected: {e}")
            return
        if message is None:
            return
        took = perf_counter() - self._sent
        cell, transport = self._cell, self._transport
        assert transport is not None
        cell.done += 1
        if (wrong := cell.judge(message, self._number)) is not None:
            self._fail(wrong)
            return
        if cell.measuring:
            cell.latencies.append(took)
        if cell.open:
            self._send(transport)
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self._cell.errors["the connection was lost"] += 1
            self.ended.set_result(None)

    def _send(self, transport: asyncio.Transport) -> None:
        request = next(self._cell.requests)
        self._number = number = next(self._numbers)
        self._sent = perf_counter()
        transport.write(b"%b%d%b%d%b" % (request.before, number, request.between, number, request.after))

    def _fail(self, wrong: str) -> None:
        """One wrong answer ends the connection: the measurement is void, there is no use in going on."""
        self._cell.errors[wrong] += 1
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        if self._transport is not None:
            self._transport.close()


async def run_cell(cell: Cell, numbers: Iterator[int]) -> dict[str, Any]:
    """Warm up, measure, let the last answers arrive."""
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Load(cell, numbers), "127.0.0.1", cell.port)
        for _ in range(cell.connections)
    ]
    ends = [protocol.ended for _, protocol in opened]
    await asyncio.sleep(cell.warmup)
    cell.measuring, began = True, perf_counter()
    await asyncio.wait(ends, timeout=cell.seconds)  # ends early only where all have failed
    took = perf_counter() - began
    cell.measuring = cell.open = False
    _, silent = await asyncio.wait(ends, timeout=PATIENCE)
    if silent:
        cell.errors[f"no answer in {PATIENCE:.0f} s"] += len(silent)
    times = sorted(cell.latencies)
    return {
        "rps": len(times) / took,
        "p50_ms": percentile(times, 0.50) * 1000,
        "p99_ms": percentile(times, 0.99) * 1000,
        "measured": len(times),
        "done": cell.done,
        "errors": dict(cell.errors),
    }


def percentile(ordered: list[float], share: float) -> float:
    """The nearest rank; 0 of nothing."""
    if not ordered:
        return 0.0
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _request(seed: int, size: int) -> Request:
    opening = f"Ticket {FIRST}: "
    text = opening + prompt(seed, max(1, size - len(opening)))
    body = {
        "model": MODEL,
        "messages": [{"role": "user", "content": text}],
        "temperature": 0,
        "max_tokens": 400,
        "seed": FIRST,
    }
    data = orjson.dumps(body)
    before, between, after = data.split(b"%d" % FIRST)
    head = (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\n"
        b"content-type: application/json\r\naccept: application/json\r\ncontent-length: %d\r\n\r\n" % len(data)
    )
    return Request(head + before, between, after)


def _shown(body: bytes) -> str:
    return body[:SHOWN].decode("utf-8", "replace")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", type=int)
    pin(parser.parse_args().cpu)
    numbers = count(FIRST)
    gc.disable()  # a collection would count as somebody's latency
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            command = orjson.loads(line)
            kind = command.pop("do")
            if kind == "cell":
                result = runner.run(run_cell(Cell(**command), numbers))
            else:
                result = runner.run(run_streams(numbers, **command))
            sys.stdout.write(orjson.dumps(result).decode() + "\n")
            sys.stdout.flush()
            gc.collect()


if __name__ == "__main__":
    main()
