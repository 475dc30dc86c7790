"""With `server.management_port`: which paths are there on which port."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import NotFound
from gateway.web.asgi import error_body, respond

__all__ = ["EVERYWHERE", "Ports", "is_management"]

EVERYWHERE = frozenset({"/livez", "/readyz", "/metrics"})
ROOTS = (
    *(f"/guard/v1/{name}" for name in ("keys", "tenants", "policies", "events", "stats", "redteam")),
    *(f"/xecguard/v1/{name}" for name in ("licenses", "tokens", "policies", "trace", "stats")),
)


def is_management(path: str) -> bool:
    """Also below a guard API's own prefix, and with a slash too many, which is forgiven there."""
    path = re.sub(r"^/+", "/", path).removeprefix("/dialects/xecguard")
    return any(path == root or path.startswith(root + "/") for root in ROOTS)


class Ports:
    """What belongs to the other port is not found, whatever the request says of its host."""

    def __init__(self, app: ASGIApp, *, management: int, managed: Callable[[str], bool] = lambda path: False) -> None:
        """`managed` knows the paths of guard APIs that belong there, too."""
        self.app = app
        self._management = management
        self._managed = managed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in EVERYWHERE:
            here = (scope.get("server") or ("", None))[1] == self._management
            if here != (is_management(scope["path"]) or self._managed(scope["path"])):
                await respond(send, 404, error_body(NotFound("there is nothing at this path", code="unknown_path")))
                return
        await self.app(scope, receive, send)
