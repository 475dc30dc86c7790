"""
A streamed answer on its way through: upstream events in, client events out. No sockets, no clock.

Each text goes through its own channel of the guard. An event leaves with as much text as is decided;
text that waited leaves with a later event, or in one of its own before its choice ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.engine import Released, Stream
from gateway.errors import ScanError, UpstreamError
from gateway.surfaces import ChatStream, OpenAIChat, TokenLog, apply
from gateway.types import Delta, Json, Path

__all__ = ["Relay"]

MAX_KNOWN = 64  # texts beside the choices that are remembered,
MAX_REPEATED = 4096  # each up to this many characters
MAX_AUDIO = 16 << 20  # characters of base64 that one answer may have waiting
_LOGGED = ("content", "refusal")  # fields whose tokens are repeated in `logprobs`


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
        self._logs: dict[Path, TokenLog] = {}
        self._last: dict[Path, tuple[Json, Delta]] = {}
        self._template: Json | None = None
        self._spoken: dict[int, bool] = {}  # by choice: has the client had any of its text?
        self._ended: set[int] = set()
        self._audio: dict[int, list[Json]] = {}
        self._audio_size = 0
        self._known: dict[tuple[Path, str], Released] = {}
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
        for index in sorted(self._audio):
            out += self._spoken_words(index)
        return out

    async def _all(self, events: Iterable[Json]) -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await self._event(event)
            if self.stopped:
                break
        return out

    async def _event(self, event: Json) -> list[Json]:
        event = self._without_audio(self._surface.drop_obfuscation(event))
        if event.get("choices"):
            self._template = event
            for choice in event["choices"]:
                self._spoken.setdefault(choice.get("index", 0), False)
        self._stream.unscanned(self._surface.unscanned(event))
        edits: dict[Path, str] = {}
        for delta in self._surface.deltas(event):
            released = await self._feed(event, delta)
            if self.stopped:
                return self._end()
            if released.text != delta.part.text:
                edits[delta.part.path] = released.text
        before: list[Json] = []
        for index in self._surface.finished(event):
            self._ended.add(index)
            for path in self._stream.open(("choices", index)):
                before += await self._close(path)
                if self.stopped:
                    return [*before, *self._end()]
            before += self._spoken_words(index)
        return [*before, *self._outgoing(event, edits)]

    def _without_audio(self, event: Json) -> Json:
        """
        Speech waits for the end of its transcript: once a word of that is edited or blocked, the
        sound that says it must not have left.
        """
        choices = event.get("choices") or [{}]
        delta = choices[0].get("delta")
        audio = delta.get("audio") if isinstance(delta, dict) else None
        if not self._stream.holds or not isinstance(audio, dict) or not isinstance(audio.get("data"), str):
            return event
        index = choices[0].get("index", 0)
        self._audio_size += len(audio["data"])
        if self._audio_size > MAX_AUDIO:
            raise ScanError("the spoken answer is too long to be held until its transcript is scanned")
        silent = {key: value for key, value in audio.items() if key != "data"}
        self._audio.setdefault(index, []).append(_with_audio(event, {"data": audio["data"]}, alone=True))
        return _with_audio(event, silent)

    def _spoken_words(self, index: int) -> list[Json]:
        """The held sound of a choice, if its transcript left as it was."""
        held = self._audio.pop(index, [])
        transcript = self._stream.channel(("choices", index, "delta", "audio", "transcript"))
        return [] if transcript is not None and transcript.edited else held

    def _outgoing(self, event: Json, edits: dict[Path, str]) -> list[Json]:
        out = apply(event, edits)
        if event.get("choices"):
            out = self._with_logprobs(out, event["choices"][0])
        if not self._wants_usage:
            stripped = self._surface.strip_usage(out)
            if stripped is None:
                return []
            out = stripped
        return [] if self._surface.is_empty(out) else [out]

    def _with_logprobs(self, event: Json, original: Json) -> Json:
        """Log probabilities leave with their text, not with the event they came in; edited ones never."""
        choice = event["choices"][0]
        index = choice.get("index", 0)
        logprobs, delta = choice.get("logprobs"), original.get("delta")
        for field in _LOGGED:
            path: Path = ("choices", index, "delta", field)
            entries = logprobs.get(field) if isinstance(logprobs, dict) else None
            text = delta.get(field) if isinstance(delta, dict) else None
            if entries and path not in self._logs:
                self._logs[path] = TokenLog()
            if path in self._logs and isinstance(text, str):
                self._logs[path].push(entries or [], text)
        if logprobs is None and not self._logs:
            return event
        return self._give(event, index)

    def _give(self, event: Json, index: int) -> Json:
        ready = {field: self._ready(("choices", index, "delta", field)) for field in _LOGGED}
        logprobs = {field: entries or None for field, entries in ready.items()}
        choice = {**event["choices"][0], "logprobs": logprobs if any(ready.values()) else None}
        return {**event, "choices": [choice]}

    def _ready(self, path: Path) -> list[object]:
        log, channel = self._logs.get(path), self._stream.channel(path)
        return log.take(channel.released, channel.edited) if log is not None and channel is not None else []

    async def _feed(self, event: Json, delta: Delta) -> Released:
        if delta.whole and delta.part.path[0] != "choices" and len(delta.part.text) <= MAX_REPEATED:
            return await self._repeated(delta)
        released = await self._stream.feed(delta)
        self._note(delta, released)
        if not delta.whole:
            self._last[delta.channel] = (event, delta)
        return released

    async def _repeated(self, delta: Delta) -> Released:
        """What every event says again (an odd id, a vendor's field) is scanned once."""
        key = (delta.part.path, delta.part.text)
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = await self._stream.feed(delta)
        released = self._known[key]
        self.stopped = self.stopped or released.stopped
        return released

    async def _close(self, path: Path) -> list[Json]:
        """The text has ended: what waited leaves in an event of its own."""
        released = await self._stream.close(path)
        event, delta = self._last[path]
        self._note(delta, released)
        if self.stopped or not released.text:
            return []
        out = self._surface.carrier(event, delta, released.text)
        return [self._give(out, delta.part.message) if path in self._logs else out]

    def _note(self, delta: Delta, released: Released) -> None:
        self.stopped = self.stopped or released.stopped
        if released.text:
            self.sent_text = True
            self._spoken[delta.part.message] = True

    def _end(self) -> list[Json]:
        """How a blocked answer ends, unless `refusal` raises what it ends with."""
        message = self._refusal()
        alive = sorted(self._spoken.keys() - self._ended) or [0]
        return self._surface.refusal_events(self._template, message, alive, self._spoken)


def _with_audio(event: Json, audio: Json, *, alone: bool = False) -> Json:
    """The event with this audio; `alone`: and without anything else of its choice."""
    choice = event["choices"][0]
    delta = {"audio": audio} if alone else {**choice["delta"], "audio": audio}
    if not alone:
        return {**event, "choices": [{**choice, "delta": delta}]}
    bare = {"index": choice.get("index", 0), "delta": delta, "finish_reason": None}
    return {**{key: value for key, value in event.items() if key not in ("usage", "choices")}, "choices": [bare]}
