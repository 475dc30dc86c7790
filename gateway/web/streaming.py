"""
Server-sent events, upstream to client: reads, relays, writes, and ends every stream with a word.

The head leaves with the first event. A client that reads slowly stops our reading from upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

from gateway.engine import Exchange, Stream
from gateway.errors import GatewayError, Overloaded, UpstreamError
from gateway.surfaces import DONE, DONE_DATA, OpenAIChat, SSEDecoder, encode_event, parse_event
from gateway.types import Direction, Json
from gateway.web.answers import Turn, event_error, guard_headers, note, usage_of, withheld
from gateway.web.asgi import ClientGone
from gateway.web.relay import Relay
from gateway.web.upstream import Answer

__all__ = ["relay_stream"]


async def relay_stream(turn: Turn, surface: OpenAIChat, exchange: Exchange, answer: Answer, wants_usage: bool) -> None:
    """Relay until the answer ends, is blocked, or fails; then say so in the stream."""
    stream = exchange.stream()
    relay = Relay(
        surface,
        stream,
        wants_usage=wants_usage,
        refusal=lambda: withheld(turn.event, exchange.policies, stream.verdict()),
    )
    out = _Writer(turn, answer, stream)
    spent = False
    try:
        async for event in _events(answer, turn.gateway.upstreams[answer.upstream].max_event):
            await out.send(await relay.push(event))
            if relay.stopped:
                break
            spent = not await turn.meter.count(event)
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
        await _fail(turn, out, stream, e)
    except asyncio.CancelledError:
        if asyncio.current_task() not in turn.gateway.cut_off:
            turn.event.status = 499
            raise
        await _fail(turn, out, stream, Overloaded("the gateway is shutting down", code="shutting_down"))
    finally:
        if relay.usage is not None:
            turn.event.usage = usage_of({"usage": relay.usage})
            turn.meter.answered(turn.event.usage)
        note(turn, Direction.OUTPUT, stream.verdict(), stream.texts() if turn.kept is not None else ())


class _Writer:
    """Writes events to the client and keeps the times of delivered text."""

    def __init__(self, turn: Turn, answer: Answer, stream: Stream) -> None:
        self._turn = turn
        self._answer = answer
        self._stream = stream
        self._last_text: float | None = None
        self._held_since: float | None = None

    @property
    def status(self) -> int:
        return self._answer.status

    async def send(self, events: list[Json]) -> None:
        self._measure(events)
        if events:
            await self._write(b"".join(map(encode_event, events)))

    async def finish(self) -> None:
        """What was decided in the end, as a comment that SSE clients skip, and the end mark."""
        note(self._turn, Direction.OUTPUT, self._stream.verdict(), count=False)
        headers = guard_headers(self._turn.event)
        comment = b"".join(b": " + name + b": " + value + b"\n" for name, value in headers)
        await self._write(comment + b"\n" + DONE, more=False)

    async def fail(self, error: GatewayError) -> None:
        """No end mark: the answer is not complete."""
        await self._write(b"data: " + event_error(self._turn.event, error) + b"\n\n", more=False)

    async def _write(self, data: bytes, more: bool = True) -> None:
        """Raises ClientGone where the client does not take it in time."""
        try:
            async with asyncio.timeout(self._turn.gateway.settings.server.write_timeout):
                await self._put(data, more)
        except TimeoutError:
            raise ClientGone("client_too_slow") from None

    async def _put(self, data: bytes, more: bool) -> None:
        turn = self._turn
        if not turn.started:
            turn.started = True
            passed = turn.backend.headers(self._answer.headers)
            if all(name != b"cache-control" for name, _ in passed):
                passed.append((b"cache-control", b"no-cache"))
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
        if not any(_has_text(event) for event in events):
            return
        if self._held_since is not None:
            metrics.hold.observe(now - self._held_since)
            self._held_since = now if self._stream.held else None
        if self._last_text is None:
            metrics.first_token.observe(now - self._turn.began)
        else:
            metrics.inter_token.observe(now - self._last_text)
        self._last_text = now


async def _fail(turn: Turn, out: _Writer, stream: Stream, error: GatewayError) -> None:
    turn.event.error = error.code
    if not turn.started:
        raise error
    turn.event.status = out.status
    await out.fail(error)


async def _events(answer: Answer, max_event: int) -> AsyncIterator[Json]:
    """Parsed events up to [DONE]. Raises UpstreamError where the stream breaks off or is no JSON."""
    decoder = SSEDecoder(max_event)
    async for chunk in answer.chunks():
        for event in decoder.feed(chunk):
            if event.data.strip() == DONE_DATA:
                return
            yield _parsed(event.data)
        decoder.feed(b"")  # a fault behind these events is told now, not with the next piece
    for event in decoder.close():
        if event.data.strip() == DONE_DATA:
            return
        yield _parsed(event.data)
    raise UpstreamError("the upstream's answer broke off", code="upstream_truncated")


def _parsed(data: str) -> Json:
    value = parse_event(data)
    if not isinstance(value, dict):
        raise UpstreamError("an event of the upstream is no object", code="upstream_invalid_answer")
    return value


def _has_text(event: Json) -> bool:
    return any(choice.get("delta") for choice in event.get("choices", ()))
