"""
What answers behind the guard: the upstreams of the proxy, or the app that the middleware is in front of.

The two differ in what passes beside the body. An upstream is another party: headers cross by
allow-lists, and its errors only in OpenAI's form. An app behind the middleware is the operator's own.
"""

from __future__ import annotations

from typing import Protocol

from starlette.types import Scope

from gateway.web.asgi import Headers
from gateway.web.headers import forward_response
from gateway.web.upstream import Answer, Call, UpstreamPool
from gateway.web.wire import Given

__all__ = ["Backend", "Upstreams"]


class Backend(Protocol):
    """
    `answered` holds the statuses that come with an answer of the model; any other is an error.
    `any_error`: errors pass whatever their form, once they are scanned.
    """

    answered: frozenset[int]
    any_error: bool

    async def open(self, call: Call, scope: Scope) -> Answer:
        """Send a call and wait for the head of its answer, which the caller must close. `scope` is the client's."""
        ...

    def headers(self, given: Given) -> Headers:
        """Those of an answer's headers that the client may see."""
        ...


class Upstreams:
    """The models' servers."""

    answered = frozenset((200,))
    any_error = False

    def __init__(self, pool: UpstreamPool) -> None:
        self._pool = pool
        self._keys = [key.encode() for key in pool.keys]

    async def open(self, call: Call, scope: Scope) -> Answer:
        return await self._pool.open(call)

    def headers(self, given: Given) -> Headers:
        """Without any that repeats a key of ours: an upstream may echo what it was sent."""
        passing = forward_response(given)
        return [(name, value) for name, value in passing if not any(key in value for key in self._keys)]
