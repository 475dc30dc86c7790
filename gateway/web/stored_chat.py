"""POST /v1/chat/completions with `store: true` (what is fetched later gets its values back) or with `moderation`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from gateway.engine import Exchange, Stream
from gateway.surfaces.chat_stream import HEADER
from gateway.types import Json
from gateway.web.answers import VERDICTS
from gateway.web.chat import CHAT
from gateway.web.endpoint import Endpoint, RelayFactory
from gateway.web.frame import Turn
from gateway.web.moderated import FIELD
from gateway.web.responses import KeptEndpoint
from gateway.web.streaming import StreamRelay
from gateway.web.upstream import Answer

__all__ = ["STORED_CHAT"]


class StoringChat(KeptEndpoint):
    async def answered(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> Json:
        id = body.get("id")
        if asked.get("store") is True and isinstance(id, str):
            await self.keep(turn, exchange, asked, id, ())
        out = await Endpoint.answered(self, turn, exchange, asked, body)
        return out if self._moderation is None else {**out, FIELD: self._moderation.told(turn.scope[VERDICTS][-1])}

    async def _stream(self, turn: Turn, exchange: Exchange, make: RelayFactory, asked: Json, answer: Answer) -> None:
        stores, moderation = asked.get("store") is True, self._moderation
        if not stores and moderation is None:
            await super()._stream(turn, exchange, make, asked, answer)
            return

        async def keep(id: str) -> None:
            if stores:
                await self.keep(turn, exchange, asked, id, ())

        def watched(stream: Stream, body: Json, refusal: Callable[[], str]) -> StreamRelay:
            beside = None if moderation is None else lambda: {FIELD: moderation.told(stream.verdict())}
            return _Watched(make(stream, body, refusal), keep, beside)

        await super()._stream(turn, exchange, watched, asked, answer)


class _Watched:
    """
    A relay whose answer's id is told before its first event leaves. `beside`: what an event without choices says
    behind the last.
    """

    def __init__(
        self, relay: StreamRelay, told: Callable[[str], Awaitable[None]], beside: Callable[[], Json] | None
    ) -> None:
        self._relay = relay
        self._told: Callable[[str], Awaitable[None]] | None = told
        self._beside = beside
        self._header: Json = {}
        self.cut, self.failed = relay.cut, relay.failed
        self.spoken, self.has_text = relay.spoken, relay.has_text

    @property
    def usage(self) -> Json | None:
        return self._relay.usage

    @property
    def stopped(self) -> bool:
        return self._relay.stopped

    async def push(self, event: Json) -> list[Json]:
        id = event.get("id")
        if self._told is not None and isinstance(id, str) and id:
            told, self._told = self._told, None
            await told(id)
        out = self._seen(await self._relay.push(event))
        return [*out, *self._last()] if self.stopped else out

    async def finish(self) -> list[Json]:
        return [*self._seen(await self._relay.finish()), *self._last()]

    def _seen(self, events: list[Json]) -> list[Json]:
        if events:
            self._header = {key: events[-1][key] for key in HEADER if key in events[-1]}
        return events

    def _last(self) -> list[Json]:
        return [] if self._beside is None else [{**self._header, "choices": [], **self._beside()}]


STORED_CHAT = replace(CHAT, app=StoringChat)
