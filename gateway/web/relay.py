"""
A streamed answer on its way through: upstream events in, client events out. No sockets, no clock.

Each text goes through its own channel of the guard. An event leaves with as much text as is decided;
text that waited leaves with a later event, or in one of its own before its choice ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.engine import Released, Stream
from gateway.errors import UpstreamError
from gateway.surfaces import (
    ChatStream,
    OpenAIChat,
    StreamLogprobs,
    apply,
    drop_obfuscation,
    refusal_events,
    strip_usage,
)
from gateway.types import Delta, Json, Path

__all__ = ["Relay"]


class Relay:
    """
    `push` each upstream event, then `finish`. Once `stopped` is true, what was returned last ends
    the answer, and nothing more may be pushed.
    """

    def __init__(self, surface: OpenAIChat, stream: Stream, *, wants_usage: bool, refusal: Callable[[], str]) -> None:
        self._surface = surface
        self._stream = stream
        self._wants_usage = wants_usage
        self._refusal = refusal
        self._order = ChatStream()
        self._logprobs = StreamLogprobs(stream.channel)
        self._last: dict[Path, tuple[Json, Delta]] = {}
        self._template: Json | None = None
        self._spoken: dict[int, bool] = {}
        self._ended: set[int] = set()
        self.usage: Json | None = None
        self.stopped = False
        self.sent_text = False

    async def push(self, event: Json) -> list[Json]:
        """One upstream event; returns what the client gets now."""
        if isinstance(event.get("error"), dict):
            raise UpstreamError("the upstream reported an error inside its answer")
        if isinstance(event.get("usage"), dict):
            self.usage = event["usage"]
        return await self._all(self._order.push(event))

    async def finish(self) -> list[Json]:
        """The upstream's answer is complete; returns the rest."""
        out = await self._all(self._order.flush())
        if self.stopped:
            return out
        for path in self._stream.open():
            tail = await self._close(path)
            if self.stopped:
                return [*out, *self._end()]
            out += tail
        return out

    async def _all(self, events: Iterable[Json]) -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await self._event(event)
            if self.stopped:
                break
        return out

    async def _event(self, event: Json) -> list[Json]:
        event = drop_obfuscation(event)
        if event.get("choices"):
            self._template = event
        self._stream.unscanned(self._surface.unscanned(event))
        edits: dict[Path, str] = {}
        for delta in self._surface.deltas(event):
            released = await self._feed(event, delta)
            if self.stopped:
                return self._end()
            edits[delta.part.path] = released.text
        before: list[Json] = []
        for index in self._surface.finished(event):
            self._ended.add(index)
            for path in self._stream.open(("choices", index)):
                before += await self._close(path)
                if self.stopped:
                    return [*before, *self._end()]
        return [*before, *self._outgoing(event, edits)]

    def _outgoing(self, event: Json, edits: dict[Path, str]) -> list[Json]:
        self._logprobs.take_from(event)
        out = apply(event, edits)
        out = self._logprobs.give_to(out)
        if not self._wants_usage:
            stripped = strip_usage(out)
            if stripped is None:
                return []
            out = stripped
        return [] if self._surface.is_empty(out) else [out]

    async def _feed(self, event: Json, delta: Delta) -> Released:
        released = await self._stream.feed(delta)
        self._note(delta, released)
        if not delta.whole:
            self._last[delta.channel] = (event, delta)
        return released

    async def _close(self, path: Path) -> list[Json]:
        """The text has ended: what waited leaves in an event of its own."""
        released = await self._stream.close(path)
        event, delta = self._last[path]
        self._note(delta, released)
        if self.stopped or not released.text:
            return []
        return [self._logprobs.give_to(self._surface.carrier(event, delta, released.text))]

    def _note(self, delta: Delta, released: Released) -> None:
        self.stopped = self.stopped or released.stopped
        if released.text:
            self.sent_text = True
            self._spoken[delta.part.message] = True

    def _end(self) -> list[Json]:
        """How a blocked answer ends, unless `refusal` raises what it ends with."""
        message = self._refusal()
        template = self._template or {}
        indexes = sorted({*self._spoken, *(c.get("index", 0) for c in template.get("choices", ()))} - self._ended)
        return refusal_events(template, message, indexes or [0], {i: self._spoken.get(i, False) for i in indexes})
