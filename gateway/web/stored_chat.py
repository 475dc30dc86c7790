"""POST /v1/chat/completions with `store: true`: what is fetched later gets its values back, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from gateway.engine import Exchange, Stream
from gateway.types import Json
from gateway.web.chat import CHAT
from gateway.web.endpoint import Endpoint, RelayFactory
from gateway.web.frame import Turn
from gateway.web.responses import KeptEndpoint
from gateway.web.streaming import StreamRelay
from gateway.web.upstream import Answer

__all__ = ["STORED_CHAT"]


class StoringChat(KeptEndpoint):
    async def answered(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> Json:
        id = body.get("id")
        if asked.get("store") is True and isinstance(id, str):
            await self.keep(turn, exchange, asked, id, ())
        return await Endpoint.answered(self, turn, exchange, asked, body)

    async def _stream(self, turn: Turn, exchange: Exchange, make: RelayFactory, asked: Json, answer: Answer) -> None:
        if asked.get("store") is not True:
            await super()._stream(turn, exchange, make, asked, answer)
            return

        async def keep(id: str) -> None:
            await self.keep(turn, exchange, asked, id, ())

        def watched(stream: Stream, body: Json, refusal: Callable[[], str]) -> StreamRelay:
            return _Watched(make(stream, body, refusal), keep)

        await super()._stream(turn, exchange, watched, asked, answer)


class _Watched:
    """A relay whose answer's id is told before its first event leaves."""

    def __init__(self, relay: StreamRelay, told: Callable[[str], Awaitable[None]]) -> None:
        self._relay = relay
        self._told: Callable[[str], Awaitable[None]] | None = told
        self.finish, self.cut, self.failed = relay.finish, relay.cut, relay.failed
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
        return await self._relay.push(event)


STORED_CHAT = replace(CHAT, app=StoringChat)
