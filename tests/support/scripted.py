"""
An upstream that misbehaves to order, over plain sockets.

A script is a list of steps that answers one request:

    async with scripted([[answer(status=503)], [*events("a", "b", cut=7)]]) as up:
        ...  # up.url, up.requests, up.opened, up.gone

The nth request gets the nth script, further ones the last. Steps write real bytes, so an answer may
be cut, slow, wrong or missing. What the client did is recorded: each request, each connection that
was opened, and when it went away.
"""

# ruff: noqa: ASYNC109, ASYNC110 (a test kit may poll; asyncio's streams offer no event for what it waits for)

from __future__ import annotations

import asyncio
import json as jsonlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Exchange",
    "Request",
    "Script",
    "Scripted",
    "Step",
    "answer",
    "chunk",
    "end",
    "event",
    "events",
    "half_close",
    "hang",
    "head",
    "reset",
    "scripted",
    "send",
    "sleep",
    "wait_gone",
]

POLL = 0.002


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        return [v for n, v in self.headers if n == name.lower()]

    def json(self) -> Any:
        return jsonlib.loads(self.body)


@dataclass(slots=True)
class Exchange:
    """What a step works with."""

    request: Request
    writer: asyncio.StreamWriter
    gone: asyncio.Event
    closed: bool = False

    async def write(self, data: bytes) -> None:
        if self.gone.is_set() or self.closed:
            return
        self.writer.write(data)
        with suppress(ConnectionError):
            await self.writer.drain()


Step = Callable[[Exchange], Awaitable[None]]
Script = Sequence[Step]


def _pieces(data: bytes, cut: int | None) -> list[bytes]:
    return [data] if cut is None else [data[i : i + cut] for i in range(0, len(data), cut)]


def send(data: bytes, *, cut: int | None = None, pause: float = 0) -> Step:
    """Write bytes as they are, `cut` at a time with `pause` seconds between."""

    async def step(x: Exchange) -> None:
        for i, piece in enumerate(_pieces(data, cut)):
            if i and pause:
                await asyncio.sleep(pause)
            await x.write(piece)

    return step


def sleep(seconds: float) -> Step:
    async def step(x: Exchange) -> None:
        await asyncio.sleep(seconds)

    return step


