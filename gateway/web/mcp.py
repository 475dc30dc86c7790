"""
/mcp/{name}: an MCP server behind the guard (streamable HTTP: POST, GET and DELETE, answers in JSON or SSE).

A message is whole, so nothing is held back within one. What a client sends is judged as a model's answer, what
a server sends as a prompt: that is where it goes. A blocked message is answered, or replaced, by an error.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.engine import Exchange
from gateway.errors import Forbidden, GatewayError, MalformedBody, NotFound, Overloaded, UpstreamError
from gateway.settings import Upstream
from gateway.surfaces import SSEDecoder, apply, dump_json, encode_event, mcp, parse_answer, parse_event, parse_json
from gateway.surfaces.sse import Event as Sent
from gateway.types import Direction, Effect, Json, Transcript, Verdict
from gateway.web.answers import NoWords, error_of, guard_headers, own_headers, refused, retry_headers
from gateway.web.asgi import ClientGone, Headers, header, read_json, require_json, respond, watch
from gateway.web.backend import Upstreams
from gateway.web.endpoint import asked_policies, loop_error
from gateway.web.events import Side
from gateway.web.frame import Frame, Turn
from gateway.web.mcp_headers import PASSED, mirrored
from gateway.web.state import Gateway
from gateway.web.upstream import Answer, Call

__all__ = ["Mcp"]

ROUTE = "mcp"
BOTH = "application/json, text/event-stream"
SSE = "text/event-stream"
_EVENT_ID = re.compile(r"[\x21-\x7e]{1,256}")
_EMPTY = frozenset((202, 204))


class Mcp:
    """An ASGI app for all servers: upstreams of kind `mcp`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._servers = {u.name: u for u in gateway.settings.upstreams if u.kind == "mcp"}
        self._backend = Upstreams(gateway.pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = _Visit(self._gateway, self._servers, self._backend)
        async with Frame(self._gateway, ROUTE, scope, send, visit.fail) as turn:
            await visit.serve(turn, receive)


class _Visit:
    """One HTTP request. `asked` is the id of the client's, once it is known."""

    def __init__(self, gateway: Gateway, servers: dict[str, Upstream], backend: Upstreams) -> None:
        self._gateway = gateway
        self._servers = servers
        self._backend = backend
        self._asked: Any = None
        self._tool = ""

    async def serve(self, turn: Turn, receive: Receive) -> None:
        gateway, scope, event = self._gateway, turn.scope, turn.event
        turn.caller = caller = gateway.auth.identify(scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("proxy")
        if gateway.pool.is_loop(scope["headers"]):
            raise loop_error()
        _require_own_origin(scope)
        server = self._servers.get(scope["path_params"]["name"])
        if server is None:
            raise NotFound("there is no MCP server of this name", code="unknown_path")
        event.model = f"mcp/{server.name}"
        caller.require_model(event.model)
        message = await self._read(scope, receive)
        turn.policies = gateway.policies_for(caller, event.model, f"/mcp/{server.name}", asked_policies(scope))
        event.apply(turn.policies)
        gateway.admit(turn.policies, turn.kept)
        exchange = gateway.guard.begin(turn.policies, caller.owner)
        with watch(receive, lambda: turn.send.ended):
            turn.meter = await gateway.limits.open(caller, event.model, 0)
            turn.meter.require()
            sent = await self._outgoing(turn, exchange, message) if message is not None else None
            await self._forward(turn, exchange, server, message, sent)

    async def fail(self, turn: Turn, error: GatewayError) -> None:
        turn.event.error = turn.event.error or error.code
        if turn.started:
            return
        # What a policy says of a message is an answer to it; the rest is about the request.
        blocked = self._asked is not None and error.code == "content_filter"
        turn.event.status = 200 if blocked else error.status
        headers = own_headers(turn, retry_headers(error))
        await respond(turn.send, turn.event.status, dump_json(self._error(turn, error)), headers)

    async def _read(self, scope: Scope, receive: Receive) -> Json | None:
        if scope["method"] != "POST":
            await read_json(scope, receive, 0)
            return None
        require_json(scope)
        message = parse_json(await read_json(scope, receive, self._gateway.settings.server.max_body))
        if type(message) is dict and type(message.get("id")) in (str, int) and "method" in message:
            self._asked, self._tool = message["id"], mcp.called_tool(message)
        elif type(message) is not dict:
            raise MalformedBody("The body must be one JSON-RPC 2.0 message.", code="invalid_request")
        return message

    async def _outgoing(self, turn: Turn, exchange: Exchange, message: Json) -> Json:
        """What the policies leave of the client's message."""
        transcript = mcp.read_client(message)
        verdict = await exchange.response(transcript)
        _note(turn, transcript, verdict)
        if verdict.effect is Effect.BLOCK:
            raise refused(turn.policies, verdict, "params")
        return apply(message, verdict.edits)

    async def _forward(
        self, turn: Turn, exchange: Exchange, server: Upstream, asked: Json | None, sent: Json | None
    ) -> None:
        scope = turn.scope
        posts = asked is not None and sent is not None
        headers = (
            mirrored(scope["headers"], asked, sent) if asked is not None and sent is not None else scope["headers"]
        )
        call = Call(
            model=turn.event.model,
            body=dump_json(sent) if posts else None,
            headers=headers,
            client_key=turn.caller.upstream_key,
            method=scope["method"],
            path="",
            only=server.name,
            kind="mcp",
            accept=BOTH if posts else SSE if scope["method"] == "GET" else "application/json",
            once=True,
            more_headers=PASSED | {name for name, _ in headers if name.startswith(b"mcp-param-")},
        )
        began = perf_counter()
        answer = await self._backend.open(call, scope)
        turn.event.upstream = answer.upstream
        turn.gateway.metrics.answered(answer.upstream, perf_counter() - began)
        try:
            if answer.media_type == SSE and answer.status == 200:
                await self._stream(turn, exchange, server, answer)
            else:
                await self._whole(turn, exchange, server, answer)
        finally:
            await answer.aclose()

    async def _whole(self, turn: Turn, exchange: Exchange, server: Upstream, answer: Answer) -> None:
        data = await answer.read(server.max_answer)
        if answer.media_type != "application/json" or not data:
            if answer.status not in _EMPTY and not (answer.status == 200 and not data):
                raise NoWords(answer.status if answer.status >= 400 else 502, self._backend.headers(answer.headers))
            await self._deliver(turn, answer, b"")
            return
        try:
            message = parse_answer(data)
            said = await self._incoming(turn, exchange, message)
        except UpstreamError:
            if answer.status < 400:
                raise
            raise NoWords(answer.status, self._backend.headers(answer.headers)) from None
        await self._deliver(turn, answer, dump_json(said) if said is not None else b"")

    async def _deliver(self, turn: Turn, answer: Answer, body: bytes) -> None:
        turn.event.status = answer.status
        turn.started = True
        headers = own_headers(turn, self._backend.headers(answer.headers))
        await respond(turn.send, answer.status, body, headers, b"application/json" if body else b"")

    async def _stream(self, turn: Turn, exchange: Exchange, server: Upstream, answer: Answer) -> None:
        turn.event.stream, turn.event.status = True, answer.status
        out = _Events(turn, self._backend.headers(answer.headers))
        try:
            await out.begin(answer.status)
            async for event in _sent(answer, server.max_event):
                await out.send(await self._event(turn, exchange, event))
            await out.send(b"", more=False)
        except GatewayError as e:
            turn.event.error = e.code
            last = encode_event(self._error(turn, e)) if self._asked is not None else b""
            await out.send(last, more=False)
        except asyncio.CancelledError:
            if asyncio.current_task() not in turn.gateway.cut_off:
                turn.event.status = 499
                raise
            error = Overloaded("the gateway is shutting down", code="shutting_down")
            await out.send(encode_event(self._error(turn, error)) if self._asked is not None else b"", more=False)

    async def _event(self, turn: Turn, exchange: Exchange, event: Sent) -> bytes:
        id = f"id: {event.id}\n".encode() if event.id is not None and _EVENT_ID.fullmatch(event.id) else b""
        if not event.data:  # only to tell where to go on
            return id + b"data: \n\n"
        said = await self._incoming(turn, exchange.renew(), parse_event(event.data))  # it may go on for hours
        return id + encode_event(said) if said is not None else b""

    async def _incoming(self, turn: Turn, exchange: Exchange, message: Any) -> Json | None:
        """What the policies leave of a server's message; None: nothing that a client could wait for."""
        transcript = mcp.read_server(message, self._tool)
        verdict = await exchange.request(transcript)
        if denied := _denied(verdict):
            _note(turn, transcript, _lessened(verdict))
            message = mcp.without_tools(message, denied)
            transcript = mcp.read_server(message, self._tool)
            verdict = await exchange.request(transcript)
        _note(turn, transcript, verdict)
        if verdict.effect is not Effect.BLOCK:
            return apply(message, verdict.edits)
        error = refused(turn.policies, verdict, "result")
        turn.event.error = error.code
        if "method" in message:
            return None
        return self._error(turn, error, message.get("id"))

    def _error(self, turn: Turn, error: GatewayError, id: Any = None) -> Json:
        fields = error_of(turn.event, error)["error"]
        code = mcp.INVALID if isinstance(error, MalformedBody) else mcp.INTERNAL
        if error.code == "content_filter":
            code = mcp.BLOCKED
        elif error.status in (429, 503):
            code = mcp.FAILED
        data = {"code": fields["code"], "param": fields["param"], "guard": fields["guard"]}
        return mcp.error_message(self._asked if id is None else id, code, fields["message"], data)


class _Events:
    """Writes a stream to the client."""

    def __init__(self, turn: Turn, headers: Headers) -> None:
        self._turn = turn
        self._headers = headers

    async def begin(self, status: int) -> None:
        turn = self._turn
        turn.started = True
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache"),
            *self._headers,
            *turn.meter.headers,
            *guard_headers(turn.event)[:1],
        ]
        await turn.send({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, data: bytes, more: bool = True) -> None:
        """Raises ClientGone where the client does not take it in time."""
        if not data and more:
            return
        try:
            async with asyncio.timeout(self._turn.gateway.settings.server.write_timeout):
                await self._turn.send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError:
            raise ClientGone("client_too_slow") from None


async def _sent(answer: Answer, max_event: int) -> AsyncIterator[Sent]:
    decoder = SSEDecoder(max_event)
    async for chunk in answer.chunks():
        for event in decoder.feed(chunk):
            yield event
        decoder.feed(b"")  # a fault behind these events is told now, not with the next piece
    for event in decoder.close():
        yield event


def _note(turn: Turn, transcript: Transcript, verdict: Verdict) -> None:
    """Into the event and the metrics; a request may have many messages."""
    direction, event = transcript.direction, turn.event
    side = Side.of(verdict)
    if turn.kept is not None:
        turn.kept.set(direction, verdict, transcript.parts)
    if direction is Direction.INPUT:
        event.request = event.request.merge(side) if event.request.decision != "none" else side
    else:
        event.answer = side
    event.scan_ms = round(event.scan_ms + sum(verdict.timings_ms.values()), 3)
    if verdict.effect is Effect.BLOCK:
        turn.meter.blocked()
    turn.gateway.metrics.verdict(event.route, direction, verdict)


def _denied(verdict: Verdict) -> set[int]:
    """Tools that may not be called and so need not be known, where nothing else is wrong with the list."""
    blocking = [v for v in verdict.violations if v.effect is Effect.BLOCK]
    if not blocking or verdict.errors or verdict.refused:
        return set()
    tools = {mcp.tool_of(v.hit.part) for v in blocking}
    only = all(v.hit.finding.category == "tool/denied" for v in blocking)
    return {tool for tool in tools if tool is not None} if only and None not in tools else set()


def _lessened(verdict: Verdict) -> Verdict:
    """What it comes to where the rest of the message passes."""
    return Verdict(Effect.REDACT, verdict.violations, verdict.hits, scores=verdict.scores)


def _require_own_origin(scope: Scope) -> None:
    """A page of another site must not reach a server through a browser (DNS rebinding)."""
    origin = header(scope, b"origin")
    if origin is not None and origin.partition("://")[2] != header(scope, b"host"):
        raise Forbidden("requests from pages of other origins are refused", code="foreign_origin")
