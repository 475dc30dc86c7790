"""
A streamed response on its way through: upstream events in, client events out. No sockets, no clock.

Each text goes through its own channel of the guard. Deltas leave with as much text as is decided; what
waited leaves before the `.done` of its text, and every later repetition of the text says what left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from gateway.engine import Released, Stream
from gateway.engine.outcome import utf8_size
from gateway.errors import ScanError, UpstreamError
from gateway.surfaces import TokenLog, apply
from gateway.surfaces.chat_stream import drop_obfuscation
from gateway.surfaces.responses_events import (
    ENDS,
    STARTS,
    Mode,
    Piece,
    Read,
    closes,
    is_delta,
    read_event,
    stem_of,
)
from gateway.surfaces.responses_fields import ECHOES
from gateway.surfaces.responses_refusal import delta_event, end_events
from gateway.types import Delta, Json, Path
from gateway.web.responses_draft import DraftKeeper, rewritten

__all__ = ["ResponseRelay"]

MAX_KNOWN = 1 << 20  # characters of texts that came whole and are remembered
MAX_AUDIO = 16 << 20  # characters of base64 that one answer may have waiting
_AUDIO = ("audio", "transcript")
_WHERE = ("type", "item_id", "output_index", "content_index", "summary_index", "command_index")


class ResponseRelay:
    """
    `push` each upstream event, then `finish`. Once `stopped` is true, what was returned last ends the
    answer, and nothing more may be pushed. `ended`: the upstream has said that it is done.

    `echoes` is what the request said, as it was forwarded: and as the client sent it. Of the events,
    numbered anew, those up to the number `after` are not returned: the client has them. `on_end` is given the
    response's id once, before its last events are returned, or by `keep`. `beside` is what the last event's
    response says besides.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        refusal: Callable[[], str],
        echoes: Mapping[str, str] | None = None,
        after: int = -1,
        on_end: Callable[[str], Awaitable[None]] | None = None,
        beside: Callable[[], Json] = dict,
    ) -> None:
        self._stream = stream
        self._refusal = refusal
        self._echoes = echoes or {}
        self._after = after
        self._on_end = on_end
        self._beside = beside
        self._numbered = False
        self._next = 0
        self._draft = DraftKeeper()
        self._stems: dict[Path, str] = {}
        self._templates: dict[Path, tuple[Json, Path]] = {}  # of deltas that we do not know
        self._left: dict[Path, list[str]] = {}  # by channel: what the client has of its text
        self._known: dict[tuple[Path, str], Released] = {}
        self._known_size = 0
        self._logs: dict[Path, TokenLog] = {}
        self._citations: dict[Path, list[Json]] = {}
        self._cited: dict[Path, int] = {}
        self._audio: list[Json] = []
        self._audio_size = 0
        self._unread: set[Path] = set()
        self.usage: Json | None = None
        self.response_id = ""
        self.stopped = False
        self.ended = False

    async def push(self, event: Json) -> list[Json]:
        """One upstream event; returns what the client gets now."""
        if self.ended:
            return []
        self._numbered = self._numbered or "sequence_number" in event
        read, event = await self._opened(drop_obfuscation(event))
        out = [] if self.stopped else await self._event(read, event)
        if self.stopped or self.ended:
            await self.keep()
        if self.stopped:
            out += end_events(self._draft.filled(self._text_of), "content_filter", self._refusal())
        return self._given(out)

    async def keep(self) -> None:
        """However the answer ends, its id is told once; nothing is told of one that never had any."""
        told, self._on_end = self._on_end, None
        if told is not None and self.response_id:
            await told(self.response_id)

    async def finish(self) -> list[Json]:
        """The upstream's stream is over; returns the rest, of an answer that may not be complete."""
        if self.ended or self.stopped:
            return []
        out = await self._close((), {})
        if self.stopped:
            out += end_events(self._draft.filled(self._text_of), "content_filter", self._refusal())
        return self._given([*out, *self._spoken()])

    def cut(self, reason: str) -> list[Json]:
        """After `finish`: how an answer ends that the upstream has not ended. `length`: there is no more to spend."""
        self.ended = True
        why = "max_output_tokens" if reason == "length" else reason
        return self._given(end_events(self._draft.filled(self._text_of), why))

    def failed(self, error: Json) -> list[Json]:
        return self._given([{**error["error"], "type": "error"}])

    @staticmethod
    def spoken(event: Json) -> tuple[int, int]:
        said = event.get("delta") if is_delta(event) else None
        size = utf8_size(said) if isinstance(said, str) else len(str(said or ""))
        return int(size > 0), size

    @staticmethod
    def has_text(event: Json) -> bool:
        return is_delta(event)

    async def _opened(self, event: Json) -> tuple[Read, Json]:
        if event.get("type") in STARTS and isinstance(event.get("response"), dict):
            # Nothing has been said yet; what has comes in events of its own.
            event = {**event, "response": {**event["response"], "output": []}}
        read = read_event(event)
        response = event.get("response")
        if isinstance(response, dict):
            usage, name = response.get("usage"), response.get("id")
            self.usage = usage if isinstance(usage, dict) else self.usage
            self.response_id = name if isinstance(name, str) else self.response_id
        new = [item for item in read.unscanned if item.path not in self._unread]
        self._unread.update(item.path for item in new)
        await self._stream.unscanned(new)
        self.stopped = self.stopped or self._stream.stopped
        return read, event

    async def _event(self, read: Read, event: Json) -> list[Json]:
        edits: dict[Path, str] = {}
        for piece in read.pieces:
            if piece.mode is Mode.FULL:
                continue
            text = await (self._whole(piece) if piece.mode is Mode.WHOLE else self._delta(piece, event))
            if self.stopped:
                return []
            if text != piece.part.text:
                edits[piece.part.path] = text
        before: list[Json] = []
        fulls = {piece.channel: piece for piece in read.pieces if piece.mode is Mode.FULL}
        prefix = closes(event)
        if prefix is not None:
            before = await self._close(prefix, fulls)
        for piece in fulls.values():
            text = await self._full(piece)
            if self.stopped:
                break
            if text != piece.part.text:
                edits[piece.part.path] = text
        if self.stopped:
            return before
        return [*before, *self._outgoing(event, edits, read)]

    # --- texts

    async def _delta(self, piece: Piece, event: Json) -> str:
        channel = piece.channel
        self._stems.setdefault(channel, stem_of(event) if is_delta(event) else self._draft.stem(event, channel))
        return (await self._feed(channel, piece)).text

    async def _feed(self, channel: Path, piece: Piece, text: str | None = None) -> Released:
        part = self._draft.named(piece.part, channel)
        if text is not None:
            part = type(part)(text, part.path, part.role, part.message, part.kind, part.name, part.json)
        released = await self._stream.feed(Delta(channel, part))
        self._note(channel, released)
        return released

    def _note(self, channel: Path, released: Released) -> None:
        self.stopped = self.stopped or released.stopped
        self._left.setdefault(channel, []).append(released.text)

    async def _whole(self, piece: Piece) -> str:
        """A text that comes at once, and with every event that repeats it: scanned once."""
        text = piece.part.text
        sent = self._echoes.get(text) if piece.channel[0] in ECHOES else None
        if sent is not None:
            return sent
        key = (piece.channel, text)
        if key not in self._known:
            if self._known_size > MAX_KNOWN:
                self._known.clear()
                self._known_size = 0
            self._known_size += len(text)
            part = self._draft.named(piece.part, piece.channel)
            self._known[key] = await self._stream.feed(Delta(piece.channel, part, True))
        released = self._known[key]
        self.stopped = self.stopped or released.stopped
        return released.text

    async def _full(self, piece: Piece) -> str:
        """What left of a text that has ended. Where the upstream says another text than before, that is judged, too."""
        channel = self._stream.channel(piece.channel)
        if channel is not None and channel.closed and channel.so_far("").text == piece.part.text:
            return self._text_of(piece.channel)
        return await self._whole(piece)

    def _text_of(self, channel: Path) -> str:
        return "".join(self._left.get(channel, ()))

    async def _close(self, prefix: Path, fulls: Mapping[Path, Piece]) -> list[Json]:
        """End these texts; returns events with what waited of them."""
        out: list[Json] = []
        silent: set[Path] = set()
        for path, piece in fulls.items():
            channel = self._stream.channel(path)
            if channel is None:  # it did not come in pieces
                silent.add(path)
                await self._feed(path, piece)
            elif not channel.closed:
                said, whole = channel.so_far("").text, piece.part.text
                if len(whole) > len(said) and whole.startswith(said):
                    released = await self._feed(path, piece, whole[len(said) :])
                    out += self._carried(path, released.text)
            if self.stopped:
                return out
        for path in self._stream.open(prefix):
            released = await self._stream.close(path)
            self._note(path, released)
            if self.stopped:
                return out
            if path not in silent:
                out += self._carried(path, released.text)
            out += self._citations_of(path, ended=True)
        return out

    def _carried(self, path: Path, text: str) -> list[Json]:
        """What waited, in a delta of its own."""
        if path in self._templates:
            event, at = self._templates[path]
            return [_bare(event, at, text)] if text else []
        if path == _AUDIO:
            return [delta_event(self._stems[path], path, "", text)] if text else []
        entries = self._entries(path)
        if not text and not entries:
            return []
        event = delta_event(self._stems.get(path, "response.output_text"), path, self._draft.item_id(path), text)
        return [{**event, "logprobs": entries} if "logprobs" in event else event]

    # --- events

    def _outgoing(self, event: Json, edits: Mapping[Path, str], read: Read) -> list[Json]:
        try:
            out = apply(event, edits)
        except LookupError:
            raise UpstreamError("the answer cannot be edited safely", code="unsafe_edit") from None
        named = event["type"]
        if is_delta(event):
            return self._with_side_channels(out, event, read)
        if named == "response.output_text.annotation.added":
            path: Path = ("output", event.get("output_index", 0), "content", event.get("content_index", 0), "text")
            self._citations.setdefault(path, []).append(out)
            return self._citations_of(path)
        if named == "response.audio.done" or (self._audio and named in ENDS):
            return [*self._spoken(), out]
        out = rewritten(out, event, self._changes_of, alternatives=not self._stream.holds)
        self._draft.take(out)
        self.ended = named in ENDS
        return [out]

    def _with_side_channels(self, out: Json, event: Json, read: Read) -> list[Json]:
        if event["type"] == "response.audio.delta":
            return self._held_audio(out)
        pieces = [piece for piece in read.pieces if piece.mode is Mode.DELTA]
        paths = {piece.channel for piece in pieces}
        entries: list[Any] | None = None
        for piece in pieces:
            if piece.part.path == ("delta",) and isinstance(out.get("logprobs"), list):
                log = self._logs.setdefault(piece.channel, TokenLog())
                log.push(self._without_alternatives(out["logprobs"]), piece.part.text)
            entries = self._entries(piece.channel) if piece.channel in self._logs else entries
        if entries is not None:
            out = {**out, "logprobs": entries}
        self._draft.begun(out)
        self._templates |= {p.channel: (out, p.part.path) for p in pieces if p.channel[0] not in ("output", "audio")}
        citations = [new for path in paths for new in self._citations_of(path)]
        said = any(_at(out, piece.part.path) for piece in pieces) or not pieces
        return [*([out] if said or entries else []), *citations]

    def _entries(self, path: Path) -> list[Any]:
        """Log probabilities that may leave: those of text that has left as it was."""
        log, channel = self._logs.get(path), self._stream.channel(path)
        return log.take(channel.released, channel.edited) if log is not None and channel is not None else []

    def _without_alternatives(self, entries: list[Any]) -> list[Any]:
        """Words that were almost said may spell over several events what the text does not say."""
        if not self._stream.holds:
            return entries
        return [{**entry, "top_logprobs": []} if isinstance(entry, dict) else entry for entry in entries]

    def _citations_of(self, path: Path, *, ended: bool = False) -> list[Json]:
        """Citations whose words have left, pointing to where they stand now."""
        channel = self._stream.channel(path)
        waiting = self._citations.get(path, [])
        out: list[Json] = []
        while waiting:
            cited = waiting[0].get("annotation")
            end = cited.get("end_index") if isinstance(cited, dict) else None
            if not ended and channel is not None and isinstance(end, int) and end > channel.released:
                break
            out += self._draft.cited(waiting.pop(0), channel.changes if channel is not None else (), self._cited, path)
        return out

    def _changes_of(self, path: Path, text: str) -> Iterable[Any] | None:
        """What was replaced in this text; None where it is not the text of its channel."""
        channel = self._stream.channel(path)
        return channel.changes if channel is not None and channel.so_far("").text == text else None

    def _held_audio(self, event: Json) -> list[Json]:
        """Speech waits for the end of its transcript: what is spoken cannot be edited."""
        if not self._stream.holds:
            return [event]
        self._audio_size += len(str(event.get("delta", "")))
        if self._audio_size > MAX_AUDIO:
            raise ScanError("the spoken answer is too long to be held until its transcript is scanned")
        self._audio.append(event)
        return []

    def _spoken(self) -> list[Json]:
        """The held sound, if its transcript left as it was."""
        held, self._audio = self._audio, []
        transcript = self._stream.channel(_AUDIO)
        return [] if transcript is not None and (transcript.edited or not transcript.closed) else held

    def _given(self, events: list[Json]) -> list[Json]:
        """Numbered, without those that the client has already."""
        if (self.ended or self.stopped) and events and "response" in events[-1]:
            last = events[-1]
            events = [*events[:-1], {**last, "response": {**last["response"], **self._beside()}}]
        if not self._numbered:
            return events
        out = [{**event, "sequence_number": self._next + place} for place, event in enumerate(events)]
        self._next += len(events)
        return [event for event in out if event["sequence_number"] > self._after]


def _bare(event: Json, path: Path, text: str) -> Json:
    """An event like this one with only this text in it."""
    out: Any = text
    for step in reversed(path):
        out = [out] if isinstance(step, int) else {step: out}
    return {**{key: event[key] for key in _WHERE if key in event}, **out}


def _at(node: Any, path: Path) -> Any:
    """What stands there; nothing, where a key on the way to it was edited."""
    for step in path:
        try:
            node = node[step]
        except (LookupError, TypeError):
            return ""
    return node
