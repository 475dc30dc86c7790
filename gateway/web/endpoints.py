"""
The endpoints that are relayed: one line each. What an endpoint is, its `Spec` says; where its texts are, its
surface in gateway/surfaces.

All of them are one route with a table: a look into it costs the same however many there are. Whatever else
stands below /v1 is none of them: see `gateway.web.unknown`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.aliases import aliased, with_azure_key
from gateway.web.anthropic import COUNT, MESSAGES
from gateway.web.backend import Backend
from gateway.web.completions import COMPLETIONS, EMBEDDINGS
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.media import MEDIA
from gateway.web.moderations import MODERATIONS
from gateway.web.paths import NAMES
from gateway.web.realtime_direct import DIRECT
from gateway.web.responses import SPECS as RESPONSES
from gateway.web.state import Gateway
from gateway.web.stored import STORED
from gateway.web.stored_chat import STORED_CHAT

__all__ = ["ENDPOINTS", "EndpointRoutes", "Table"]

ENDPOINTS: tuple[Spec, ...] = (
    STORED_CHAT,
    *RESPONSES,
    COMPLETIONS,
    EMBEDDINGS,
    MODERATIONS,
    *MEDIA,
    *STORED,
    *DIRECT,
    MESSAGES,
    COUNT,
)

Methods = dict[str, ASGIApp]

METHODS = "guard.methods"  # in the scope


class Table:
    """Apps by method and path; a path may have `{names}` of single steps in it."""

    def __init__(self, gateway: Gateway, specs: Sequence[Spec] = ENDPOINTS, backend: Backend | None = None) -> None:
        self._plain: defaultdict[str, Methods] = defaultdict(dict)
        self._named: defaultdict[tuple[int, str], dict[tuple[str, ...], Methods]] = defaultdict(dict)
        for spec in specs:
            app = (spec.app or Endpoint)(gateway, spec, backend=backend)
            if "{" not in spec.path:
                self._plain[spec.path][spec.method] = app
                continue
            steps = tuple(spec.path.split("/"))
            self._named[_shape(steps)].setdefault(steps, {})[spec.method] = app

    def plain(self, path: str, method: str) -> ASGIApp | None:
        """What takes this method at a path without names."""
        methods = self._plain.get(path)
        return None if methods is None else methods.get(method)

    def find(self, path: str) -> tuple[Methods, dict[str, str]] | None:
        """What is at a path, and the values of its names."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain, {}
        steps = tuple(path.split("/"))
        candidates = self._named.get(_shape(steps), {})
        for pattern, methods in candidates.items():
            pairs = list(zip(pattern, steps, strict=True))
            if all(step and (known == step or known[:1] == "{") for known, step in pairs[1:]):
                return methods, {known[1:-1]: step for known, step in pairs if known[:1] == "{"}
        return None


def _shape(steps: Sequence[str]) -> tuple[int, str]:
    """What a path and its pattern have in common, however many ids are in them."""
    return len(steps), steps[2] if len(steps) > 2 and steps[1] == "v1" else steps[1] if len(steps) > 1 else ""


class EndpointRoutes(BaseRoute):
    def __init__(self, gateway: Gateway) -> None:
        self._table = Table(gateway)
        self._aliases = gateway.settings.endpoints.aliases

    def knows(self, path: str) -> bool:
        return self._table.find(path) is not None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        path, more = scope["path"], dict[str, str]()
        if self._aliases and not path.startswith("/v1/"):
            path, more = aliased(path, self._aliases)
        found = self._table.find(path)
        if found is None:
            return Match.NONE, {}
        methods, names = found
        return Match.FULL, {NAMES: names | more, METHODS: methods}

    def plain(self, scope: Scope) -> ASGIApp | None:
        """The app of a request that needs no more than to be handed to it."""
        if self._aliases or scope["type"] != "http":
            return None
        app = self._table.plain(scope["path"], scope["method"])
        if app is not None:
            scope[NAMES] = {}
        return app

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: Methods = scope[METHODS]
        app = methods.get(scope["method"])
        if app is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
        await app(with_azure_key(scope) if self._aliases else scope, receive, send)
