"""What WebSockets have in common, whatever is said on them: keys, origins, refusals, close codes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from gateway.errors import Forbidden, GatewayError, RequestError
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.answers import retry_headers
from gateway.web.asgi import ClientGone, header
from gateway.web.auth import Authenticator, Caller
from gateway.web.endpoint import loop_error
from gateway.web.frame import Turn

__all__ = [
    "BROKEN",
    "GOING_AWAY",
    "LATER",
    "NORMAL",
    "POLICY",
    "PROTOCOL",
    "TOO_BIG",
    "UNSUPPORTED",
    "Ended",
    "accept",
    "close",
    "deny",
    "opened",
    "say",
    "sendable",
]

PROTOCOL = "realtime"
KEY = "openai-insecure-api-key."
# RFC 6455, 7.4.1: what may be sent, and what is said where it may not.
NORMAL, GOING_AWAY, UNSUPPORTED, POLICY, TOO_BIG, BROKEN, LATER = 1000, 1001, 1003, 1008, 1009, 1011, 1013


class Ended(Exception):
    """The session is over; `code` is what each side is told."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


def with_key(scope: Scope) -> Scope:
    """The same request with its key where the gateway looks for it: a browser can only send subprotocols."""
    keys = [name.removeprefix(KEY) for name in scope["subprotocols"] if name.startswith(KEY)]
    if not keys:
        return scope
    bearer = f"Bearer {keys[0]}"
    given = header(scope, b"authorization")
    if len(keys) > 1 or given not in (None, bearer):
        raise RequestError("send one key", code="two_credentials")
    return {**scope, "headers": [*scope["headers"], (b"authorization", bearer.encode("latin-1", "replace"))]}


def require_own_origin(scope: Scope, auth: Authenticator) -> None:
    """Where anybody may call, a page of another site must not, through somebody's browser."""
    origin = header(scope, b"origin")
    if auth.is_open and origin is not None and origin.partition("://")[2] != header(scope, b"host"):
        raise Forbidden("sessions from pages of other origins are refused", code="foreign_origin")


def sendable(code: int) -> bool:
    """May a peer be told this code? Some stand only for what was seen."""
    return code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code < 5000


async def opened(turn: Turn, receive: Receive) -> tuple[Scope, Caller]:
    """Who asks for a session, and may: a key with its scope, no loop, no page of another site."""
    if (await receive())["type"] != "websocket.connect":
        raise ClientGone
    gateway, event = turn.gateway, turn.event
    turn.scope = scope = with_key(turn.scope)
    turn.caller = caller = gateway.auth.identify(scope)
    event.by(caller.name, caller.tenant, caller.key)
    event.stream = True
    caller.require_scope("proxy")
    if gateway.pool.is_loop(scope["headers"]):
        raise loop_error()
    require_own_origin(scope, gateway.auth)
    return scope, caller


async def accept(scope: Scope, send: Send) -> None:
    chosen = PROTOCOL if PROTOCOL in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen, "headers": []})


async def say(send: Send, event: Json, seconds: float) -> None:
    """Raises ClientGone where the client does not take it in time, or is not there."""
    try:
        async with asyncio.timeout(seconds):
            await send({"type": "websocket.send", "text": dump_json(event).decode()})
    except TimeoutError:
        raise ClientGone("client_too_slow") from None
    except OSError:
        raise ClientGone from None


async def close(send: Send, code: int, reason: str = "") -> None:
    with suppress(OSError, RuntimeError):  # it may have closed already
        await send({"type": "websocket.close", "code": code, "reason": reason})


async def deny(scope: Scope, send: Send, error: GatewayError, body: Json) -> None:
    """An answer in HTTP, where the server can; else a plain refusal."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await close(send, POLICY)
        return
    data = dump_json(body)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(data)).encode()),
        *retry_headers(error),
    ]
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": data})
