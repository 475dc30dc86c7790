"""
A streamed answer of Anthropic's messages on its way through. No sockets, no clock.

Each text of each block goes through its own channel of the guard. A block's last words leave before the
block ends; a blocked answer ends with `stop_reason: refusal`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.engine import Stream
from gateway.engine.outcome import utf8_size
from gateway.errors import UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.anthropic_response import carrier, ending, read_event
from gateway.types import Delta, Json, Path

__all__ = ["AnthropicRelay"]

_SPOKEN = ("text", "thinking", "partial_json")
_REASONS = {"length": "max_tokens"}
_ENDINGS = frozenset(("message_delta", "message_stop"))


class AnthropicRelay:
    """
    `push` each upstream event, then `finish`. Once `stopped` is true, what was returned last ends
    the answer, and nothing more may be pushed.
    """

    def __init__(self, stream: Stream, refusal: Callable[[], str]) -> None:
        self._stream = stream
        self._refusal = refusal
        self._last: dict[Path, tuple[Json, Path]] = {}  # by channel: an event with a piece of it, and where
        self._called: dict[int, str] = {}  # by block: the tool
        self._open: set[int] = set()  # blocks that the client has seen begin and not end
        self._next = 0  # index of a block of ours
        self._begun = self._spoken = self._ended = False
        self.usage: Json | None = None
        self.stopped = False

    async def push(self, event: Json) -> list[Json]:
        """One upstream event; returns what the client gets now."""
        kind = event.get("type")
        if kind == "error" or isinstance(event.get("error"), dict):
            raise UpstreamError("the upstream reported an error inside its answer")
        if kind == "ping":
            return [{"type": "ping"}]
        self._note_usage(event)
        before: list[Json] = []
        if kind in _ENDINGS:
            before = await self._rest(())
        elif kind == "content_block_stop":
            before = await self._rest(("content", _index(event)))
        if self.stopped:
            return before
        return [*before, *await self._event(event)]

    async def finish(self) -> list[Json]:
        """The upstream's answer is complete; returns the rest."""
        return await self._rest(())

    def cut(self, reason: str) -> list[Json]:
        """After `finish`: how an answer ends that the upstream has not ended."""
        if self._ended:
            return []
        return [*self._stops(), *ending(_REASONS.get(reason, reason), self._tokens)]

    def failed(self, error: Json) -> list[Json]:
        return [error]

    def spoken(self, event: Json) -> tuple[int, int]:
        delta = event.get("delta")
        said = [delta[key] for key in _SPOKEN if isinstance(delta.get(key), str)] if isinstance(delta, dict) else []
        size = sum(map(utf8_size, said))
        return int(size > 0), size

    def has_text(self, event: Json) -> bool:
        return self.spoken(event)[0] > 0

    async def _event(self, event: Json) -> list[Json]:
        deltas, unscanned = read_event(event, self._called.get(_index(event), ""))
        await self._stream.unscanned(unscanned)
        if self._stream.stopped:
            return self._end()
        edits: dict[Path, str] = {}
        for delta in deltas:
            released = await self._stream.feed(delta)
            if released.stopped:
                return self._end()
            self._spoken = self._spoken or bool(released.text and not delta.whole)
            if released.text != delta.part.text:
                edits[delta.part.path] = released.text
        clean = apply(event, edits)
        self._note(clean, deltas)
        return [] if edits and _is_empty(clean) else [clean]

    def _note(self, event: Json, deltas: list[Delta]) -> None:
        """What must be known of an event that leaves, or of the channels that go on after it."""
        self._last.update((d.channel, (event, d.part.path)) for d in deltas if not d.whole)
        kind, index = event.get("type"), _index(event)
        if kind == "message_start":
            self._begun = True
        elif kind == "content_block_start":
            block = event.get("content_block")
            name = block.get("name") if isinstance(block, dict) else None
            self._called[index] = name if isinstance(name, str) else ""
            self._open.add(index)
            self._next = max(self._next, index + 1)
        elif kind == "content_block_stop":
            self._open.discard(index)
        elif kind in _ENDINGS:
            self._ended = True

    async def _rest(self, prefix: Path) -> list[Json]:
        """What waits of these texts, which end now."""
        out: list[Json] = []
        for path in self._stream.open(prefix):
            released = await self._stream.close(path)
            if released.stopped:
                return [*out, *self._end()]
            if released.text:
                self._spoken = True
                out.append(carrier(*self._last[path], released.text))
        return out

    def _end(self) -> list[Json]:
        """How a blocked answer ends, unless `refusal` raises what it ends with."""
        self.stopped = True
        message = self._refusal()
        out: list[Json] = [] if self._begun else [_beginning()]
        out += self._stops()
        if not self._spoken:
            at = self._next
            out += [
                {"type": "content_block_start", "index": at, "content_block": {"type": "text", "text": ""}},
                {"type": "content_block_delta", "index": at, "delta": {"type": "text_delta", "text": message}},
                {"type": "content_block_stop", "index": at},
            ]
        return [*out, *ending("refusal", self._tokens, message)]

    def _stops(self) -> list[Json]:
        stops = [{"type": "content_block_stop", "index": index} for index in sorted(self._open)]
        self._open.clear()
        return stops

    def _note_usage(self, event: Json) -> None:
        """The beginning says what was read, the end what was written."""
        message = event.get("message")
        for given in (message.get("usage") if isinstance(message, dict) else None, event.get("usage")):
            if isinstance(given, dict):
                told = {key: value for key, value in given.items() if value is not None}
                self.usage = {**(self.usage or {}), **told}

    @property
    def _tokens(self) -> int:
        tokens = (self.usage or {}).get("output_tokens")
        return tokens if isinstance(tokens, int) else 0


def _index(event: Json) -> int:
    index = event.get("index")
    return index if type(index) is int and index >= 0 else -1


def _beginning() -> Json:
    message: Json = {
        "id": "msg_withheld",
        "type": "message",
        "role": "assistant",
        "model": "",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    return {"type": "message_start", "message": message}


def _is_empty(event: Json) -> bool:
    """Is nothing left in this event that is worth sending?"""
    delta: Any = event.get("delta")
    if event.get("type") != "content_block_delta" or not isinstance(delta, dict):
        return False
    return all(not value for key, value in delta.items() if key != "type")
