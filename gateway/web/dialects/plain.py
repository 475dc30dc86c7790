"""Endpoints of guard APIs that scan nothing: what is alive, and what anonymises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from gateway.dialects import ErrorShape, anonymize
from gateway.errors import GatewayError, Overloaded
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.asgi import ClientGone, respond
from gateway.web.dialects.credentials import with_credentials
from gateway.web.dialects.scan import answered, identify, read_object, refuse
from gateway.web.state import Gateway

__all__ = ["Answer", "Plain", "alive", "anonymized", "health", "ready", "started"]

# The body (for GET the query) and the gateway; raises GatewayError.
Answer = Callable[[Gateway, Json], Any]


class Plain:
    """An ASGI app for one endpoint."""

    def __init__(self, gateway: Gateway, name: str, answer: Answer, error: ErrorShape, *, open_to_all: bool = False):
        self._gateway = gateway
        self._name = name
        self._answer = answer
        self._error = error
        self._open = open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self._gateway
        event, began = gateway.begin(f"dialect.{self._name}")
        try:
            if not self._open:
                caller = identify(gateway, with_credentials(scope), self._name)
                event.by(caller.name, caller.tenant, caller.key)
                caller.require_scope("scan")
            body = await read_object(scope, receive, gateway) if scope["method"] == "POST" else _query(scope)
            answer = self._answer(gateway, body)
            event.status = 200
            await respond(send, 200, dump_json(answer), answered(event))
        except ClientGone:
            event.status, event.error = 499, "client_gone"
        except GatewayError as e:
            await refuse(send, event, e, self._error)
        finally:
            if not event.status:
                event.status, event.error = 500, "internal_error"
            gateway.finish(event, began, store=not self._open)  # probes come every second


def _query(scope: Scope) -> Json:
    """What a GET says in place of a body."""
    return dict(parse_qsl(scope["query_string"].decode("latin-1")))


def alive(gateway: Gateway, body: Json) -> Json:
    return {"status": "alive"}


def started(gateway: Gateway, body: Json) -> Json:
    """Has every detector found what it must find? Draining does not undo that."""
    if gateway.not_ready:
        raise Overloaded("The gateway is starting.", code="not_ready")
    return {"status": "started"}


def ready(gateway: Gateway, body: Json) -> Json:
    if not gateway.ready:
        raise Overloaded("The gateway is starting or draining.", code="not_ready")
    return {"status": "ready"}


def health(gateway: Gateway, body: Json) -> Json:
    """PromptGuard's."""
    ready(gateway, body)
    return {"status": "healthy"}


def anonymized(gateway: Gateway, body: Json) -> Json:
    return anonymize(body)
