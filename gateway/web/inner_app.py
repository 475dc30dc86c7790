"""
The app behind the middleware, called as it would have been called without us.

It gets the client's own scope, so that its authentication, sessions and logs work as before. Only what
describes the body is new, for the body is what the policy left of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import httpx
from starlette.types import ASGIApp, Scope

from gateway.errors import UpstreamError
from gateway.web.answer import Answer
from gateway.web.asgi import Headers
from gateway.web.asgi_transport import ASGITransport
from gateway.web.patience import Patience
from gateway.web.upstream import Call
from gateway.web.wire import Given, received

__all__ = ["NAME", "InnerApp"]

NAME = "app"  # in events and metrics, where an upstream's name would stand
DAY = 86_400.0  # seconds; deadlines are for the app's own server to set

_BODY = frozenset((b"content-length", b"content-type", b"content-encoding", b"transfer-encoding"))
# An answer must come as we can read it, and `100 Continue` has been said already.
_REQUEST = _BODY | {b"accept-encoding", b"expect"}
# What says something of the bytes of a body, which is written anew.
_RESPONSE = _BODY | {b"accept-ranges", b"content-digest", b"content-md5", b"digest", b"etag"}
_OURS = b"x-guard-"


class InnerApp:
    """A backend. `keep_key` says whether the client's `Authorization` is for the app; else it was for us."""

    # Litestar answers a POST with 201 unless it is told otherwise.
    answered = frozenset((200, 201))
    any_error = True

    def __init__(self, app: ASGIApp, *, keep_key: Callable[[], bool]) -> None:
        self._transport = ASGITransport(app)
        self._keep_key = keep_key

    async def open(self, call: Call, scope: Scope) -> Answer:
        """Raises whatever the app raises before its answer begins, so that its own handlers see it."""
        body = call.body or b""
        inner = {**scope, "headers": self._headers(scope["headers"], call, len(body))}
        try:
            response = await self._transport.call(inner, body)
        except httpx.ReadError as e:
            raised = e.__cause__
        else:
            _tell(inner, scope)
            end = asyncio.get_running_loop().time() + DAY
            return Answer(received(response), NAME, end, DAY, _nothing, Patience())
        raise raised or UpstreamError("the app did not answer")

    def headers(self, given: Given) -> Headers:
        """All but those that were about the app's own bytes."""
        return _without(given.raw, _RESPONSE)

    def _headers(self, given: Headers, call: Call, size: int) -> Headers:
        key = any(name.lower() == b"x-guard-key" for name, _ in given)
        ours = frozenset() if self._keep_key() or key else frozenset((b"authorization",))
        about = [(b"content-type", call.media_type.encode("latin-1")), (b"content-length", str(size).encode())]
        if call.body is None:
            about = []
        return [*_without(given, _REQUEST | ours), (b"accept-encoding", b"identity"), *about]


def _without(given: Iterable[tuple[bytes, bytes]], dropped: frozenset[bytes]) -> Headers:
    named = ((name.lower(), value) for name, value in given)
    return [(name, value) for name, value in named if name not in dropped and not name.startswith(_OURS)]


def _tell(inner: Scope, scope: Scope) -> None:
    """What the app's router wrote into its scope (`route`, `endpoint`), for the middleware around us."""
    for key in inner.keys() - scope.keys():
        scope[key] = inner[key]


def _nothing() -> None:
    """There is no breaker to tell."""
