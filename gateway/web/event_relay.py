"""
Streamed answers of typed events on their way through: audio transcripts, images, runs of assistants. No sockets.

Texts that grow go through their own channels of the guard; what waits of one leaves in an event of its own
before the event that ends it. Events that repeat a whole text are scanned as a whole, which gives the same.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine import Released, Stream
from gateway.engine.outcome import utf8_size
from gateway.errors import RequestError, UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.events import Events
from gateway.types import Delta, Json, Path
from gateway.web.answers import Blocked

__all__ = ["EventRelay"]

MAX_KNOWN = 256  # texts that events say again,
MAX_REPEATED = 512  # each up to this many characters


class EventRelay:
    """`refusal` says why the answer is blocked, or raises what it ends with."""

    def __init__(self, events: Events, stream: Stream, refusal: Callable[[], str]) -> None:
        self._events = events
        self._stream = stream
        self._refusal = refusal
        self._last: dict[Path, tuple[Json, Delta]] = {}
        self._known: dict[tuple[Path, str], Released] = {}
        self.usage: Json | None = None
        self.stopped = False

    async def push(self, event: Json) -> list[Json]:
        if isinstance(event.get("error"), dict) and len(event) == 1:
            raise UpstreamError("the upstream reported an error inside its answer")
        self._take_usage(event)
        event = self._events.clean(event, holds=self._stream.holds)
        deltas, unscanned = self._events.read(event)
        await self._stream.unscanned(unscanned)
        if self._stream.stopped:
            self.stopped = True
            return self._end()
        before: list[Json] = []
        for prefix in self._events.ends(event):
            before += await self._close(prefix)
        edits: dict[Path, str] = {}
        for delta in deltas:
            released = await self._feed(delta)
            if self.stopped:
                return [*before, *self._end()]
            if released.text != delta.part.text:
                edits[delta.part.path] = released.text
        if self.stopped:
            return [*before, *self._end()]
        try:
            clean = apply(event, edits)
        except RequestError as e:
            raise UpstreamError(e.message, code=e.code) from None
        self._last.update((delta.channel, (clean, delta)) for delta in deltas if not delta.whole)
        if deltas and all(not delta.whole and edits.get(delta.part.path) == "" for delta in deltas):
            return before  # all of it waits
        return [*before, clean]

    async def finish(self) -> list[Json]:
        out = await self._close(())
        return [*out, *self._end()] if self.stopped else out

    def cut(self, reason: str) -> list[Json]:
        return []

    def failed(self, error: Json) -> list[Json]:
        return [self._events.failed(error)]

    def spoken(self, event: Json) -> tuple[int, int]:
        deltas, _ = self._events.read(event)
        said = [delta.part.text for delta in deltas if not delta.whole]
        return len(said), sum(map(utf8_size, said))

    def has_text(self, event: Json) -> bool:
        return self.spoken(event)[0] > 0

    async def _feed(self, delta: Delta) -> Released:
        key = (delta.part.path, delta.part.text)
        repeats = delta.whole and len(delta.part.text) <= MAX_REPEATED
        if repeats and key in self._known:
            released = self._known[key]
        else:
            released = await self._stream.feed(delta)
            if repeats and len(self._known) < MAX_KNOWN:
                self._known[key] = released
        self.stopped = self.stopped or released.stopped
        return released

    async def _close(self, prefix: Path) -> list[Json]:
        """What waited of these texts."""
        out: list[Json] = []
        for path in self._stream.open(prefix):
            released = await self._stream.close(path)
            self.stopped = self.stopped or released.stopped
            if self.stopped:
                return out
            if released.text:
                event, delta = self._last[path]
                out.append(self._events.carrier(event, delta, released.text))
        return out

    def _take_usage(self, event: Json) -> None:
        for place in (event, event.get("data"), event.get("response")):
            if isinstance(place, dict) and isinstance(place.get("usage"), dict):
                self.usage = place["usage"]

    def _end(self) -> list[Json]:
        """These answers have no words for a refusal: an error ends them."""
        raise Blocked(self._refusal(), param=None)
