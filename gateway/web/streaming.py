"""
Server-sent events, upstream to client: reads, relays, writes, and ends every stream with a word.

The head leaves with the first event. A client that reads slowly stops our reading from upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from gateway.engine import Stream
from gateway.errors import GatewayError, Overloaded, UpstreamError
from gateway.surfaces import Framing, SSEDecoder
from gateway.types import Direction, Json
from gateway.web.answers import guard_headers, note, usage_of
from gateway.web.asgi import ClientGone, Headers, respond
from gateway.web.frame import Turn
from gateway.web.padding import Padding
from gateway.web.patience import Patience
from gateway.web.upstream import Answer

__all__ = ["StreamRelay", "Way", "relay_bytes", "relay_stream"]


class StreamRelay(Protocol):
    """
    The state machine of one streamed answer: `push` each upstream event, then `finish`; both return what
    the client gets now. Once `stopped` is true, what was returned last ends the answer.
    """

    @property
    def usage(self) -> Json | None:
        """What the upstream says that it took."""
        ...

    @property
    def stopped(self) -> bool: ...

    async def push(self, event: Json) -> list[Json]: ...
    async def finish(self) -> list[Json]: ...

    def cut(self, reason: str) -> list[Json]:
        """After `finish`: how an answer ends that the upstream has not ended."""
        ...

    def failed(self, error: Json) -> list[Json]:
        """How it ends where something went wrong; `error` is the body that the endpoint would answer with."""
        ...

    def spoken(self, event: Json) -> tuple[int, int]:
        """Of an upstream event: pieces that say something, and their bytes."""
        ...

    def has_text(self, event: Json) -> bool:
        """Does an event for the client say something?"""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """How one streamed answer goes: `headers` are the upstream's that pass, `error` writes an error's body."""

    relay: StreamRelay
    framing: Framing
    stream: Stream
    headers: Headers
    error: Callable[[Turn, GatewayError], Json]
    big_events: bool = False
    padding: Padding | None = None


async def relay_stream(turn: Turn, answer: Answer, way: Way) -> None:
    """Relay until the answer ends, is blocked, or fails; then say so in the stream."""
    relay, framing, stream = way.relay, way.framing, way.stream
    out = _Writer(turn, way, answer.status)
    spent = False
    try:
        upstream = turn.gateway.upstreams[answer.upstream]
        async for event in _events(answer, framing, upstream.max_answer if way.big_events else upstream.max_event):
            if way.padding is not None:
                way.padding.saw(event)
            await out.send(await relay.push(event))
            if relay.stopped:
                break
            spent = not await turn.meter.count(event, relay.spoken)
            if spent:
                turn.event.error = "budget_spent"
                break
        if not relay.stopped:
            await out.send(await relay.finish())
        if spent and not relay.stopped:
            await out.send(relay.cut("length"))
        turn.event.status = answer.status
        await out.finish()
    except GatewayError as e:
        await _fail(turn, out, e)
    except asyncio.CancelledError:
        if asyncio.current_task() not in turn.gateway.cut_off:
            turn.event.status = 499
            raise
        await _fail(turn, out, Overloaded("the gateway is shutting down", code="shutting_down"))
    finally:
        out.close()
        if relay.usage is not None:
            turn.event.usage = usage_of({"usage": relay.usage})
            turn.meter.answered(turn.event.usage)
        note(turn, Direction.OUTPUT, stream.verdict(), stream.texts() if turn.kept is not None else ())


async def relay_bytes(turn: Turn, answer: Answer, headers: Headers) -> int:
    """An answer that is no text, piece by piece; returns its size. One that breaks off ends without its last piece."""
    size, deadline = 0, turn.gateway.settings.server.write_timeout
    media_type = answer.media_type.encode("latin-1")
    async for chunk in answer.chunks():
        if not turn.started:
            turn.started = True
            turn.event.status = answer.status
            head = [(b"content-type", media_type), *headers]
            await _within(
                deadline, turn.send({"type": "http.response.start", "status": answer.status, "headers": head})
            )
        size += len(chunk)
        await _within(deadline, turn.send({"type": "http.response.body", "body": chunk, "more_body": True}))
    if not turn.started:
        await respond(turn.send, answer.status, b"", headers, media_type)
    else:
        await _within(deadline, turn.send({"type": "http.response.body", "body": b""}))
    turn.event.status = answer.status
    return size


async def _within(seconds: float, work: Awaitable[None]) -> None:
    """Raises ClientGone where the client does not take it in time."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        raise ClientGone("client_too_slow") from None


