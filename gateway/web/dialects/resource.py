"""
Endpoints of guard APIs over what the store keeps: tokens, policies, what was scanned.

A handler gets a call whose key has been looked at and gives a status and a body. All that such a call sees and
changes is its tenant's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from gateway.dialects import ErrorShape
from gateway.errors import GatewayError, NotFound, RequestError
from gateway.store import Store
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.asgi import ClientGone, respond
from gateway.web.auth import Caller
from gateway.web.dialects.credentials import with_credentials
from gateway.web.dialects.scan import answered, identify, read_object, refuse
from gateway.web.events import Event
from gateway.web.keeper import Keeper
from gateway.web.manage.access import admin_of, keeper_of
from gateway.web.state import Gateway

__all__ = ["READ", "Call", "Handler", "Operation", "Resource"]


@dataclass(frozen=True, slots=True)
class Call:
    gateway: Gateway
    caller: Caller
    id: str = ""  # what the path names
    query: Json = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    @property
    def keeper(self) -> Keeper:
        """Raises NotFound where there is no store."""
        return keeper_of(self.gateway)

    @property
    def store(self) -> Store:
        return self.keeper.store

    @property
    def tenant(self) -> str:
        return self.caller.tenant

    @property
    def who(self) -> str:
        """For the log."""
        return f"{self.caller.tenant}/{self.caller.name}/{self.caller.key}"


READ = "read"
LONGEST = 256  # characters of an id; agents are named by their callers
SCOPES = ("manage", "scan", "proxy")

# Status and body; without a body, None. Raises GatewayError.
Handler = Callable[[Call], Awaitable[tuple[int, Any]]]


@dataclass(frozen=True, slots=True)
class Operation:
    """
    `name` says what the route does, for events and the OpenAPI document; `scope` what a key needs for it: READ is
    what any key of the tenant may see. `kept`: does a call end in an event of the store?
    """

    method: str
    path: str
    name: str
    dialect: str
    handler: Handler
    scope: str = "manage"
    kept: bool = False
    says: bool = True  # has a POST a body?

    @property
    def takes_body(self) -> bool:
        return self.says and self.method in ("POST", "PUT", "PATCH")

    @property
    def apart(self) -> bool:
        """Is it about what is kept, and not about scanning?"""
        return self.scope != "scan"


class Resource:
    """An ASGI app for one operation."""

    def __init__(self, gateway: Gateway, operation: Operation, error: ErrorShape) -> None:
        self._gateway = gateway
        self._operation = operation
        self._error = error

    @property
    def apart(self) -> bool:
        return self._operation.apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway, operation = self._gateway, self._operation
        event, began = gateway.begin(f"dialect.{operation.name}")
        try:
            scope = with_credentials(scope)
            caller = self._identify(scope, event)
            body = await read_object(scope, receive, gateway) if operation.takes_body else {}
            call = Call(gateway, caller, _id(scope), _query(scope), body)
            event.status, answer = await operation.handler(call)
            said = b"" if answer is None else dump_json(answer)
            headers = [*answered(event), (b"cache-control", b"no-store")]
            await respond(send, event.status, said, headers, b"" if answer is None else b"application/json")
        except ClientGone:
            event.status, event.error = 499, "client_gone"
        except GatewayError as e:
            await refuse(send, event, e, self._error)
        finally:
            if not event.status:  # an exception that nobody expected
                event.status, event.error = 500, "internal_error"
            gateway.finish(event, began, store=operation.kept)  # nothing was scanned

    def _identify(self, scope: Scope, event: Event) -> Caller:
        """Raises AuthError, Forbidden. Without any key a gateway may be managed from its own machine."""
        gateway, operation = self._gateway, self._operation
        if gateway.auth.is_open and operation.apart:
            admin_of(gateway, Request(scope))
            return gateway.auth.anonymous(None)
        # Who may scan without a key may not manage without one.
        name = "" if operation.apart and operation.dialect == "lakera" else operation.name
        caller = identify(gateway, scope, name)
        event.by(caller.name, caller.tenant, caller.key)
        if operation.scope == READ:
            caller.require_scope(next((s for s in SCOPES if s in caller.scopes), "scan"))
        else:
            caller.require_scope(operation.scope)
        return caller


def _id(scope: Scope) -> str:
    """Raises NotFound for what can be no id of ours."""
    value: str = next(iter(scope.get("path_params", {}).values()), "")
    if len(value) > LONGEST or not value.isprintable():
        raise NotFound("There is nothing of that id.")
    return value


def _query(scope: Scope) -> Json:
    """Unknown names are nobody's business; of one that stands there twice, the last counts."""
    given = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    if any(len(value) > 256 or "\x00" in value for value in given.values()):
        raise RequestError("A value of the query is too long, or no text.")
    return given
