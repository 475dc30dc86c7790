"""An ASGI app for one path of a guard API, with a function for each of its methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.dialects import ErrorShape
from gateway.errors import GatewayError, RequestError
from gateway.surfaces import dump_json
from gateway.web.asgi import respond
from gateway.web.dialects.credentials import with_credentials
from gateway.web.dialects.scan import answered, identify, refuse
from gateway.web.frame import Frame, Turn
from gateway.web.state import Gateway

__all__ = ["Api", "Handler"]

# The scope has the caller's key where the gateway looks for it. Gives the status and the body.
Handler = Callable[[Turn, Scope, Receive], Awaitable[tuple[int, Any]]]


class Api:
    """`name` labels its events, `error` gives its errors their shape. Callers need the scope `scan`."""

    def __init__(self, gateway: Gateway, name: str, error: ErrorShape, handlers: Mapping[str, Handler]) -> None:
        self._gateway = gateway
        self._name = name
        self._error = error
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with Frame(self._gateway, f"dialect.{self._name}", scope, send, self._fail) as turn:
            handler = self._handlers.get(scope["method"])
            if handler is None:
                wrong = RequestError("This path does not take this method.", code="method_not_allowed")
                wrong.status = 405
                raise wrong
            inner = with_credentials(scope)
            turn.caller = caller = identify(self._gateway, inner, self._name)
            turn.event.by(caller.name, caller.tenant, caller.key)
            caller.require_scope("scan")
            status, body = await handler(turn, inner, receive)
            turn.event.status = status
            await respond(turn.send, status, dump_json(body), [*turn.meter.headers, *answered(turn.event)])

    async def _fail(self, turn: Turn, error: GatewayError) -> None:
        more = [(b"allow", ", ".join(sorted(self._handlers)).encode())] if error.status == 405 else []
        await refuse(turn.send, turn.event, error, self._error, [*turn.meter.headers, *more])