def head(status: int = 200, headers: Mapping[str, str] | None = None, *, chunked: bool = False) -> Step:
    """A status line and headers, no body."""
    lines = [f"HTTP/1.1 {status} Scripted"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if chunked:
        lines.append("transfer-encoding: chunked")
    return send("\r\n".join([*lines, "", ""]).encode("latin-1"))


def answer(
    status: int = 200, json: Any = None, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Step:
    """A whole answer with a true content-length; the connection stays open."""
    content = jsonlib.dumps(json).encode() if body is None else body
    own = {"content-type": "application/json", "content-length": str(len(content))}
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{n}: {v}" for n, v in (own | dict(headers or {})).items())]
    return send("\r\n".join([*lines, "", ""]).encode("latin-1") + content)


def chunk(data: bytes, *, cut: int | None = None, pause: float = 0) -> Step:
    """Body bytes as HTTP chunks, `cut` bytes each: the place to split an SSE event wherever it hurts."""

    async def step(x: Exchange) -> None:
        for i, piece in enumerate(_pieces(data, cut)):
            if i and pause:
                await asyncio.sleep(pause)
            await x.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    return step


def event(data: Any, *, cut: int | None = None) -> Step:
    """One SSE event; `data` is sent as it is if it is a string, else as JSON."""
    text = data if isinstance(data, str) else jsonlib.dumps(data)
    return chunk(f"data: {text}\n\n".encode(), cut=cut)


def end() -> Step:
    """The last chunk."""
    return send(b"0\r\n\r\n")


def events(*payloads: Any, cut: int | None = None, pause: float = 0, done: bool = True) -> list[Step]:
    """A whole event stream: head, one event per payload, `[DONE]` unless told not to, last chunk."""
    steps = [head(200, {"content-type": "text/event-stream"}, chunked=True)]
    for payload in (*payloads, "[DONE]") if done else payloads:
        steps.append(event(payload, cut=cut))
        if pause:
            steps.append(sleep(pause))
    return [*steps, end()]


def reset() -> Step:
    """Drop the connection with a TCP reset."""

    async def step(x: Exchange) -> None:
        sock = x.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        x.closed = True
        x.writer.transport.abort()

    return step


def half_close() -> Step:
    """Close our sending side: the client sees the end of the stream."""

    async def step(x: Exchange) -> None:
        x.closed = True
        with suppress(OSError):
            x.writer.write_eof()

    return step


def wait_gone() -> Step:
    """Do nothing until the client has gone away."""

    async def step(x: Exchange) -> None:
        await x.gone.wait()

    return step


def hang() -> Step:
    """Never answer. The same as wait_gone, by the name that says what the client sees."""
    return wait_gone()


@dataclass(slots=True)
class Scripted:
    """A running scripted upstream. Times are those of the event loop's clock."""

    scripts: Sequence[Script] | Callable[[Request], Script]
    url: str = ""  # ends in /v1
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    opened: int = 0
    gone: list[float] = field(default_factory=list)  # when each closed connection was seen to close

    @property
    def connected(self) -> int:
        """Connections open now."""
        return self.opened - len(self.gone)

    async def wait_for_gone(self, count: int = 1, timeout: float = 2.0) -> float:
        """Wait until `count` connections were closed in all; gives the time of that one."""
        async with asyncio.timeout(timeout):
            while len(self.gone) < count:
                await asyncio.sleep(POLL)
        return self.gone[count - 1]

    async def wait_for_requests(self, count: int = 1, timeout: float = 2.0) -> Request:
        """Wait until `count` requests have arrived in all; gives that one."""
        async with asyncio.timeout(timeout):
            while len(self.requests) < count:
                await asyncio.sleep(POLL)
        return self.requests[count - 1]

    def _script(self, request: Request, index: int) -> Script:
        if callable(self.scripts):
            return self.scripts(request)
        return self.scripts[min(index, len(self.scripts) - 1)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, gone = self.opened, asyncio.Event()
        self.opened += 1
        watcher = asyncio.create_task(self._watch(reader, writer, gone))
        try:
            while (request := await _read(reader, connection)) is not None:
                index = len(self.requests)
                self.requests.append(request)
                exchange = Exchange(request, writer, gone)
                for step in self._script(request, index):
                    await step(exchange)
                if exchange.closed:
                    await gone.wait()
                if gone.is_set():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client left in the middle of its request
        finally:
            writer.close()
            await watcher

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gone: asyncio.Event) -> None:
        """asyncio's streams tell nobody of a disconnect while nobody reads, so look."""
        try:
            while not (reader.at_eof() or reader.exception() or writer.transport.is_closing()):
                await asyncio.sleep(POLL)
        finally:
            self.gone.append(asyncio.get_running_loop().time())
            gone.set()
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        top = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = top.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.split(":", 1) for line in lines]
    headers = tuple((name.strip().lower(), value.strip()) for name, value in pairs)
    named = dict(headers)
    if named.get("transfer-encoding") == "chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(named.get("content-length", 0)))
    return Request(method, target, headers, body, connection)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return bytes(body)


@asynccontextmanager
async def scripted(scripts: Sequence[Script] | Callable[[Request], Script]) -> AsyncIterator[Scripted]:
    """Run a scripted upstream on a free loopback port; on leaving, what still runs is cut off."""
    upstream = Scripted(scripts)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(upstream._serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    upstream.port = int(server.sockets[0].getsockname()[1])
    upstream.url = f"http://127.0.0.1:{upstream.port}/v1"
    try:
        yield upstream
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
