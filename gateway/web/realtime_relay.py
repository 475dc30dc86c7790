"""
Both sides of a realtime session on their way through: events in, events out. No sockets, no clock.

What a client says is judged event by event, with its instructions and its last words in view. What a model
says grows in channels, each through the guard; where an event repeats a text, it says what has left of it.
Sound waits until its transcript is decided.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.engine import Exchange, Stream
from gateway.errors import GatewayError, RequestError, ScanError, UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.realtime import Growth, audio_of, growth_of, read_client, read_server
from gateway.types import Delta, Direction, Effect, Json, Kind, Part, Path, Role, Transcript, Verdict

__all__ = ["Hearing", "Out", "RealtimeRelay"]

RECENT = 8  # texts of a client that are judged together
MAX_RECENT = 4096  # characters of each
MAX_AUDIO = 16 << 20  # characters of base64 that may wait
MAX_KNOWN = 256  # texts whose repetition is known,
MAX_REPEATED = 64 << 10  # each up to this many characters
MAX_RESPONSES = 64  # at a time

_SAID = frozenset((Kind.TEXT, Kind.TRANSCRIPT, Kind.TOOL_RESULT))


class Hearing:
    """What a client says."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._instructions: tuple[Part, ...] = ()
        self._recent: deque[Part] = deque(maxlen=RECENT)

    async def judge(self, event: Json) -> tuple[Transcript, Verdict, Json]:
        """An event, what the policies say of it, and what they leave of it. Raises RequestError."""
        transcript = read_client(event)
        verdict = await self._judged(transcript)
        if verdict.effect is Effect.BLOCK:
            return transcript, verdict, event
        edits = {path: text for path, text in verdict.edits.items() if path[0] != "context"}
        self._remember(transcript, edits)
        return transcript, verdict, apply(event, edits)

    async def heard(self, text: str) -> tuple[Transcript, Verdict]:
        """What a client has said aloud."""
        part = Part(text, ("transcript",), Role.USER, kind=Kind.TRANSCRIPT)
        transcript = Transcript((part,), Direction.INPUT)
        verdict = await self._judged(transcript)
        if verdict.effect is not Effect.BLOCK:
            self._remember(transcript, verdict.edits)
        return transcript, verdict

    async def _judged(self, transcript: Transcript) -> Verdict:
        speaks = any(part.kind in _SAID and part.role is not Role.SYSTEM for part in transcript.parts)
        before = tuple(self._recent) if speaks else ()
        verdict = await self._exchange.renew().request(replace(transcript, parts=(*before, *transcript.parts)))
        self._see()
        return verdict

    def _remember(self, transcript: Transcript, edits: dict[Path, str] | object) -> None:
        left = edits if isinstance(edits, dict) else {}
        told = [part for part in transcript.parts if part.role is Role.SYSTEM and part.kind is Kind.TEXT]
        self._instructions = tuple(told) or self._instructions
        for part in transcript.parts:
            if part.kind in _SAID and part.role is not Role.SYSTEM:
                text = left.get(part.path, part.text)[-MAX_RECENT:]
                self._recent.append(replace(part, text=text, path=("context", len(self._recent)), json=False))
        for place, part in enumerate(self._recent):
            self._recent[place] = replace(part, path=("context", place))
        self._see()

    def _see(self) -> None:
        """What answers are judged by."""
        self._exchange.see(Transcript((*self._instructions, *self._recent), Direction.INPUT))


@dataclass(slots=True)
class Out:
    """What goes to the client and what to the model's server."""

    client: list[Json] = field(default_factory=list)
    upstream: list[Json] = field(default_factory=list)


class _Stop(Exception):
    """A text may not go on."""

    def __init__(self, error: GatewayError) -> None:
        super().__init__()
        self.error = error


