"""
A streamed answer on its way through: upstream events in, client events out. No sockets, no clock.

Each text goes through its own channel of the guard. An event leaves with as much text as is decided;
text that waited leaves with a later event, or in one of its own before its choice ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gateway.engine import Released, Stream
from gateway.errors import ScanError, UpstreamError
from gateway.surfaces import ChatStream, OpenAIChat, TokenLog, apply
from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.chat_stream import HEADER
from gateway.text.json_text import is_json
from gateway.types import Delta, Json, Path, Unscanned
from gateway.web.tokens import spoken_tokens

__all__ = ["Relay"]

MAX_KNOWN = 64  # texts beside the choices that are remembered,
MAX_REPEATED = 4096  # each up to this many characters
MAX_ARGUMENTS = 1 << 20  # characters of a call that may be looked at for their end
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
        self._called: dict[int, set[int]] = {}  # by choice: the calls that have begun
        self._arguments: dict[Path, list[str]] = {}  # what was said in each
        self.usage: Json | None = None
        self.stopped = False

    async def push(self, event: Json) -> list[Json]:
        """One upstream event; returns what the client gets now."""
        if isinstance(event.get("error"), dict):
            raise UpstreamError("the upstream reported an error inside its answer")
        if isinstance(event.get("usage"), dict):
            self.usage = event["usage"]
        return await self._all(self._order.push(_with_indexes(event)))

    async def finish(self) -> list[Json]:
        """The upstream's answer is complete; returns the rest."""
        out = await self._all(self._order.flush())
        if self.stopped:
            return out
        for path in self._stream.open():
            text = await self._close(path)
            if self.stopped:
                return [*out, *self._end()]
            out += self._carried(path, text)
        for index in sorted(self._audio):
            out += self._spoken_words(index)
        return out

    def cut(self, reason: str) -> list[Json]:
        """After `finish`: how the choices end that the upstream has not ended."""
        header = self._template or {}
        alive = sorted(self._spoken.keys() - self._ended)
        return [{**header, "choices": [{"index": i, "delta": {}, "finish_reason": reason}]} for i in alive]

    def failed(self, error: Json) -> list[Json]:
        return [error]

    spoken = staticmethod(spoken_tokens)

    def has_text(self, event: Json) -> bool:
        return any(choice.get("delta") for choice in event.get("choices", ()))

    async def _all(self, events: Iterable[Json]) -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await self._event(event)
            if self.stopped:
                break
        return out

    async def _event(self, event: Json) -> list[Json]:
        event = await self._without_audio(self._surface.drop_obfuscation(event))
        deltas = self._surface.deltas(event)
        self._set_template(event, deltas)
        await self._stream.unscanned(self._surface.unscanned(event))
        if self._stream.stopped:
            self.stopped = True
            return self._end()
        before = await self._complete_calls(event)
        if self.stopped:
            return [*before, *self._end()]
        edits: dict[Path, str] = {}
        here: dict[Path, tuple[Path, str]] = {}  # by channel: where its text stands, and what leaves of it
        for delta in deltas:
            released = await self._feed(delta)
            if self.stopped:
                return [*before, *self._end()]
            if released.text != delta.part.text:
                edits[delta.part.path] = released.text
            if not delta.whole:
                here[delta.channel] = delta.part.path, released.text
        for index in self._surface.finished(event):
            for path in self._stream.open(("choices", index)):
                text = await self._close(path)
                if self.stopped:
                    return [*before, *self._end()]
                if path in here:  # behind what leaves with this event
                    edits[here[path][0]] = here[path][1] + text
                else:
                    before += self._carried(path, text)
            before += self._spoken_words(index)
            self._ended.add(index)
        clean = apply(event, edits)
        self._last.update((delta.channel, (clean, delta)) for delta in deltas if not delta.whole)
        return [*before, *self._outgoing(clean, event)]

    async def _complete_calls(self, event: Json) -> list[Json]:
        """
        What waits of calls that are complete, once the next one begins: clients read the arguments of a
        call then. After the end of a JSON object nothing can follow that would change what was found.
        """
        choice = (event.get("choices") or [{}])[0]
        delta = choice.get("delta")
        calls = delta.get("tool_calls") if isinstance(delta, dict) else None
        if not isinstance(calls, list):
            return []
        index = choice["index"]
        these = {choice_index(call, i) for i, call in enumerate(calls) if isinstance(call, dict)}
        if these <= self._called.setdefault(index, set()):
            return []
        self._called[index] |= these
        out: list[Json] = []
        for path in self._stream.open(("choices", index, "delta", "tool_calls")):
            if path[4] in these or not is_json("".join(self._arguments.get(path, ())), ("{",)):
                continue
            text = await self._close(path)
            if self.stopped:
                break
            out += self._carried(path, text)
        return out

    def _set_template(self, event: Json, deltas: Sequence[Delta]) -> None:
        """What our own events say of the answer: only what is not worth a scan, never a text."""
        if not event.get("choices"):
            return
        scanned = {delta.part.path[0] for delta in deltas}
        self._template = {key: event[key] for key in HEADER if key in event and key not in scanned}
        self._spoken.setdefault(event["choices"][0]["index"], False)

    async def _without_audio(self, event: Json) -> Json:
        """
        Speech waits for the end of its transcript: once a word of that is edited or blocked, the
        sound that says it must not have left.
        """
        choices = event.get("choices") or [{}]
        delta = choices[0].get("delta")
        audio = delta.get("audio") if isinstance(delta, dict) else None
        if not self._stream.holds or not isinstance(audio, dict) or not isinstance(audio.get("data"), str):
            return event
        index = choices[0]["index"]
        self._audio_size += len(audio["data"])
        if self._audio_size > MAX_AUDIO:
            raise ScanError("the spoken answer is too long to be held until its transcript is scanned")
        place: Path = ("choices", index, "delta", "audio", "data")
        await self._stream.unscanned([Unscanned(place, "binary", len(audio["data"]))])
        silent = {key: value for key, value in audio.items() if key != "data"}
        self._audio.setdefault(index, []).append({"audio": {"data": audio["data"]}})
        return _with_audio(event, silent)

    def _spoken_words(self, index: int) -> list[Json]:
        """The held sound of a choice, if its transcript left as it was."""
        held = self._audio.pop(index, [])
        transcript = self._stream.channel(("choices", index, "delta", "audio", "transcript"))
        if transcript is not None and transcript.edited:
            return []
        header = self._template or {}
        return [{**header, "choices": [{"index": index, "delta": delta, "finish_reason": None}]} for delta in held]

    def _outgoing(self, out: Json, event: Json) -> list[Json]:
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
        index = choice["index"]
        logprobs, delta = choice.get("logprobs"), original.get("delta")
        for field in _LOGGED:
            path: Path = ("choices", index, "delta", field)
            entries = logprobs.get(field) if isinstance(logprobs, dict) else None
            entries = entries if isinstance(entries, list) else None
            text = delta.get(field) if isinstance(delta, dict) else None
            if entries and path not in self._logs:
                self._logs[path] = TokenLog()
            if path in self._logs and isinstance(text, str):
                self._logs[path].push(self._without_alternatives(entries or []), text)
        if logprobs is None and not self._logs:
            return event
        return self._give(event, index)

    def _without_alternatives(self, entries: list[Any]) -> list[Any]:
        """
        Words that were almost said may spell over several events what the text does not say; there is
        no text of theirs to hold back. Where anything may be rewritten they do not leave at all.
        """
        if not self._stream.holds:
            return entries
        return [{**entry, "top_logprobs": []} if isinstance(entry, dict) else entry for entry in entries]

    def _give(self, event: Json, index: int) -> Json:
        ready = {field: self._ready(("choices", index, "delta", field)) for field in _LOGGED}
        logprobs = {field: entries or None for field, entries in ready.items()}
        choice = {**event["choices"][0], "logprobs": logprobs if any(ready.values()) else None}
        return {**event, "choices": [choice]}

    def _ready(self, path: Path) -> list[object]:
        log, channel = self._logs.get(path), self._stream.channel(path)
        return log.take(channel.released, channel.edited) if log is not None and channel is not None else []

    async def _feed(self, delta: Delta) -> Released:
        if delta.whole and delta.part.path[0] != "choices" and len(delta.part.text) <= MAX_REPEATED:
            return await self._repeated(delta)
        released = await self._stream.feed(delta)
        self._note(delta.part.message, released)
        if delta.part.json and not delta.whole:
            said = self._arguments.setdefault(delta.channel, [])
            channel = self._stream.channel(delta.channel)
            if channel is not None and channel.size <= MAX_ARGUMENTS:
                said.append(delta.part.text)
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

    async def _close(self, path: Path) -> str:
        """The text has ended; returns what waited."""
        released = await self._stream.close(path)
        self._note(path[1] if len(path) > 1 else 0, released)
        return released.text

    def _carried(self, path: Path, text: str) -> list[Json]:
        """What waited, in an event of its own, like the last one of this text."""
        if not text:
            return []
        event, delta = self._last[path]
        try:
            out = self._surface.carrier(event, delta, text)
        except LookupError:  # a key on the way to the text was edited
            raise UpstreamError("the answer cannot be edited safely", code="unsafe_edit") from None
        return [self._give(out, delta.part.message) if path in self._logs else out]

    def _note(self, index: str | int, released: Released) -> None:
        self.stopped = self.stopped or released.stopped
        if released.text and isinstance(index, int):
            self._spoken[index] = True

    def _end(self) -> list[Json]:
        """How a blocked answer ends, unless `refusal` raises what it ends with."""
        message = self._refusal()
        alive = sorted(self._spoken.keys() - self._ended)
        # With every choice at its end, only the reason is left to tell.
        started = self._spoken if alive or not self._ended else {0: True}
        return self._surface.refusal_events(self._template, message, alive or [0], started)


def _with_indexes(event: Json) -> Json:
    """The event, each of its choices with a number. Raises UpstreamError where choices are none."""
    choices = event.get("choices")
    if not isinstance(choices, list | None) or not all(isinstance(choice, dict) for choice in choices or ()):
        raise UpstreamError("an event of the upstream cannot be read", code="upstream_invalid_event")
    if not choices or all(type(choice.get("index")) is int for choice in choices):
        return event
    return {**event, "choices": [{**choice, "index": choice_index(choice, i)} for i, choice in enumerate(choices)]}


def _with_audio(event: Json, audio: Json) -> Json:
    choice = event["choices"][0]
    return {**event, "choices": [{**choice, "delta": {**choice["delta"], "audio": audio}}]}
