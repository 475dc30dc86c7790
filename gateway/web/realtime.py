"""
GET /v1/realtime, upgraded to a WebSocket: a client on one side, the model's server on the other.

Two pumps, one for each direction; the slower side holds the faster one up. The session is one request to
limits and one event in the record, whatever is said in it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from gateway.engine import Exchange
from gateway.errors import GatewayError, Overloaded, RequestError, UpstreamError
from gateway.surfaces import dump_json, parse_event, parse_json
from gateway.types import Direction, Effect, Json, Part, Role, Transcript, Verdict
from gateway.web.answers import Blocked, NoWords, error_of, refused, withheld
from gateway.web.endpoint import asked_policies
from gateway.web.events import Side
from gateway.web.frame import Frame, Turn
from gateway.web.paths import query_of
from gateway.web.realtime_relay import Hearing, RealtimeRelay
from gateway.web.sockets import (
    BROKEN,
    GOING_AWAY,
    LATER,
    NORMAL,
    POLICY,
    PROTOCOL,
    TOO_BIG,
    UNSUPPORTED,
    Ended,
    accept,
    close,
    deny,
    opened,
    say,
    sendable,
)
from gateway.web.state import Gateway
from gateway.web.upstream import Call

__all__ = ["PATH", "Realtime"]

PATH = "/v1/realtime"
ROUTE = "realtime"
QUERY = frozenset(("model", "intent"))

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")


class Realtime:
    """An ASGI app for WebSockets."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = _Session(self._gateway, receive, send)
        async with Frame(self._gateway, ROUTE, scope, send, session.fail) as turn:
            await session.serve(turn)