class _Writer:
    """Writes events to the client and keeps the times of delivered text."""

    def __init__(self, turn: Turn, way: Way, status: int) -> None:
        self._turn = turn
        self._way = way
        self._padding = way.padding
        self._has_text = way.relay.has_text
        self._stream = way.stream
        self.status = status
        self._patience = Patience()
        self._last_text: float | None = None
        self._held_since: float | None = None

    async def send(self, events: list[Json]) -> None:
        self._measure(events)
        if events:
            await self._write(b"".join(map(self._encoded, events)))

    async def finish(self) -> None:
        """What was decided in the end, as a comment that SSE clients skip, and the end mark."""
        note(self._turn, Direction.OUTPUT, self._stream.verdict(), count=False)
        headers = guard_headers(self._turn.event)
        comment = b"".join(b": " + name + b": " + value + b"\n" for name, value in headers)
        await self._write(comment + b"\n" + self._way.framing.end, more=False)

    async def fail(self, error: GatewayError) -> None:
        """No end mark: the answer is not complete."""
        events = self._way.relay.failed(self._way.error(self._turn, error))
        await self._write(b"".join(map(self._way.framing.encode, events)), more=False)

    def _encoded(self, event: Json) -> bytes:
        data = self._way.framing.encode(event)
        padding = self._padding
        return padding.pad(data) if padding is not None and padding.on and self._has_text(event) else data

    def close(self) -> None:
        self._patience.close()

    async def _write(self, data: bytes, more: bool = True) -> None:
        try:
            with self._patience.within(self._turn.gateway.settings.server.write_timeout):
                await self._put(data, more)
        except TimeoutError:
            raise ClientGone("client_too_slow") from None

    async def _put(self, data: bytes, more: bool) -> None:
        turn = self._turn
        if not turn.started:
            turn.started = True
            passed = self._way.headers
            if all(name != b"cache-control" for name, _ in passed):
                passed = [*passed, (b"cache-control", b"no-cache")]
            limits = turn.meter.headers
            headers = [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                *(h for h in passed if not (limits and h[0].startswith(b"x-ratelimit-"))),
                *limits,
                *guard_headers(turn.event)[:2],
                (b"x-guard-coverage", f"in={turn.event.request.scanned}/{turn.event.request.seen}".encode()),
            ]
            await turn.send({"type": "http.response.start", "status": self.status, "headers": headers})
        await turn.send({"type": "http.response.body", "body": data, "more_body": more})

    def _measure(self, events: list[Json]) -> None:
        now = perf_counter()
        metrics = self._turn.gateway.metrics
        if self._stream.held and self._held_since is None:
            self._held_since = now
        if not any(map(self._has_text, events)):
            return
        if self._held_since is not None:
            metrics.hold.observe(now - self._held_since)
            self._held_since = now if self._stream.held else None
        if self._last_text is None:
            metrics.first_token.observe(now - self._turn.began)
        else:
            metrics.inter_token.observe(now - self._last_text)
        self._last_text = now


async def _fail(turn: Turn, out: _Writer, error: GatewayError) -> None:
    turn.event.error = error.code
    if not turn.started:
        raise error
    turn.event.status = out.status
    await out.fail(error)


async def _events(answer: Answer, framing: Framing, max_event: int) -> AsyncIterator[Json]:
    """Parsed events up to the end mark. Raises UpstreamError where the stream breaks off or is no JSON."""
    decoder = SSEDecoder(max_event)
    ended = False
    async for chunk in answer.chunks():
        for event in decoder.feed(chunk):
            value = framing.decode(event)
            if value is None:
                return
            ended = ended or framing.ends(value)
            yield value
        decoder.feed(b"")  # a fault behind these events is told now, not with the next piece
    if any(framing.decode(event) is None for event in decoder.close()):
        return
    if not ended:
        raise UpstreamError("the upstream's answer broke off", code="upstream_truncated")
