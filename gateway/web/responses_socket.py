"""
GET /v1/responses, upgraded to a WebSocket: many responses over one connection.

Each `response.create` is one POST to /v1/responses, streamed, with all that this means: its own policies, limits,
record and place among the turns before it. So a text is judged and held back here exactly as it is there, and any
upstream that has the path will do. What only a connection to the model's server could do is answered by us:
a response cannot be steered.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import GatewayError, Overloaded, RequestError
from gateway.surfaces import SSEDecoder, dump_json, parse_event, parse_json
from gateway.surfaces.responses_request import read_create
from gateway.types import Json
from gateway.web.answers import VERDICTS, error_of
from gateway.web.asgi import ClientGone
from gateway.web.frame import Frame, Turn
from gateway.web.paths import NAMES
from gateway.web.sockets import (
    BROKEN,
    GOING_AWAY,
    LATER,
    NORMAL,
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

__all__ = ["PATH", "ResponsesSocket"]

PATH = "/v1/responses"
ROUTE = "responses.socket"
MOST_LANES = 64
MOST_WAITING = 16  # responses that one connection may have under way
LARGEST = 64 << 20  # bytes of an event of our own; the upstream's are bounded before

log = logging.getLogger("gateway.web")

_DROPPED = (b"connection", b"upgrade", b"content-type", b"content-length", b"transfer-encoding", b"accept")
_OF_SOCKETS = frozenset(("subprotocols", "extensions", NAMES, VERDICTS))
_NO_STEERING = "a response cannot be steered through this gateway; send its input with the next `response.create`"


class ResponsesSocket:
    """An ASGI app for WebSockets. `create` is the app that answers a POST."""

    def __init__(self, gateway: Gateway, create: ASGIApp) -> None:
        self._gateway = gateway
        self._create = create

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = _Session(self._gateway, self._create, receive, send)
        async with Frame(self._gateway, ROUTE, scope, send, session.fail) as turn:
            await session.serve(turn)


class _Session:
    def __init__(self, gateway: Gateway, create: ASGIApp, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._create = create
        self._receive = receive
        self._send = send
        self._accepted = False
        self._moved = 0.0  # when something was last said
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self, turn: Turn) -> None:
        scope, _ = await opened(turn, self._receive)
        await accept(scope, self._send)
        self._accepted, turn.event.status = True, 101
        self._moved = asyncio.get_running_loop().time()
        pumps = [asyncio.create_task(self._listen(turn)), asyncio.create_task(self._watch(turn))]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            every = [*pumps, *self._running]
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)
        error = done.pop().exception()
        if not isinstance(error, Ended):
            raise error or ClientGone()
        await close(self._send, error.code, error.reason)

    async def fail(self, turn: Turn, error: GatewayError) -> None:
        event = turn.event
        event.error = event.error or error.code
        if not self._accepted:
            event.status = error.status
            await deny(turn.scope, self._send, error, error_of(event, error))
            return
        await self.say(_error(error.status, error_of(event, error)["error"]))
        await close(self._send, LATER if error.status in (429, 503) else BROKEN)

    async def say(self, event: Json) -> None:
        await say(self._send, event, self._gateway.settings.server.write_timeout)
        self._moved = asyncio.get_running_loop().time()

    async def _listen(self, turn: Turn) -> None:
        while True:
            message = await self._receive()
            self._moved = asyncio.get_running_loop().time()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or NORMAL
                raise Ended(code if sendable(code) else GOING_AWAY)
            text = message.get("text")
            if text is None:
                raise Ended(UNSUPPORTED, "only text")
            if len(text) > self._gateway.settings.server.max_body:
                raise Ended(TOO_BIG)
            try:
                await self._hear(turn, text)
            except RequestError as e:
                await self.say(_error(e.status, error_of(turn.event, e)["error"]))

    async def _hear(self, turn: Turn, text: str) -> None:
        event = parse_json(text.encode())
        kind = event.get("type") if type(event) is dict else None
        if kind == "response.steer":
            await self.say(_not_steered(event))
            return
        if kind != "response.create":
            raise RequestError("send `response.create`", param="type", code="unknown_event")
        body, lane = read_create(event)
        if len(self._running) >= MOST_WAITING:
            raise RequestError("too many responses of this connection are under way", code="too_many_responses")
        if (lane or "") not in self._lanes and len(self._lanes) >= MOST_LANES:
            raise RequestError("too many lanes on one connection", param="stream_id", code="too_many_lanes")
        task = asyncio.create_task(self._respond(turn, body, lane))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _respond(self, turn: Turn, body: Json, lane: str | None) -> None:
        """One after the other, in each lane."""
        async with self._lanes[lane or ""]:
            told = _Told(self, lane)
            try:
                await self._create(_as_post(turn.scope), _said_once(dump_json(body)), told)
            except Exception:  # our own bug: the client learns nothing, and its connection stays
                log.exception("a response on a WebSocket failed")
                failed = error_of(turn.event, GatewayError("the gateway failed to handle this request"))
                await told.say(_error(500, failed["error"]))

    async def _watch(self, turn: Turn) -> None:
        """No connection lasts forever, and none on which nothing happens: a response under way is something."""
        settings, loop = self._gateway.settings.realtime, asyncio.get_running_loop()
        end = loop.time() + settings.total
        while (left := min(end, self._moved + settings.idle) - loop.time()) > 0:
            await asyncio.sleep(left)
            if self._running:
                self._moved = loop.time()
        error = Overloaded("the connection has lasted too long, or was silent too long", code="session_expired")
        turn.event.error = error.code
        await self.say(_error(400, error_of(turn.event, error)["error"]))
        raise Ended(GOING_AWAY)


class _Told:
    """The `send` of one request: what a client of HTTP would have read, as messages."""

    def __init__(self, session: _Session, lane: str | None) -> None:
        self._session = session
        self._lane = {} if lane is None else {"stream_id": lane}
        self._status = 0
        self._events: SSEDecoder | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            kinds = [value for name, value in message["headers"] if name == b"content-type"]
            self._events = SSEDecoder(LARGEST) if kinds and kinds[0].startswith(b"text/event-stream") else None
            return
        data = message.get("body", b"")
        if self._events is not None:
            for event in self._events.feed(data):
                await self.say(_as_message(parse_event(event.data)))
            return
        self._body += data
        if not message.get("more_body"):
            await self.say(_error(self._status, json.loads(self._body)["error"]))

    async def say(self, event: Json) -> None:
        await self._session.say({**event, **self._lane})


def _as_message(event: Json) -> Json:
    """An error stands in an object of its own here; everything else is as in a stream of HTTP."""
    if event.get("type") != "error" or "error" in event:
        return event
    number: Json = {key: event[key] for key in ("type", "sequence_number") if key in event}
    return {**number, "error": {"type": "server_error", **{k: v for k, v in event.items() if k not in number}}}


def _error(status: int, error: Any) -> Json:
    return {"type": "error", "status": status, "error": error}


def _not_steered(event: Json) -> Json:
    error = {"type": "invalid_request_error", "code": "steering_not_supported", "message": _NO_STEERING}
    steered = {key: event[key] for key in ("input", "previous_response_id") if key in event}
    return {"type": "response.steer.failed", "sequence_number": 0, "error": error, "steer": steered}


def _as_post(scope: Scope) -> Scope:
    headers = [(n, v) for n, v in scope["headers"] if n not in _DROPPED and not n.startswith(b"sec-websocket-")]
    kept = {key: value for key, value in scope.items() if key not in _OF_SOCKETS}
    return {
        **kept,
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http"),
        "query_string": b"",
        "headers": [*headers, (b"content-type", b"application/json")],
    }


def _said_once(body: bytes) -> Receive:
    """A body, and a client that stays: when it goes, the whole request is cancelled."""
    rest = [body]

    async def receive() -> Message:
        if not rest:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": rest.pop(), "more_body": False}

    return receive