class RealtimeRelay:
    """
    What a model says. `open_stream` begins the guard of one response, `explain` says why it was stopped,
    `closed` takes what was decided, `heard` judges what the client said aloud; `error` writes an error event.
    """

    def __init__(
        self,
        open_stream: Callable[[], Stream],
        explain: Callable[[Verdict], GatewayError],
        closed: Callable[[Stream], None],
        heard: Callable[[str], Awaitable[GatewayError | None]],
        error: Callable[[GatewayError], Json],
        *,
        refuses: bool = False,
    ) -> None:
        self._open_stream = open_stream
        self._explain = explain
        self._closed = closed
        self._heard = heard
        self._error = error
        self._refuses = refuses
        self._streams: dict[str, Stream] = {}
        self._active: set[str] = set()  # responses that have begun and not ended
        self._blocked: set[str] = set()
        self._last: dict[Path, Json] = {}  # by channel: an event with a piece of it
        self._said: dict[Path, list[str]] = {}  # by channel: what has left
        self._called: dict[str, str] = {}  # by item: the tool
        self._known: dict[str, str] = {}
        self._sound: dict[Path, list[Json]] = {}
        self._sounding = 0
        self._decided: dict[Path, bool] = {}  # by part of an item: may its sound leave?
        self._owned: dict[str, set[Path]] = {}  # by response: parts of its items
        self._made = 0
        self.usage: dict[str, int] = {}

    async def push(self, event: Json) -> Out:
        """One event of the model's server. Raises UpstreamError, ScanError."""
        key = _response_of(event)
        self._note(event, key)
        if key in self._blocked:
            return Out()
        stream = self._stream(key)
        event = self._bare(event, stream)
        try:
            out = Out(await self._event(event, stream))
        except _Stop as stop:
            return self._stop(key, stop.error)
        if event.get("type") == "response.done":
            self._end(key)
        return out

    def close(self) -> None:
        for key in list(self._streams):
            self._end(key)

    async def _event(self, event: Json, stream: Stream) -> list[Json]:
        growth = growth_of(event)
        if growth is not None:
            self._owned.setdefault(_response_of(event), set()).add(growth.item)
            return await (self._last_of(event, growth, stream) if growth.last else self._piece(event, growth, stream))
        sound = audio_of(event)
        if sound is not None:
            self._owned.setdefault(_response_of(event), set()).add(sound)
            return await self._sounds(event, sound, stream)
        out: list[Json] = []
        if str(event.get("type")).endswith(".done"):
            out = await self._rest(stream, _ended_by(event))
        return [*out, await self._whole(event, stream)]

    async def _piece(self, event: Json, growth: Growth, stream: Stream) -> list[Json]:
        text = event["delta"]
        released = await stream.feed(Delta(growth.channel, self._part(growth, text)))
        self._check(stream)
        self._said.setdefault(growth.channel, []).append(released.text)
        clean = {**await self._whole(event, stream, "delta"), "delta": released.text}
        self._last[growth.channel] = clean
        return [clean] if released.text or not text else []

    async def _last_of(self, event: Json, growth: Growth, stream: Stream) -> list[Json]:
        """The end of a text, which says all of it again: what has left of it."""
        out = await self._rest(stream, growth.channel)
        said = self._said.pop(growth.channel, None)
        self._last.pop(growth.channel, None)
        clean = await self._whole(event, stream, growth.field)
        if said is not None:
            clean = {**clean, growth.field: "".join(said)}
        else:
            released = await stream.feed(Delta(growth.channel, self._part(growth, event[growth.field]), True))
            self._check(stream)
            self._remember(event[growth.field], released.text)
            self._decided[growth.item] = released.text == event[growth.field]
            clean = {**clean, growth.field: released.text}
        if event["type"].startswith("conversation.") and (error := await self._heard(event[growth.field])):
            raise _Stop(error)
        return [*out, clean, *self._flush(growth.item)]

    async def _rest(self, stream: Stream, prefix: Path) -> list[Json]:
        """What waits of the texts that end now, and the sound that says it."""
        out: list[Json] = []
        for channel in stream.open(prefix):
            whole = stream.channel(channel)
            released = await stream.close(channel)
            self._check(stream)
            self._said.setdefault(channel, []).append(released.text)
            if released.text and channel in self._last:
                out.append({**self._last[channel], "event_id": self._event_id(), "delta": released.text})
            if whole is not None:
                self._remember(whole.so_far("").text, "".join(self._said[channel]))
                self._decided[channel[:2]] = not whole.edited
        for item in [item for item in self._sound if item[: len(prefix)] == prefix[:2]]:
            if item in self._decided or len(prefix) < 3:
                out += self._flush(item)
        return out

    async def _whole(self, event: Json, stream: Stream, skip: str = "") -> Json:
        """All other texts of an event, each by itself."""
        deltas, unscanned = read_server(event, skip)
        await stream.unscanned(unscanned)
        if unscanned and self._refuses:
            first = unscanned[0].reason
            raise _Stop(
                RequestError(
                    f"this policy does not let pass what cannot be scanned ({first})", code="unscannable_content"
                )
            )
        self._check(stream)
        edits: dict[Path, str] = {}
        for delta in deltas:
            text = self._known.get(delta.part.text)
            if text is None:
                text = (await stream.feed(delta)).text
                self._check(stream)
            if text != delta.part.text:
                edits[delta.part.path] = text
        return apply(event, {**edits, **_silenced(event, edits)})

    async def _sounds(self, event: Json, item: Path, stream: Stream) -> list[Json]:
        clean = await self._whole(event, stream)
        if not stream.holds:
            return [clean]
        if item in self._decided and item not in self._sound:
            return [clean] if self._decided[item] else []
        self._sounding += len(str(event.get("delta", "")))
        if self._sounding > MAX_AUDIO:
            raise ScanError("the spoken answer is too long to be held until its transcript is scanned")
        self._sound.setdefault(item, []).append(clean)
        return []

    def _flush(self, item: Path) -> list[Json]:
        held = self._sound.pop(item, [])
        self._sounding -= sum(len(str(event.get("delta", ""))) for event in held)
        if self._decided.get(item, True):
            return held
        return [event for event in held if "delta" not in event]

    def _check(self, stream: Stream) -> None:
        if stream.stopped:
            raise _Stop(self._explain(stream.verdict()))

    def _stop(self, key: str, error: GatewayError) -> Out:
        """How a response that may not go on ends; without one, all that run."""
        out = Out([self._error(error)])
        for response in [key] if key else sorted(self._active):
            self._blocked.add(response)
            out.upstream.append({"type": "response.cancel", "response_id": response})
            out.client.append(self._refusal(response))
            self._end(response)
        if not key:
            self._end("")
        return out

    def _refusal(self, response: str) -> Json:
        details = {"type": "incomplete", "reason": "content_filter"}
        told = {"id": response, "object": "realtime.response", "status": "incomplete", "status_details": details}
        return {"type": "response.done", "event_id": self._event_id(), "response": {**told, "output": []}}

    def _end(self, key: str) -> None:
        stream = self._streams.pop(key, None)
        self._active.discard(key)
        if stream is not None:
            self._closed(stream)
        for item in self._owned.pop(key, ()):
            self._sounding -= sum(len(str(event.get("delta", ""))) for event in self._sound.pop(item, []))
            self._decided.pop(item, None)
            for channel in [channel for channel in self._said if channel[:2] == item]:
                del self._said[channel]
                self._last.pop(channel, None)

    def _stream(self, key: str) -> Stream:
        if key not in self._streams:
            if len(self._streams) > MAX_RESPONSES:
                raise UpstreamError("the upstream has too many responses at a time", code="upstream_invalid_event")
            self._streams[key] = self._open_stream()
        return self._streams[key]

    def _note(self, event: Json, key: str) -> None:
        kind, response, item = event.get("type"), event.get("response"), event.get("item")
        if kind == "response.created" and key:
            self._active.add(key)
        if kind == "response.done" and isinstance(response, dict) and isinstance(response.get("usage"), dict):
            for ours, theirs in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")):
                used = response["usage"].get(theirs)
                if type(used) is int and used > 0:
                    self.usage[ours] = self.usage.get(ours, 0) + used
        if isinstance(item, dict) and type(item.get("id")) is str and type(item.get("name")) is str:
            if len(self._called) >= MAX_KNOWN:
                self._called.clear()
            self._called[item["id"]] = item["name"]

    def _bare(self, event: Json, stream: Stream) -> Json:
        """Without padding, and without log probabilities where anything may be rewritten."""
        dropped = {"obfuscation", "logprobs"} if stream.holds else {"obfuscation"}
        return {key: value for key, value in event.items() if key not in dropped}

    def _part(self, growth: Growth, text: str) -> Part:
        kind = growth.kind
        name = self._called.get(str(growth.channel[0]), "") if kind is Kind.TOOL_CALL else ""
        return Part(text, (growth.field,), Role.ASSISTANT, 0, kind, name, kind is Kind.TOOL_CALL)

    def _remember(self, original: str, left: str) -> None:
        if not 0 < len(original) <= MAX_REPEATED:
            return
        if len(self._known) >= MAX_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[original] = left

    def _event_id(self) -> str:
        self._made += 1
        return f"event_guard{self._made}"


def _response_of(event: Json) -> str:
    """Of which response an event is; empty: of the session."""
    response = event.get("response")
    key = event.get("response_id") or (response.get("id") if isinstance(response, dict) else None)
    return key if type(key) is str and len(key) <= 256 else ""


def _ended_by(event: Json) -> Path:
    """Whose texts end with this event: of a part, of an item, or of the whole response."""
    item = event.get("item")
    if type(event.get("item_id")) is str:
        index = event.get("content_index")
        return (event["item_id"], index) if type(index) is int else (event["item_id"],)
    return (item["id"],) if isinstance(item, dict) and type(item.get("id")) is str else ()


def _silenced(event: Json, edits: dict[Path, str]) -> dict[Path, str]:
    """Sound that says what its transcript no longer does is taken away."""
    sounds: dict[Path, str] = {}
    for path in edits:
        if path[-1] != "transcript" or len(path) < 2:
            continue
        holder: Any = event
        for step in path[:-1]:
            holder = holder[step]
        if type(holder.get("audio")) is str:
            sounds[(*path[:-1], "audio")] = ""
    return sounds