class _Session:
    def __init__(self, gateway: Gateway, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._settings = gateway.settings.realtime
        self._receive = receive
        self._send = send
        self._accepted = False
        self._moved = 0.0  # when something was last said

    async def serve(self, turn: Turn) -> None:
        gateway, event = self._gateway, turn.event
        scope, caller = await opened(turn, self._receive)
        query = query_of(scope, QUERY)
        event.model = dict(query).get("model", "")
        if not _MODEL.fullmatch(event.model):
            raise RequestError("name a model in the query", param="model")
        caller.require_model(event.model)
        turn.policies = gateway.policies_for(caller, event.model, PATH, asked_policies(scope))
        event.apply(turn.policies)
        gateway.admit(turn.policies, turn.kept)
        turn.meter = await gateway.limits.open(caller, event.model, 0, None, long=True)
        turn.meter.require()
        exchange = gateway.guard.begin(turn.policies, caller.owner)
        async with self._upstream(turn, query) as upstream:
            await self._accept(scope)
            event.status = 101
            await self._relay(turn, exchange, upstream)

    async def fail(self, turn: Turn, error: GatewayError) -> None:
        event = turn.event
        event.error = event.error or error.code
        if not self._accepted:
            event.status = error.status
            await deny(turn.scope, self._send, error, error_of(turn.event, error))
            return
        await self._say(_error_event(turn, error))
        await self._close(LATER if error.status in (429, 503) else BROKEN)

    @asynccontextmanager
    async def _upstream(self, turn: Turn, query: Sequence[tuple[str, str]]) -> AsyncIterator[ClientConnection]:
        """Raises NotFound, UpstreamError."""
        call = Call(
            model=turn.event.model,
            headers=turn.scope["headers"],
            client_key=turn.caller.upstream_key,
            method="GET",
            path="/realtime",
            query=query,
            stream=True,
        )
        target = self._gateway.pool.reach(call)
        turn.event.upstream = target.upstream.name
        timeouts = target.upstream.timeouts
        turn.meter.sent()
        try:
            connection = await connect(
                target.url,
                additional_headers=target.headers,
                user_agent_header=None,
                compression=None,
                proxy=None,
                subprotocols=[Subprotocol(PROTOCOL)],
                open_timeout=timeouts.connect + timeouts.first_byte,
                close_timeout=2,
                max_size=self._settings.max_event,
                max_queue=4,
            )
        except InvalidStatus as e:
            target.permit.fail() if e.response.status_code >= 500 else target.permit.succeed()
            turn.meter.returned()
            raise NoWords(e.response.status_code if 400 <= e.response.status_code < 600 else 502) from None
        except (OSError, TimeoutError, InvalidHandshake):
            target.permit.fail()
            turn.meter.returned()
            raise UpstreamError("the upstream cannot be reached", code="upstream_unreachable") from None
        except BaseException:
            target.permit.drop()
            raise
        target.permit.succeed()
        try:
            yield connection
        finally:
            await connection.close(NORMAL)

    async def _relay(self, turn: Turn, exchange: Exchange, upstream: ClientConnection) -> None:
        hearing = Hearing(exchange)
        speaking = RealtimeRelay(
            lambda: exchange.renew().stream(),
            lambda verdict: _why(turn, verdict),
            lambda stream: _note(turn, Direction.OUTPUT, stream.verdict(), tuple(stream.texts())),
            lambda text: self._heard(turn, hearing, text),
            lambda error: _error_event(turn, error),
            refuses=any(p.policy.refuses_unread and not p.monitors for p in turn.policies),
        )
        self._moved = asyncio.get_running_loop().time()
        pumps = [
            asyncio.create_task(self._from_client(turn, hearing, upstream)),
            asyncio.create_task(self._from_upstream(turn, exchange, speaking, upstream)),
            asyncio.create_task(self._watch(turn)),
        ]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if asyncio.current_task() in turn.gateway.cut_off:
                await self._say(_error_event(turn, Overloaded("the gateway is shutting down", code="shutting_down")))
                await self._close(GOING_AWAY)
            raise
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            speaking.close()
            turn.event.usage = dict(speaking.usage)
            turn.meter.answered(turn.event.usage)
        await self._over(done.pop().exception(), upstream)

    async def _over(self, error: BaseException | None, upstream: ClientConnection) -> None:
        """Tell both sides."""
        if isinstance(error, Ended):
            await self._close(error.code, error.reason)
            await upstream.close(error.code)
        elif error is not None:
            await upstream.close(NORMAL)
            raise error

    async def _from_client(self, turn: Turn, hearing: Hearing, upstream: ClientConnection) -> None:
        while True:
            message = await self._receive()
            self._moved = asyncio.get_running_loop().time()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or NORMAL
                raise Ended(code if sendable(code) else GOING_AWAY)
            await self._forward(turn, hearing, upstream, message)

    async def _forward(self, turn: Turn, hearing: Hearing, upstream: ClientConnection, message: Message) -> None:
        text = message.get("text")
        if text is None:
            raise Ended(UNSUPPORTED, "only text")
        if len(text) > self._settings.max_event:
            raise Ended(TOO_BIG)
        event: Any = None
        try:
            event = parse_json(text.encode())
            transcript, verdict, left = await hearing.judge(event)
            _note(turn, Direction.INPUT, verdict, transcript.parts)
            if verdict.effect is Effect.BLOCK:
                raise refused(turn.policies, verdict, "item")
        except RequestError as e:
            turn.event.error = e.code
            await self._say(_error_event(turn, e, event))
            return
        await _to(upstream, left)

    async def _from_upstream(
        self, turn: Turn, exchange: Exchange, speaking: RealtimeRelay, upstream: ClientConnection
    ) -> None:
        try:
            async for data in upstream:
                self._moved = asyncio.get_running_loop().time()
                event = parse_event(data)
                if not isinstance(event, dict):
                    raise UpstreamError("an event of the upstream is no object", code="upstream_invalid_event")
                out = await speaking.push(event)
                for told in out.upstream:
                    await _to(upstream, told)
                for told in out.client:
                    await self._say(told)
                if not await turn.meter.count(event, spoken):
                    error = RequestError("the budget of this key is spent", code="budget_spent")
                    await self._say(_error_event(turn, error))
                    raise Ended(POLICY)
        except ConnectionClosed:
            pass
        code = upstream.close_code or 1006
        raise Ended(code if sendable(code) else BROKEN, await _reason(exchange, upstream.close_reason or ""))

    async def _heard(self, turn: Turn, hearing: Hearing, text: str) -> GatewayError | None:
        transcript, verdict = await hearing.heard(text)
        _note(turn, Direction.INPUT, verdict, transcript.parts)
        return refused(turn.policies, verdict, "transcript") if verdict.effect is Effect.BLOCK else None

    async def _watch(self, turn: Turn) -> None:
        """No session lasts forever, and none in which nobody speaks."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._settings.total
        while (left := min(end, self._moved + self._settings.idle) - loop.time()) > 0:  # noqa: ASYNC110 (a clock)
            await asyncio.sleep(left)
        error = RequestError("the session has lasted too long, or was silent too long", code="session_expired")
        turn.event.error = error.code
        await self._say(_error_event(turn, error))
        raise Ended(GOING_AWAY)

    async def _accept(self, scope: Scope) -> None:
        await accept(scope, self._send)
        self._accepted = True

    async def _say(self, event: Json) -> None:
        await say(self._send, event, self._gateway.settings.server.write_timeout)

    async def _close(self, code: int, reason: str = "") -> None:
        await close(self._send, code, reason)


def spoken(event: Json) -> tuple[int, int]:
    """Of one event: does it say something, and how many bytes."""
    text = event.get("delta")
    sound = "audio.delta" in str(event.get("type"))
    size = len(text.encode("utf-8", "replace")) if isinstance(text, str) and not sound else 0
    return int(size > 0), size


async def _to(upstream: ClientConnection, event: Json) -> None:
    with suppress(ConnectionClosed):  # the other pump says so
        await upstream.send(dump_json(event).decode())


async def _reason(exchange: Exchange, reason: str) -> str:
    """Why an upstream closes, in its words as far as they may be passed on."""
    part = Part(reason, ("reason",), Role.ASSISTANT)
    verdict = await exchange.renew().response(Transcript((part,) if reason else (), Direction.OUTPUT))
    if verdict.effect is Effect.BLOCK:
        return ""
    return verdict.edits.get(part.path, reason).encode()[:120].decode(errors="ignore")


def _why(turn: Turn, verdict: Verdict) -> GatewayError:
    try:
        return Blocked(withheld(turn.policies, verdict, None))
    except GatewayError as e:
        return e


def _error_event(turn: Turn, error: GatewayError, about: Any = None) -> Json:
    """`about`: the client's event that it is about."""
    fields = error_of(turn.event, error)["error"]
    asked = about.get("event_id") if isinstance(about, dict) else None
    fields["event_id"] = asked if isinstance(asked, str) and isinstance(error, Blocked) else None
    return {"type": "error", "event_id": "event_guard0", "error": fields}


def _note(turn: Turn, direction: Direction, verdict: Verdict, parts: tuple[Part, ...]) -> None:
    """Into the event and the metrics; a session has many of them."""
    event, side = turn.event, Side.of(verdict)
    if turn.kept is not None:
        turn.kept.set(direction, verdict, parts)
    if direction is Direction.INPUT:
        event.request = event.request.merge(side) if event.request.decision != "none" else side
    else:
        event.answer = event.answer.merge(side) if event.answer.decision != "none" else side
    event.scan_ms = round(event.scan_ms + sum(verdict.timings_ms.values()), 3)
    if verdict.effect is Effect.BLOCK:
        turn.meter.blocked()
    turn.gateway.metrics.verdict(event.route, direction, verdict)
